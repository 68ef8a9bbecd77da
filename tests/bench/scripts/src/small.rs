//! The small scripts that every contender applies, in the naming convention of each.
//!
//! `build.rs` shares this file, so that a folder on disk and the scripts compiled in hold
//! the same bytes and a database made from one is current for the other.

use std::fs;
use std::io;
use std::path::Path;

/// How a library wants its scripts named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// `00001_table.sql`
    Flat,
    /// `V1__table.sql`, the form of refinery
    Refinery,
    /// `1_table.sql`, the form of sqlx
    Sqlx,
    /// `00001_table/up.sql`, the form of diesel
    Diesel,
    /// `1-table/up.sql`, the form of rusqlite_migration's `from_directory`
    Numbered,
}

impl Layout {
    /// The folder's name, when several layouts lie beside each other.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Refinery => "refinery",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::Numbered => "numbered",
        }
    }

    /// The path of script `number` (from 1), relative to the scripts' folder.
    pub fn path(self, number: u32) -> String {
        match self {
            Self::Flat => format!("{number:05}_table.sql"),
            Self::Refinery => format!("V{number}__table.sql"),
            Self::Sqlx => format!("{number}_table.sql"),
            Self::Diesel => format!("{number:05}_table/up.sql"),
            Self::Numbered => format!("{number}-table/up.sql"),
        }
    }
}

/// The name of the table that script `number` creates.
pub fn table(number: u32) -> String {
    format!("t{number:05}")
}

/// Script `number`: a table and one row whose id is the number.
pub fn text(number: u32) -> String {
    let table = table(number);
    format!(
        "CREATE TABLE {table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL DEFAULT 0);\n\
         INSERT INTO {table} (id, name) VALUES ({number}, 'product {number}');\n"
    )
}

/// Writes scripts 1 to `count` below `folder`, which is created.
///
/// # Errors
///
/// Whatever the file system answers.
pub fn write(layout: Layout, folder: &Path, count: u32) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for number in 1..=count {
        let path = folder.join(layout.path(number));
        if let Some(parent) = path.parent().filter(|&parent| parent != folder) {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text(number))?;
    }
    Ok(())
}
