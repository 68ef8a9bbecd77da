//! The folder for backups: a folder for each, which is there when it is whole, and workplaces, which are removed by
//! whoever comes after their owner has died.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::BackupError;
use super::id::BackupId;
use super::manifest::{Backup, FORMAT, Why};
use super::part::{checksum, create_private};
use crate::checksum::Checksum;

/// What a backup says of itself.
const MANIFEST: &str = "manifest.json";
/// The checksums of a backup's files, as `sha256sum --check` reads them.
const SUMS: &str = "SHA256SUMS";
/// What stands for the newest backup, where one is asked for by name.
const LATEST: &str = "latest";
const WORKPLACE: &str = ".partial";
const NEW: &str = ".new";
const TRIES: u32 = 10;
const LOCK: &str = "lock";

/// A folder for backups.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// What stands in the folder under the name of a backup.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Listed {
    /// A backup.
    Backup(Box<Backup>),
    /// One that cannot be read.
    Unreadable {
        /// Its name.
        id: BackupId,
        /// Why not, in words.
        why: String,
    },
}

impl Listed {
    /// Its name.
    pub fn id(&self) -> &BackupId {
        match self {
            Self::Backup(backup) => &backup.id,
            Self::Unreadable { id, .. } => id,
        }
    }
}

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder where it is missing; what is made may be read by its owner only.
    pub(super) fn make(&self) -> Result<(), BackupError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.path)
            .map_err(BackupError::file(&self.path, "made"))
    }

    pub(super) fn of(&self, id: &BackupId) -> PathBuf {
        self.path.join(id.as_str())
    }

    /// The name of a new backup of a run: two runs of one process may have begun within a millisecond.
    pub(super) fn unused(&self, run: &str) -> BackupId {
        let names = std::iter::once(run.to_owned()).chain((2..).map(|n| format!("{run}-{n}")));
        let mut ids = names.map(|name| name.parse::<BackupId>());
        let unused = ids.find(|id| id.as_ref().is_ok_and(|id| !self.of(id).exists()));
        unused
            .and_then(Result::ok)
            .expect("a run's name is made of a moment and a number, and few have the same")
    }

    /// Everything in the folder that has the name of a backup, oldest first.
    pub(super) fn list(&self) -> Result<Vec<Listed>, BackupError> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(BackupError::file(&self.path, "read")(error)),
        };
        let mut listed = Vec::new();
        for entry in entries {
            let entry = entry.map_err(BackupError::file(&self.path, "read"))?;
            let Some(Ok(id)) = entry.file_name().to_str().map(str::parse::<BackupId>) else {
                continue;
            };
            listed.push(match self.manifest(&id) {
                Ok(backup) => Listed::Backup(Box::new(backup)),
                Err(why) => Listed::Unreadable { id, why },
            });
        }
        listed.sort_by(|one, other| one.id().cmp(other.id()));
        Ok(listed)
    }

    /// The backup of this name, as it says of itself. [`LATEST`] is the newest of `database`, and none of those that a restore
    /// has made before it: a restore that failed and is tried again must find the same one.
    pub(super) fn find(&self, id: &str, database: &str) -> Result<Backup, BackupError> {
        if id == LATEST {
            let listed = self.list()?;
            let newest = listed.last().map(|listed| listed.id().clone());
            let own = listed.into_iter().rev().find_map(|listed| match listed {
                Listed::Backup(backup)
                    if backup.database == database && backup.why != Why::BeforeRestore =>
                {
                    Some(*backup)
                }
                Listed::Backup(_) | Listed::Unreadable { .. } => None,
            });
            return own.ok_or_else(|| BackupError::Unknown {
                id: id.to_owned(),
                folder: self.path.clone(),
                newest,
            });
        }
        let known = id.parse().ok().filter(|id| self.of(id).is_dir());
        let Some(id) = known else {
            let newest = self.list()?.last().map(|listed| listed.id().clone());
            return Err(BackupError::Unknown {
                id: id.to_owned(),
                folder: self.path.clone(),
                newest,
            });
        };
        self.manifest(&id)
            .map_err(|what| BackupError::Damaged { id, what })
    }

    /// Reads a manifest, or tells in words why it cannot be read.
    fn manifest(&self, id: &BackupId) -> Result<Backup, String> {
        #[derive(serde::Deserialize)]
        struct Form {
            format: u32,
        }
        let text = fs::read_to_string(self.of(id).join(MANIFEST))
            .map_err(|error| format!("{MANIFEST} cannot be read: {error}"))?;
        let misread = |error| format!("{MANIFEST} cannot be understood: {error}");
        let form: Form = serde_json::from_str(&text).map_err(misread)?;
        if form.format > FORMAT {
            return Err(format!(
                "its form is {}, and this program knows {FORMAT} at most",
                form.format
            ));
        }
        let backup: Backup = serde_json::from_str(&text).map_err(misread)?;
        match backup.id == *id {
            true => Ok(backup),
            false => Err(format!("{MANIFEST} is that of {}", backup.id)),
        }
    }

    /// Compares every file of a backup with the checksum that was taken when it was made.
    pub(super) fn compare(&self, backup: &Backup) -> Result<(), BackupError> {
        let folder = self.of(&backup.id);
        let damaged = |what: String| BackupError::Damaged {
            id: backup.id.clone(),
            what,
        };
        let sums = fs::read_to_string(folder.join(SUMS))
            .map_err(|error| damaged(format!("{SUMS} cannot be read: {error}")))?;
        let parts = backup.parts.iter().map(|part| part.file.as_str());
        for file in parts.chain([MANIFEST]) {
            let noted = sums.lines().find_map(|line| {
                let (sum, name) = line.split_once("  ")?;
                (name == file).then_some(sum)
            });
            let Some(noted) = noted else {
                return Err(damaged(format!("{SUMS} does not name {file}")));
            };
            let found = checksum(&folder.join(file))
                .map_err(|error| damaged(format!("{file} cannot be read: {error}")))?;
            if found.as_str() != noted {
                return Err(damaged(format!("{file} is not as it was written")));
            }
        }
        Ok(())
    }

    /// Removes a backup: first its name, so that what is left after a death is none.
    pub(super) fn remove(&self, id: &BackupId) -> Result<(), BackupError> {
        let from = self.of(id);
        let aside = self.workplace(&format!("{id}-removed"))?;
        let to = aside.path().join(id.as_str());
        fs::rename(&from, to).map_err(BackupError::file(&from, "removed"))
    }

    /// A folder to work in, which nobody takes for a backup. Those of the dead are removed.
    pub(crate) fn workplace(&self, name: &str) -> Result<Workplace, BackupError> {
        self.make()?;
        self.clear_away();
        // Before it is locked, somebody else may take it for one of the dead.
        for _ in 1..TRIES {
            match self.new_workplace(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                outcome => return outcome.map_err(BackupError::file(&self.path, "written")),
            }
        }
        self.new_workplace(name)
            .map_err(BackupError::file(&self.path, "written"))
    }

    fn new_workplace(&self, name: &str) -> io::Result<Workplace> {
        let new = tempfile::Builder::new()
            .prefix(NEW)
            .tempdir_in(&self.path)?;
        let lock = create_private(&new.path().join(LOCK))?;
        lock.lock()?;
        let random = new.path().file_name().unwrap_or_default().to_string_lossy();
        let path = self.path.join(format!(
            ".{name}{}{WORKPLACE}",
            random.trim_start_matches(NEW)
        ));
        fs::rename(new.path(), &path)?;
        drop(new);
        Ok(Workplace { path, _lock: lock })
    }

    fn clear_away(&self) {
        let Ok(entries) = fs::read_dir(&self.path) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_ours = |name: &str| name.ends_with(WORKPLACE) || name.starts_with(NEW);
            let is_workplace = name.to_str().is_some_and(is_ours);
            if !is_workplace {
                continue;
            }
            let abandoned = match File::open(entry.path().join(LOCK)) {
                Ok(lock) => lock.try_lock().is_ok(),
                // Whoever removed it died between its lock and the rest.
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            };
            if abandoned && let Err(error) = fs::remove_dir_all(entry.path()) {
                log::warn!("{} cannot be removed: {error}", entry.path().display());
            }
        }
    }
}

