//! The libraries that are measured, each behind one trait.

pub mod mariadb;
mod refinery_runner;
pub mod sqlite;

use crate::store::Store;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::{env, fmt};
use upgrades_bench_scripts::Layout;

/// Where a contender finds its scripts.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A folder in the contender's own layout.
    Folder(&'a Path),
    /// Scripts compiled into the program.
    Embedded(Embedded),
}

/// The sets of scripts that are compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Embedded {
    /// 1,000 scripts
    #[value(name = "1000")]
    Thousand,
    /// 10,000 scripts
    #[value(name = "10000")]
    TenThousand,
}

impl Embedded {
    /// The set of `count` scripts, if there is one.
    pub const fn of(count: u32) -> Option<Self> {
        match count {
            1_000 => Some(Self::Thousand),
            10_000 => Some(Self::TenThousand),
            _ => None,
        }
    }
}

/// What a contender is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Scripts applied to a fresh database: time, fsyncs, round trips, peak memory.
    Apply,
    /// A start with nothing to do, scripts in a folder.
    IdleFolder,
    /// A start with nothing to do, scripts compiled in.
    IdleEmbedded,
    /// One script of 200 MB.
    Bulk,
    /// Several processes start at once; a process is killed while it works.
    Disturbed,
}

/// What a contender with a program of its own does there: that of [`Contender::upgrade`].
pub type Upgrade = fn(&str, Source<'_>) -> Result<()>;

/// A library that brings a database of one store up to date, with its own defaults.
pub trait Contender: Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;

    /// The name in the tables, with a mark where it keeps no history.
    fn label(&self) -> &'static str;

    /// How its scripts are named in a folder.
    fn layout(&self) -> Layout;

    /// Whether it takes part in `event`.
    fn enters(&self, event: Event) -> bool;

    /// The program that a child of it is: this one, unless its libraries would cost the others time.
    ///
    /// # Errors
    ///
    /// A program that does not know its own path, or was not built.
    fn program(&self) -> Result<PathBuf> {
        Ok(env::current_exe()?)
    }

    /// Opens `database`, applies what it has not seen yet, and closes it.
    ///
    /// `database` is the path of SQLite's file, created if missing, or the URL of a MariaDB database.
    ///
    /// # Errors
    ///
    /// The library's own error, or a set of scripts that it cannot embed.
    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()>;

    /// An application's start when `database` is current: for a library, the same call.
    ///
    /// # Errors
    ///
    /// As [`Contender::upgrade`].
    fn start(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        self.upgrade(database, scripts)
    }
}

impl fmt::Debug for dyn Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The floor's name: what the ratios are against.
pub const FLOOR: &str = "floor";

/// The contender of that name for `store`.
///
/// # Errors
///
/// A name that is none of them.
pub fn find(store: Store, name: &str) -> Result<&'static dyn Contender> {
    store
        .contenders()
        .iter()
        .copied()
        .find(|contender| contender.name() == name)
        .with_context(|| format!("{} has no contender {name}", store.label()))
}

/// The name of a contender of any store.
///
/// # Errors
///
/// The names there are, when it is none of them.
pub fn name(name: &str) -> Result<&'static str, String> {
    let mut names: Vec<_> = Store::ALL
        .iter()
        .flat_map(|store| store.contenders())
        .map(|contender| contender.name())
        .collect();
    if let Some(found) = names.iter().copied().find(|known| *known == name) {
        return Ok(found);
    }
    names.sort_unstable();
    names.dedup();
    Err(format!("one of: {}", names.join(", ")))
}
