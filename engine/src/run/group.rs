//! Scripts that share a commit, each in a savepoint.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{Blame, Clock, Done, Ended, Run, Trouble};
use crate::cause::Cause;
use crate::error::{Error, Remains};
use crate::event::Event;
use crate::inspect::Ready;
use crate::ledger::LedgerError;
use crate::ledger::history::{Attempt, Outcome};
use crate::store::{BrokenKey, Fault, StoreError};

/// A group is committed when it has taken so long...
const LONGEST: Duration = Duration::from_secs(2);
/// ...or when its scripts are so long together, in bytes.
const LARGEST: u64 = 32 * 1024 * 1024;

/// What ended a group before its last script.
enum Stopper {
    /// A script failed, and was rolled back by itself.
    Failure(Box<Attempt>, Cause),
    /// Something else that is not recorded.
    Other(Error),
    /// The application asked to stop.
    Stop,
}

/// What running the scripts of a group led to.
enum Filled {
    /// A transaction to be committed.
    Open {
        done: Vec<Done>,
        stopper: Option<Stopper>,
    },
    /// No transaction any more: trouble in the script behind so many that were done.
    Lost { done: usize, trouble: Trouble },
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
        match self.fill(queue, broken_before)? {
            Filled::Open { done, stopper } => self.settle(queue, done, stopper),
            Filled::Lost { done, trouble } => self.lost(queue, done, trouble),
        }
    }

    /// Begins a transaction and runs scripts in it, each in a savepoint.
    fn fill(
        &mut self,
        queue: &VecDeque<Ready>,
        broken_before: Option<&[BrokenKey]>,
    ) -> Result<Filled, Error> {
        let one_by_one = self.one_by_one > 0;
        let began = Instant::now();
        let mut done = Vec::new();
        let mut length = 0;
        self.session.begin()?;
        for ready in queue {
            let full = one_by_one || began.elapsed() >= LONGEST || length >= LARGEST;
            if !done.is_empty() && (full || !ready.shares_commits()) {
                break;
            }
            length += ready.length;
            let Clock {
                started,
                mut attempt,
            } = self.begin_script(ready, 0);
            self.session.savepoint()?;
            match self.in_savepoint(ready, broken_before) {
                Ok(forgiven) => {
                    attempt.error = (!forgiven.is_empty()).then(|| forgiven.join("\n"));
                    attempt.took_ms = started.elapsed().as_millis() as u64;
                    self.script_ran(&attempt);
                    done.push(Done::of(ready, attempt));
                }
                Err(trouble) => {
                    let alone = self.session.in_transaction()
                        && self.session.roll_back_to_savepoint().is_ok();
                    if !alone {
                        self.session.roll_back()?;
                        let done = done.len();
                        return Ok(Filled::Lost { done, trouble });
                    }
                    let stopper = Some(self.stopper(ready, trouble, started)?);
                    return Ok(Filled::Open { done, stopper });
                }
            }
            if !ready.shares_commits() {
                break;
            }
        }
        let stopper = None;
        Ok(Filled::Open { done, stopper })
    }

    fn in_savepoint(
        &mut self,
        ready: &Ready,
        broken_before: Option<&[BrokenKey]>,
    ) -> Result<Vec<String>, Trouble> {
        let forgiven = self.whole(ready, broken_before)?;
        let released = self.session.release();
        released.map_err(|error| Trouble::refused(error, None))?;
        Ok(forgiven)
    }

    /// Commits what was done, with its records, and takes it from the queue.
    fn settle(
        &mut self,
        queue: &mut VecDeque<Ready>,
        done: Vec<Done>,
        stopper: Option<Stopper>,
    ) -> Result<Ended, Error> {
        let count = done.len();
        match self.seal(&done, stopper.as_ref()) {
            Ok(()) => {
                queue.drain(..count);
                self.one_by_one = self.one_by_one.saturating_sub(count);
                self.committed(done);
                match stopper {
                    None => Ok(Ended::Done),
                    Some(Stopper::Stop) => Ok(Ended::Stopped),
                    Some(Stopper::Other(error)) => Err(error),
                    Some(Stopper::Failure(attempt, error)) => {
                        Err(self.failed(*attempt, Remains::Nothing, error, Ok(())))
                    }
                }
            }
            Err(Unsealed::Environment(error)) => {
                // The error that counts is the first.
                let _ = self.session.roll_back();
                match stopper {
                    Some(Stopper::Failure(attempt, cause)) => {
                        Err(self.failed(*attempt, Remains::Nothing, cause, Err(error.into())))
                    }
                    Some(Stopper::Other(_) | Stopper::Stop) | None => Err(error.into()),
                }
            }
            Err(Unsealed::Refused(error)) => {
                let rolled_back = self.session.roll_back();
                match (count, stopper) {
                    (0, Some(Stopper::Failure(attempt, cause))) => {
                        Err(self.failed(*attempt, Remains::Nothing, cause, Err(error)))
                    }
                    (0, Some(Stopper::Other(error))) => Err(error),
                    (0, Some(Stopper::Stop) | None) => Ok(Ended::Stopped),
                    (_, _) => {
                        rolled_back?;
                        let statement = None;
                        self.lost(queue, count - 1, Trouble::Script { statement, error })
                    }
                }
            }
        }
    }

    /// Writes what is to be remembered of the group, and commits.
    fn seal(&mut self, done: &[Done], stopper: Option<&Stopper>) -> Result<(), Unsealed> {
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
                Stopper::Failure(Box::new(attempt), error)
            }
            Trouble::Stopped => Stopper::Stop,
            Trouble::Catalog(error) => Stopper::Other(error.into()),
            Trouble::Ledger(error) => Stopper::Other(error.into()),
            Trouble::Question(question) => {
                let attempt = self.failed_attempt(ready, Outcome::Died, None, &question);
                Stopper::Failure(Box::new(attempt), question.into())
            }
            Trouble::Environment(error) | Trouble::Conflict(error) | Trouble::Lost(error) => {
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
    ) -> Result<Ended, Error> {
        match trouble.blame() {
            Err(ended) => ended,
            Ok(Blame::Script { statement, error }) if done == 0 => {
                let ready = queue.front().expect("a script of the queue was under way");
                Err(self.trip(ready, Outcome::Failed, statement, error))
            }
            Ok(Blame::Question(question)) => {
                let ready = queue.front().expect("a script of the queue was under way");
                Err(self.trip(ready, Outcome::Died, None, question.into()))
            }
            Ok(Blame::Script { .. }) => {
                self.one_by_one = done + 1;
                (self.tell)(Event::Repeated { scripts: done + 1 });
                Ok(Ended::Done)
            }
        }
    }
}