/// A folder to work in, gone with its owner.
pub(crate) struct Workplace {
    path: PathBuf,
    _lock: File,
}

impl Workplace {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes what was put into `content`, a folder in here, a backup of this folder, all of it safe on the disk.
    pub(super) fn publish(
        &self,
        folder: &Folder,
        content: &Path,
        backup: &Backup,
        mut sums: Vec<(String, Checksum)>,
    ) -> Result<(), BackupError> {
        let failed = || BackupError::file(content, "written");
        let text = serde_json::to_string_pretty(backup).expect("names and texts can be written");
        write(&content.join(MANIFEST), &text).map_err(failed())?;
        let manifest = checksum(&content.join(MANIFEST)).map_err(failed())?;
        sums.push((MANIFEST.to_owned(), manifest));
        let lines = sums.iter().map(|(file, sum)| format!("{sum}  {file}\n"));
        write(&content.join(SUMS), &lines.collect::<String>()).map_err(failed())?;
        sync(content).map_err(failed())?;
        let to = folder.of(&backup.id);
        fs::rename(content, &to).map_err(BackupError::file(&to, "made"))?;
        sync(folder.path()).map_err(BackupError::file(folder.path(), "written"))
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            log::warn!("{} cannot be removed: {error}", self.path.display());
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Has a folder's names safe on the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}
