//! [`Report`]: what one run did.

use serde::Serialize;

use crate::code::Code;
use crate::script::ScriptId;
use crate::track::TrackName;

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// The run, as the history has it; `None` when there was nothing to do.
    pub run: Option<String>,
    /// The scripts that it applied, in order.
    pub applied: Vec<Applied>,
    /// Where each track stood before, and where it stands now.
    pub tracks: Vec<TrackChange>,
    /// What a person should look at, though nothing failed.
    pub warnings: Vec<Warning>,
}

/// How a run ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ending {
    /// There was nothing to do.
    UpToDate,
    /// Every script that was to run has run.
    Upgraded,
    /// The application asked to stop; the next start goes on.
    Stopped,
    /// The database is newer than the program, and was left alone.
    LeftAlone,
}

/// A script that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The script.
    #[serde(flatten)]
    pub script: ScriptId,
    /// How many statements it has.
    pub statements: u64,
    /// How many milliseconds it took.
    pub took_ms: u64,
}

/// What a run changed about a track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrackChange {
    /// The track.
    pub track: TrackName,
    /// The newest applied script before the run.
    pub before: Option<String>,
    /// The newest applied script after it.
    pub after: Option<String>,
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A stable name for it.
    pub code: Code,
    /// What it is.
    pub message: String,
}
