//! [`Trouble`]: why a script did not reach its end.

use super::Ended;
use crate::catalog_error::CatalogError;
use crate::cause::Cause;
use crate::error::Error;
use crate::journal::Question;
use crate::latch::FailedStatement;
use crate::ledger::LedgerError;
use crate::store::{Fault, StoreError};

/// Why a script did not reach its end.
pub(super) enum Trouble {
    /// The script failed.
    Script {
        statement: Option<FailedStatement>,
        error: Cause,
    },
    /// Nobody can tell how far an earlier process has come.
    Question(Question),
    /// The database could not be used, which is not the script's fault.
    Environment(StoreError),
    /// Somebody else changed the same rows; what was not committed was rolled back, and can be tried again.
    Conflict(StoreError),
    /// The connection was lost; the journal knows what was committed.
    Lost(StoreError),
    /// The application asked to stop.
    Stopped,
    /// The script is not the one that was inspected.
    Catalog(CatalogError),
    /// What the engine keeps in the database cannot be used.
    Ledger(LedgerError),
}

impl Trouble {
    /// A statement that the database refused, unless it could not even try.
    pub(super) fn refused(error: StoreError, statement: Option<FailedStatement>) -> Self {
        match error.fault() {
            Fault::Busy | Fault::Io | Fault::Overtaken => Self::Environment(error),
            Fault::Conflict => Self::Conflict(error),
            Fault::Lost => Self::Lost(error),
            Fault::Contradicted => Self::Ledger(LedgerError::write(error)),
            Fault::CannotOpen
            | Fault::ReadOnly
            | Fault::NotADatabase
            | Fault::Full
            | Fault::Unsuitable
            | Fault::Denied
            | Fault::Refused => Self::Script {
                statement,
                error: error.into(),
            },
        }
    }
}

/// What a script has to answer for.
pub(super) enum Blame {
    /// It failed.
    Script {
        statement: Option<FailedStatement>,
        error: Cause,
    },
    /// Nobody can tell how far an earlier process has come.
    Question(Question),
}

impl Trouble {
    /// What the script has to answer for; else how the run ends, which is not the script's fault.
    pub(super) fn blame(self) -> Result<Blame, Result<Ended, Error>> {
        match self {
            Self::Script { statement, error } => Ok(Blame::Script { statement, error }),
            Self::Question(question) => Ok(Blame::Question(question)),
            Self::Environment(error) | Self::Conflict(error) | Self::Lost(error) => {
                Err(Err(error.into()))
            }
            Self::Stopped => Err(Ok(Ended::Stopped)),
            Self::Catalog(error) => Err(Err(error.into())),
            Self::Ledger(error) => Err(Err(error.into())),
        }
    }

    /// What is to be told of it.
    pub(super) fn into_cause(self) -> Cause {
        match self {
            Self::Script { error, .. } => error,
            Self::Question(question) => question.into(),
            Self::Environment(error) | Self::Conflict(error) | Self::Lost(error) => error.into(),
            Self::Stopped => "the application asked to stop".into(),
            Self::Catalog(error) => error.into(),
            Self::Ledger(error) => error.into(),
        }
    }
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store { what, source } => match source.fault() {
                Fault::Conflict => Self::Conflict(source),
                Fault::Lost => Self::Lost(source),
                _ => Self::Ledger(LedgerError::Store { what, source }),
            },
            error => Self::Ledger(error),
        }
    }
}

impl From<StoreError> for Trouble {
    /// Of what the engine itself asked the database.
    fn from(error: StoreError) -> Self {
        match error.fault() {
            Fault::Conflict => Self::Conflict(error),
            Fault::Lost => Self::Lost(error),
            Fault::Contradicted => Self::Ledger(LedgerError::write(error)),
            _ => Self::Environment(error),
        }
    }
}
