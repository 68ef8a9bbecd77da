//! The libraries that are measured, each behind one trait.

mod diesel;
mod floor;
mod ours;
mod refinery;
mod rusqlite_migration;
mod sqlx;

use anyhow::Result;
use std::fmt;
use std::path::Path;
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
    /// Scripts applied to a fresh file: time, fsyncs, peak memory.
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

/// A library that brings a SQLite database up to date, with its own defaults.
pub trait Contender: Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;

    /// The name in the tables, with a mark where it keeps no history.
    fn label(&self) -> &'static str;

    /// How its scripts are named in a folder.
    fn layout(&self) -> Layout;

    /// Whether it takes part in `event`.
    fn enters(&self, event: Event) -> bool;

    /// Opens `database` (created if missing), applies what it has not seen yet, and closes it.
    ///
    /// # Errors
    ///
    /// The library's own error, or a set of scripts that it cannot embed.
    fn upgrade(&self, database: &Path, scripts: Source<'_>) -> Result<()>;

    /// An application's start when `database` is current: for a library, the same call.
    ///
    /// # Errors
    ///
    /// As [`Contender::upgrade`].
    fn start(&self, database: &Path, scripts: Source<'_>) -> Result<()> {
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

/// Every contender, in the order of the tables.
pub const ALL: &[&dyn Contender] = &[
    &ours::Ours,
    &refinery::Refinery::PLAIN,
    &refinery::Refinery::GROUPED,
    &sqlx::Sqlx,
    &diesel::Diesel,
    &rusqlite_migration::RusqliteMigration,
    &floor::Floor,
    &floor::FloorListed,
];

/// What a reader of the tables must know of single contenders.
pub const NOTES: &str = "\
In brackets: the ratio to the floor's median. A dash: not measured, because it has no meaning there.

[^history]: It remembers a number only: no names, no checksums, no history. It reads no folder; the bench does that for it.
[^list]: Embedded: what `embed_migrations!` generates, done at run time by the bench's own list; the macro itself takes the compiler 77 seconds for 1,000 scripts, and was not done with 10,000 after nine minutes.";

/// The contender of that name.
///
/// # Errors
///
/// The names there are, when it is none of them.
pub fn find(name: &str) -> Result<&'static dyn Contender, String> {
    ALL.iter()
        .copied()
        .find(|contender| contender.name() == name)
        .ok_or_else(|| {
            let names: Vec<_> = ALL.iter().map(|contender| contender.name()).collect();
            format!("one of: {}", names.join(", "))
        })
}
