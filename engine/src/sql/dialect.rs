//! [`Dialect`]: which database's SQL a script is written in.

use std::fmt;

use serde::Serialize;

/// A database's way of writing SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// The dialect that a file name's last part before the extension means, as in `0042_add_vat.sqlite.sql`.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        [Self::Sqlite, Self::Mysql]
            .into_iter()
            .find(|dialect| suffix.eq_ignore_ascii_case(dialect.suffix()))
    }

    /// The name as a file name has it.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Mysql => "MySQL",
        })
    }
}
