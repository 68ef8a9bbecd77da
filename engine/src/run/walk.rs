//! What is under way while scripts run statement by statement.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Done;
use crate::checksum::Said;
use crate::journal::{Entry, Found};
use crate::track::TrackName;

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
    /// What the journal held of tracks whose next script has not been taken up yet.
    pub(super) journal: BTreeMap<TrackName, Found>,
    /// The step of each track's row in the journal, where it has one.
    pub(super) rows: BTreeMap<TrackName, u64>,
    /// Scripts that are done in the open transaction.
    pub(super) carried: Vec<Done>,
    /// How many scripts were committed.
    pub(super) committed: usize,
    /// How many commits there were.
    pub(super) commits: u64,
    /// The row that the open transaction has written.
    pub(super) unsealed: Option<(TrackName, u64)>,
    /// The tracks whose rows the open transaction has dropped.
    pub(super) dropped: Vec<TrackName>,
    pub(super) open: Open,
    /// Since when the open transaction is open, and how long its statements are together.
    group: (Instant, usize),
}

/// A script under way.
pub(super) struct Progress {
    /// As it stands in the database, or is to.
    pub(super) entry: Entry,
    /// The last statement that ran since, and what the script said up to it.
    pub(super) last: Option<(u64, Said)>,
    /// The statement under way asks what the one before it has changed.
    pub(super) asks_changes: bool,
    /// What statements answered that may fail.
    pub(super) forgiven: Vec<String>,
}

impl Walk {
    pub(super) fn new(journal: BTreeMap<TrackName, Found>) -> Self {
        let steps = journal.iter().map(|(track, found)| {
            let step = match found {
                Found::Entry(entry) => entry.step,
                Found::Unreadable => 0,
            };
            (track.clone(), step)
        });
        Self {
            rows: steps.collect(),
            journal,
            carried: Vec::new(),
            committed: 0,
            commits: 0,
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
    pub(super) fn new(entry: Entry) -> Self {
        Self {
            entry,
            last: None,
            asks_changes: false,
            forgiven: Vec::new(),
        }
    }
}
