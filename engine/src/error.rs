//! [`Error`]: why a run did not do what it was asked to. Each names the thing and the consequence; the cause is its
//! source, and its [`Code`] leads to the remedy.

use std::time::Duration;

use crate::adopt::AdoptError;
use crate::catalog_error::CatalogError;
use crate::cause::{Cause, chain};
use crate::code::Code;
use crate::guard::Refusal;
use crate::latch::{FailedStatement, Failure, FailureKind};
use crate::ledger::LedgerError;
use crate::lock::LockRecord;
use crate::repair::RepairError;
use crate::report::Applied;
use crate::store::{Fault, MissingRights, StoreError};

/// Why a call did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine was given something that it cannot use.
    #[error("{what} {value:?} cannot be used: {reason}; nothing was run")]
    Setup {
        /// What it was given.
        what: &'static str,
        /// The value.
        value: String,
        /// Why not, in words.
        reason: String,
    },
    /// The scripts are not in order.
    #[error("the scripts are not in order, and {}", ran(.0))]
    Catalog(#[source] CatalogError),
    /// Nothing may run.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A script failed, and the latch is tripped.
    #[error("{failure}; {remains}")]
    Failed {
        /// What failed.
        failure: Box<Failure>,
        /// What of the script is in the database now.
        remains: Remains,
        /// What was applied before it in this run.
        applied: Vec<Applied>,
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// A script failed, and that could not be recorded: the next start tries it again.
    #[error(
        "{failure}, which could not be recorded in the database ({}); the next start tries it again",
        chain(.unrecorded.as_ref())
    )]
    LatchUnwritten {
        /// What failed.
        failure: Box<Failure>,
        /// Why it could not be recorded.
        unrecorded: Cause,
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// A script failed, and the backup from before the run could not be brought back.
    #[cfg(feature = "backup")]
    #[error(
        "{failure}, and the backup {backup} from before the run could not be brought back ({}); the database is as the \
         failed script left it, unless that says otherwise, and nothing runs until a person has cleared the failure",
        crate::cause::chain(unrestored)
    )]
    NotBroughtBack {
        /// What failed.
        failure: Box<Failure>,
        /// The backup.
        backup: crate::backup::BackupId,
        /// Why it was not brought back.
        unrestored: Box<Error>,
        /// What the database said to the script.
        #[source]
        source: Cause,
    },
    /// What the engine keeps in the database cannot be used.
    #[error("{}", what_follows(.0))]
    Ledger(#[from] LedgerError),
    /// The database cannot be used.
    #[error("the database cannot be used, and nothing more was run")]
    Store(#[from] StoreError),
    /// The database's user may not do what the pending scripts do.
    #[error("the database's user {}, and nothing was run; an administrator gives them: {}", .0, .0.grant)]
    Rights(Box<MissingRights>),
    /// Another process held the lock for as long as this one was willing to wait.
    #[error("another process upgrades this database: {holder}; gave up after {}", seconds(.waited))]
    Locked {
        /// Who holds it.
        holder: Box<LockRecord>,
        /// How long this process waited.
        waited: Duration,
    },
    /// A backup was not made, or not brought back.
    #[cfg(feature = "backup")]
    #[error(transparent)]
    Backup(#[from] crate::backup::BackupError),
    /// Nothing could be tried in a second database.
    #[cfg(feature = "backup")]
    #[error(transparent)]
    Aside(#[from] crate::aside::AsideError),
    /// No baseline was written.
    #[cfg(feature = "backup")]
    #[error(transparent)]
    Squash(#[from] crate::squash::SquashError),
    /// A hook cannot be told.
    #[cfg(feature = "hooks")]
    #[error(transparent)]
    Hook(#[from] crate::hooks::HookError),
    /// The latch cannot be cleared in this way.
    #[error("the failure cannot be cleared by {resolution}: {reason}; nothing was changed")]
    Clear {
        /// What was decided.
        resolution: &'static str,
        /// Why that cannot be done.
        reason: String,
    },
    /// The database cannot be taken over.
    #[error("the database cannot be taken over, and nothing was changed")]
    Adopt(#[from] AdoptError),
    /// A script is not settled in this way.
    #[error("the script is not settled, and nothing was changed")]
    Repair(#[from] RepairError),
}

/// Whether scripts may have run before that was seen.
fn ran(error: &CatalogError) -> &'static str {
    match error {
        CatalogError::Changed { .. } => "no more were run",
        _ => "none was run",
    }
}

/// What of a failed script is in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remains {
    /// It was rolled back.
    Nothing,
    /// It runs without a transaction, and only the failed statement was rolled back.
    EarlierStatements,
    /// Batches of a program, and what it may do twice.
    Batches,
    /// Writes of a program that must not be done twice.
    Writes,
    /// What there was before: it was not run.
    AsBefore,
    /// What there was before the run, which a backup has brought back.
    RolledBack,
}

impl Remains {
    /// What is left of a script whose statements are kept one by one, of which this one failed.
    pub(crate) fn before(failed: Option<&FailedStatement>) -> Self {
        match failed {
            Some(FailedStatement { number: 1, .. }) => Self::Nothing,
            Some(_) | None => Self::EarlierStatements,
        }
    }
}

impl std::fmt::Display for Remains {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "it was rolled back, and later scripts were not run",
            Self::EarlierStatements => {
                "the statements before it stay done, and later scripts were not run"
            }
            Self::Batches => {
                "what its batches have done stays done, and they go on from there; later scripts were not run"
            }
            Self::Writes => {
                "what it had committed stays done, so that it cannot begin again by itself; later scripts were not run"
            }
            Self::RolledBack => {
                "the database was rolled back to the backup from before the run, and later scripts were not run"
            }
            Self::AsBefore => "neither it nor later scripts were run",
        })
    }
}

fn what_follows(error: &LedgerError) -> &'static str {
    match error {
        LedgerError::Store { .. } => "the database cannot be used, and nothing more was run",
        LedgerError::Value { .. }
        | LedgerError::Newer { .. }
        | LedgerError::Unfit(_)
        | LedgerError::Ambiguous { .. } => "nothing was run, because of what is in the database",
    }
}

fn seconds(duration: &Duration) -> humantime::FormattedDuration {
    let whole = match duration.as_secs() {
        0 => Duration::from_millis(duration.as_millis() as u64),
        seconds => Duration::from_secs(seconds),
    };
    humantime::format_duration(whole)
}

impl From<CatalogError> for Error {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}

impl StoreError {
    /// The stable name of this error, which leads to its explanation.
    pub fn code(&self) -> Code {
        match self.fault() {
            Fault::CannotOpen | Fault::Io | Fault::Lost | Fault::Unsuitable => {
                Code::DatabaseUnreachable
            }
            Fault::Busy | Fault::Conflict => Code::DatabaseBusy,
            Fault::Overtaken => Code::Overtaken,
            Fault::ReadOnly => Code::DatabaseReadOnly,
            Fault::NotADatabase => Code::DatabaseDamaged,
            Fault::Full => Code::DatabaseFull,
            Fault::Refused => Code::DatabaseRefused,
            Fault::Denied => Code::Rights,
            Fault::Contradicted => Code::LedgerAmbiguous,
        }
    }
}

impl Error {
    /// The script that failed, and what the database said, when that is what happened in this run.
    pub(crate) fn failed(&self) -> Option<(&Failure, &Cause)> {
        match self {
            Self::Failed {
                failure, source, ..
            }
            | Self::LatchUnwritten {
                failure, source, ..
            } => Some((failure, source)),
            #[cfg(feature = "backup")]
            Self::NotBroughtBack {
                failure, source, ..
            } => Some((failure, source)),
            _ => None,
        }
    }

    /// Whether the connection to the database was lost.
    pub(crate) fn is_lost(&self) -> bool {
        let source = match self {
            Self::Store(error) => error,
            Self::Ledger(LedgerError::Store { source, .. }) => source,
            _ => return false,
        };
        source.fault() == Fault::Lost
    }

    /// The stable name of this error, which leads to its explanation.
    pub fn code(&self) -> Code {
        match self {
            Self::Setup { .. } => Code::Setup,
            Self::Catalog(error) => error.code(),
            Self::Refused(refusal) => match refusal {
                Refusal::Latched(_) => Code::Latched,
                Refusal::ProgramTooOld { .. } => Code::ProgramTooOld,
                Refusal::DatabaseNewer(_) => Code::DatabaseNewer,
                Refusal::Unmet { .. } => Code::Requirement,
                Refusal::Restoring { .. } => Code::RestoreUnfinished,
            },
            Self::Failed { failure, .. } => match failure.kind {
                FailureKind::Failed => Code::ScriptFailed,
                FailureKind::Died => Code::ScriptDied,
            },
            Self::LatchUnwritten { .. } => Code::LatchUnwritten,
            #[cfg(feature = "backup")]
            Self::NotBroughtBack { .. } => Code::NotBroughtBack,
            Self::Ledger(error) => match error {
                LedgerError::Value { .. } => Code::LedgerValue,
                LedgerError::Newer { .. } => Code::LedgerNewer,
                LedgerError::Ambiguous { .. } => Code::LedgerAmbiguous,
                LedgerError::Unfit(_) => Code::LedgerUnfit,
                LedgerError::Store { source, .. } => source.code(),
            },
            Self::Store(error) => error.code(),
            Self::Rights(_) => Code::Rights,
            Self::Locked { .. } => Code::Locked,
            #[cfg(feature = "backup")]
            Self::Backup(error) => error.code(),
            #[cfg(feature = "backup")]
            Self::Aside(error) => error.code(),
            #[cfg(feature = "backup")]
            Self::Squash(error) => error.code(),
            #[cfg(feature = "hooks")]
            Self::Hook(_) => Code::Hook,
            Self::Clear { .. } => Code::Clear,
            Self::Adopt(_) => Code::Adopt,
            Self::Repair(_) => Code::Repair,
        }
    }
}
