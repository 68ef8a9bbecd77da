//! Making a backup. The caller holds the lock, so that no script runs meanwhile.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::error::BackupError;
use super::folder::{Folder, Listed, Workplace};
use super::id::BackupId;
use super::manifest::{Backup, FORMAT, Part, Why};
use super::part::PartWriter;
use super::{Backups, files, prune, room};
use crate::checksum::Checksum;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::event::Event;
use crate::guard::Refusal;
use crate::ledger::history;
use crate::ledger::{self, Ledger};
use crate::lock::Holder;
use crate::store::{Dumped, Dumping, Whole};
use crate::upgrader::{Settings, Upgrader};

impl Upgrader<'_> {
    /// Makes a backup now. Others may read and write meanwhile; an upgrade, or another backup of this database, is
    /// waited for. What is in the backup is the database of one moment.
    ///
    /// # Errors
    /// It cannot be made; then nothing of it is left.
    pub fn back_up(&self) -> Result<Backup, Error> {
        let settings = self.settings()?;
        self.backups_told()?;
        let me = Holder::me(settings.app.version.as_ref().map(ToString::to_string));
        let (_lock, _) = self.lock(&me)?;
        self.back_up_locked(&settings, &me, Why::Asked)
    }

    /// As [`Self::back_up`], for whoever holds the lock.
    pub(crate) fn back_up_locked(
        &self,
        settings: &Settings,
        me: &Holder,
        why: Why,
    ) -> Result<Backup, Error> {
        let backups = self.backups_told()?;
        let mut ledger = Ledger::default();
        let mut failure = None;
        if let Some(mut session) = self.store.read()? {
            ledger = ledger::read(session.as_mut(), &settings.tables, &settings.tracks)?;
            if let Some(restoring) = ledger.restoring.as_ref().filter(|_| ledger.is_between()) {
                let backup = restoring.backup.clone();
                return Err(Refusal::Restoring { backup }.into());
            }
            if ledger.latched {
                failure = history::latched_failure(session.as_mut(), &settings.tables)?;
            }
        }
        let needed = failure.and_then(|failure| failure.run.parse().ok());
        let making = Making {
            upgrader: self,
            backups,
            folder: backups.folder(),
            spared: needed,
        };
        let backup = making.make(me, &ledger, why)?;
        self.tell(Event::BackedUp(&backup));
        Ok(backup)
    }
}

/// What a backup is made with.
struct Making<'m> {
    upgrader: &'m Upgrader<'m>,
    backups: &'m Backups,
    folder: Folder,
    /// The backup that a failed run needs.
    spared: Option<BackupId>,
}

