//! SQLite's side of it.

use super::Expected;
use crate::generate::BULK_TABLE;
use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags, Transaction};
use std::time::Duration;
use upgrades_bench_scripts::table;

/// Reads `database` in one transaction and compares it.
///
/// # Errors
///
/// The first thing that is not as expected.
pub fn verify(database: &str, expected: Expected) -> Result<()> {
    let mut connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .context("cannot open the database to verify it")?;
    connection.busy_timeout(Duration::from_secs(30))?;
    let transaction = connection.transaction()?;
    match expected {
        Expected::Tables(count) => tables(&transaction, count),
        Expected::BulkRows(count) => {
            let found: u32 = transaction.query_row(
                &format!("SELECT count(*) FROM {BULK_TABLE}"),
                [],
                |row| row.get(0),
            )?;
            ensure!(found == count, "{found} rows instead of {count}");
            Ok(())
        }
    }
}

fn tables(transaction: &Transaction<'_>, count: u32) -> Result<()> {
    let found: u32 = transaction.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name GLOB 't[0-9]*'",
        [],
        |row| row.get(0),
    )?;
    ensure!(found == count, "{found} tables instead of {count}");
    for number in 1..=count {
        let table = table(number);
        let (rows, id): (u32, Option<u32>) = transaction.query_row(
            &format!("SELECT count(*), max(id) FROM {table}"),
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        ensure!(
            (rows, id) == (1, Some(number)),
            "table {table} has {rows} rows, the last with id {id:?}"
        );
    }
    Ok(())
}
