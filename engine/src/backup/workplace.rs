//! [`Workplace`]: where something is made before it is there; removed by whoever comes after its owner has died.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::BackupError;
use super::folder::{Folder, MANIFEST, SUMS, sync};
use super::manifest::Backup;
use super::part::{checksum, create_private};
use crate::checksum::Checksum;

const WORKPLACE: &str = ".partial";
const NEW: &str = ".new";
const TRIES: u32 = 10;
const LOCK: &str = "lock";

impl Folder {
    /// A folder to work in, which nobody takes for a backup. Those of the dead are removed.
    pub(crate) fn workplace(&self, name: &str) -> Result<Workplace, BackupError> {
        self.make()?;
        self.clear_away();
        // Before it is locked, somebody else may take it for one of the dead.
        for _ in 1..TRIES {
            match self.new_workplace(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                outcome => return outcome.map_err(BackupError::file(self.path(), "written")),
            }
        }
        self.new_workplace(name)
            .map_err(BackupError::file(self.path(), "written"))
    }

    fn new_workplace(&self, name: &str) -> io::Result<Workplace> {
        let new = tempfile::Builder::new()
            .prefix(NEW)
            .tempdir_in(self.path())?;
        let lock = create_private(&new.path().join(LOCK))?;
        lock.lock()?;
        let random = new.path().file_name().unwrap_or_default().to_string_lossy();
        let path = self.path().join(format!(
            ".{name}{}{WORKPLACE}",
            random.trim_start_matches(NEW)
        ));
        fs::rename(new.path(), &path)?;
        drop(new);
        Ok(Workplace { path, _lock: lock })
    }

    fn clear_away(&self) {
        let Ok(entries) = fs::read_dir(self.path()) else {
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
