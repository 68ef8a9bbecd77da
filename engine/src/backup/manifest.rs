//! [`Backup`]: what a backup says of itself, in its `manifest.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::id::BackupId;
use crate::clock::Timestamp;
use crate::script::ScriptId;
use crate::sql::Dialect;
use crate::store::TableCount;
use crate::track::TrackName;

/// The version of the folder's form; a backup with a larger one belongs to a newer engine.
pub(super) const FORMAT: u32 = 1;

/// A backup of one moment: the database, and the files that belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Backup {
    /// The version of the folder's form.
    pub format: u32,
    /// Its name.
    pub id: BackupId,
    /// Its number: larger than that of each backup that could be read in the folder when it was begun, whatever the clock
    /// says.
    pub number: u64,
    /// Why it was made.
    pub why: Why,
    /// When it was begun.
    pub made_at: Timestamp,
    /// How many milliseconds it took.
    pub took_ms: u64,
    /// Which database it is of; no secrets.
    pub database: String,
    /// Which kind of database that is: `sqlite` or `mysql`.
    pub dialect: Dialect,
    /// What the names of the engine's tables begin with.
    pub prefix: String,
    /// The newest applied script of each track, by its file name.
    pub tracks: BTreeMap<TrackName, String>,
    /// Whether a failure was recorded.
    pub latched: bool,
    /// The machine that made it.
    pub host: String,
    /// The version of the application that made it.
    pub program_version: Option<String>,
    /// The version of this engine.
    pub engine: String,
    /// What made the dump: names and versions of the database and its tool.
    pub made_by: String,
    /// The files of the backup.
    pub parts: Vec<Part>,
    /// The database's tables, with how many rows each has.
    pub tables: Vec<TableCount>,
    /// The files and folders of the application that are in it.
    pub files: Vec<Root>,
    /// What is not in it, or only perhaps, in words.
    pub warnings: Vec<String>,
}

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Somebody asked for it.
    Asked,
    /// A run was to begin.
    BeforeRun,
    /// Another backup was to take the place of what was there.
    BeforeRestore,
}

impl Why {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked for",
            Self::BeforeRun => "before a run",
            Self::BeforeRestore => "before a restore",
        }
    }
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name in the backup's folder.
    pub file: String,
    /// How many bytes it holds.
    pub bytes: u64,
    /// How many bytes it has, compressed.
    pub stored: u64,
}

/// A file or folder of the application in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Its name in the archive.
    pub root: String,
    /// Where it was when the backup was made, for people: restoring goes by the configuration. Parts of it that are not
    /// UTF-8 are replaced by U+FFFD.
    #[serde(serialize_with = "for_people")]
    pub path: PathBuf,
}

fn for_people<S: serde::Serializer>(path: &Path, into: S) -> Result<S::Ok, S::Error> {
    into.collect_str(&path.display())
}

impl Backup {
    /// How many bytes it takes on the disk.
    pub fn stored(&self) -> u64 {
        self.parts.iter().map(|part| part.stored).sum()
    }

    /// The newest applied scripts, as `track/file`.
    pub fn versions(&self) -> impl Iterator<Item = ScriptId> + '_ {
        let id = |(track, file): (&TrackName, &String)| ScriptId {
            track: track.clone(),
            file: file.clone(),
        };
        self.tracks.iter().map(id)
    }
}
