//! Bringing a backup back: beside the real database first, where it is checked and its ledger made true, then in its place.

use std::path::PathBuf;

use serde::Serialize;

use super::error::BackupError;
use super::files::{self, Refused, Unpacked};
use super::making::FILES;
use super::manifest::{Backup, Root, Why};
use super::mounted::is_mount_point;
use super::part::read_part;
use super::settle::{Latch, Settling};
use crate::code::Code;
use crate::error::Error;
use crate::event::Event;
use crate::ledger::book::Book;
use crate::ledger::{self, Ledger, Restoring, Stage, Tables, history};
use crate::lock::Holder;
use crate::script::ScriptId;
use crate::store::{Fault, Lock, Replacing, StoreError};
use crate::upgrader::{Settings, Upgrader};

/// What a restore would replace by what.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Restoration {
    /// The backup.
    pub backup: Backup,
    /// The newest applied script of each track now, as far as the database can be read.
    pub now: Vec<ScriptId>,
    /// The files and folders that would be replaced.
    pub files: Vec<PathBuf>,
    /// What deserves a second look, in words.
    pub doubts: Vec<String>,
}

/// What a restore did.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Restored {
    /// The backup that took the place of the database.
    pub backup: Backup,
    /// The backup of what was there; `None` where that could not be read, or where a restore had died over it.
    pub before: Option<Backup>,
    /// The scripts whose work is not there any more.
    pub undone: Vec<ScriptId>,
}

