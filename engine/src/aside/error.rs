//! [`AsideError`]: why nothing could be tried in a second database.

use std::io;
use std::path::PathBuf;

use crate::code::Code;
use crate::script::ScriptId;
use crate::sql::{Dialect, Position};
use crate::store::StoreError;

/// Why nothing could be tried in a second database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AsideError {
    /// This database cannot have another one beside it.
    #[error("{database} cannot be copied, so nothing can be tried beside it")]
    Impossible {
        /// The database.
        database: String,
    },
    /// A process that a crash lab has started cannot be used.
    #[error("a process of the crash lab {what}; the real database was not touched")]
    Process {
        /// What it did, or why it could not.
        what: String,
        /// What the system said.
        source: Option<io::Error>,
    },
    /// It was asked to stop.
    #[error("stopped as asked; the copy is gone, and the real database was not touched")]
    Stopped,
    /// The other place for the copy is of another kind.
    #[error(
        "{place} cannot take a copy of a database of {dialect}, so nothing was tried; name a place of its kind, or none"
    )]
    Elsewhere {
        /// The place.
        place: String,
        /// What the database is.
        dialect: Dialect,
    },
    /// The disk has no room for a copy.
    #[error(
        "{} has {free} bytes free, and a copy of the database needs up to {needed}; nothing was tried", path.display()
    )]
    NoRoom {
        /// The folder for the copy.
        path: PathBuf,
        /// How many bytes may be needed.
        needed: u64,
        /// How many are free.
        free: u64,
    },
    /// The copy cannot be made or used.
    #[error("a second database cannot be {what}, and the real one was not touched")]
    Copy {
        /// Made, read, and so on.
        what: &'static str,
        /// What the database said.
        source: StoreError,
    },
    /// A script would reach beyond the database that it runs in, and so beyond a copy.
    #[error(
        "{script} reaches beyond its database: {sql:?} at {position} {what}; it cannot be tried in a copy, and nothing was"
    )]
    ReachesOut {
        /// The script.
        script: ScriptId,
        /// Where the statement stands.
        position: Position,
        /// The statement.
        sql: String,
        /// What it does, in words.
        what: String,
    },
    /// Something in a copy would reach beyond it as soon as a script uses it.
    #[error(
        "{}; what is used in a copy would reach beyond it, and nothing was tried: make it anew without the name of a database", objects.join(", and ")
    )]
    ObjectsReachOut {
        /// Views, triggers, routines, events and tables, each with what it does, in words.
        objects: Vec<String>,
    },
}

impl AsideError {
    /// The stable name of this error, which leads to its explanation.
    pub fn code(&self) -> Code {
        match self {
            Self::Impossible { .. } | Self::Elsewhere { .. } => Code::CopyImpossible,
            Self::Process { .. } => Code::CrashLabProcess,
            Self::Stopped => Code::CopyStopped,
            Self::NoRoom { .. } => Code::CopyNoRoom,
            Self::Copy { .. } => Code::CopyFailed,
            Self::ReachesOut { .. } | Self::ObjectsReachOut { .. } => Code::ReachesOut,
        }
    }

    pub(crate) fn copy(what: &'static str) -> impl Fn(StoreError) -> Self {
        move |source| Self::Copy { what, source }
    }
}
