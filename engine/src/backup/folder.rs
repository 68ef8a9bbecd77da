//! The folder for backups: a folder for each, which is there when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::error::BackupError;
use super::id::BackupId;
use super::manifest::{Backup, FORMAT, Why};
use super::part::checksum;

/// What a backup says of itself.
pub(super) const MANIFEST: &str = "manifest.json";
/// The checksums of a backup's files, as `sha256sum --check` reads them.
pub(super) const SUMS: &str = "SHA256SUMS";
/// What stands for the newest backup, where one is asked for by name.
const LATEST: &str = "latest";

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

    /// Its number; `None` of one that cannot be read.
    fn number(&self) -> Option<u64> {
        match self {
            Self::Backup(backup) => Some(backup.number),
            Self::Unreadable { .. } => None,
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

    /// The number of a new backup. Of the same database nobody makes another one meanwhile, as that takes the lock.
    pub(super) fn next_number(&self) -> Result<u64, BackupError> {
        let listed = self.list()?;
        let newest = listed.last().and_then(Listed::number);
        Ok(newest.unwrap_or_default().saturating_add(1))
    }

    /// Everything in the folder that has the name of a backup, oldest first by their numbers. Before them comes what cannot be
    /// read, by its name.
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
        let place = |listed: &Listed| (listed.number(), listed.id().clone());
        listed.sort_by_cached_key(place);
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
}

/// Has a folder's names safe on the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}