impl Making<'_> {
    fn make(&self, me: &Holder, ledger: &Ledger, why: Why) -> Result<Backup, BackupError> {
        let began = Instant::now();
        let made_at = Timestamp::now();
        let store = &self.upgrader.store;
        let whole = store.whole().ok_or_else(|| BackupError::Impossible {
            database: store.address(),
        })?;
        // A restore makes one of its own before it, in the same run.
        let id: BackupId = match why {
            Why::Asked | Why::BeforeRun => me.run.clone(),
            Why::BeforeRestore => format!("{}-before", me.run),
        }
        .parse()
        .expect("a run's name is made of a moment and a number");

        let place = self.folder.workplace(id.as_str())?;
        // One is kept until the new one is whole.
        self.prune((self.backups.keep - 1).max(1))?;
        let sizes = whole.size().map_err(BackupError::Dump)?;
        let (there, missing) = self.files()?;
        let total = sizes.dump + sizes.aside + files::size(&there)?;
        room::must_have(self.folder.path(), total)?;

        let content = place.path().join("content");
        std::fs::DirBuilder::new()
            .create(&content)
            .map_err(BackupError::file(&content, "made"))?;
        #[cfg(unix)]
        make_private(&content)?;
        let progress = Progress {
            upgrader: self.upgrader,
            id: &id,
            total,
            stopped: false,
        };
        let mut written = Vec::new();
        let (dumped, progress) = self.dump(whole, &place, &content, progress, &mut written)?;
        let before = sizes.dump + sizes.aside;
        let left_out = self.pack(&there, &content, before, progress, &mut written)?;

        let (parts, sums): (Vec<Part>, Vec<(String, Checksum)>) = written.into_iter().unzip();
        let backup = Backup {
            format: FORMAT,
            id,
            why,
            made_at,
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            database: store.address(),
            dialect: store.dialect().to_string(),
            prefix: self.upgrader.prefix_said().to_owned(),
            tracks: ledger
                .tracks
                .iter()
                .map(|(track, recorded)| (track.clone(), recorded.file.clone()))
                .collect(),
            latched: ledger.latched,
            host: me.host.clone(),
            program_version: me.program.clone(),
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            made_by: dumped.made_by,
            parts,
            tables: dumped.tables,
            files: there,
            warnings: [missing, dumped.warnings, left_out].concat(),
        };
        place.publish(&self.folder, &content, &backup, sums)?;
        self.prune(self.backups.keep)?;
        Ok(backup)
    }

    fn dump<'p>(
        &self,
        whole: &dyn Whole,
        place: &Workplace,
        content: &Path,
        mut progress: Progress<'p>,
        written: &mut Vec<(Part, (String, Checksum))>,
    ) -> Result<(Dumped, Progress<'p>), BackupError> {
        let file = database_file(self.upgrader.store.dialect());
        let path = content.join(&file);
        let mut part = PartWriter::create(&path).map_err(BackupError::file(&path, "written"))?;
        let dumped = whole.dump(&mut Dumping {
            prefix: self.upgrader.prefix_said(),
            aside: place.path(),
            into: &mut part,
            hear: &mut |done| progress.hear(done),
        });
        if let Some(error) = part.failure() {
            return Err(BackupError::file(&path, "written")(error));
        }
        if progress.stopped {
            return Err(BackupError::Stopped);
        }
        let dumped = dumped.map_err(BackupError::Dump)?;
        written.push(finish(part, file, &path)?);
        Ok((dumped, progress))
    }

    /// The files and folders that are there, and in words those that are not: an application may not have made them yet.
    fn files(&self) -> Result<(Vec<PathBuf>, Vec<String>), BackupError> {
        let (mut there, mut missing) = (Vec::new(), Vec::new());
        for path in &self.backups.files {
            match path.try_exists() {
                Ok(true) => there.push(path.clone()),
                Ok(false) => missing.push(format!(
                    "{} is not there, and not in the backup",
                    path.display()
                )),
                Err(error) => return Err(BackupError::file(path, "read")(error)),
            }
        }
        Ok((there, missing))
    }

    /// Packs the application's files, if there are any.
    fn pack(
        &self,
        files: &[PathBuf],
        content: &Path,
        before: u64,
        mut progress: Progress<'_>,
        written: &mut Vec<(Part, (String, Checksum))>,
    ) -> Result<Vec<String>, BackupError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let file = FILES.to_owned();
        let path = content.join(&file);
        let mut part = PartWriter::create(&path).map_err(BackupError::file(&path, "written"))?;
        let mut done = before;
        let packed = files::pack(files, &mut part, &mut |bytes| {
            done += bytes;
            match progress.hear(done) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(io::Error::other("the backup was stopped")),
            }
        });
        if let Some(error) = part.failure() {
            return Err(BackupError::file(&path, "written")(error));
        }
        if progress.stopped {
            return Err(BackupError::Stopped);
        }
        let left_out = packed?;
        written.push(finish(part, file, &path)?);
        Ok(left_out)
    }

    /// Removes all but the newest `keep`.
    fn prune(&self, keep: usize) -> Result<(), BackupError> {
        let listed = self.folder.list()?;
        let whole = listed.iter().filter_map(|listed| match listed {
            Listed::Backup(backup) => Some(backup.as_ref()),
            Listed::Unreadable { .. } => None,
        });
        let database = self.upgrader.store.address();
        for id in prune::superfluous(whole, &database, keep, self.spared.as_ref()) {
            self.folder.remove(&id)?;
            self.upgrader.tell(Event::BackupRemoved(&id));
        }
        Ok(())
    }
}

/// The file that a backup's database is in.
pub(super) fn database_file(dialect: crate::sql::Dialect) -> String {
    use crate::sql::Dialect;
    match dialect {
        Dialect::Sqlite => "database.sqlite.zst",
        Dialect::Mysql => "database.sql.zst",
    }
    .to_owned()
}

/// The file that the application's files are in.
pub(super) const FILES: &str = "files.tar.zst";

fn finish(
    part: PartWriter,
    file: String,
    path: &Path,
) -> Result<(Part, (String, Checksum)), BackupError> {
    let written = part.finish().map_err(BackupError::file(path, "written"))?;
    let part = Part {
        file: file.clone(),
        bytes: written.bytes,
        stored: written.stored,
    };
    Ok((part, (file, written.checksum)))
}

#[cfg(unix)]
fn make_private(folder: &Path) -> Result<(), BackupError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .map_err(BackupError::file(folder, "made private"))
}

/// Tells how far a backup is, and asks whether to go on.
struct Progress<'p> {
    upgrader: &'p Upgrader<'p>,
    id: &'p BackupId,
    total: u64,
    stopped: bool,
}

impl Progress<'_> {
    fn hear(&mut self, done: u64) -> ControlFlow<()> {
        self.upgrader.tell(Event::BackingUp {
            backup: self.id,
            done: done.min(self.total),
            total: self.total,
        });
        self.stopped = self.upgrader.must_stop();
        match self.stopped {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
