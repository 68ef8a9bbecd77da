//! Scripts that share a commit, each in a savepoint.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{Clock, Ended, Run, Trouble};
use crate::error::{Cause, Error};
use crate::event::Event;
use crate::inspect::Ready;
use crate::ledger::LedgerError;
use crate::ledger::history::{Attempt, Outcome};
use crate::store::{BrokenKey, Fault, StoreError};

/// A group is committed when it has taken so long...
const LONGEST: Duration = Duration::from_secs(2);
/// ...or when its scripts are so long together, in bytes.
const LARGEST: u64 = 32 * 1024 * 1024;

/// The scripts of a group that are done, and what each of them demands of programs from here on.
type Done = Vec<(Attempt, Option<semver::Version>)>;

/// What ended a group before its last script.
enum Stopper {
    /// A script failed, and was rolled back by itself.
    Failure(Attempt, Cause),
    /// Something else that is not recorded.
    Other(Error),
    /// The application asked to stop.
    Stop,
}

/// Why a group could not be committed.
enum Unsealed {
    /// A write of the ledger or the commit was refused.
    Refused(Cause),
    /// The database could not be used.
    Environment(StoreError),
}

impl From<StoreError> for Unsealed {
    fn from(error: StoreError) -> Self {
        match error.fault() {
            Fault::Busy | Fault::Io => Self::Environment(error),
            _ => Self::Refused(error.into()),
        }
    }
}

impl From<LedgerError> for Unsealed {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store { source, .. } => source.into(),
            other => Self::Refused(other.into()),
        }
    }
}

impl Run<'_> {
    /// Runs the first scripts of the queue in one transaction, and takes those from it that are committed.
    /// `broken_before`: the first script runs alone, and must not break more foreign keys than these.
    ///
    /// Where SQLite gives up the whole transaction, or refuses the commit, the scripts are left in the queue to be run
    /// one by one, so that the right one is blamed.
    pub(super) fn group(
        &mut self,
        queue: &mut VecDeque<Ready>,
        broken_before: Option<&[BrokenKey]>,
    ) -> Result<Ended, Error> {
        let alone =
            self.one_by_one > 0 || queue.front().is_some_and(|first| !first.shares_commits());
        self.session.begin()?;
        let began = Instant::now();
        let mut done = Done::new();
        let mut length = 0;
        let mut stopper = None;
        while let Some(ready) = queue.get(done.len()) {
            let enough =
                alone || !ready.shares_commits() || began.elapsed() >= LONGEST || length >= LARGEST;
            if !done.is_empty() && enough {
                break;
            }
            length += ready.length;
            let Clock {
                started,
                mut attempt,
            } = self.begin_script(ready, 0);
            self.session.savepoint()?;
            match self.whole(ready, broken_before) {
                Ok(()) => {
                    self.session.release()?;
                    attempt.took_ms = started.elapsed().as_millis() as u64;
                    done.push((attempt, ready.directives.min_app.clone()));
                }
                Err(trouble) => {
                    if !self.session.in_transaction() {
                        return self.lost(queue, done.len(), trouble).map(|()| Ended::Done);
                    }
                    self.session.roll_back_to_savepoint()?;
                    stopper = Some(self.stopper(ready, trouble, started)?);
                    break;
                }
            }
        }
        let count = done.len();
        match (self.seal(&done, stopper.as_ref()), stopper) {
            (Ok(()), stopper) => {
                queue.drain(..count);
                self.one_by_one = self.one_by_one.saturating_sub(count);
                self.committed(done);
                match stopper {
                    None => Ok(Ended::Done),
                    Some(Stopper::Stop) => Ok(Ended::Stopped),
                    Some(Stopper::Other(error)) => Err(error),
                    Some(Stopper::Failure(attempt, error)) => {
                        Err(self.failed(attempt, error, Ok(())))
                    }
                }
            }
            (Err(Unsealed::Environment(error)), _) => {
                let _ = self.session.roll_back();
                Err(error.into())
            }
            (Err(Unsealed::Refused(unrecorded)), Some(Stopper::Failure(attempt, error)))
                if count == 0 =>
            {
                let _ = self.session.roll_back();
                Err(self.failed(attempt, error, Err(unrecorded)))
            }
            (Err(Unsealed::Refused(_)), Some(Stopper::Stop | Stopper::Other(_))) if count == 0 => {
                Ok(Ended::Stopped)
            }
            (Err(Unsealed::Refused(error)), _) => {
                self.session.roll_back()?;
                let statement = None;
                self.lost(queue, count - 1, Trouble::Script { statement, error })
                    .map(|()| Ended::Done)
            }
        }
    }

    /// Writes what is to be remembered of the group, and commits.
    fn seal(&mut self, done: &Done, stopper: Option<&Stopper>) -> Result<(), Unsealed> {
        self.record(done)?;
        if let Some(Stopper::Failure(attempt, _)) = stopper {
            self.add_trip(attempt)?;
        }
        Ok(self.session.commit()?)
    }

    /// What a script's trouble, rolled back by itself, means for its group.
    fn stopper(
        &mut self,
        ready: &Ready,
        trouble: Trouble,
        started: Instant,
    ) -> Result<Stopper, Error> {
        Ok(match trouble {
            Trouble::Script { statement, error } => {
                let mut attempt =
                    self.failed_attempt(ready, Outcome::Failed, statement, error.as_ref());
                attempt.took_ms = started.elapsed().as_millis() as u64;
                Stopper::Failure(attempt, error)
            }
            Trouble::Stopped => Stopper::Stop,
            Trouble::Catalog(error) => Stopper::Other(error.into()),
            Trouble::Ledger(error) => Stopper::Other(error.into()),
            Trouble::Environment(error) => {
                // Nothing can be committed either.
                self.session.roll_back()?;
                return Err(error.into());
            }
        })
    }

    /// The transaction is gone, and with it all that `done` scripts before the present one had done: alone, it is to
    /// blame; otherwise all of them run again, one by one.
    fn lost(
        &mut self,
        queue: &VecDeque<Ready>,
        done: usize,
        trouble: Trouble,
    ) -> Result<(), Error> {
        match trouble {
            Trouble::Environment(error) => Err(error.into()),
            Trouble::Catalog(error) => Err(error.into()),
            Trouble::Ledger(error) => Err(error.into()),
            Trouble::Stopped => Ok(()),
            Trouble::Script { statement, error } if done == 0 => {
                let ready = queue.front().expect("a script of the queue was under way");
                Err(self.trip(ready, Outcome::Failed, statement, error))
            }
            Trouble::Script { .. } => {
                self.one_by_one = done + 1;
                (self.tell)(Event::Repeated { scripts: done + 1 });
                Ok(())
            }
        }
    }
}
