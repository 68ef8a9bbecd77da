//! The libraries for MariaDB, and the floors.

#[cfg(feature = "diesel-mysql")]
mod diesel;
mod floor;
mod ours;
mod refinery;
mod sqlx;

use super::Contender;
use super::refinery_runner::Grouping;

/// Every contender, in the order of the tables.
pub const ALL: &[&dyn Contender] = &[
    &ours::Ours,
    &refinery::Refinery(Grouping::Each),
    &refinery::Refinery(Grouping::All),
    &sqlx::Sqlx,
    #[cfg(feature = "diesel-mysql")]
    &diesel::Diesel,
    &floor::Floor,
    &floor::FloorJournal,
    &floor::FloorListed,
];

/// What a reader of the tables must know of single contenders.
pub const NOTES: &str = "\
In brackets: the ratio to the floor's median. A dash: not measured, because it has no meaning there. Without a row for diesel_migrations: it was not built in (`--features diesel-mysql`).

[^list]: Embedded: what `embed_migrations!` generates, done at run time by the bench's own list.
[^lock]: Its lock is `GET_LOCK` with a time-out of -1, which MariaDB refuses with NULL and a warning: it works without a lock.
[^floor]: Applying: everything to the `mariadb` client as one text. Nothing to do: connect, and one query.
[^journal]: Each script in one message with its row in a journal: two commits, that of CREATE TABLE and that of the two rows.";
