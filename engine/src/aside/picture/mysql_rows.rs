//! The rows of a table of MySQL's or MariaDB's.

use super::mysql_values::{Form, text};
use super::{Rows, Unread};
use crate::sql::Dialect;
use crate::store::{Session, StoreError, Value, texts};

/// Reads the rows that the condition lets through.
pub(super) fn read(
    session: &mut dyn Session,
    table: &str,
    condition: &str,
) -> Result<Rows, Unread> {
    let place = format!("TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {}", text(table));
    // Generated columns are not written.
    let listed = texts(
        session,
        &format!(
            "SELECT COLUMN_NAME, LOWER(DATA_TYPE) FROM information_schema.COLUMNS \
             WHERE {place} AND COALESCE(GENERATION_EXPRESSION, '') = '' ORDER BY ORDINAL_POSITION"
        ),
    )?;
    let mut columns = Vec::new();
    for [column, data_type] in listed {
        let Some(form) = Form::of(&data_type) else {
            let why = format!("the column {table}.{column} is of the type {data_type}");
            return Err(Unread::Unsaid(why));
        };
        columns.push((column, form));
    }
    let quoted = |name: &str| Dialect::Mysql.quoted(name);
    let key = texts(
        session,
        &format!(
            "SELECT COLUMN_NAME FROM information_schema.STATISTICS \
             WHERE {place} AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX"
        ),
    )?;
    let order: Vec<String> = match key.is_empty() {
        true => (1..=columns.len()).map(|at| at.to_string()).collect(),
        false => key.iter().map(|[column]| quoted(column)).collect(),
    };
    let selected: Vec<String> = columns
        .iter()
        .map(|(column, form)| form.selected(&quoted(column)))
        .collect();
    let rows = match selected.is_empty() {
        true => Vec::new(),
        false => session.query(
            &format!(
                "SELECT {} FROM {} {condition} ORDER BY {}",
                selected.join(", "),
                quoted(table),
                order.join(", ")
            ),
            &[],
        )?,
    };
    let row = |row: Vec<Value>| {
        let values = row.into_iter().zip(&columns);
        let said = values.map(|(value, (_, form))| match value.into_text() {
            Some(value) => form.literal(&value),
            None => "NULL".to_owned(),
        });
        said.collect()
    };
    Ok(Rows {
        table: table.to_owned(),
        rows: rows.into_iter().map(row).collect(),
        columns: columns.iter().map(|(column, _)| column.clone()).collect(),
        counter: None,
    })
}

/// What a table's counter stands at behind its rows alone; `None`: it has none.
pub(super) fn natural_counter(
    session: &mut dyn Session,
    table: &str,
) -> Result<Option<String>, StoreError> {
    let counted = texts(
        session,
        &format!(
            "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() \
             AND TABLE_NAME = {} AND EXTRA LIKE '%auto_increment%'",
            text(table)
        ),
    )?;
    let Some([column]) = counted.into_iter().next() else {
        return Ok(None);
    };
    let quoted = |name: &str| Dialect::Mysql.quoted(name);
    let sql = format!(
        "SELECT CAST(GREATEST(COALESCE(MAX({}), 0), 0) + 1 AS CHAR) FROM {}",
        quoted(&column),
        quoted(table)
    );
    let next = texts(session, &sql)?.into_iter().next();
    Ok(next.map(|[next]| next))
}
