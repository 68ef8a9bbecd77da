//! The rows of a table of MySQL's or MariaDB's, each value as a literal that means the same in any SQL_MODE.

use super::{Rows, Unread};
use crate::sql::Dialect;
use crate::store::{Session, StoreError, Value, texts};

/// How a column's values are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Number,
    Real,
    Bits,
    Bytes,
    Text,
    /// What the server reads from a text that has nothing to escape.
    Plain,
}

impl Form {
    fn of(data_type: &str) -> Option<Self> {
        Some(match data_type {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "year" => {
                Self::Number
            }
            "float" | "double" => Self::Real,
            "bit" => Self::Bits,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob"
            | "geometry" | "point" | "linestring" | "polygon" | "multipoint"
            | "multilinestring" | "multipolygon" | "geometrycollection" | "geomcollection"
            | "vector" => Self::Bytes,
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum"
            | "set" | "json" => Self::Text,
            "date" | "time" | "datetime" | "timestamp" | "uuid" | "inet4" | "inet6" => Self::Plain,
            _ => return None,
        })
    }

    /// What selects a value.
    fn selected(self, column: &str) -> String {
        match self {
            Self::Number | Self::Plain => format!("CAST({column} AS CHAR)"),
            // All digits, which a FLOAT itself does not show.
            Self::Real => format!("CAST({column} * 1e0 AS CHAR)"),
            Self::Bits => format!("BIN({column} + 0)"),
            Self::Bytes => format!("HEX({column})"),
            Self::Text => format!("CONVERT({column} USING utf8mb4)"),
        }
    }

    fn literal(self, value: &str) -> String {
        match self {
            Self::Number => value.to_owned(),
            Self::Real if value.contains('e') => value.to_owned(),
            // Without it, -0 is an integer, which has no sign.
            Self::Real => format!("{value}e0"),
            Self::Bits => format!("b'{value}'"),
            Self::Bytes => format!("X'{value}'"),
            Self::Plain => format!("'{value}'"),
            Self::Text => text(value),
        }
    }
}

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
        if column.contains('?') {
            let why = format!("the column {table}.{column} has a question mark in its name");
            return Err(Unread::Unsaid(why));
        }
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

/// A text as SQL has it: what some modes escape, and what does not survive every editor, is said in hexadecimal.
pub(super) fn text(value: &str) -> String {
    let is_special = |c: char| matches!(c, '\\' | '\0' | '\r' | '\u{1a}');
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find(is_special) {
        if at > 0 {
            parts.push(quoted(&rest[..at]));
        }
        let length = rest[at..]
            .find(|c: char| !is_special(c))
            .unwrap_or(rest.len() - at);
        let bytes = rest.as_bytes()[at..at + length].iter();
        let digits: String = bytes.map(|byte| format!("{byte:02X}")).collect();
        parts.push(format!("_utf8mb4 X'{digits}'"));
        rest = &rest[at + length..];
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(quoted(rest));
    }
    match parts.as_slice() {
        [only] => only.clone(),
        parts => format!("CONCAT({})", parts.join(", ")),
    }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_values() {
        let rows = [
            (Form::Number, "-7", "-7"),
            (Form::Real, "-0", "-0e0"),
            (Form::Real, "1e300", "1e300"),
            (Form::Bits, "101", "b'101'"),
            (Form::Bytes, "", "X''"),
            (Form::Plain, "2026-01-01", "'2026-01-01'"),
            (Form::Text, "", "''"),
            (Form::Text, "it's\nü", "'it''s\nü'"),
            (Form::Text, "\\", "_utf8mb4 X'5C'"),
            (
                Form::Text,
                "a\\\0b\r",
                "CONCAT('a', _utf8mb4 X'5C00', 'b', _utf8mb4 X'0D')",
            ),
        ];
        for (form, value, expected) in rows {
            assert_eq!(form.literal(value), expected);
        }
    }
}
