//! The verbs for tables, columns, indexes, views and triggers.

use super::column::Rows;
use super::relation::{Keys, Names};
use super::{column, index, relation};
use crate::db::Db;
use crate::db::error::DbError;
use crate::sql::Dialect;
use crate::store::{Relation, RelationKind};

/// Verbs: each makes something so, does nothing where it is so already, and refuses with [`DbError::Impossible`] where
/// something else stands under the name. A program of verbs alone can therefore begin anew after any death. What is to be
/// dropped from a table that is not there is gone already.
///
/// What SQLite's ALTER TABLE cannot do is done by making the table anew, with rows, ids, indexes, triggers and the keys
/// that refer to it. On MySQL and MariaDB each verb that has something to do is one statement, which commits what was
/// done before it.
///
/// Names may begin with `#__`, which stands for the tables' prefix. Definitions and conditions are written in the
/// database's own SQL, a column's without its place.
///
/// Where foreign keys are enforced, making a table anew takes SQLite long when other tables refer to it by columns that
/// have no index.
///
/// ```
/// # use upgrades::{Db, ForeignKey, KeyAction, Track};
/// # let mut connection = rusqlite::Connection::open_in_memory()?;
/// # let track = Track::core([("1.sql", "CREATE TABLE #__customers (id INTEGER PRIMARY KEY); CREATE TABLE #__orders (id INTEGER PRIMARY KEY, customer INTEGER)")])
/// .function("1.1.0", "orders of customers", |db: &mut Db<'_>| {
///     for _once_or_twice in 0..2 {
///         db.add_column("#__orders", "note", "VARCHAR(200) NOT NULL DEFAULT ''")?;
///         db.add_index("#__orders", "#__orders_customer", &["customer"])?;
///         db.add_check("#__orders", "no_blank_note", "note <> ' '")?;
///         let key = ForeignKey::new(["customer"], "#__customers", ["id"]).on_delete(KeyAction::Cascade);
///         db.add_foreign_key("#__orders", "#__orders_of_customer", &key)?;
///     }
///     assert_eq!(db.index_names("#__orders")?.len(), 1);
///     assert!(db.foreign_key_exists("#__orders", "#__orders_of_customer")?);
///     Ok(())
/// });
/// # upgrades::Upgrader::new(upgrades::sqlite_connection(&mut connection)).track(track).without_failure_log().run()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Db<'_> {
    /// Adds a column behind the others. `definition`: its type and all else that a CREATE TABLE says of a column.
    ///
    /// A column that is there already has to have the same type, default, collation and leave to be NULL; its keys and
    /// checks are not compared. Where the table has rows, a column that is NOT NULL needs a default.
    ///
    /// # Errors
    /// There is no such table, or it has another column of this name; or the database refuses the definition.
    pub fn add_column(&mut self, table: &str, name: &str, definition: &str) -> Result<(), DbError> {
        let definition = self.part(definition)?;
        let table = self.must_find(table)?;
        let wanted = self.ask(&definition, |s| s.column_of(&table, name, &definition))?;
        let rows = self.rows(&table, None)?;
        let decided = column::add(self.dialect(), &table, &wanted, &definition, rows);
        self.carry_out(&table, decided)
    }

    /// Drops a column, with the indexes and keys that it alone has.
    ///
    /// # Errors
    /// It is part of the primary key, or of an index or a key with other columns; or a foreign key refers to it; or the
    /// database refuses, because a view or a check uses it.
    pub fn drop_column(&mut self, table: &str, name: &str) -> Result<(), DbError> {
        let Some(table) = self.relation(table)? else {
            return Ok(());
        };
        let referrers = self.ask(&table.name, |s| s.referrers(&table))?;
        let decided = column::drop(self.dialect(), &table, name, &referrers);
        self.carry_out(&table, decided)
    }

    /// Gives a column another name.
    ///
    /// # Errors
    /// There is no such table, it has columns of both names or of neither, or the database refuses.
    pub fn rename_column(&mut self, table: &str, from: &str, to: &str) -> Result<(), DbError> {
        let table = self.must_find(table)?;
        let decided = column::rename(self.dialect(), &table, from, to);
        self.carry_out(&table, decided)
    }

    /// Gives a column another definition: type, default, collation, leave to be NULL. Its keys and checks stay, and have
    /// no place in the definition. What becomes of values that do not fit the new type is the database's to say.
    ///
    /// # Errors
    /// There is no such table or column; it is to be NOT NULL and has rows that are; or the database refuses the
    /// definition or a row.
    pub fn change_column(
        &mut self,
        table: &str,
        name: &str,
        definition: &str,
    ) -> Result<(), DbError> {
        let (dialect, definition) = (self.dialect(), self.part(definition)?);
        column::must_be_bare(dialect, &definition).map_err(DbError::Impossible)?;
        let table = self.must_find(table)?;
        let wanted = self.ask(&definition, |s| s.column_of(&table, name, &definition))?;
        let rows = match table.column(dialect, name) {
            Some(column) => self.rows(&table, Some(&column.name))?,
            None => Rows::None,
        };
        let decided = column::change(dialect, &table, &wanted, &definition, rows);
        self.carry_out(&table, decided)
    }

    /// Adds an index of whole columns.
    ///
    /// # Errors
    /// There is no such table or column; the table has another index of this name, or in SQLite anything has; or the
    /// database refuses.
    pub fn add_index(&mut self, table: &str, name: &str, columns: &[&str]) -> Result<(), DbError> {
        self.index(table, &index::plain(self.prefixed(name), columns, false))
    }

    /// Adds an index of whole columns in which no two rows may be alike, but for NULL.
    ///
    /// # Errors
    /// As for [`Db::add_index`]; or there are such rows.
    pub fn add_unique_index(
        &mut self,
        table: &str,
        name: &str,
        columns: &[&str],
    ) -> Result<(), DbError> {
        self.index(table, &index::plain(self.prefixed(name), columns, true))
    }

    fn index(&mut self, table: &str, wanted: &crate::store::Index) -> Result<(), DbError> {
        let table = self.must_find(table)?;
        let owner = self.ask(&wanted.name, |s| s.index_owner(&table, &wanted.name))?;
        let decided = index::add(self.dialect(), &table, wanted, owner.as_deref());
        self.carry_out(&table, decided)
    }

    /// Drops an index of a table's, or a unique constraint.
    ///
    /// # Errors
    /// It is the primary key, or a foreign key needs it: of this table on MySQL, of another one everywhere.
    pub fn drop_index(&mut self, table: &str, name: &str) -> Result<(), DbError> {
        let Some(table) = self.relation(table)? else {
            return Ok(());
        };
        let (dialect, name) = (self.dialect(), self.prefixed(name));
        let referrers = self.ask(&table.name, |s| s.referrers(&table))?;
        let decided = index::drop(dialect, &table, &name, &referrers);
        self.carry_out(&table, decided)
    }

    /// Gives a table another name. Foreign keys that refer to it follow.
    ///
    /// # Errors
    /// There are tables of both names or of neither, or one is a view; or the database refuses, in SQLite because a view
    /// does not work.
    pub fn rename_table(&mut self, from: &str, to: &str) -> Result<(), DbError> {
        let (old, new) = (self.prefixed(from), self.prefixed(to));
        let (there, other) = (self.relation(from)?, self.relation(to)?);
        let names = match self.ask(&old, |s| s.same_table(&old, &new))? {
            true => Names::Same,
            false => Names::Different,
        };
        let decided = relation::rename(
            self.dialect(),
            (&old, &new),
            there.as_ref(),
            other.as_ref(),
            names,
        );
        match there.or(other) {
            Some(table) => self.carry_out(&table, decided),
            None => decided.map(drop).map_err(DbError::Impossible),
        }
    }

    /// Drops a table, with its rows.
    ///
    /// # Errors
    /// It is a view; or a foreign key of another table refers to it, unless foreign keys are off.
    pub fn drop_table(&mut self, name: &str) -> Result<(), DbError> {
        let Some(table) = self.relation(name)? else {
            return Ok(());
        };
        let referrers = self.ask(&table.name, |s| s.referrers(&table))?;
        let keys = match self.enforced()? {
            true => Keys::Enforced,
            false => Keys::Off,
        };
        let decided = relation::drop_table(self.dialect(), &table, &referrers, keys);
        self.carry_out(&table, decided)
    }

    /// Drops a view.
    ///
    /// # Errors
    /// It is a table.
    pub fn drop_view(&mut self, name: &str) -> Result<(), DbError> {
        match self.relation(name)? {
            Some(view) => {
                let decided = relation::drop_view(self.dialect(), &view);
                self.carry_out(&view, decided)
            }
            None => Ok(()),
        }
    }

    /// Drops a trigger, whichever table has it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn drop_trigger(&mut self, name: &str) -> Result<(), DbError> {
        match self.trigger_exists(name)? {
            true => self.define(&format!("DROP TRIGGER {}", self.quoted(name))),
            false => Ok(()),
        }
    }

    /// Whether a table has rows; those whose column is NULL, where one is named.
    fn rows(&mut self, table: &Relation, column: Option<&str>) -> Result<Rows, DbError> {
        match table.kind {
            RelationKind::Table | RelationKind::TemporaryTable => {}
            RelationKind::View | RelationKind::VirtualTable => return Ok(Rows::None),
        }
        let dialect: Dialect = self.dialect();
        let condition = match column {
            Some(column) => format!("{} IS NULL", dialect.quoted(column)),
            None => "1 = 1".to_owned(),
        };
        let table = dialect.quoted(&table.name);
        let sql = format!("SELECT 1 FROM {table} WHERE {condition} LIMIT 1");
        let found = self.ask_rows(&sql)?;
        Ok(match found.is_empty() {
            true => Rows::None,
            false => Rows::Some,
        })
    }

    /// The rows of a query of the engine's own, without values, as they are.
    pub(super) fn ask_rows(&mut self, sql: &str) -> Result<Vec<Vec<crate::store::Value>>, DbError> {
        let mut rows = Vec::new();
        let answer = self.asking()?.each(sql, &[], &mut |_, row| {
            rows.push(row);
            Ok(())
        });
        self.settled(answer, sql)?;
        Ok(rows)
    }
}
