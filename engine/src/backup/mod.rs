//! Backups: the database and the application's files as they were at one moment, checked, kept, and brought back.

mod around_run;
mod error;
mod files;
pub(crate) mod folder;
mod id;
mod making;
mod manifest;
mod mounted;
mod part;
mod prune;
mod reading;
mod restoring;
pub(crate) mod room;
mod settle;
mod verifying;
pub(crate) mod workplace;

use std::path::PathBuf;

use crate::error::Error;
use crate::event::Event;
use crate::lock::{Deaths, Holder};
use crate::store::Lock;
use crate::upgrader::Upgrader;

pub use error::BackupError;
pub use folder::Listed;
pub use id::{BackupId, BackupIdError};
pub use manifest::{Backup, Part, Root, Why};
pub use restoring::{Restoration, Restored};
pub use verifying::Verified;

use folder::Folder;

/// Where backups are kept, what belongs to them, and when they are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    directory: PathBuf,
    files: Vec<PathBuf>,
    keep: usize,
    before_run: bool,
    pub(crate) on_failure: OnFailure,
    exclusive: bool,
}

/// What becomes of the database when a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// It stays as the failed script left it, for a person to look at and to go on from.
    #[default]
    Halt,
    /// It is brought back to the moment before the run, with the application's files. Whatever else was written since
    /// is lost, so this needs [`Backups::exclusive`]. It never goes back further, as others may have written before the run: not
    /// to before one that failed and was cleared, nor to before one that was killed and that this one took up.
    Restore,
}

/// How many backups are kept, unless told.
const KEEP: usize = 5;

impl Backups {
    /// Backups in this folder, which is made when the first is. Several installations may share one.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            files: Vec::new(),
            keep: KEEP,
            before_run: false,
            on_failure: OnFailure::default(),
            exclusive: false,
        }
    }

    /// Also backs up these files and folders of the application. Symbolic links in them are left out, with a warning.
    pub fn files<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.files.extend(paths.into_iter().map(Into::into));
        self
    }

    /// How many backups of a database are kept, at least one; 5 unless told. Older ones are removed when a new one is
    /// made, but never the one from before a failed run, or from before a script that is under way. As many are kept of what
    /// restores have replaced, until so many newer backups are there.
    pub fn keep(mut self, keep: usize) -> Self {
        self.keep = keep.max(1);
        self
    }

    /// Makes a backup before each run that has anything to run. Where that fails, nothing is run.
    pub fn before_run(mut self) -> Self {
        self.before_run = true;
        self
    }

    /// What becomes of the database when a run fails; [`OnFailure::Halt`] unless told. [`OnFailure::Restore`] makes a
    /// backup before each run.
    pub fn on_failure(mut self, policy: OnFailure) -> Self {
        self.on_failure = policy;
        self
    }

    /// Says that nothing else writes to the database and the files while an upgrade runs.
    pub fn exclusive(mut self) -> Self {
        self.exclusive = true;
        self
    }

    /// Whether a run begins with a backup.
    pub(crate) fn begins_runs(&self) -> bool {
        self.before_run || self.on_failure == OnFailure::Restore
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.directory.clone()
    }

    fn folder(&self) -> Folder {
        Folder::new(self.directory.clone())
    }
}

impl<'a> Upgrader<'a> {
    /// Where backups are kept, what belongs to them, and when they are made.
    pub fn backups(mut self, backups: Backups) -> Self {
        self.backups = Some(backups);
        self
    }

    /// Every backup in the folder for them, oldest first, also those of other databases; before them what cannot be read.
    ///
    /// # Errors
    /// No folder is configured, or it cannot be read. One that is not there holds none.
    pub fn list_backups(&self) -> Result<Vec<Listed>, Error> {
        Ok(self.backups_told()?.folder().list()?)
    }

    /// Takes the lock, for a backup or a restore.
    fn lock(&self, me: &Holder) -> Result<(Box<dyn Lock + '_>, Option<Deaths>), Error> {
        let tell = |holder: &_, waited| self.tell(Event::Waiting { holder, waited });
        self.take_lock(me, tell, || BackupError::Stopped.into())
    }

    fn backups_folder(&self) -> Folder {
        let told = self.backups.as_ref();
        Folder::new(told.map(|told| told.directory.clone()).unwrap_or_default())
    }

    /// What was said of backups.
    pub(crate) fn backups_told(&self) -> Result<&Backups, Error> {
        let backups = self.backups.as_ref().ok_or(BackupError::NoFolder)?;
        if backups.on_failure == OnFailure::Restore && !backups.exclusive {
            return Err(Error::Setup {
                what: "the policy on failure",
                value: "restore".to_owned(),
                reason: "it loses what others write during a run; say that nothing else does (exclusive = true)"
                    .to_owned(),
            });
        }
        Ok(backups)
    }
}