impl Upgrader<'_> {
    /// What restoring a backup would replace by what. Nothing is changed. `id`: the backup's name, or `latest`.
    ///
    /// # Errors
    /// There is no such backup, or it is not for this database.
    pub fn restoration(&self, id: &str) -> Result<Restoration, Error> {
        let settings = self.settings()?;
        let backup = self
            .backups_told()?
            .folder()
            .find(id, &self.whole()?.identity())?;
        self.must_fit(&backup)?;
        let mut doubts = Vec::new();
        let mut now = Vec::new();
        match self.ledger_now(&settings) {
            Ok(ledger) => {
                let recorded = ledger.tracks.into_iter();
                now.extend(recorded.map(|(track, recorded)| ScriptId {
                    track,
                    file: recorded.file,
                }));
            }
            Err(error) => {
                let none = match error.code() {
                    Code::DatabaseDamaged => ", so no backup is made of it",
                    _ => "",
                };
                let told = crate::cause::chain(&error);
                doubts.push(format!("the database cannot be read{none}: {told}"));
            }
        }
        let database = self.whole()?.identity();
        if backup.database != database {
            doubts.push(format!(
                "the backup is of {}, and this is {database}",
                backup.database
            ));
        }
        doubts.extend(backup.warnings.iter().cloned());
        let files = self.places(&backup)?;
        let files = files.into_iter().map(|root| root.path).collect();
        Ok(Restoration {
            backup,
            now,
            files,
            doubts,
        })
    }

    /// Makes the database and the application's files what they are in a backup. What is there now is backed up first.
    /// The history goes on: what was done since stands in it, as undone.
    ///
    /// `id`: the backup's name, or `latest`. Other processes may have the database open. A restore that dies is finished by the next command.
    ///
    /// # Errors
    /// The backup is not there, damaged, or not for this database, or it cannot be brought back. The database is as before
    /// then, or its ledger says that a restore is under way, which the next call finishes.
    pub fn restore_backup(&self, id: &str) -> Result<Restored, Error> {
        let settings = self.settings()?;
        let folder = self.backups_told()?.folder();
        let backup = folder.find(id, &self.whole()?.identity())?;
        self.must_fit(&backup)?;
        let me = settings.holder();
        let (lock, _) = self.lock(&me)?;
        folder.compare(&backup)?;
        let mut latch = Latch::AsItWas;
        let before = match self.ledger_to_replace(&settings)? {
            // What is there is nothing that anybody would want back; a backup was made before that was begun.
            Some(ledger) if ledger.is_between() => {
                let stage = ledger.restoring.map(|restoring| restoring.stage);
                if stage == Some(Stage::FailedRun) {
                    latch = Latch::Tripped;
                }
                None
            }
            Some(ledger) => self.back_up_what_is_there(&ledger, &settings, &me, &backup)?,
            None => None,
        };
        let undone = self.bring_back(&settings, &me, lock.as_ref(), &backup, latch)?;
        Ok(Restored {
            backup,
            before,
            undone,
        })
    }

    /// The backup of what a restore replaces; `None` where that is damaged, and the store keeps it as it is.
    fn back_up_what_is_there(
        &self,
        ledger: &Ledger,
        settings: &Settings,
        me: &Holder,
        by: &Backup,
    ) -> Result<Option<Backup>, Error> {
        let spared = Some(by.id.clone());
        match self.back_up_as(ledger, settings, me, Why::BeforeRestore, spared) {
            Err(Error::Backup(BackupError::Dump(source)))
                if source.fault() == Fault::NotADatabase =>
            {
                log::warn!("the database is damaged, so no backup is made of it: {source}");
                Ok(None)
            }
            made => made.map(Some),
        }
    }

    /// Finishes the restore that the ledger says is under way or owed. The caller holds the lock.
    pub(crate) fn finish_restoring(
        &self,
        settings: &Settings,
        me: &Holder,
        lock: &dyn Lock,
        restoring: &Restoring,
    ) -> Result<(), Error> {
        let finished = self.finish(settings, me, lock, restoring);
        if finished.is_err() {
            self.forget_what_is_owed(settings, me, lock);
        }
        finished
    }

    fn finish(
        &self,
        settings: &Settings,
        me: &Holder,
        lock: &dyn Lock,
        restoring: &Restoring,
    ) -> Result<(), Error> {
        let folder = self.backups_told()?.folder();
        let backup = folder.find(&restoring.backup, &self.whole()?.identity())?;
        folder.compare(&backup)?;
        let latch = match restoring.stage {
            Stage::Files => {
                let files = self.unpack(&backup)?;
                self.put_in_place(settings, me, lock, files)?;
                self.tell(Event::Restored(&backup));
                return Ok(());
            }
            Stage::Database => Latch::AsItWas,
            Stage::Owed | Stage::FailedRun => Latch::Tripped,
        };
        self.bring_back(settings, me, lock, &backup, latch)?;
        Ok(())
    }

    /// Makes the database what it is in a backup that was compared with its checksums.
    pub(crate) fn bring_back(
        &self,
        settings: &Settings,
        me: &Holder,
        lock: &dyn Lock,
        backup: &Backup,
        latch: Latch,
    ) -> Result<Vec<ScriptId>, Error> {
        self.tell(Event::Restoring(backup));
        let whole = self.whole()?;
        let folder = self.backups_folder();
        let place = folder.workplace(&format!("{}-restore", backup.id))?;
        let unfilled = |source: StoreError| BackupError::Scratch {
            id: backup.id.clone(),
            source,
        };
        let mut scratch = self.restore_aside(whole, backup, &place)?;
        let files = self.unpack(backup)?;
        let left = |stage| Restoring {
            backup: backup.id.to_string(),
            stage,
        };
        let files_left = (!backup.files.is_empty()).then(|| left(Stage::Files));
        let until_whole = match (scratch.replacing(), latch) {
            (Replacing::AtOnce, _) => None,
            (Replacing::InSteps, Latch::AsItWas) => Some(left(Stage::Database)),
            (Replacing::InSteps, Latch::Tripped) => Some(left(Stage::FailedRun)),
        };
        let lived = self.lived(settings)?;
        let outbox = self.outbox_now(settings)?;
        let settling = Settling {
            backup,
            lived: &lived,
            outbox: outbox.as_deref(),
            latch,
            then: until_whole.clone().or_else(|| files_left.clone()),
        };
        let schema = scratch.store().schema();
        let tables = Tables::new(self.prefix_said(), self.store.dialect(), schema);
        let book = Book::new(tables, me.clone());
        let undone = {
            let mut session = scratch.session().map_err(unfilled)?;
            settling.write(session.as_mut(), &book, &settings.tracks)?
        };
        scratch.may_replace(lock).map_err(unfilled)?;
        if let Some(all) = &until_whole {
            self.note(settings, me, lock, Some(all))?;
        }
        scratch
            .replace(lock)
            .map_err(|source| BackupError::Replace {
                id: backup.id.clone(),
                source,
            })?;
        drop(scratch);
        if until_whole.is_some() {
            self.note(settings, me, lock, files_left.as_ref())?;
        }
        if files_left.is_some() {
            self.put_in_place(settings, me, lock, files)?;
        }
        self.tell(Event::Restored(backup));
        Ok(undone)
    }

    /// Takes back that a failed run owes a restore, which did not succeed: the database is as the failed script left it, and a
    /// person decides. One that was begun is not taken back.
    pub(super) fn forget_what_is_owed(&self, settings: &Settings, me: &Holder, lock: &dyn Lock) {
        let forget = || {
            let ledger = self.ledger_now(settings)?;
            match ledger.restoring.map(|restoring| restoring.stage) {
                Some(Stage::Owed) => self.note(settings, me, lock, None),
                Some(Stage::Database | Stage::FailedRun | Stage::Files) | None => Ok(()),
            }
        };
        if let Err(error) = forget() {
            let told = crate::cause::chain(&error);
            log::warn!("the next command tries again to bring the backup back: {told}");
        }
    }

    fn put_in_place(
        &self,
        settings: &Settings,
        me: &Holder,
        lock: &dyn Lock,
        files: Unpacked,
    ) -> Result<(), Error> {
        files.put_in_place()?;
        self.note(settings, me, lock, None)
    }

    /// Writes into the real database which restore has to be finished, if one has.
    fn note(
        &self,
        settings: &Settings,
        me: &Holder,
        lock: &dyn Lock,
        restoring: Option<&Restoring>,
    ) -> Result<(), Error> {
        let book = Book::new(settings.tables.clone(), me.clone());
        let mut session = lock.write()?;
        let session = session.as_mut();
        let ledger = ledger::read(session, &settings.tables, &settings.tracks)?;
        if !ledger.exists {
            let done = history::done(session, &settings.tables)?;
            book.prepare(session, &ledger, &done)?;
        }
        session.begin()?;
        book.set_restoring(session, restoring)?;
        Ok(session.commit()?)
    }

    /// Where the files of a backup belong here: by the names that they have in it, in the places that the configuration says.
    fn places(&self, backup: &Backup) -> Result<Vec<Root>, BackupError> {
        let told = self.backups.as_ref().map(|told| told.files.as_slice());
        let here = files::roots(told.unwrap_or_default());
        let unfit = |why: String| BackupError::Unfit {
            id: backup.id.clone(),
            why,
        };
        let place = |wanted: &Root| {
            let known = here.iter().find(|root| root.root == wanted.root);
            let known = known.ok_or_else(|| {
                unfit(format!(
                    "it holds {}, and the configuration names no file or folder called {}",
                    wanted.path.display(),
                    wanted.root
                ))
            })?;
            // Found only behind the database's own step, this could not be finished.
            match is_mount_point(&known.path) {
                true => Err(unfit(format!(
                    "{} is a mount point, whose place nothing else can take; restore where it is a plain one",
                    known.path.display()
                ))),
                false => Ok(known.clone()),
            }
        };
        backup.files.iter().map(place).collect()
    }

    /// The files of a backup, beside the places that they belong to.
    fn unpack(&self, backup: &Backup) -> Result<Unpacked, BackupError> {
        let damaged = |what: String| BackupError::Damaged {
            id: backup.id.clone(),
            what,
        };
        if backup.files.is_empty() {
            return Ok(Unpacked::default());
        }
        let places = self.places(backup)?;
        let path = self.backups_folder().of(&backup.id).join(FILES);
        let archive = read_part(&path).map_err(BackupError::file(&path, "read"))?;
        files::unpack(archive, &places).map_err(|refused| match refused {
            Refused::Archive(error) => damaged(format!("{FILES} cannot be read: {error}")),
            Refused::Hostile(name, why) => {
                damaged(format!("{FILES} has the entry {name:?}, which {why}"))
            }
            Refused::File(path, error) => BackupError::file(path, "written")(error),
        })
    }
}
