//! Reading INSERT, UPDATE and DELETE: which table's rows they change.

use super::{Change, Cursor, name};

/// What may stand between a verb and its table.
const BETWEEN: [&str; 13] = [
    "or",
    "ignore",
    "replace",
    "abort",
    "fail",
    "rollback",
    "low_priority",
    "high_priority",
    "delayed",
    "quick",
    "into",
    "from",
    "only",
];

/// What stands behind the verb.
pub(super) fn read(cursor: &mut Cursor<'_>, verb: &str) -> Option<Vec<Change>> {
    let verb = match verb {
        "with" => behind_with(cursor)?,
        verb => verb,
    };
    if verb == "delete" {
        return Some(vec![Change::Delete(deleted(cursor)?)]);
    }
    while cursor.takes_any(&BETWEEN).is_some() {}
    let table = name(cursor)?;
    Some(vec![match verb {
        "update" => Change::Update(table),
        _ => Change::Insert(table),
    }])
}

/// The verb behind the queries that WITH names.
pub(super) fn behind_with(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    loop {
        if cursor.group().is_some() {
            continue;
        }
        if let Some(verb) = cursor.takes_any(&["insert", "replace", "update", "delete"]) {
            return Some(verb);
        }
        if cursor.sees("select") {
            return None;
        }
        cursor.next()?;
    }
}

/// `DELETE FROM t`, and MySQL's `DELETE alias FROM t AS alias JOIN ...`, where the alias has to be looked for.
fn deleted(cursor: &mut Cursor<'_>) -> Option<super::Name> {
    while cursor
        .takes_any(&["low_priority", "quick", "ignore"])
        .is_some()
    {}
    if cursor.takes("from") {
        return name(cursor);
    }
    let alias = name(cursor)?;
    if !cursor.skip_to("from") {
        return None;
    }
    while !cursor.rest().is_empty() {
        let Some(table) = name(cursor) else {
            cursor.next();
            continue;
        };
        if table == alias {
            return Some(table);
        }
        cursor.takes("as");
        if cursor
            .peek()
            .is_some_and(|own| super::Name::new(own) == alias)
        {
            return Some(table);
        }
    }
    None
}
