//! What is in a SQLite database.

use std::collections::BTreeSet;

use super::{Object, Picture, Rows, Unread};
use crate::ledger;
use crate::sql::Dialect;
use crate::store::{Session, StoreError, texts};
use crate::upgrader::Settings;

/// Reads it.
pub(super) fn read(session: &mut dyn Session, settings: &Settings) -> Result<Picture, Unread> {
    let own: BTreeSet<String> = settings.tables.names().into_iter().collect();
    let mut picture = Picture::default();
    let listed = texts(
        session,
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid",
    )?;
    for [kind, name, table, sql] in listed {
        if own.contains(&table) || name.starts_with("sqlite_") {
            continue;
        }
        if kind == "table"
            && sql
                .get(..14)
                .is_some_and(|head| head.eq_ignore_ascii_case("create virtual"))
        {
            return Err(Unread::Unsaid(format!("{name} is a virtual table")));
        }
        if kind == "table" {
            picture.tables.push(rows(session, &name, "")?);
        }
        picture.objects.push(Object {
            kind,
            name,
            sql,
            session: Vec::new(),
        });
    }
    let vars = settings.tables.vars_name();
    if session.has_table(&vars)? {
        let names = ledger::own_rows(&settings.tracks);
        let names: Vec<_> = names.iter().map(|name| literal(name)).collect();
        let others = format!("WHERE name NOT IN ({})", names.join(", "));
        let rows = rows(session, &vars, &others)?;
        picture
            .tables
            .extend(Some(rows).filter(|rows| !rows.rows.is_empty()));
    }
    picture.settings = self::settings(session)?;
    Ok(picture)
}

/// PRAGMAs that the file keeps, where the value is not the usual one.
pub(super) fn settings(
    session: &mut dyn Session,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let mut found = Vec::new();
    for pragma in ["user_version", "application_id"] {
        for [value] in texts(session, &format!("SELECT {pragma} FROM pragma_{pragma}"))? {
            found.extend(Some((pragma, value)).filter(|(_, value)| value != "0"));
        }
    }
    Ok(found)
}

fn rows(session: &mut dyn Session, table: &str, condition: &str) -> Result<Rows, StoreError> {
    let quoted = |name: &str| Dialect::Sqlite.quoted(name);
    // Generated columns are not written.
    let columns = texts(
        session,
        &format!(
            "SELECT name FROM pragma_table_xinfo({}) WHERE hidden = 0 ORDER BY cid",
            literal(table)
        ),
    )?;
    let columns: Vec<String> = columns.into_iter().map(|[name]| name).collect();
    // quote() ends a text at its first NUL.
    let values = columns.iter().map(|column| {
        let column = quoted(column);
        format!(
            "CASE WHEN typeof({column}) = 'text' AND instr({column}, char(0)) \
                 THEN 'CAST(X''' || hex({column}) || ''' AS TEXT)' ELSE quote({column}) END"
        )
    });
    let values: Vec<String> = values.collect();
    // A table without ids is kept in the order of its key.
    let select = |order: &str| {
        format!(
            "SELECT {} FROM {} {condition} {order}",
            values.join(", "),
            quoted(table)
        )
    };
    let rows = session
        .query(&select("ORDER BY rowid"), &[])
        .or_else(|_| session.query(&select(""), &[]))?;
    let rows = rows.into_iter().map(|row| {
        row.into_iter()
            .map(|value| value.into_text().unwrap_or_default())
    });
    let mut read = Rows {
        table: table.to_owned(),
        columns,
        rows: rows.map(Iterator::collect).collect(),
        counter: None,
    };
    if session.has_table("sqlite_sequence")? {
        let counted = format!(
            "SELECT CAST(seq AS TEXT) FROM sqlite_sequence WHERE name = {}",
            literal(table)
        );
        let counted = texts(session, &counted)?.pop().map(|[counted]| counted);
        if let Some(counted) = counted {
            let highest = format!("SELECT CAST(max(rowid) AS TEXT) FROM {}", quoted(table));
            let highest = texts(session, &highest)?.pop().map(|[highest]| highest);
            read.counter = Some(counted).filter(|counted| highest.as_ref() != Some(counted));
        }
    }
    Ok(read)
}

/// A text as SQL has it.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
