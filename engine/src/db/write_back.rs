//! Writing changed rows back by their key, many at once.

use super::Db;
use super::error::DbError;
use crate::latch::shorten;
use crate::sql::Dialect;
use crate::store::Value;

/// New values of some columns, of rows that are found by their key.
///
/// Only columns that differ from row to row are worth it; what all rows share is one UPDATE.
#[derive(Debug, Clone)]
pub struct Changes {
    table: String,
    key: Vec<String>,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Changes {
    /// None yet, of these columns of a table whose rows are found by `key`.
    pub fn of<N: Into<String>>(
        table: impl Into<String>,
        key: impl IntoIterator<Item = N>,
        columns: impl IntoIterator<Item = N>,
    ) -> Self {
        Self {
            table: table.into(),
            key: key.into_iter().map(Into::into).collect(),
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// One row: the values of the key, then the new ones, each in the order of its columns.
    pub fn push(&mut self, row: Vec<Value>) {
        self.rows.push(row);
    }

    /// The columns that are changed.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn width(&self) -> usize {
        self.key.len() + self.columns.len()
    }
}

/// So much of a statement that changes many rows goes to the server at once, in bytes.
const LONGEST: usize = 512 * 1024;
/// The servers plan longer lists of rows less and less well.
const MOST: usize = 5000;

impl Db<'_> {
    /// Writes changes: with a statement for each row that is prepared once, or on MySQL and MariaDB with few statements
    /// of many rows each, as a message there costs more than the work.
    ///
    /// # Errors
    /// The database refuses it, or a row has another number of values.
    pub fn write(&mut self, changes: &Changes) -> Result<(), DbError> {
        if changes.is_empty() || changes.columns.is_empty() {
            return Ok(());
        }
        if let Some(row) = changes.rows.iter().find(|row| row.len() != changes.width()) {
            return Err(DbError::Impossible(format!(
                "a changed row of {} has {} values for {} columns",
                changes.table,
                row.len(),
                changes.width()
            )));
        }
        match self.dialect() {
            Dialect::Sqlite => self.write_each(changes),
            Dialect::Mysql => self.write_together(changes),
        }
    }

    fn write_each(&mut self, changes: &Changes) -> Result<(), DbError> {
        let keys = changes.key.len();
        let numbered = |names: &[String], before: usize, between: &str| {
            let each = names.iter().enumerate();
            let each = each.map(|(at, name)| {
                let mark = match self.dialect() {
                    Dialect::Sqlite => format!("?{}", before + at + 1),
                    Dialect::Mysql => "?".to_owned(),
                };
                format!("{} = {mark}", self.quoted(name))
            });
            each.collect::<Vec<_>>().join(between)
        };
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            self.quoted(&changes.table),
            numbered(&changes.columns, keys, ", "),
            numbered(&changes.key, 0, " AND ")
        );
        let dialect = self.dialect();
        let statement = self.read(&sql)?;
        self.open()?;
        let mut turned = Vec::new();
        for row in &changes.rows {
            let row = match dialect {
                Dialect::Sqlite => row,
                // Nothing but the order tells which is which there.
                Dialect::Mysql => {
                    turned.clear();
                    turned.extend_from_slice(&row[keys..]);
                    turned.extend_from_slice(&row[..keys]);
                    &turned
                }
            };
            self.calls += 1;
            let outcome = self.session.change(&statement.sql, row);
            self.settled(outcome, &statement.sql)?;
        }
        self.did(&statement);
        Ok(())
    }

    /// Joins the table with a list of the rows. What else but an integer a key may be, the servers would compare as they
    /// think best, without an index and even without the last digits; such rows are written one by one.
    fn write_together(&mut self, changes: &Changes) -> Result<(), DbError> {
        let keys = changes.key.len();
        let is_integer = |value: &Value| matches!(value, Value::Integer(_));
        let joinable = |row: &Vec<Value>| row[..keys].iter().all(is_integer);
        if !changes.rows.iter().all(joinable) {
            return self.write_each(changes);
        }
        for rows in alike(&changes.rows) {
            let mut rows = rows.as_slice();
            while !rows.is_empty() {
                rows = self.write_list(changes, rows)?;
            }
        }
        Ok(())
    }

