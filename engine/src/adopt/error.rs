//! [`AdoptError`]: why a database cannot be taken over.

use super::Tool;
use crate::store::StoreError;
use crate::track::TrackName;
use crate::version::{Version, VersionError};

/// Why a database cannot be taken over. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// There is nothing to take over.
    #[error("there is no database at {0}")]
    NoDatabase(String),
    /// A track that the program does not have.
    #[error("there is no track {track}; there are {}", listed(.known))]
    NoTrack {
        /// What was named.
        track: TrackName,
        /// The tracks that there are.
        known: Vec<TrackName>,
    },
    /// A track of which two versions were told.
    #[error("two versions of track {0} are told; which of them it stands at cannot be guessed")]
    Twice(TrackName),
    /// A version that no script has.
    #[error("track {track} has no script of version {version}{}", near(.nearest))]
    NoScript {
        /// The track.
        track: TrackName,
        /// What was named.
        version: Version,
        /// The script whose version is written most alike.
        nearest: Option<String>,
    },
    /// The engine knows the track in this database.
    #[error(
        "track {track} is known here already{}; what is to be corrected of it, `upgrades repair` settles script by script",
        .at.as_ref().map(|at| format!(", at {at}")).unwrap_or_default()
    )]
    Known {
        /// The track.
        track: TrackName,
        /// The newest script that the database has seen.
        at: Option<String>,
    },
    /// A script of the track was interrupted.
    #[error("a script of track {0} is under way in this database; let a run finish it first")]
    UnderWay(TrackName),
    /// The tool's table is not there.
    #[error("the database has no table {table}, in which {tool} would keep what it ran{}", there_are(.others))]
    NoTable {
        /// The tool.
        tool: Tool,
        /// The table.
        table: String,
        /// Other tools' tables that are there.
        others: Vec<(Tool, String)>,
    },
    /// A table of that name is not the tool's.
    #[error("table {table} is not as {tool} makes it")]
    NotTheirs {
        /// The tool.
        tool: Tool,
        /// The table.
        table: String,
        /// What the database said.
        source: StoreError,
    },
    /// The tool's table has no rows that say anything.
    #[error("table {table} says of no script that {tool} has run it")]
    Nothing {
        /// The tool.
        tool: Tool,
        /// The table.
        table: String,
    },
    /// What the table holds is no version.
    #[error("table {table} holds {value:?}, which is no version")]
    Unreadable {
        /// The table.
        table: String,
        /// What it holds.
        value: String,
        /// Why not.
        source: VersionError,
    },
    /// A script that the tool did not bring to its end.
    #[error(
        "table {table} marks {version} as failed; finish it with {tool} first, since how far it came only a person can tell"
    )]
    Unfinished {
        /// The tool.
        tool: Tool,
        /// The table.
        table: String,
        /// The version, with its name.
        version: String,
    },
    /// The tool has run what the program does not have.
    #[error(
        "{tool} has run {theirs}, and the newest script of track {track} is {ours}: this program is older than the database; \
         take it over with a release that has that script"
    )]
    Newer {
        /// The tool.
        tool: Tool,
        /// The newest that it ran.
        theirs: String,
        /// The track.
        track: TrackName,
        /// The newest script.
        ours: String,
    },
    /// No script of the track has a version that the tool has run.
    #[error(
        "no script of track {track} has a version that {tool} has run; the newest of those is {theirs}, and the scripts begin with {ours}"
    )]
    NothingFits {
        /// The tool.
        tool: Tool,
        /// The newest that it ran.
        theirs: String,
        /// The track.
        track: TrackName,
        /// The first script of the track.
        ours: String,
    },
    /// A track without scripts.
    #[error("track {0} has no scripts, so that there is nothing to record")]
    NoScripts(TrackName),
    /// Joomla's table is about several extensions.
    #[error("table {table} is about {}; say which of them is meant", extensions(.found))]
    WhichExtension {
        /// The table.
        table: String,
        /// The extensions, and the version of each.
        found: Vec<(u64, String)>,
    },
    /// Another process changed something between the question and the answer.
    #[error(
        "the database or the scripts are not any more what they were when it was shown; look again"
    )]
    Changed,
    /// The application asked to stop while another process was at work.
    #[error("it was stopped while waiting for another process")]
    Stopped,
}

fn listed(tracks: &[TrackName]) -> String {
    let names: Vec<_> = tracks.iter().map(TrackName::as_str).collect();
    names.join(", ")
}

fn near(nearest: &Option<String>) -> String {
    let near = nearest.as_ref();
    near.map(|file| format!("; the nearest is {file}"))
        .unwrap_or_default()
}

fn there_are(others: &[(Tool, String)]) -> String {
    let told = others
        .iter()
        .map(|(tool, table)| format!("; there is {table}, of {tool}"));
    told.collect()
}

fn extensions(found: &[(u64, String)]) -> String {
    if found.is_empty() {
        return "no such extension".to_owned();
    }
    let told = found
        .iter()
        .map(|(id, version)| format!("extension {id} at {version}"));
    told.collect::<Vec<_>>().join(", ")
}
