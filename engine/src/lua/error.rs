//! What is wrong with a script in Lua, before it runs and while it does.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::db::DbError;

/// Why a text is no script in Lua that could run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Uncompiled {
    #[error("it is longer than {} MiB; data belongs into files of its own", .0 / (1024 * 1024))]
    Long(usize),
    #[error(
        "it is compiled Lua, which is never run, as nobody can see what it does; give the source"
    )]
    ByteCode,
    #[error("line {line} is not UTF-8")]
    NotUtf8 { line: usize },
    /// In the compiler's words, with file and line.
    #[error("{0}")]
    Syntax(String),
}

/// Why a script in Lua did not reach its end.
///
/// It is shown with the file and the line; what the database said is its source.
#[derive(Debug, Clone)]
pub struct LuaError {
    pub(super) message: String,
    pub(super) line: Option<u64>,
    pub(super) calls: Option<String>,
    pub(super) source: Option<Arc<DbError>>,
}

impl LuaError {
    /// Something of ours that has no place in the script.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: None,
            calls: None,
            source: None,
        }
    }

    /// The line of the script, counted from 1, where it is known.
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// In which function that was, and who called it, the innermost first; `None`: it was in none.
    pub fn calls(&self) -> Option<&str> {
        self.calls.as_deref()
    }

    /// Why the database did not do something, where that is the reason.
    pub fn db(&self) -> Option<&DbError> {
        self.source.as_deref()
    }
}

impl fmt::Display for LuaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for LuaError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // What the database was asked stands in the message; what it answered does not.
        self.source.as_deref()?.source()
    }
}
