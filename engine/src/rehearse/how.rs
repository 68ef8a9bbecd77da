//! [`Rehearsal`]: how a rehearsal is made.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::aside::AsideError;
use crate::sql::Dialect;
use crate::store::{Store, Whole};

/// How a rehearsal is made.
#[derive(Clone, Default)]
pub struct Rehearsal {
    folder: Option<PathBuf>,
    on: Option<Arc<dyn Store>>,
}

impl Rehearsal {
    /// What the copy needs of files is kept in a folder of its own in this one; in the folder for backups, or beside the
    /// database, unless told.
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Makes the copy on another server, beside this database of it, which is not touched: as `NAME_upgrades_1`. On the same
    /// server unless told.
    pub fn on(mut self, other: impl Store + 'static) -> Self {
        self.on = Some(Arc::new(other));
        self
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub(super) fn is_elsewhere(&self) -> bool {
        self.on.is_some()
    }

    /// The database that copies are made beside, where that is not the real one.
    pub(super) fn elsewhere(&self, dialect: Dialect) -> Result<Option<&dyn Whole>, AsideError> {
        let Some(other) = &self.on else {
            return Ok(None);
        };
        let fits = other.dialect() == dialect;
        let whole = other.whole().filter(|_| fits);
        whole.map(Some).ok_or_else(|| AsideError::Elsewhere {
            place: other.address(),
            dialect,
        })
    }
}

impl fmt::Debug for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rehearsal")
            .field("folder", &self.folder)
            .field("on", &self.on.as_ref().map(|other| other.address()))
            .finish()
    }
}
