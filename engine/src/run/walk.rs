//! What is under way while scripts run statement by statement.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Done;
use crate::checksum::Said;
use crate::journal::{Entry, Found};
use crate::slot::Slot;
use crate::surroundings::Surroundings;

/// Whose transaction is open between two statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Nobodys,
    /// The engine's: statements that are done, whose journal entry has yet to be written.
    Ours,
    /// The script's own.
    Scripts,
}

/// A group of statements is committed when it has taken so long...
const LONGEST: Duration = Duration::from_secs(1);
/// ...or when its statements are so long together, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

/// Scripts under way, from the last commit on.
pub(super) struct Walk {
    /// What the journal held of slots whose next script has not been taken up yet.
    pub(super) journal: BTreeMap<Slot, Found>,
    /// The step of each slot's row in the journal, where it has one.
    pub(super) rows: BTreeMap<Slot, u64>,
    /// Scripts that are done in the open transaction.
    pub(super) carried: Vec<Done>,
    /// The last statement of the last of them, where that is in the open transaction too.
    pub(super) last: Option<u64>,
    /// How many scripts were committed.
    pub(super) committed: usize,
    /// Whether something was committed that has not to run again.
    pub(super) moved: bool,
    /// The row that the open transaction has written.
    pub(super) unsealed: Option<(Slot, u64)>,
    /// The slots whose rows the open transaction has dropped.
    pub(super) dropped: Vec<Slot>,
    pub(super) open: Open,
    /// Since when the open transaction is open, and how long its statements are together.
    group: (Instant, usize),
}

/// A script under way.
pub(super) struct Progress {
    /// As it stands in the database, or is to when there is a row.
    pub(super) entry: Entry,
    /// As the open transaction has written it.
    pub(super) unsealed: Option<Entry>,
    /// What the script has set in its session.
    pub(super) set: Surroundings,
    /// The last statement that ran since, and what the script said up to it.
    pub(super) last: Option<(u64, Said)>,
    /// The last of those that ran outside a transaction, and what was set in the session by then.
    firm: Option<(u64, Said, Surroundings)>,
    /// The statement under way asks what the one before it has changed.
    pub(super) asks_changes: bool,
    /// What statements answered that may fail.
    pub(super) forgiven: Vec<String>,
}

impl Walk {
    pub(super) fn new(journal: BTreeMap<Slot, Found>) -> Self {
        let steps = journal.iter().map(|(slot, found)| {
            let step = match found {
                Found::Entry(entry) => entry.step,
                Found::Unreadable => 0,
            };
            (slot.clone(), step)
        });
        Self {
            rows: steps.collect(),
            journal,
            carried: Vec::new(),
            last: None,
            committed: 0,
            moved: false,
            unsealed: None,
            dropped: Vec::new(),
            open: Open::Nobodys,
            group: (Instant::now(), 0),
        }
    }

    /// How many scripts of the queue are done.
    pub(super) fn position(&self) -> usize {
        self.committed + self.carried.len()
    }

    /// Notes that what was open is undone: the scripts that were done in it run again.
    pub(super) fn lost(&mut self) {
        self.open = Open::Nobodys;
        self.unsealed = None;
        self.dropped.clear();
        self.carried.clear();
    }

    /// Notes that a transaction was begun.
    pub(super) fn opened(&mut self, by: Open) {
        self.open = by;
        self.group = (Instant::now(), 0);
    }

    /// Takes a statement of so many bytes into the group.
    pub(super) fn grow(&mut self, length: usize) {
        self.group.1 += length;
    }

    /// Whether the group is to be committed before the next statement.
    pub(super) fn is_full(&self) -> bool {
        self.group.0.elapsed() >= LONGEST || self.group.1 >= LARGEST
    }
}

impl Progress {
    /// Notes that a statement ran. `firm`: outside a transaction, so that nothing undoes it.
    pub(super) fn did(&mut self, number: u64, said: Said, firm: bool) {
        if firm {
            self.firm = Some((number, said.clone(), self.set.clone()));
        }
        self.last = Some((number, said));
    }

    /// Notes that what ran since the last commit is undone, but for what ran outside a transaction.
    pub(super) fn undo(&mut self) {
        self.unsealed = None;
        match self.firm.clone() {
            Some((number, said, set)) => {
                self.last = Some((number, said));
                self.set = set;
            }
            None => {
                self.last = None;
                self.set = self.entry.surroundings.clone().unwrap_or_default();
            }
        }
    }

    /// Notes that what the open transaction has written was committed.
    pub(super) fn sealed(&mut self) {
        if let Some(entry) = self.unsealed.take() {
            self.entry = entry;
            self.last = None;
            self.firm = None;
        }
    }

    pub(super) fn new(entry: Entry) -> Self {
        Self {
            set: entry.surroundings.clone().unwrap_or_default(),
            entry,
            unsealed: None,
            last: None,
            firm: None,
            asks_changes: false,
            forgiven: Vec::new(),
        }
    }
}
