//! What a server tells of the objects of a schema.

use once_cell::sync::Lazy;
use regex::Regex;

use super::super::{Definition, Fault, StoreError, Value};
use super::link::Link;
use super::literal::{quoted, text};
use crate::sql::{Object, ObjectKind};

/// What stands behind the columns of a table: its engine, on MySQL behind its tablespace, and the counter of its ids, which
/// changes with the data.
static OPTIONS: Lazy<Regex> = Lazy::new(|| {
    let pattern =
        r"(?P<before>\n\) (?:/\*!\d+ [^\n]*? \*/ )?ENGINE=(?P<engine>\w+))(?: AUTO_INCREMENT=\d+)?";
    Regex::new(pattern).expect("the pattern is valid")
});

/// The engines that take part in transactions.
const TRANSACTIONAL: [&str; 5] = ["InnoDB", "ROCKSDB", "TokuDB", "ndbcluster", "NDB"];

/// There is no such table, view, trigger, procedure or function, event, schema; or a table is no view.
const NOT_THERE: [u16; 6] = [1146, 1347, 1360, 1305, 1539, 1049];

/// The definition of an object; `None`: there is none.
///
/// # Errors
/// The server refuses to tell.
pub(super) fn show(
    link: &mut Link,
    schema: &str,
    object: &Object,
) -> Result<Option<Definition>, StoreError> {
    let kind = match object.kind {
        ObjectKind::Table => "TABLE",
        ObjectKind::View => "VIEW",
        ObjectKind::Trigger => "TRIGGER",
        ObjectKind::Procedure => "PROCEDURE",
        ObjectKind::Function => "FUNCTION",
        ObjectKind::Event => "EVENT",
    };
    let schema = object.schema.as_deref().unwrap_or(schema);
    let show = format!(
        "SHOW CREATE {kind} {}.{}",
        quoted(schema),
        quoted(&object.name)
    );
    let rows = match link.query(&show) {
        Err(error) if error.number().is_some_and(|n| NOT_THERE.contains(&n)) => return Ok(None),
        rows => rows?,
    };
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let hidden = |value: &Value| *value == Value::Null;
    let is_routine = matches!(object.kind, ObjectKind::Procedure | ObjectKind::Function);
    if is_routine && row.get(2).is_none_or(hidden) {
        return Err(StoreError::new(
            Fault::Refused,
            format!("this user may not see the definition of {object}"),
        ));
    }
    let told: Vec<String> = row
        .into_iter()
        .skip(1)
        .filter_map(Value::into_text)
        .collect();
    let told = told.join("\n");
    let engine = OPTIONS
        .captures(&told)
        .map(|found| found["engine"].to_owned());
    let protected = |engine: &String| {
        TRANSACTIONAL
            .iter()
            .any(|known| known.eq_ignore_ascii_case(engine))
    };
    Ok(Some(Definition {
        without_transactions: object.kind == ObjectKind::Table
            && engine.as_ref().is_some_and(|engine| !protected(engine)),
        text: OPTIONS.replace(&told, "$before").into_owned(),
    }))
}

/// The statement that makes a procedure, with its parameters and its body; `None`: there is none.
///
/// # Errors
/// The server refuses to tell.
pub(super) fn procedure(
    link: &mut Link,
    schema: &str,
    name: &str,
) -> Result<Option<String>, StoreError> {
    const TEXT: usize = 2;
    let show = format!("SHOW CREATE PROCEDURE {}.{}", quoted(schema), quoted(name));
    let rows = match link.query(&show) {
        Err(error) if error.number().is_some_and(|n| NOT_THERE.contains(&n)) => return Ok(None),
        rows => rows?,
    };
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    match row.into_iter().nth(TEXT).and_then(Value::into_text) {
        Some(text) => Ok(Some(text)),
        None => Err(StoreError::new(
            Fault::Refused,
            format!("this user may not see what procedure {name} does"),
        )),
    }
}

/// The tables of a schema that no transaction protects.
///
/// # Errors
/// The server cannot be asked.
pub(super) fn unprotected(link: &mut Link, schema: &str) -> Result<Vec<String>, StoreError> {
    let engines: Vec<String> = TRANSACTIONAL.iter().map(|engine| text(engine)).collect();
    let rows = link.query(&format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
         AND TABLE_TYPE = 'BASE TABLE' AND ENGINE NOT IN ({})",
        text(schema),
        engines.join(", ")
    ))?;
    let names = rows.into_iter().flatten();
    Ok(names.filter_map(Value::into_text).collect())
}
