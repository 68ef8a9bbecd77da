//! [`Select`]: the statements that read the chunks of a batch.

use super::batch::Batch;
use super::error::DbError;
use super::{Db, Row};
use crate::deeds::{Cursor, Key};
use crate::sql::Dialect;
use crate::store::Value;

/// The statement that reads a chunk.
pub(super) struct Select {
    columns: String,
    pub(super) table: String,
    pub(super) key: Vec<String>,
    /// The key's columns as statements have them.
    pub(super) quoted: Vec<String>,
    filter: Option<String>,
}

impl Select {
    pub(super) fn new(db: &Db<'_>, batch: &Batch, key: &[String]) -> Self {
        let quoted: Vec<String> = key.iter().map(|column| db.quoted(column)).collect();
        let columns = match batch.columns.is_empty() {
            true => "*".to_owned(),
            false => {
                let others = batch.columns.iter().filter(|column| !key.contains(column));
                let all = others.map(|column| db.quoted(column));
                let all: Vec<String> = quoted.iter().cloned().chain(all).collect();
                all.join(", ")
            }
        };
        Self {
            columns,
            table: db.quoted(&batch.table),
            key: key.to_vec(),
            quoted,
            filter: batch.filter.clone(),
        }
    }

    pub(super) fn largest(&self) -> String {
        let key = self.quoted.join(", ");
        let down: Vec<_> = self
            .quoted
            .iter()
            .map(|column| format!("{column} DESC"))
            .collect();
        format!(
            "SELECT {key} FROM {} ORDER BY {} LIMIT 1",
            self.table,
            down.join(", ")
        )
    }

    /// How many rows are left. Databases count all rows of a table much more quickly than some.
    pub(super) fn count(&self, cursor: &Cursor) -> (String, Vec<Value>) {
        let counted = format!("SELECT COUNT(*) AS n FROM {}", self.table);
        if cursor.after.is_none() && self.filter.is_none() {
            return (counted, Vec::new());
        }
        let (condition, values) = self.condition(cursor);
        (format!("{counted} WHERE {condition}"), values)
    }

    pub(super) fn chunk(&self, cursor: &Cursor, rows: usize) -> (String, Vec<Value>) {
        let (condition, values) = self.condition(cursor);
        let sql = format!(
            "SELECT {} FROM {} WHERE {condition} ORDER BY {} LIMIT {rows}",
            self.columns,
            self.table,
            self.quoted.join(", ")
        );
        (sql, values)
    }

    /// The last row of the next chunk; there is none where fewer rows are left.
    pub(super) fn last_of(&self, cursor: &Cursor, rows: usize) -> (String, Vec<Value>) {
        let (condition, values) = self.condition(cursor);
        let key = self.quoted.join(", ");
        let sql = format!(
            "SELECT {key} FROM {} WHERE {condition} ORDER BY {key} LIMIT 1 OFFSET {}",
            self.table,
            rows - 1
        );
        (sql, values)
    }

    /// What is left to do, without a `?`.
    pub(super) fn in_words(&self, dialect: Dialect, cursor: &Cursor) -> String {
        let (condition, values) = self.condition(cursor);
        let mut parts = condition.split('?');
        let mut words = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(&values) {
            words.push_str(&literal(dialect, value));
            words.push_str(part);
        }
        format!("({words})")
    }

    /// What is left to do.
    pub(super) fn condition(&self, cursor: &Cursor) -> (String, Vec<Value>) {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for (bound, sign) in [(&cursor.after, Sign::Behind), (&cursor.until, Sign::UpTo)] {
            if let Some(key) = bound {
                conditions.push(self.compare(key, sign, &mut values));
            }
        }
        conditions.extend(self.filter.as_ref().map(|filter| format!("({filter})")));
        match conditions.is_empty() {
            true => ("1 = 1".to_owned(), values),
            false => (conditions.join(" AND "), values),
        }
    }

    /// Compares the key with a value, column by column: the servers use an index for that, and not for `(a, b) > (?, ?)`.
    fn compare(&self, key: &[Key], sign: Sign, values: &mut Vec<Value>) -> String {
        let (strictly, at_the_end) = match sign {
            Sign::Behind => (">", ">"),
            Sign::UpTo => ("<", "<="),
        };
        let mut alternatives = Vec::new();
        for at in 0..self.quoted.len().min(key.len()) {
            let equal = self.quoted[..at].iter().zip(key);
            let mut terms: Vec<String> = Vec::new();
            for (column, value) in equal {
                terms.push(format!("{column} = ?"));
                values.push(value.into());
            }
            let last = at + 1 == self.quoted.len();
            let operator = if last { at_the_end } else { strictly };
            terms.push(format!("{} {operator} ?", self.quoted[at]));
            values.push((&key[at]).into());
            alternatives.push(terms.join(" AND "));
        }
        format!("({})", alternatives.join(" OR "))
    }

    pub(super) fn key_of_row(&self, row: &Row) -> Result<Vec<Key>, DbError> {
        self.key
            .iter()
            .map(|column| match row.value(column) {
                Some(Value::Integer(number)) => Ok(Key::Integer(*number)),
                Some(Value::Text(text)) => Ok(Key::Text(text.clone())),
                Some(Value::Blob(bytes)) => Ok(Key::Blob(bytes.clone())),
                Some(value) => Err(DbError::Type {
                    column: column.clone(),
                    expected: "an integer, a text or bytes, which a key has to be",
                    found: value.kind(),
                }),
                None => Err(DbError::NoColumn {
                    column: column.clone(),
                    columns: row.columns().join(", "),
                }),
            })
            .collect()
    }
}

/// A value of a key as a literal that every session reads alike.
fn literal(dialect: Dialect, value: &Value) -> String {
    let hex = |bytes: &[u8]| {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("X'{digits}'")
    };
    match (value, dialect) {
        (Value::Null, _) => "NULL".to_owned(),
        (Value::Integer(number), _) => number.to_string(),
        (Value::Real(number), _) => format!("{number:e}"),
        (Value::Text(text), Dialect::Sqlite) => format!("CAST({} AS TEXT)", hex(text.as_bytes())),
        (Value::Text(text), Dialect::Mysql) => format!("_utf8mb4 {}", hex(text.as_bytes())),
        (Value::Blob(bytes), _) => hex(bytes),
    }
}

#[derive(Clone, Copy)]
enum Sign {
    Behind,
    UpTo,
}

impl From<&Key> for Value {
    fn from(key: &Key) -> Self {
        match key {
            Key::Integer(number) => Self::Integer(*number),
            Key::Text(text) => Self::Text(text.clone()),
            Key::Blob(bytes) => Self::Blob(bytes.clone()),
        }
    }
}
