//! What is in a schema of a MySQL or MariaDB server. What counters of ids and sequences stand at is left out: what a
//! transaction has taken of them stays taken when it is undone.

use std::collections::BTreeMap;

use super::{Look, Source};
use crate::aside::picture::Picture;
use crate::aside::picture::mysql_made::{self, EVENTS, Kind, ROUTINES, TRIGGERS};
pub(super) use crate::aside::picture::mysql_values::Form;
use crate::ledger::Tables;
use crate::rehearse::lab::sum::Cell;
use crate::sql::Dialect;
use crate::store::{Session, StoreError, Value, texts};

const TABLES: &str = "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES \
                      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE NOT LIKE '%VIEW' ORDER BY BINARY TABLE_NAME";
const COLUMNS: &str = "SELECT TABLE_NAME, COLUMN_NAME, LOWER(DATA_TYPE) FROM information_schema.COLUMNS \
                       WHERE TABLE_SCHEMA = DATABASE() ORDER BY BINARY TABLE_NAME, ORDINAL_POSITION";

/// A column, and how its values are read.
type Column = (String, Form);

/// Reads objects and settings.
pub(super) fn schema(session: &mut dyn Session, look: &mut Look) -> Result<(), StoreError> {
    for [name, kind] in texts(session, TABLES)? {
        let (kind, sql) = match kind.as_str() {
            "SEQUENCE" => {
                let sql = mysql_made::created(session, "SEQUENCE", &name, 1)?;
                ("sequence", sql)
            }
            _ => ("table", mysql_made::table(session, &name)?.0),
        };
        look.objects.insert(format!("{kind} {name}"), sql);
    }
    for name in mysql_made::views(session)? {
        let sql = mysql_made::created(session, "VIEW", &name, 1)?;
        look.objects.insert(format!("view {name}"), sql);
    }
    for kind in ROUTINES.iter().chain([&TRIGGERS, &EVENTS]) {
        for name in kind.names(session)? {
            let sql = body(session, kind, &name)?;
            let kind = kind.kind.to_lowercase();
            look.objects.insert(format!("{kind} {name}"), sql);
        }
    }
    look.settings = Picture::settings_of(session, Dialect::Mysql)?
        .into_iter()
        .collect();
    Ok(())
}

/// What made something with a body, and what it keeps of the session that did: SQL_MODE, character set and collation.
fn body(session: &mut dyn Session, kind: &Kind, name: &str) -> Result<String, StoreError> {
    let row = mysql_made::shown(session, kind.kind, name)?;
    let at = |column: usize| row.get(column).map_or("", String::as_str);
    let parts = [kind.text, kind.mode, kind.text + 1, kind.text + 2].map(at);
    Ok(parts.join("\n"))
}

/// The tables that have rows; not that of the lock, which says who worked last.
pub(super) fn sources(session: &mut dyn Session, own: &Tables) -> Result<Vec<Source>, StoreError> {
    let mut columns: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for [table, column, data_type] in texts(session, COLUMNS)? {
        // What is not known has bytes all the same.
        let form = Form::of(&data_type).unwrap_or(Form::Bytes);
        columns.entry(table).or_default().push((column, form));
    }
    let lasting = own.lasting();
    let lock = own.lock_name();
    let mut sources = Vec::new();
    for [table, kind] in texts(session, TABLES)? {
        if kind == "SEQUENCE" || table == lock {
            continue;
        }
        let mut columns = columns.remove(&table).unwrap_or_default();
        let mut condition = "";
        if let Some(lasting) = lasting.iter().find(|lasting| lasting.table == table) {
            columns.retain(|(column, _)| lasting.columns.contains(&column.as_str()));
            condition = &lasting.condition;
        }
        sources.push(source(table, columns, condition));
    }
    Ok(sources)
}

fn source(table: String, columns: Vec<Column>, condition: &str) -> Source {
    let dialect = Dialect::Mysql;
    let values = columns
        .iter()
        .map(|(column, form)| form.selected(&dialect.quoted(column)));
    let values: Vec<_> = values.collect();
    Source {
        query: format!(
            "SELECT {} FROM {} {condition}",
            values.join(", "),
            dialect.quoted(&table)
        ),
        table,
        form: super::Form::Mysql(columns.iter().map(|(_, form)| *form).collect()),
        columns: columns.into_iter().map(|(column, _)| column).collect(),
    }
}

/// The values of a row, and how they are written in SQL, which is as exact.
pub(super) fn row(row: Vec<Value>, forms: &[Form]) -> (Vec<Cell>, Vec<String>) {
    let literals = row.into_iter().zip(forms).map(|(value, form)| {
        let said = value.into_text();
        said.map_or_else(|| "NULL".to_owned(), |said| form.literal(&said))
    });
    let literals: Vec<String> = literals.collect();
    let cells = literals.iter().map(|literal| Cell {
        is_text: false,
        value: Value::from(literal.as_str()),
    });
    (cells.collect(), literals)
}
