//! [`Report`]: what one run did.

use serde::Serialize;

use crate::code::Code;
use crate::script::ScriptId;

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

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A stable name for it.
    pub code: Code,
    /// What it is.
    pub message: String,
}
