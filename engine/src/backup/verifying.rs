//! Verifying a backup: its files against their checksums, and a trial restore into a database aside.

use serde::Serialize;

use super::error::BackupError;
use super::making::database_file;
use super::manifest::Backup;
use super::part::read_part;
use super::workplace::Workplace;
use crate::error::Error;
use crate::store::{Scratch, TableCount, Whole};
use crate::upgrader::Upgrader;

/// What was found of a backup that is whole.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// The backup.
    pub backup: Backup,
    /// The tables that came back, with how many rows each has.
    pub tables: Vec<TableCount>,
}

impl Upgrader<'_> {
    /// Compares the files of a backup with their checksums, restores it into a database aside, has that checked, and
    /// counts its rows. The real database is not touched. `id`: the backup's name, or `latest`.
    ///
    /// # Errors
    /// There is no such backup, it is damaged, or the database cannot make another one.
    pub fn verify_backup(&self, id: &str) -> Result<Verified, Error> {
        let folder = self.backups_told()?.folder();
        let backup = folder.find(id, &self.whole()?.identity())?;
        self.must_fit(&backup)?;
        folder.compare(&backup)?;
        let place = folder.workplace(&format!("{}-verify", backup.id))?;
        let whole = self.whole()?;
        let mut scratch = self.restore_aside(whole, &backup, &place)?;
        let tables = scratch.count().map_err(|source| BackupError::Scratch {
            id: backup.id.clone(),
            source,
        })?;
        drop(scratch);
        Ok(Verified { backup, tables })
    }

    pub(super) fn whole(&self) -> Result<&dyn Whole, BackupError> {
        self.store.whole().ok_or_else(|| BackupError::Impossible {
            database: self.store.address(),
        })
    }

    /// Refuses the backup of another kind of database.
    pub(super) fn must_fit(&self, backup: &Backup) -> Result<(), BackupError> {
        let unfit = |why: String| {
            let id = backup.id.clone();
            Err(BackupError::Unfit { id, why })
        };
        let dialect = self.store.dialect();
        if backup.dialect != dialect {
            return unfit(format!(
                "it is of {}, and this database is {dialect}",
                backup.dialect
            ));
        }
        if backup.prefix != self.prefix_said() {
            return unfit(format!(
                "its tables begin with {:?}, and those here with {:?}",
                backup.prefix,
                self.prefix_said()
            ));
        }
        Ok(())
    }

    /// A database aside that holds what a backup holds, and is whole.
    pub(super) fn restore_aside<'s>(
        &'s self,
        whole: &'s dyn Whole,
        backup: &Backup,
        place: &Workplace,
    ) -> Result<Box<dyn Scratch + 's>, BackupError> {
        let failed = |source| BackupError::Scratch {
            id: backup.id.clone(),
            source,
        };
        let damaged = |what: String| BackupError::Damaged {
            id: backup.id.clone(),
            what,
        };
        let file = database_file(self.store.dialect());
        let path = self.backups_folder().of(&backup.id).join(&file);
        let mut dump = read_part(&path).map_err(BackupError::file(&path, "read"))?;
        let mut scratch = whole.scratch(place.path()).map_err(failed)?;
        scratch.fill(&mut dump).map_err(failed)?;
        let faults = scratch.faults().map_err(failed)?;
        if let Some(fault) = faults.first() {
            return Err(damaged(format!("its database is broken: {fault}")));
        }
        let counts = scratch.count().map_err(failed)?;
        if let Some(other) = backup.tables.iter().find(|table| !counts.contains(table)) {
            return Err(damaged(format!(
                "its table {} has not the {} rows that it had",
                other.table, other.rows
            )));
        }
        Ok(scratch)
    }
}
