//! What becomes of a failure: the row of the history, the latch and what the policy owes, in one commit; and the error.

use super::Run;
use crate::cause::{Cause, told};
use crate::error::{Error, Remains};
use crate::inspect::Ready;
use crate::latch::FailedStatement;
use crate::ledger::LedgerError;
use crate::ledger::history::{Attempt, Outcome};
use crate::role::{Moment, Role};
use crate::store::{Fault, StoreError};

impl Run<'_> {
    /// Trips the latch for a script of which nothing is left in an open transaction.
    pub(super) fn trip(
        &mut self,
        ready: &Ready,
        outcome: Outcome,
        statement: Option<FailedStatement>,
        error: Cause,
    ) -> Error {
        let attempt = self.failed_attempt(ready, outcome, statement, error.as_ref());
        let written = self.write_trip(&attempt);
        let remains = match (outcome, ready.is_transactional()) {
            (Outcome::Died, _) => Remains::AsBefore,
            (_, true) => Remains::Nothing,
            (_, false) => Remains::before(attempt.failed.as_ref()),
        };
        self.failed(attempt, remains, error, written)
    }

    pub(super) fn failed_attempt(
        &self,
        ready: &Ready,
        outcome: Outcome,
        statement: Option<FailedStatement>,
        error: &(dyn std::error::Error + 'static),
    ) -> Attempt {
        let mut attempt = self
            .book
            .attempt(ready.id.clone(), ready.version(), outcome);
        attempt.checksum = Some(ready.checksums.0.clone());
        attempt.code_checksum = Some(ready.checksums.1.clone());
        attempt.statements = statement
            .as_ref()
            .map_or(ready.statements, |failed| failed.number.saturating_sub(1));
        attempt.failed = statement;
        attempt.error = Some(told(error));
        attempt
    }

    pub(super) fn write_trip(&mut self, attempt: &Attempt) -> Result<(), Cause> {
        self.session.roll_back()?;
        self.session.begin()?;
        let written = self.add_trip(attempt);
        match written
            .map_err(Cause::from)
            .and_then(|()| Ok(self.session.commit()?))
        {
            Ok(()) => Ok(()),
            Err(error) => {
                // The error that counts is the first.
                let _ = self.session.roll_back();
                Err(error)
            }
        }
    }

    pub(super) fn add_trip(&mut self, attempt: &Attempt) -> Result<(), LedgerError> {
        if attempt.script.role() == Role::Callback(Moment::AfterFailure) {
            // The latch is tripped already, and stands for the failure that came first.
            return Ok(());
        }
        self.book.add(self.session, attempt)?;
        self.book.set_latch(self.session, true)?;
        if self.way_back.is_some() {
            self.book
                .set_restoring(self.session, self.way_back.as_ref())?;
        }
        #[cfg(feature = "hooks")]
        if let Some(failure) = attempt.failure() {
            let issue = crate::issue::CriticalIssue::failed(Some(&failure));
            self.book.raise(self.session, &issue)?;
        }
        Ok(())
    }

    /// The error that a script's failure is, recorded or not.
    pub(super) fn failed(
        &mut self,
        attempt: Attempt,
        remains: Remains,
        source: Cause,
        written: Result<(), Cause>,
    ) -> Error {
        let failure = Box::new(attempt.failure().expect("the attempt failed or died"));
        match written {
            Ok(()) => Error::Failed {
                failure,
                remains,
                applied: std::mem::take(&mut self.applied),
                source,
            },
            // Nobody may write here, which is not the script's fault.
            Err(unrecorded) if is_read_only(&source) && is_read_only(&unrecorded) => {
                match source.downcast::<StoreError>() {
                    Ok(error) => Error::Store(*error),
                    Err(source) => Error::LatchUnwritten {
                        failure,
                        unrecorded,
                        source,
                    },
                }
            }
            Err(unrecorded) => Error::LatchUnwritten {
                failure,
                unrecorded,
                source,
            },
        }
    }
}

/// Whether the database answered that this user may not write.
fn is_read_only(cause: &Cause) -> bool {
    let error = match cause.downcast_ref::<LedgerError>() {
        Some(LedgerError::Store { source, .. }) => Some(source),
        _ => cause.downcast_ref::<StoreError>(),
    };
    error.is_some_and(|error| matches!(error.fault(), Fault::ReadOnly | Fault::CannotOpen))
}
