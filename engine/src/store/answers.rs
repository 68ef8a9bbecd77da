//! What sessions are told and tell beside rows.

use std::time::Duration;

use crate::sql::Right;

/// What a statement has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changed {
    /// How many rows.
    pub rows: u64,
    /// The id of the row that it inserted last, where the database gave one.
    pub last_id: i64,
}

/// What a user may not do and has to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRights {
    /// The rights.
    pub rights: Vec<Right>,
    /// The user, as the database knows it.
    pub user: String,
    /// The statement by which an administrator gives them.
    pub grant: String,
}

impl std::fmt::Display for MissingRights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.rights.iter().map(|right| right.as_str()).collect();
        write!(f, "{} lacks the rights {}", self.user, names.join(", "))
    }
}

/// How long the statements of a script may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// For a statement as a whole.
    pub statement: Option<Duration>,
    /// For waiting for a lock on rows or tables.
    pub lock: Option<Duration>,
}

/// The definition of an object of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// In the database's own words, without what changes with the data.
    pub text: String,
    /// Whether it is a table that no transaction protects.
    pub without_transactions: bool,
}
