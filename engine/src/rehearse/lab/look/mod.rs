//! [`Look`]: what is in a database, for a comparison: schema, settings, and each table as a [`Sum`].

mod mysql;
mod sqlite;

use std::collections::{BTreeMap, BTreeSet};

use super::noise::Noise;
use super::sum::{Cell, Sum, hash};
use crate::ledger::Tables;
use crate::sql::Dialect;
use crate::store::{Fault, Session, StoreError};

/// What is in a database.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Look {
    /// By kind and name, as in `table cb_items`: what made it.
    pub(super) objects: BTreeMap<String, String>,
    /// By name.
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) settings: BTreeMap<&'static str, String>,
    /// Tables that cannot be read here.
    pub(super) unread: BTreeSet<String>,
    /// What is broken, in the database's own words.
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
    /// What selects its rows.
    query: String,
    form: Form,
}

/// How a row is selected.
#[derive(Debug, Clone)]
enum Form {
    Sqlite,
    /// With the form of each column.
    Mysql(Vec<mysql::Form>),
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
        match own.dialect() {
            Dialect::Sqlite => sqlite::schema(session, &mut look)?,
            Dialect::Mysql => mysql::schema(session, &mut look)?,
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
            query: String::new(),
            form: Form::Sqlite,
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
        session.each(&self.query, &[], &mut |_, row| {
            let (cells, shown) = match &self.form {
                Form::Sqlite => sqlite::row(row),
                Form::Mysql(forms) => mysql::row(row, forms),
            };
            take(&cells, &shown);
            Ok(())
        })
    }
}

/// What is compared.
///
/// # Errors
/// The schema cannot be read.
pub(super) fn sources(session: &mut dyn Session, own: &Tables) -> Result<Vec<Source>, StoreError> {
    match own.dialect() {
        Dialect::Sqlite => sqlite::sources(session, own),
        Dialect::Mysql => mysql::sources(session, own),
    }
}
