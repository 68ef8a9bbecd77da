//! The latch: `failed_update_detected`, clear or tripped, and the failure that it stands for.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::inert::inert;
use crate::script::ScriptId;
use crate::sql::Position;

/// What tripped the latch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// A failure or a death.
    pub kind: FailureKind,
    /// The run that it happened in.
    pub run: String,
    /// The script that it happened in.
    pub script: ScriptId,
    /// When the script was begun.
    pub since: Timestamp,
    /// What went wrong, cause by cause.
    pub error: String,
    /// The statement; `None` where it is none, as when the commit was refused.
    pub statement: Option<FailedStatement>,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// The script failed.
    Failed,
    /// Processes died while it ran, or what a dead one did cannot be told.
    Died,
}

/// The statement that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedStatement {
    /// Counted from 1.
    pub number: u64,
    /// Where the database saw the error, or where the statement begins.
    pub position: Position,
    /// The statement, shortened.
    pub sql: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, place) = match self.kind {
            FailureKind::Failed => ("failed", "in"),
            FailureKind::Died => ("waits for a decision", "at"),
        };
        write!(f, "script {} {what}", self.script)?;
        if let Some(statement) = &self.statement {
            write!(
                f,
                " {place} statement {}, {}",
                statement.number, statement.position
            )?;
        }
        Ok(())
    }
}

/// What a person decides about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// The cause is mended: go on at the failed statement, or run the script again where it was rolled back whole.
    GoOn,
    /// Run the script from its first statement.
    StartOver,
    /// The failed statement's work is done: go on behind it.
    SkipStatement,
    /// The script's work is done: record it as applied.
    MarkDone,
}

const RESOLUTIONS: [(Resolution, &str); 4] = [
    (Resolution::GoOn, "go-on"),
    (Resolution::StartOver, "start-over"),
    (Resolution::SkipStatement, "skip-statement"),
    (Resolution::MarkDone, "mark-done"),
];

impl Resolution {
    /// The word that the history and the command line have for it.
    pub fn as_str(self) -> &'static str {
        RESOLUTIONS
            .iter()
            .find(|(resolution, _)| *resolution == self)
            .map_or("go-on", |(_, word)| word)
    }
}

/// A word that names no [`Resolution`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of go-on, start-over, skip-statement and mark-done")]
pub struct ResolutionError(String);

impl FromStr for Resolution {
    type Err = ResolutionError;

    fn from_str(word: &str) -> Result<Self, ResolutionError> {
        RESOLUTIONS
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(resolution, _)| *resolution)
            .ok_or_else(|| ResolutionError(word.to_owned()))
    }
}

/// Reads the latch's row: no row, NULL, nothing and `0` are clear; all else is tripped.
pub(crate) fn is_tripped(value: Option<&str>) -> bool {
    !matches!(value.map(str::trim), None | Some("" | "0"))
}

/// How many deaths in one place trip the latch, so that nothing restarts in a loop.
pub(crate) const DEATHS_THAT_TRIP: u32 = 3;

/// A statement as a person is shown it: on one line, and not too long.
pub(crate) fn shorten(statement: &str) -> String {
    const LONGEST: usize = 200;
    let mut short = String::new();
    for word in statement.split_whitespace() {
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(&inert(word));
        if short.chars().count() > LONGEST {
            let cut = short.chars().take(LONGEST).collect::<String>();
            return format!("{cut}…");
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_row() {
        let rows = [
            (None, false),
            (Some(""), false),
            (Some("0"), false),
            (Some(" 0\n"), false),
            (Some("1"), true),
            (Some("yes"), true),
            (Some("00"), true),
        ];
        for (value, tripped) in rows {
            assert_eq!(is_tripped(value), tripped, "{value:?}");
        }
    }

    #[test]
    fn shortens_to_one_line() {
        assert_eq!(shorten("SELECT\n  1 ;"), "SELECT 1 ;");
        let long = shorten(&"é".repeat(300));
        assert_eq!((long.chars().count(), long.ends_with('…')), (201, true));
    }
}
