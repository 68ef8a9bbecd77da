//! What is in a SQLite database.

use super::{Form, Look, Source};
use crate::ledger::Tables;
use crate::rehearse::lab::sum::Cell;
use crate::sql::Dialect;
use crate::store::{Fault, Session, StoreError, Value, texts};

/// Settings that the file keeps.
const SETTINGS: [&str; 6] = [
    "user_version",
    "application_id",
    "auto_vacuum",
    "page_size",
    "journal_mode",
    "encoding",
];

/// Reads objects, settings, and what is broken.
pub(super) fn schema(session: &mut dyn Session, look: &mut Look) -> Result<(), StoreError> {
    let objects = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL";
    for [name, sql] in texts(session, objects)? {
        look.objects.insert(name, sql);
    }
    for name in SETTINGS {
        for [value] in texts(session, &format!("SELECT {name} FROM pragma_{name}"))? {
            look.settings.insert(name, value);
        }
    }
    look.faults = match texts(session, "PRAGMA integrity_check") {
        Ok(told) => told.into_iter().map(|[line]| line).collect(),
        Err(error) if error.fault() == Fault::Refused => Vec::new(),
        Err(error) => return Err(error),
    };
    look.faults.retain(|line| line != "ok");
    Ok(())
}

/// The tables. What virtual ones keep in tables of their own is left out: it is read through them.
pub(super) fn sources(session: &mut dyn Session, own: &Tables) -> Result<Vec<Source>, StoreError> {
    let own = own.lasting();
    let listed = texts(
        session,
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') \
         AND name <> 'sqlite_schema' ORDER BY name",
    )?;
    let mut sources = Vec::new();
    for [table] in listed {
        let (columns, condition) = match own.iter().find(|lasting| lasting.table == table) {
            Some(lasting) => {
                let columns = lasting.columns.iter().map(|&name| name.to_owned());
                (columns.collect(), lasting.condition.as_str())
            }
            None => (columns(session, &table)?, ""),
        };
        sources.push(source(table, columns, condition));
    }
    Ok(sources)
}

fn columns(session: &mut dyn Session, table: &str) -> Result<Vec<String>, StoreError> {
    let name = Value::from(table);
    let columns = session.query(
        "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid",
        &[name],
    );
    // A virtual table whose module is not here.
    let columns = match columns {
        Err(error) if error.fault() == Fault::Refused => Vec::new(),
        columns => columns?,
    };
    let columns = columns.into_iter().flatten().filter_map(Value::into_text);
    Ok(columns.collect())
}

/// Of each column its value, whether that is text, and how it is written in SQL.
fn source(table: String, columns: Vec<String>, condition: &str) -> Source {
    let dialect = Dialect::Sqlite;
    let values = columns.iter().map(|column| {
        let column = dialect.quoted(column);
        format!(
            "CASE typeof({column}) WHEN 'text' THEN CAST({column} AS BLOB) ELSE {column} END, \
             typeof({column}) = 'text', quote({column})"
        )
    });
    let values: Vec<_> = values.collect();
    Source {
        query: format!(
            "SELECT {} FROM main.{} {condition}",
            values.join(", "),
            dialect.quoted(&table)
        ),
        table,
        columns,
        form: Form::Sqlite,
    }
}

/// The values of a row, and how they are written in SQL.
pub(super) fn row(row: Vec<Value>) -> (Vec<Cell>, Vec<String>) {
    let mut cells = Vec::with_capacity(row.len() / 3);
    let mut shown = Vec::with_capacity(row.len() / 3);
    let mut row = row.into_iter();
    while let (Some(value), Some(is_text), Some(quoted)) = (row.next(), row.next(), row.next()) {
        let is_text = is_text == Value::Integer(1);
        cells.push(Cell { is_text, value });
        shown.push(quoted.into_text().unwrap_or_default());
    }
    (cells, shown)
}
