//! [`Look`]: what is in a SQLite database, for a comparison: schema, settings, and each table as a [`Sum`].

use std::collections::{BTreeMap, BTreeSet};

use super::noise::Noise;
use super::sum::{Cell, Sum, hash};
use crate::ledger::Tables;
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

/// What is in a database.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Look {
    /// By kind and name, as in `table cb_items`: what made it.
    pub(super) objects: BTreeMap<String, String>,
    /// By name.
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) settings: BTreeMap<&'static str, String>,
    /// Tables that cannot be read here, as they need functions or modules of the application's.
    pub(super) unread: BTreeSet<String>,
    /// What is broken, in SQLite's words.
    pub(super) faults: Vec<String>,
}

/// What is in a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: u64,
    /// The values of each column, where that was wanted.
    pub(super) by_column: Vec<Sum>,
    /// The rows, but for their columns that are noise.
    pub(super) whole: Sum,
}

/// How closely tables are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// As much as tells whether anything differs.
    Rows,
    /// So much that it can be told which columns differ.
    Columns,
}

/// What of a table is compared.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    condition: String,
}

impl Look {
    /// Reads it; of the engine's own tables what says how far the database is, and not when and by whom.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) fn read(
        session: &mut dyn Session,
        own: &Tables,
        noise: &Noise,
        detail: Detail,
    ) -> Result<Self, StoreError> {
        let mut look = Self::default();
        let objects = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL";
        for [name, sql] in texts(session, objects)? {
            look.objects.insert(name, sql);
        }
        for name in SETTINGS {
            for [value] in texts(session, &format!("SELECT {name} FROM pragma_{name}"))? {
                look.settings.insert(name, value);
            }
        }
        for source in sources(session, own)? {
            match Table::read(session, &source, noise, detail) {
                Ok(table) => drop(look.tables.insert(source.table, table)),
                Err(error) if error.fault() == Fault::Refused => {
                    log::info!("table {} cannot be compared: {error}", source.table);
                    look.unread.insert(source.table);
                }
                Err(error) => return Err(error),
            }
        }
        look.faults = match texts(session, "PRAGMA integrity_check") {
            Ok(told) => told.into_iter().map(|[line]| line).collect(),
            Err(error) if error.fault() == Fault::Refused => Vec::new(),
            Err(error) => return Err(error),
        };
        look.faults.retain(|line| line != "ok");
        Ok(look)
    }
}

impl Table {
    fn read(
        session: &mut dyn Session,
        source: &Source,
        noise: &Noise,
        detail: Detail,
    ) -> Result<Self, StoreError> {
        let steady = noise.steady(source);
        let mut table = Self {
            columns: source.columns.clone(),
            by_column: match detail {
                Detail::Rows => Vec::new(),
                Detail::Columns => vec![Sum::default(); source.columns.len()],
            },
            ..Self::default()
        };
        source.each(session, &mut |cells, _| {
            for (cell, sum) in cells.iter().zip(&mut table.by_column) {
                sum.add(hash([cell]));
            }
            table.rows += 1;
            table.whole.add(hash(chosen(cells, &steady)));
        })?;
        Ok(table)
    }
}

/// The values of these columns.
pub(super) fn chosen<'c>(
    cells: &'c [Cell],
    columns: &'c [usize],
) -> impl Iterator<Item = &'c Cell> {
    columns.iter().filter_map(|column| cells.get(*column))
}

impl Source {
    #[cfg(test)]
    pub(super) fn of(table: &str, columns: Vec<String>) -> Self {
        Self {
            table: table.to_owned(),
            columns,
            condition: String::new(),
        }
    }

    /// Hands over each row: its values, and how they are written in SQL.
    ///
    /// # Errors
    /// The table cannot be read.
    pub(super) fn each(
        &self,
        session: &mut dyn Session,
        take: &mut (dyn FnMut(&[Cell], &[String]) + Send),
    ) -> Result<(), StoreError> {
        let columns = self.columns.iter().map(|column| {
            let column = Dialect::Sqlite.quoted(column);
            format!(
                "CASE typeof({column}) WHEN 'text' THEN CAST({column} AS BLOB) ELSE {column} END, \
                 typeof({column}) = 'text', quote({column})"
            )
        });
        let columns: Vec<_> = columns.collect();
        let sql = format!(
            "SELECT {} FROM main.{} {}",
            columns.join(", "),
            Dialect::Sqlite.quoted(&self.table),
            self.condition
        );
        session.each(&sql, &[], &mut |_, row| {
            let mut cells = Vec::with_capacity(row.len() / 3);
            let mut shown = Vec::with_capacity(row.len() / 3);
            let mut row = row.into_iter();
            while let (Some(value), Some(is_text), Some(quoted)) =
                (row.next(), row.next(), row.next())
            {
                let is_text = is_text == Value::Integer(1);
                cells.push(Cell { is_text, value });
                shown.push(quoted.into_text().unwrap_or_default());
            }
            take(&cells, &shown);
            Ok(())
        })
    }
}

/// What is compared. What virtual tables keep in tables of their own is left out: it is read through them.
///
/// # Errors
/// The schema cannot be read.
pub(super) fn sources(session: &mut dyn Session, own: &Tables) -> Result<Vec<Source>, StoreError> {
    let own = own.lasting();
    let listed = texts(
        session,
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') \
         AND name <> 'sqlite_schema' ORDER BY name",
    )?;
    let mut sources = Vec::new();
    for [table] in listed {
        if let Some(lasting) = own.iter().find(|lasting| lasting.table == table) {
            sources.push(Source {
                table,
                columns: lasting
                    .columns
                    .iter()
                    .map(|&name| name.to_owned())
                    .collect(),
                condition: lasting.condition.clone(),
            });
            continue;
        }
        let name = Value::from(table.as_str());
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
        sources.push(Source {
            table,
            columns: columns.collect(),
            condition: String::new(),
        });
    }
    Ok(sources)
}