    /// Writes as many of these rows as one statement takes; the others are returned.
    fn write_list<'r>(
        &mut self,
        changes: &Changes,
        rows: &'r [&'r Vec<Value>],
    ) -> Result<&'r [&'r Vec<Value>], DbError> {
        let table = self.quoted(&changes.table);
        let quoted = |names: &[String]| -> Vec<String> {
            names.iter().map(|name| self.quoted(name)).collect()
        };
        let (key, columns) = (quoted(&changes.key), quoted(&changes.columns));
        let all: Vec<&str> = key.iter().chain(&columns).map(String::as_str).collect();
        let all = all.join(", ");
        let equal = |names: &[String], between: &str| {
            let each = names
                .iter()
                .map(|name| format!("{table}.{name} = upgrades_new.{name}"));
            each.collect::<Vec<_>>().join(between)
        };
        let mut length = 0;
        let size = |row: &&Vec<Value>| row.iter().map(size).sum::<usize>();
        let fitting = rows.iter().take_while(|row| {
            let fits = length == 0 || length + size(row) <= LONGEST;
            length += size(row);
            fits
        });
        let count = fitting.take(MOST).count();
        let (now, later) = rows.split_at(count);
        let marks = format!(
            " UNION ALL SELECT {}",
            vec!["?"; changes.width()].join(", ")
        );
        // The table's own columns, of which no row is taken, give the list their types and character sets.
        let sql = format!(
            "UPDATE {table} JOIN (SELECT {all} FROM {table} WHERE FALSE{}) AS upgrades_new ON {} SET {}",
            marks.repeat(count),
            equal(&key, " AND "),
            equal(&columns, ", ")
        );
        self.must_go_on()?;
        self.open()?;
        self.calls += 1;
        let values: Vec<Value> = now.iter().flat_map(|row| row.iter().cloned()).collect();
        let outcome = self.session.execute(&sql, &values);
        self.settled(outcome, &sql)?;
        self.wrote = true;
        if self.chunk.is_none() {
            self.count(&shorten(&sql));
        }
        Ok(later)
    }
}

/// What kind of value each column has; `None`: only NULLs so far.
type Kinds = Vec<Option<&'static str>>;

/// Rows whose values have the same types: in a list of rows a column has one type, and others would be converted.
fn alike(rows: &[Vec<Value>]) -> Vec<Vec<&Vec<Value>>> {
    let mut groups: Vec<(Kinds, Vec<&Vec<Value>>)> = Vec::new();
    for row in rows {
        let kinds = row.iter().map(|value| match value {
            Value::Null => None,
            value => Some(value.kind()),
        });
        let kinds: Kinds = kinds.collect();
        let fits = |known: &[Option<&'static str>]| {
            let mut pairs = known.iter().zip(&kinds);
            pairs.all(|(one, other)| one.is_none() || other.is_none() || one == other)
        };
        match groups.iter_mut().find(|(known, _)| fits(known)) {
            Some((known, group)) => {
                for (known, kind) in known.iter_mut().zip(kinds) {
                    *known = known.or(kind);
                }
                group.push(row);
            }
            None => groups.push((kinds, vec![row])),
        }
    }
    groups.into_iter().map(|(_, rows)| rows).collect()
}

/// About how long a value is as a literal.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) | Value::Real(_) => 24,
        Value::Text(text) => 16 + 2 * text.len(),
        Value::Blob(bytes) => 16 + 2 * bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_type_go_together() {
        let (one, half, text, null) = (
            Value::Integer(1),
            Value::Real(0.5),
            Value::from("a"),
            Value::Null,
        );
        let rows = [
            vec![one.clone(), one.clone()],
            vec![one.clone(), null.clone()],
            vec![one.clone(), half.clone()],
            vec![one.clone(), text.clone()],
            vec![one.clone(), half],
            vec![null, one],
        ];
        let groups = alike(&rows);
        let counts: Vec<usize> = groups.iter().map(Vec::len).collect();
        assert_eq!(counts, [3, 2, 1]);
    }
}
