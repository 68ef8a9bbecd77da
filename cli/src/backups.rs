//! `[backup]` of `upgrades.toml`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use upgrades::{Backups, OnFailure};

/// What is said of backups.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupTable {
    directory: PathBuf,
    #[serde(default)]
    files: Vec<PathBuf>,
    keep: Option<std::num::NonZeroUsize>,
    #[serde(default)]
    when: When,
    #[serde(default)]
    on_failure: Policy,
    #[serde(default)]
    exclusive: bool,
}

/// When backups are made.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    /// When somebody asks for one.
    #[default]
    Asked,
    /// Before each run that has anything to run, too.
    BeforeRun,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Policy {
    #[default]
    Halt,
    Restore,
}

impl BackupTable {
    /// As the engine takes it; paths are relative to `folder`.
    pub(crate) fn backups(&self, folder: &Path) -> Backups {
        let files = self.files.iter().map(|path| folder.join(path));
        let mut backups = Backups::in_directory(folder.join(&self.directory)).files(files);
        if let Some(keep) = self.keep {
            backups = backups.keep(keep.get());
        }
        if matches!(self.when, When::BeforeRun) {
            backups = backups.before_run();
        }
        if self.exclusive {
            backups = backups.exclusive();
        }
        backups.on_failure(match self.on_failure {
            Policy::Halt => OnFailure::Halt,
            Policy::Restore => OnFailure::Restore,
        })
    }
}
