//! Backups as part of a run: before it, and back to it when it fails.

use super::manifest::{Backup, Why};
use super::settle::Latch;
use super::{Backups, OnFailure};
use crate::error::{Error, Remains};
use crate::ledger::{Restoring, Stage};
use crate::lock::Holder;
use crate::store::Lock;
use crate::upgrader::{Settings, Upgrader};

impl Backup {
    /// What the ledger says once the run that it was made for has failed, until it is brought back.
    pub(crate) fn owed(&self) -> Restoring {
        Restoring {
            backup: self.id.to_string(),
            stage: Stage::Owed,
        }
    }
}

impl Upgrader<'_> {
    /// Makes the backup that a run begins with, where it begins with one.
    pub(crate) fn back_up_before(
        &self,
        settings: &Settings,
        me: &Holder,
    ) -> Result<Option<Backup>, Error> {
        match self.backups.as_ref().is_some_and(Backups::begins_runs) {
            true => self
                .back_up_locked(settings, me, Why::BeforeRun, None)
                .map(Some),
            false => Ok(None),
        }
    }

    /// The backup that is brought back should the run fail, where that is the policy. It is the run's own, also where the run
    /// takes up what another has left: since that one, others may have written.
    pub(crate) fn way_back<'b>(&self, backup: Option<&'b Backup>) -> Option<&'b Backup> {
        let policy = self.backups.as_ref().map(|backups| backups.on_failure);
        match policy {
            Some(OnFailure::Restore) => backup,
            Some(OnFailure::Halt) | None => None,
        }
    }

    /// Brings the database back to the moment before a run that has failed, where that is the policy.
    pub(crate) fn back_to(
        &self,
        backup: Option<&Backup>,
        settings: &Settings,
        me: &Holder,
        lock: &dyn Lock,
        error: Error,
    ) -> Error {
        let Some(backup) = self.way_back(backup) else {
            return error;
        };
        let Error::Failed {
            failure, source, ..
        } = error
        else {
            return error;
        };
        let whole = self.backups_folder().compare(backup);
        let brought = whole
            .map_err(Error::from)
            .and_then(|()| self.bring_back(settings, me, lock, backup, Latch::Tripped));
        match brought {
            Ok(_) => Error::Failed {
                failure,
                remains: Remains::RolledBack,
                applied: Vec::new(),
                source,
            },
            Err(unrestored) => {
                self.forget_what_is_owed(settings, me, lock);
                Error::NotBroughtBack {
                    failure,
                    backup: backup.id.clone(),
                    unrestored: Box::new(unrestored),
                    source,
                }
            }
        }
    }
}
