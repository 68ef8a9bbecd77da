//! A database as a whole: a dump of it, and a second one aside, in which a dump can be tried before it takes the place
//! of the real one.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Lock, Session, Store, StoreError};

/// What a database can do that can be copied as a whole.
pub trait Whole: Sync {
    /// Which database it is, wherever it is asked from; no secrets.
    fn identity(&self) -> String;

    /// The files that it is kept in, which cannot be copied like others.
    fn files(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// The other databases that a statement in this one could name; none where there is no such thing.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn neighbours(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    /// How many bytes a dump has, about, and how many it needs aside while it is made.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn size(&self) -> Result<DumpSize, StoreError>;

    /// Writes a dump of one moment, whatever others write meanwhile. A database that is not there yet has an empty one.
    ///
    /// # Errors
    /// The database cannot be read, its tool fails, or the dump cannot be written.
    fn dump(&self, work: &mut Dumping<'_>) -> Result<Dumped, StoreError>;

    /// A second database, empty, that nobody else knows of. It is gone when it is dropped, or at the next call after a
    /// death. `aside`: a folder that it may keep files in.
    ///
    /// # Errors
    /// It cannot be made.
    fn scratch<'s>(&'s self, aside: &Path) -> Result<Box<dyn Scratch + 's>, StoreError>;

    /// The second database that another process has made here and calls [so](Scratch::name), with this one's settings.
    ///
    /// # Errors
    /// No second database is called so, or the database cannot be asked.
    fn second(&self, name: &OsStr) -> Result<Box<dyn Store>, StoreError>;
}

/// How large a dump is, about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DumpSize {
    /// The dump itself, in bytes.
    pub dump: u64,
    /// What is needed in the folder for temporary files while it is made, in bytes.
    pub aside: u64,
}

/// What hears how far a copy is, in bytes; it may want no more.
pub type Hear<'h> = dyn FnMut(u64) -> ControlFlow<()> + 'h;

/// What a dump is made with.
pub struct Dumping<'d> {
    /// What the names of the engine's tables begin with: the lock is left out of a dump.
    pub prefix: &'d str,
    /// A folder for temporary files. The caller removes what is left in it.
    pub aside: &'d Path,
    /// Where the dump goes.
    pub into: &'d mut dyn Write,
    /// Hears how many bytes of [`DumpSize::dump`] and [`DumpSize::aside`] together are done.
    pub hear: &'d mut Hear<'d>,
}

/// What a dump holds.
#[derive(Debug, Clone, Default)]
pub struct Dumped {
    /// What made it: names and versions of the database and of its tool.
    pub made_by: String,
    /// The tables, with how many rows each has.
    pub tables: Vec<TableCount>,
    /// What of the database is not in it, and what is in it only perhaps, in words.
    pub warnings: Vec<String>,
}

/// How many rows a table has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCount {
    /// Its name.
    pub table: String,
    /// How many.
    pub rows: u64,
}

/// A second database, aside.
pub trait Scratch {
    /// Puts a dump into it.
    ///
    /// # Errors
    /// The dump cannot be read, or the database refuses it.
    fn fill(&mut self, dump: &mut dyn Read) -> Result<(), StoreError>;

    /// What is broken in it, in the database's own words; nothing: it is whole.
    ///
    /// # Errors
    /// It cannot be asked.
    fn faults(&mut self) -> Result<Vec<String>, StoreError>;

    /// What in it would reach beyond it as soon as it is used, in words; nothing: it stays within.
    ///
    /// # Errors
    /// It cannot be asked.
    fn reaching_out(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    /// Its tables, by name, with how many rows each has.
    ///
    /// # Errors
    /// It cannot be asked.
    fn count(&mut self) -> Result<Vec<TableCount>, StoreError>;

    /// What another process [finds](Whole::second) it by.
    fn name(&self) -> &OsStr;

    /// It, as a database that can be upgraded.
    fn store(&self) -> Box<dyn Store + '_>;

    /// A session in it that may change what is in it.
    ///
    /// # Errors
    /// It cannot be opened.
    fn session(&mut self) -> Result<Box<dyn Session + '_>, StoreError>;

    /// How [`Scratch::replace`] happens.
    fn replacing(&self) -> Replacing;

    /// Refuses what [`Scratch::replace`] could begin and not end. Nothing is changed.
    ///
    /// # Errors
    /// It could not end, or the real database cannot be asked.
    fn may_replace(&mut self, _lock: &dyn Lock) -> Result<(), StoreError> {
        Ok(())
    }

    /// Makes the real database what this one is. The caller holds the lock of the real one.
    ///
    /// # Errors
    /// The real database is as before, or its own ledger says that this is under way and has to be finished.
    fn replace(&mut self, lock: &dyn Lock) -> Result<(), StoreError>;
}

/// How a database takes the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacing {
    /// It happens or does not.
    AtOnce,
    /// A death in between leaves something that has to be done again, from the backup.
    InSteps,
}
