//! Connections to SQLite: the session's own, which can be opened anew, or the application's.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::MutexGuard;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::super::StoreError;
use super::driver::store_error;

/// What a session is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Reading,
    Upgrading,
}

/// A connection, and whose it is.
pub(super) enum Held<'g, 'c> {
    Own(Connection, Reopen),
    /// With whether it enforces foreign keys, which it is to do again afterwards.
    Borrowed(MutexGuard<'g, &'c mut Connection>, bool),
}

/// How an own connection was opened.
pub(super) struct Reopen {
    pub(super) path: PathBuf,
    pub(super) flags: OpenFlags,
    pub(super) busy_timeout: Duration,
    pub(super) work: Work,
}

impl Deref for Held<'_, '_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Own(connection, _) => connection,
            Self::Borrowed(connection, _) => connection,
        }
    }
}

impl DerefMut for Held<'_, '_> {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::Own(connection, _) => connection,
            Self::Borrowed(connection, _) => connection,
        }
    }
}

impl Reopen {
    pub(super) fn open(&self) -> Result<Connection, StoreError> {
        let cannot_open = |error| {
            let cause = store_error(error);
            let message = format!("the database {} cannot be opened", self.path.display());
            StoreError::new(cause.fault(), message).because(cause)
        };
        let connection =
            Connection::open_with_flags(&self.path, self.flags).map_err(cannot_open)?;
        connection
            .busy_timeout(self.busy_timeout)
            .map_err(cannot_open)?;
        if self.work == Work::Upgrading {
            // SQLite's own default depends on how it was compiled.
            connection
                .pragma_update(None, "foreign_keys", true)
                .map_err(cannot_open)?;
        }
        Ok(connection)
    }
}
