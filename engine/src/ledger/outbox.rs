//! The outbox: for each hook and each critical issue a row, which says what of it has been told.
//!
//! There is one where hooks are configured. Rows come and end with the commits that trip and clear the latch; all else about
//! them is written without the lock.

#[cfg(feature = "hooks")]
mod door;
#[cfg(feature = "hooks")]
mod raising;
#[cfg(any(feature = "hooks", feature = "backup"))]
mod rows;

use super::LedgerError;
use super::book::Book;
use crate::clock::Timestamp;
use crate::store::{Fault, Session, StoreError};

#[cfg(feature = "hooks")]
pub(crate) use door::Door;
#[cfg(feature = "hooks")]
pub(crate) use raising::{Speaker, new_id, raising};
#[cfg(any(feature = "hooks", feature = "backup"))]
pub(crate) use rows::{ALL, NoticeRow, select};

/// What the ledger's row says of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Outbox {
    /// There is none.
    #[default]
    None,
    /// Everything has been told.
    Quiet,
    /// An issue is open, or something waits to be told.
    Open,
}

/// What the ledger's row holds while nothing is open; anything else marks the last that was put into the outbox.
const QUIET: &str = "0";

impl Outbox {
    pub(super) fn read(value: Option<&str>) -> Self {
        match value {
            None => Self::None,
            Some(QUIET) => Self::Quiet,
            Some(_) => Self::Open,
        }
    }
}

impl Book {
    /// Notes in the open transaction that an issue is over, where there is an outbox.
    pub(crate) fn end_issue(
        &self,
        session: &mut dyn Session,
        outbox: Outbox,
        issue: &str,
    ) -> Result<(), LedgerError> {
        match outbox {
            Outbox::None | Outbox::Quiet => Ok(()),
            Outbox::Open => {
                let now = Timestamp::now().to_string();
                let ended = session.execute(&self.tables.end_issue(), &[now.into(), issue.into()]);
                ended.map(drop).or_else(|error| forgiven(error, session))
            }
        }
    }
}

/// The outbox may be gone or changed by another hand, and what belongs to it is found again by the next start. An error that
/// is not about the statement alone counts.
pub(super) fn forgiven(error: StoreError, session: &mut dyn Session) -> Result<(), LedgerError> {
    match error.fault() {
        Fault::Refused | Fault::Denied if session.in_transaction() => {
            log::warn!("the outbox cannot be written: {error}");
            Ok(())
        }
        _ => Err(LedgerError::write(error)),
    }
}
