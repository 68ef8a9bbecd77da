//! Whether a database is whole, and what is in it.

use rusqlite::Connection;

use super::super::{Fault, StoreError, TableCount};
use super::driver::store_error;

/// What is broken in a database, in SQLite's words; nothing, if it is whole.
///
/// Collations and functions of the application's are not known here. Tables that need them are not checked; all others are.
pub(super) fn faults(connection: &Connection) -> Result<Vec<String>, StoreError> {
    match told_by(connection, "PRAGMA integrity_check") {
        Err(error) if error.fault() == Fault::Refused => {
            let mut faults = Vec::new();
            for table in tables(connection)? {
                match told_by(
                    connection,
                    &format!("PRAGMA integrity_check({})", quoted(&table)),
                ) {
                    Err(error) if error.fault() == Fault::Refused => {
                        log::info!("table {table} cannot be checked: {error}");
                    }
                    told => faults.extend(told?),
                }
            }
            Ok(faults)
        }
        told => told,
    }
}

fn told_by(connection: &Connection, check: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(check).map_err(store_error)?;
    let told = statement
        .query_map([], |row| row.get::<_, String>(0))
        .map_err(store_error)?;
    let told: Vec<_> = told.collect::<Result<_, _>>().map_err(store_error)?;
    Ok(told.into_iter().filter(|line| line != "ok").collect())
}

/// The tables of a database, by name, with how many rows each has.
pub(super) fn count(connection: &Connection) -> Result<Vec<TableCount>, StoreError> {
    let rows = |table: String| {
        let sql = format!("SELECT count(*) FROM {}", quoted(&table));
        let rows: i64 = connection
            .query_row(&sql, [], |row| row.get(0))
            .map_err(store_error)?;
        let rows = rows.unsigned_abs();
        Ok(TableCount { table, rows })
    };
    tables(connection)?.into_iter().map(rows).collect()
}

fn tables(connection: &Connection) -> Result<Vec<String>, StoreError> {
    // A virtual table's rows are in tables of its own, or elsewhere.
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let mut statement = connection.prepare(names).map_err(store_error)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0));
    names
        .map_err(store_error)?
        .collect::<Result<_, _>>()
        .map_err(store_error)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
