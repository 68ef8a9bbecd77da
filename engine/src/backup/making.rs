//! Making a backup. The caller holds the lock, so that no script runs meanwhile.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::error::BackupError;
use super::folder::{Folder, Listed};
use super::id::BackupId;
use super::manifest::{Backup, FORMAT, Part, Root, Why};
use super::mounted::is_mount_point;
use super::part::PartWriter;
use super::prune::Kept;
use super::workplace::Workplace;
use super::{Backups, files, prune, room};
use crate::checksum::Checksum;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::event::Event;
use crate::guard::Refusal;
use crate::ledger::Ledger;
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
        let me = settings.holder();
        let (_lock, _) = self.lock(&me)?;
        self.back_up_locked(&settings, &me, Why::Asked, None)
    }

    /// As [`Self::back_up`], for whoever holds the lock. `spared`: a backup that is not removed, however old.
    pub(crate) fn back_up_locked(
        &self,
        settings: &Settings,
        me: &Holder,
        why: Why,
        spared: Option<BackupId>,
    ) -> Result<Backup, Error> {
        let ledger = self.ledger_now(settings)?;
        self.back_up_as(&ledger, settings, me, why, spared)
    }

    /// As [`Self::back_up_locked`], with what the ledger says.
    pub(super) fn back_up_as(
        &self,
        ledger: &Ledger,
        settings: &Settings,
        me: &Holder,
        why: Why,
        spared: Option<BackupId>,
    ) -> Result<Backup, Error> {
        if let Some(restoring) = ledger.restoring.as_ref().filter(|_| ledger.is_between()) {
            let backup = restoring.backup.clone();
            return Err(Refusal::Restoring { backup }.into());
        }
        let backups = self.backups_told()?;
        let lived = self.lived(settings)?;
        // A script that a killed run has left half done is as the failed one's: the way back is the backup from before.
        let under_way = self.under_way(settings)?;
        // A restore that is to be finished needs its backup.
        let restoring = ledger.restoring.iter();
        let restoring = restoring.map(|restoring| restoring.backup.as_str());
        let under_way = under_way.iter().map(String::as_str);
        let needed = prune::needed(&lived).into_iter();
        let needed = needed.chain(under_way).chain(restoring);
        let needed = needed.filter_map(|run| run.parse().ok());
        let making = Making {
            upgrader: self,
            backups,
            folder: backups.folder(),
            spared: needed.chain(spared).collect(),
        };
        let backup = making.make(me, ledger, why)?;
        self.tell(Event::BackedUp(&backup));
        Ok(backup)
    }
}

/// What a backup is made with.
struct Making<'m> {
    upgrader: &'m Upgrader<'m>,
    backups: &'m Backups,
    folder: Folder,
    /// Backups that are needed still, such as the one from before a failed run.
    spared: Vec<BackupId>,
}

impl Making<'_> {
    fn make(&self, me: &Holder, ledger: &Ledger, why: Why) -> Result<Backup, BackupError> {
        let began = Instant::now();
        let made_at = Timestamp::now();
        let store = &self.upgrader.store;
        let whole = self.upgrader.whole()?;
        // A restore makes one of its own before it, in the same run.
        let name = match why {
            Why::Asked | Why::BeforeRun => me.run.clone(),
            Why::BeforeRestore => format!("{}-before", me.run),
        };
        let id = self.folder.unused(&name);
        let number = self.folder.next_number()?;

        let place = self.folder.workplace(id.as_str())?;
        // One is kept until the new one is whole.
        let keep = self.backups.keep;
        self.prune(Kept::beside_new(why, keep), None)?;
        let sizes = whole.size().map_err(BackupError::Dump)?;
        let (there, missing) = self.files(whole)?;
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
            number,
            why,
            made_at,
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            database: whole.identity(),
            dialect: store.dialect(),
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
        self.prune(Kept::of_each(keep), Some(&backup.id))?;
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

    /// The files and folders that are there, and in words what is doubtful: an application may not have made them yet.
    fn files(&self, whole: &dyn Whole) -> Result<(Vec<Root>, Vec<String>), BackupError> {
        let own = whole.files();
        let backups = std::fs::canonicalize(self.folder.path()).ok();
        let (mut there, mut doubts) = (Vec::new(), Vec::new());
        for root in files::roots(&self.backups.files) {
            let path = &root.path;
            let real = match std::fs::canonicalize(path) {
                Ok(real) => real,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let path = path.display();
                    doubts.push(format!("{path} is not there, and not in the backup"));
                    continue;
                }
                Err(error) => return Err(BackupError::file(path, "read")(error)),
            };
            let holds = |inner: &PathBuf| inner.starts_with(&real);
            let what = match (own.iter().any(holds), backups.as_ref().is_some_and(holds)) {
                (true, _) => "the database",
                (false, true) => "the folder for backups",
                (false, false) => {
                    if is_mount_point(path) {
                        let path = path.display();
                        doubts.push(format!("{path} is a mount point: this can be restored only where it is none; name what is in it one by one"));
                    }
                    there.push(root);
                    continue;
                }
            };
            return Err(BackupError::Holds {
                path: path.clone(),
                what: what.to_owned(),
            });
        }
        Ok((there, doubts))
    }

    /// Packs the application's files, if there are any.
    fn pack(
        &self,
        files: &[Root],
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

    /// Removes all but the newest, and never the `new` one.
    fn prune(&self, kept: Kept, new: Option<&BackupId>) -> Result<(), BackupError> {
        let listed = self.folder.list()?;
        let whole = listed.iter().filter_map(|listed| match listed {
            Listed::Backup(backup) => Some(backup.as_ref()),
            Listed::Unreadable { .. } => None,
        });
        let database = self.upgrader.whole()?.identity();
        let spared: Vec<_> = self.spared.iter().chain(new).cloned().collect();
        for id in prune::superfluous(whole, &database, kept, &spared) {
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
