//! What a database must hold after the work: counted by every child before it ends well.

pub mod mariadb;
pub mod sqlite;

/// What the scripts leave in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This many tables, each with the one row of its script.
    Tables(u32),
    /// The large script's table, with this many rows.
    BulkRows(u32),
}
