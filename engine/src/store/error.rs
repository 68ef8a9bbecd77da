//! [`StoreError`]: what a database answered instead of doing what it was asked.

use std::error::Error;
use std::fmt;

/// What kind of trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The database cannot be opened.
    CannotOpen,
    /// Reading or writing it fails.
    Io,
    /// Somebody else uses it, for longer than we wait.
    Busy,
    /// Somebody else changed the same rows; the transaction was rolled back, and may be tried again.
    Conflict,
    /// The connection was lost, and with it what was not committed.
    Lost,
    /// Another process has taken the lock over.
    Overtaken,
    /// It cannot be written.
    ReadOnly,
    /// It is something else, or damaged.
    NotADatabase,
    /// There is no room.
    Full,
    /// What the engine needs is not offered here.
    Unsuitable,
    /// The statement was refused.
    Refused,
    /// The user may not do that.
    Denied,
    /// A statement that must change one row changed none or several.
    Contradicted,
}

/// A statement that did not change the one row that it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The table.
    pub table: String,
    /// The row.
    pub name: String,
    /// How many rows were changed.
    pub count: u64,
}

/// What a database answered instead of doing what it was asked.
#[derive(Debug)]
pub struct StoreError {
    fault: Fault,
    message: String,
    number: Option<u16>,
    offset: Option<usize>,
    contradiction: Option<Contradiction>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// An error in the database's own words, or in ours where it has none.
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self {
            fault,
            message: message.into(),
            number: None,
            offset: None,
            contradiction: None,
            source: None,
        }
    }

    /// Where in the statement the database saw the error, in bytes.
    pub fn at(self, offset: Option<usize>) -> Self {
        Self { offset, ..self }
    }

    /// The number that the database has for it.
    pub fn numbered(self, number: u16) -> Self {
        Self {
            number: Some(number),
            ..self
        }
    }

    /// A statement changed `count` rows, and not the one that it was about.
    pub fn contradicted(table: &str, name: &str, count: u64) -> Self {
        let message = format!("{table} has not one row named {name:?}: {count} were changed");
        Self {
            contradiction: Some(Contradiction {
                table: table.to_owned(),
                name: name.to_owned(),
                count,
            }),
            ..Self::new(Fault::Contradicted, message)
        }
    }

    /// Which statement did not change the row that it was about.
    pub fn contradiction(&self) -> Option<&Contradiction> {
        self.contradiction.as_ref()
    }

    /// What lies behind it.
    pub fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// What kind of trouble it is.
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// The number that the database has for it.
    pub fn number(&self) -> Option<u16> {
        self.number
    }

    /// Where in the statement the database saw the error, in bytes.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
