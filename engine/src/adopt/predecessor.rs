//! [`Predecessor`]: the tool that has run a database's scripts until now, and the table in which it says so.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::sql::Dialect;
use crate::track::TrackName;

/// A tool whose own table tells which scripts have run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Tool {
    /// refinery.
    Refinery,
    /// sqlx's migrations.
    Sqlx,
    /// diesel's migrations.
    Diesel,
    /// Flyway.
    Flyway,
    /// Joomla's updates, of itself or of one of its extensions.
    Joomla,
}

/// A text that is no [`Tool`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no tool that is known; there are refinery, sqlx, diesel, flyway and joomla")]
pub struct UnknownTool(String);

impl Tool {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Refinery,
        Self::Sqlx,
        Self::Diesel,
        Self::Flyway,
        Self::Joomla,
    ];

    /// The tool's name, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refinery => "refinery",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::Flyway => "flyway",
            Self::Joomla => "joomla",
        }
    }

    /// What its table is called, unless it was told otherwise. `prefix`: that of the application's tables.
    pub(super) fn table(self, prefix: &str) -> String {
        match self {
            Self::Refinery => "refinery_schema_history".to_owned(),
            Self::Sqlx => "_sqlx_migrations".to_owned(),
            Self::Diesel => "__diesel_schema_migrations".to_owned(),
            Self::Flyway => "flyway_schema_history".to_owned(),
            Self::Joomla => format!("{prefix}schemas"),
        }
    }

    /// Asks the table for what [`Theirs::read`](super::theirs::Theirs::read) takes.
    pub(super) fn select(self, table: &str, dialect: Dialect) -> String {
        let (columns, order) = match self {
            Self::Refinery => ("version, name", "version"),
            Self::Sqlx => ("version, description, success", "version"),
            Self::Diesel => ("version", "version"),
            Self::Flyway => ("version, description, type, success", "installed_rank"),
            Self::Joomla => ("extension_id, version_id", "extension_id"),
        };
        let table = dialect.quoted(table);
        format!("SELECT {columns} FROM {table} ORDER BY {order}")
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Tool {
    type Err = UnknownTool;

    fn from_str(text: &str) -> Result<Self, UnknownTool> {
        let tool = Self::ALL.into_iter().find(|tool| tool.as_str() == text);
        tool.ok_or_else(|| UnknownTool(text.to_owned()))
    }
}

/// What becomes of scripts below the newest one that the other tool has run, when it has not run them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gaps {
    /// They are recorded as skipped, and told of until a person settles them.
    #[default]
    Skipped,
    /// They count as applied: their work is known to be in the database.
    Applied,
}

/// The tool that has run a database's scripts until now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predecessor {
    pub(super) tool: Tool,
    pub(super) track: TrackName,
    pub(super) table: Option<String>,
    pub(super) extension: Option<u64>,
    pub(super) gaps: Gaps,
}

impl Predecessor {
    /// This tool, with a table of its usual name, whose scripts are the core track now.
    pub fn new(tool: Tool) -> Self {
        Self {
            tool,
            track: TrackName::CORE,
            table: None,
            extension: None,
            gaps: Gaps::default(),
        }
    }

    /// The track that its scripts are now.
    pub fn track(mut self, track: TrackName) -> Self {
        self.track = track;
        self
    }

    /// The name of its table.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = Some(table.into());
        self
    }

    /// Of Joomla: the id of the extension whose scripts they were, as its table of extensions has it.
    pub fn extension(mut self, id: u64) -> Self {
        self.extension = Some(id);
        self
    }

    /// What becomes of scripts that it has passed over.
    pub fn gaps(mut self, gaps: Gaps) -> Self {
        self.gaps = gaps;
        self
    }
}
