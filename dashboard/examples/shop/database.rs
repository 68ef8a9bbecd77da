//! [`Database`]: the shop's own connections, and what goes wrong with them.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use crate::configuration::Complaint;

/// How long a page waits for whoever writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// The shop's database, of which each page opens a connection of its own. It never makes one: that is the upgrade's.
#[derive(Debug, Clone)]
pub(crate) struct Database(PathBuf);

/// Why a page does not show what it was asked for.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is no such thing.
    Missing,
    /// What was asked for cannot be done, and why.
    Refused(Vec<Complaint>),
    /// The database is not one that this page can read: an upgrade is missing in it, or it is older than the program.
    NotUpgraded(rusqlite::Error),
    /// Somebody else writes, and has not ended.
    Busy,
    /// Anything else that the database says.
    Broken(rusqlite::Error),
}

impl Database {
    /// The database in this file.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Asks the database, on a thread where waiting is in nobody's way.
    ///
    /// # Errors
    /// What `question` says, or the database cannot be opened.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let path = self.0.clone();
        let asking = tokio::task::spawn_blocking(move || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let mut connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(PATIENCE)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            question(&mut connection)
        });
        asking
            .await
            .unwrap_or_else(|_panic| Err(Trouble::Broken(rusqlite::Error::UnwindingPanic)))
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{SqlInputError, SqliteFailure};
        let (SqliteFailure(code, _) | SqlInputError { error: code, .. }) = &error else {
            return Self::Broken(error);
        };
        match (code.code, code.extended_code) {
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy,
            (ErrorCode::CannotOpen, _) => Self::NotUpgraded(error),
            // The statements are the program's own: SQLite refuses the text of one for what the schema lacks.
            (_, ffi::SQLITE_ERROR) => Self::NotUpgraded(error),
            (_, _) => Self::Broken(error),
        }
    }
}
