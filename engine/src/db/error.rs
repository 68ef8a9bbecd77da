//! [`DbError`]: why the database did not do what a program asked of it.

use std::io;

use crate::store::StoreError;

/// Why the database did not do what a program asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The database refuses a statement.
    #[error("the database refuses {sql:?}")]
    Refused {
        /// The statement, shortened.
        sql: String,
        /// The database's answer.
        source: StoreError,
    },
    /// A program must not do this.
    #[error("{sql:?} cannot be run from a program: {reason}")]
    Forbidden {
        /// The statement, shortened.
        sql: String,
        /// Why not.
        reason: String,
    },
    /// A query that was to have one row at most has more.
    #[error("{0:?} has more than one row; add a condition, or LIMIT 1 where any of them will do")]
    SeveralRows(String),
    /// The row has no such column.
    #[error("the row has no column {column:?}; it has {columns}")]
    NoColumn {
        /// What was asked for.
        column: String,
        /// What there is.
        columns: String,
    },
    /// The value is of another type.
    #[error("column {column:?} holds {found} and not {expected}")]
    Type {
        /// The column.
        column: String,
        /// What was asked for.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// The rows of a query are too many for the memory, and cannot be kept in a temporary file.
    #[error("the rows of a query cannot be kept in a temporary file")]
    Spill(#[source] io::Error),
    /// What the program asked for cannot be done, for a reason in words.
    #[error("{0}")]
    Impossible(String),
    /// Nothing can be done any more: the work is given up, or will be tried again.
    #[error("nothing more can be done here: {0}")]
    Halted(String),
}

impl DbError {
    /// The statement that it is about, shortened; `None`: it is about none.
    pub fn sql(&self) -> Option<&str> {
        match self {
            Self::Refused { sql, .. } | Self::Forbidden { sql, .. } | Self::SeveralRows(sql) => {
                Some(sql)
            }
            Self::NoColumn { .. }
            | Self::Type { .. }
            | Self::Spill(_)
            | Self::Impossible(_)
            | Self::Halted(_) => None,
        }
    }
}
