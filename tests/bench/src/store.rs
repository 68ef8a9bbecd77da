//! The stores whose contenders are measured beside each other.

use crate::contender::{Contender, mariadb, sqlite};
use crate::verify::{self, Expected};
use anyhow::Result;
use clap::ValueEnum;

/// Where the scripts are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Store {
    /// A SQLite file
    Sqlite,
    /// A database of a private MariaDB server
    Mariadb,
}

impl Store {
    /// Every store, in the order of the tables.
    pub const ALL: &[Self] = &[Self::Sqlite, Self::Mariadb];

    /// The name in the tables.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Mariadb => "MariaDB",
        }
    }

    /// Every contender, in the order of the tables.
    pub const fn contenders(self) -> &'static [&'static dyn Contender] {
        match self {
            Self::Sqlite => sqlite::ALL,
            Self::Mariadb => mariadb::ALL,
        }
    }

    /// What a reader of the tables must know.
    pub const fn notes(self) -> &'static str {
        match self {
            Self::Sqlite => sqlite::NOTES,
            Self::Mariadb => mariadb::NOTES,
        }
    }

    /// Compares what `database` holds.
    ///
    /// # Errors
    ///
    /// The first thing that is not as expected.
    pub fn verify(self, database: &str, expected: Expected) -> Result<()> {
        match self {
            Self::Sqlite => verify::sqlite::verify(database, expected),
            Self::Mariadb => verify::mariadb::verify(database, expected),
        }
    }
}
