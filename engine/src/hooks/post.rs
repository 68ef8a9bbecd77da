//! [`Post`]: what goes from the outbox to the hooks, by whom there are connections for it and no lock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use super::due::{Due, NoticeKind, due, pause};
use super::hook::Hook;
use super::letter::{Letter, Unheard};
use crate::clock::Timestamp;
use crate::ledger::Tables;
use crate::ledger::outbox::{Door, NoticeRow};
use crate::store::{Store, StoreError};

/// How long a statement on the outbox waits for other users of the database.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much longer than its time-out a hook may take before somebody else tells it.
const GRACE: Duration = Duration::from_secs(30);

/// All that is needed to tell hooks what waits in the outbox.
pub(super) struct Post {
    pub(super) store: Box<dyn Store>,
    pub(super) tables: Tables,
    pub(super) hooks: Vec<Hook>,
    /// Who tells, for others to read.
    pub(super) me: String,
}

/// What came of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Round {
    pub(super) sent: usize,
    pub(super) failed: usize,
    /// How many notices have yet to be told.
    pub(super) left: usize,
    /// Whether one of them is being told by somebody.
    pub(super) under_way: bool,
    /// When the next is due.
    pub(super) next: Option<Timestamp>,
}

/// What one hook is to be told in a round.
struct Batch<'h> {
    hook: &'h Hook,
    rows: Vec<(NoticeRow, NoticeKind)>,
}

/// What came of one letter.
enum Outcome {
    Heard,
    Unheard,
    /// Somebody else tells it, or there is no time left.
    Left,
}

/// A letter that may be tried in a round, but not twice.
pub(super) type Tried = BTreeSet<(String, NoticeKind)>;

impl Post {
    /// Tells what is due and was not tried, each hook on a thread of its own. `end`: no letter takes longer than that.
    pub(super) fn round(
        &self,
        tried: &mut Tried,
        end: Option<Instant>,
    ) -> Result<Round, StoreError> {
        let now = Timestamp::now();
        let mut batches: BTreeMap<&str, Batch<'_>> = BTreeMap::new();
        {
            let Some(mut session) = self.store.unlocked(PATIENCE)? else {
                return Ok(Round::default());
            };
            let mut door = Door::new(session.as_mut(), &self.tables);
            let mark = door.mark()?;
            let rows = door.undone()?;
            if rows.is_empty() {
                door.be_quiet(mark)?;
            }
            for row in rows {
                let hook = self.hooks.iter().find(|hook| hook.name == row.hook);
                match (due(&row, now), hook) {
                    (Due::Now(kind), Some(hook)) => {
                        if tried.insert((row.slot.clone(), kind)) {
                            let empty = Batch {
                                hook,
                                rows: Vec::new(),
                            };
                            let batch = batches.entry(&hook.name).or_insert(empty);
                            batch.rows.push((row, kind));
                        }
                    }
                    (Due::GiveUp, _) => {
                        log::warn!("hook {} was never told of {}", row.hook, row.issue);
                        door.give_up(&row, now)?;
                    }
                    (Due::Done | Due::Told | Due::Now(_) | Due::At(_) | Due::UnderWay(_), _) => {}
                }
            }
        }
        let counted = Mutex::new(Round::default());
        thread::scope(|scope| {
            for batch in batches.into_values() {
                let (counted, name) = (&counted, batch.hook.name.clone());
                let thread = thread::Builder::new().name("upgrades-hook".to_owned());
                let started =
                    thread.spawn_scoped(scope, move || self.tell_all(batch, counted, end));
                if let Err(error) = started {
                    log::warn!("hook {name} is told later, as no thread can be started: {error}");
                }
            }
        });
        let counted = counted.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.what_is_left(counted)
    }

    /// Tells one hook, one letter after another.
    fn tell_all(&self, batch: Batch<'_>, counted: &Mutex<Round>, end: Option<Instant>) {
        for (row, kind) in batch.rows {
            let outcome = self.tell(batch.hook, &row, kind, end);
            let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok(Outcome::Heard) => counted.sent += 1,
                Ok(Outcome::Unheard) => counted.failed += 1,
                Ok(Outcome::Left) => {}
                Err(error) => log::warn!(
                    "the outbox cannot be written, so hook {} may be told twice: {error}",
                    batch.hook.name
                ),
            }
        }
    }

    /// Tells one letter, if nobody else does.
    fn tell(
        &self,
        hook: &Hook,
        row: &NoticeRow,
        kind: NoticeKind,
        end: Option<Instant>,
    ) -> Result<Outcome, StoreError> {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(Outcome::Left);
        }
        let timeout = left.map_or(hook.timeout, |left| left.min(hook.timeout));
        let by = Timestamp::now().after(timeout + GRACE);
        if !self
            .at_door(|door| door.claim(row, by, &self.me))?
            .unwrap_or_default()
        {
            return Ok(Outcome::Left);
        }
        let hook = hook.clone().timeout(timeout);
        let heard = Letter::of(row, kind).deliver(&hook);
        let now = Timestamp::now();
        match heard {
            Ok(()) => {
                log::info!(
                    "hook {} was told of {} ({})",
                    hook.name,
                    row.issue,
                    kind.as_str()
                );
                self.at_door(|door| door.sent(row, kind, now))?;
                Ok(Outcome::Heard)
            }
            Err(Unheard { why, again }) => {
                log::warn!("hook {} cannot be told of {}: {why}", hook.name, row.issue);
                let pause = pause(row.attempts + 1, again, chance());
                self.at_door(|door| door.unsent(row, now.after(pause), &why))?;
                Ok(Outcome::Unheard)
            }
        }
    }

    /// Does something with the outbox. Nothing is held open while a hook is told. `None`: there is no database any more.
    fn at_door<T>(
        &self,
        work: impl Fn(&mut Door<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let once = || {
            let Some(mut session) = self.store.unlocked(PATIENCE)? else {
                return Ok(None);
            };
            work(&mut Door::new(session.as_mut(), &self.tables)).map(Some)
        };
        // Somebody else changed the same rows, or the server was away for a moment.
        once().or_else(|_| once())
    }

    fn what_is_left(&self, counted: Round) -> Result<Round, StoreError> {
        let now = Timestamp::now();
        let mut round = counted;
        let Some(rows) = self.at_door(|door| {
            let mark = door.mark()?;
            let rows = door.undone()?;
            if rows.is_empty() {
                door.be_quiet(mark)?;
            }
            Ok(rows)
        })?
        else {
            return Ok(round);
        };
        for row in rows {
            if !self.hooks.iter().any(|hook| hook.name == row.hook) {
                continue;
            }
            let at = match due(&row, now) {
                Due::Done | Due::Told | Due::GiveUp => continue,
                Due::Now(_) => now,
                Due::At(at) => at,
                Due::UnderWay(until) => {
                    round.under_way = true;
                    until
                }
            };
            round.left += 1;
            round.next = Some(round.next.map_or(at, |next| next.min(at)));
        }
        Ok(round)
    }
}

/// Any number.
pub(super) fn chance() -> u64 {
    let mut bytes = [0; 8];
    // Without the system's chance, all wait equally long.
    let _ = getrandom::fill(&mut bytes);
    u64::from_ne_bytes(bytes)
}
