//! The libraries for SQLite, and the floor.

mod diesel;
mod floor;
mod ours;
mod refinery;
mod rusqlite_migration;
mod sqlx;

use super::Contender;
use super::refinery_runner::Grouping;

/// Every contender, in the order of the tables.
pub const ALL: &[&dyn Contender] = &[
    &ours::Ours,
    &refinery::Refinery(Grouping::Each),
    &refinery::Refinery(Grouping::All),
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
