//! [`BackupError`]: why a backup was not made, or not brought back.

use std::io;
use std::path::PathBuf;

use super::id::BackupId;
use crate::code::Code;
use crate::store::StoreError;

/// Why a backup was not made, or not brought back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// Nobody said where backups are kept.
    #[error("no folder for backups is configured, so none can be made or found")]
    NoFolder,
    /// This database cannot be copied as a whole.
    #[error("{database} cannot be backed up as a whole; back up what it is kept in")]
    Impossible {
        /// The database.
        database: String,
    },
    /// A file or folder cannot be used.
    #[error("{} cannot be {what}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Read, written, and so on.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// A folder of the application that is to be in the backup holds what must not be.
    #[error("{} holds {what}, so it cannot be in the backup as it is; name what is in it one by one", path.display())]
    Holds {
        /// The folder.
        path: PathBuf,
        /// What it holds, in words.
        what: String,
    },
    /// The disk has no room for a backup.
    #[error(
        "{} has {free} bytes free, and a backup needs up to {needed}; none was made", path.display()
    )]
    NoRoom {
        /// The folder for backups.
        path: PathBuf,
        /// How many bytes may be needed.
        needed: u64,
        /// How many are free.
        free: u64,
    },
    /// The database cannot be dumped.
    #[error("the database cannot be copied, and no backup was made")]
    Dump(#[source] StoreError),
    /// The application asked to stop.
    #[error("the backup was stopped as asked, and nothing of it is left")]
    Stopped,
    /// There is no such backup.
    #[error("there is no backup {id} in {}{}", folder.display(), newest_told(.newest))]
    Unknown {
        /// What was asked for.
        id: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// The newest that is there.
        newest: Option<BackupId>,
    },
    /// A backup is not as it was made.
    #[error("the backup {id} is damaged, and cannot be used: {what}")]
    Damaged {
        /// The backup.
        id: BackupId,
        /// What is wrong with it.
        what: String,
    },
    /// A backup is not for this database or this program.
    #[error("the backup {id} cannot be used here: {why}; nothing was changed")]
    Unfit {
        /// The backup.
        id: BackupId,
        /// Why not.
        why: String,
    },
    /// A backup cannot be put into a database aside.
    #[error("the backup {id} cannot be restored; nothing was changed")]
    Scratch {
        /// The backup.
        id: BackupId,
        /// What the database said.
        source: StoreError,
    },
    /// A backup did not take the place of the database.
    #[error(
        "the backup {id} could not take the place of the database; it is as before, or the next command finishes this"
    )]
    Replace {
        /// The backup.
        id: BackupId,
        /// What the database said.
        source: StoreError,
    },
}

fn newest_told(newest: &Option<BackupId>) -> String {
    match newest {
        Some(id) => format!("; the newest is {id}"),
        None => "; there is none".to_owned(),
    }
}

impl BackupError {
    pub(super) fn file(
        path: impl Into<PathBuf>,
        what: &'static str,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, what, source }
    }

    /// The stable name of this error, which leads to its explanation.
    pub fn code(&self) -> Code {
        match self {
            Self::NoFolder => Code::BackupFolder,
            Self::Impossible { .. } => Code::BackupImpossible,
            Self::Holds { .. } => Code::BackupHolds,
            Self::File { .. } => Code::BackupFile,
            Self::NoRoom { .. } => Code::BackupNoRoom,
            Self::Dump(_) => Code::BackupFailed,
            Self::Stopped => Code::BackupStopped,
            Self::Unknown { .. } => Code::BackupUnknown,
            Self::Damaged { .. } => Code::BackupDamaged,
            Self::Unfit { .. } => Code::BackupUnfit,
            Self::Scratch { .. } | Self::Replace { .. } => Code::RestoreFailed,
        }
    }
}
