//! Questions about the schema, answered alike on every store.

use super::Db;
use super::error::DbError;
use crate::sql::Dialect;
use crate::store::{Column, ForeignKey, Relation, RelationKind, Rule, StoreError, Structure};

/// Names are compared as the database compares them, and `#__` at their beginning stands for the tables' prefix. What is
/// told is what the program's next statement would find, with all that the program itself has made.
///
/// ```
/// # use upgrades::{Db, Track};
/// # let mut connection = rusqlite::Connection::open_in_memory()?;
/// # let track = Track::core([("1.sql", "CREATE TABLE #__orders (id INTEGER PRIMARY KEY, price INTEGER NOT NULL DEFAULT 0)")])
/// .function("1.1.0", "look around", |db: &mut Db<'_>| {
///     assert!(db.table_exists("#__orders")? && !db.view_exists("#__orders")?);
///     assert_eq!(db.primary_key("#__orders")?, ["id"]);
///     let price = &db.columns("#__orders")?[1];
///     assert_eq!((price.name.as_str(), price.type_name.as_str()), ("price", "INTEGER"));
///     assert_eq!((price.is_nullable, price.default.as_deref()), (false, Some("0")));
///     Ok(())
/// });
/// # upgrades::Upgrader::new(upgrades::sqlite_connection(&mut connection)).track(track).without_failure_log().run()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Db<'_> {
    /// Whether there is a table of this name, a temporary one for example.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn table_exists(&mut self, name: &str) -> Result<bool, DbError> {
        let found = self.relation(name)?.map(|relation| relation.kind);
        Ok(match found {
            Some(RelationKind::Table | RelationKind::TemporaryTable) => true,
            Some(RelationKind::VirtualTable) => true,
            Some(RelationKind::View) | None => false,
        })
    }

    /// Whether there is a view of this name.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn view_exists(&mut self, name: &str) -> Result<bool, DbError> {
        let found = self.relation(name)?;
        Ok(found.is_some_and(|relation| relation.kind == RelationKind::View))
    }

    /// Whether a table or a view has this column. One that is not there has none.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn column_exists(&mut self, table: &str, column: &str) -> Result<bool, DbError> {
        let dialect = self.dialect();
        let found = self.relation(table)?;
        Ok(found.is_some_and(|relation| relation.column(dialect, column).is_some()))
    }

    /// The columns of a table or a view, in their order.
    ///
    /// # Errors
    /// There is no such table; or a view speaks of what is not there; or the database cannot be asked.
    pub fn columns(&mut self, table: &str) -> Result<Vec<Column>, DbError> {
        let found = self.must_find(table)?;
        match (found.kind, found.columns.is_empty()) {
            (RelationKind::View, true) => Err(DbError::Impossible(format!(
                "the view {} speaks of what is not there",
                found.name
            ))),
            (_, _) => Ok(found.columns),
        }
    }

    /// The columns of a table's primary key, in the key's order; none where it has no such key.
    ///
    /// # Errors
    /// There is no such table, or the database cannot be asked.
    pub fn primary_key(&mut self, table: &str) -> Result<Vec<String>, DbError> {
        Ok(self.must_find(table)?.primary_key)
    }

    /// Whether these columns together tell a table's rows apart: a primary key or a unique index sees to it, and none of
    /// them can be NULL.
    ///
    /// # Errors
    /// There is no such table, or the database cannot be asked.
    pub fn is_unique_key(&mut self, table: &str, columns: &[&str]) -> Result<bool, DbError> {
        let dialect = self.dialect();
        let table = self.must_find(table)?;
        let set = |column: &&str| {
            let found = table.column(dialect, column);
            found.is_some_and(|found| !found.is_nullable)
        };
        Ok(table.is_unique(dialect, columns) && columns.iter().all(set))
    }

    /// Whether a table has an index of this name. A unique constraint that has a name is one; the primary key is none.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn index_exists(&mut self, table: &str, name: &str) -> Result<bool, DbError> {
        let (dialect, name) = (self.dialect(), self.prefixed(name));
        let found = self.relation(table)?;
        Ok(found.is_some_and(|relation| relation.index(dialect, &name).is_some()))
    }

    /// The names of a table's indexes, in their alphabetical order: of those that have one, and without the primary key.
    /// On MySQL and MariaDB there are those among them that the server has made for foreign keys.
    ///
    /// # Errors
    /// There is no such table, or the database cannot be asked.
    pub fn index_names(&mut self, table: &str) -> Result<Vec<String>, DbError> {
        let indexes = self.must_find(table)?.indexes;
        let mut names: Vec<_> = indexes.into_iter().map(|index| index.name).collect();
        names.sort();
        Ok(names)
    }

    /// Whether a table has a foreign key of this name. In SQLite keys have names only where their definition says so.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn foreign_key_exists(&mut self, table: &str, name: &str) -> Result<bool, DbError> {
        self.has_constraint(table, name, |rule| matches!(rule, Rule::ForeignKey(_)))
    }

    /// Whether a table has a foreign key of these columns, in this order, whatever its name is.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn foreign_key_exists_on(
        &mut self,
        table: &str,
        columns: &[&str],
    ) -> Result<bool, DbError> {
        let dialect = self.dialect();
        let found = self.relation(table)?;
        Ok(found.is_some_and(|relation| relation.foreign_keys(dialect, columns).next().is_some()))
    }

    /// The name of the foreign key of these columns, in this order; `None`: there is no such key, or it has no name.
    ///
    /// # Errors
    /// There is no such table, or the database cannot be asked.
    pub fn foreign_key_name(
        &mut self,
        table: &str,
        columns: &[&str],
    ) -> Result<Option<String>, DbError> {
        let dialect = self.dialect();
        let table = self.must_find(table)?;
        let mut names = table.foreign_keys(dialect, columns);
        Ok(names.find_map(|(name, _)| name.map(str::to_owned)))
    }

    /// Whether a table has a constraint of this name: a check, a foreign key, something unique. A unique index is one,
    /// and the primary key is called PRIMARY, too.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn constraint_exists(&mut self, table: &str, name: &str) -> Result<bool, DbError> {
        let (dialect, found) = (self.dialect(), self.relation(table)?);
        let Some(relation) = found else {
            return Ok(false);
        };
        let plain = self.prefixed(name);
        let primary = dialect.same_name(&plain, "PRIMARY") && !relation.primary_key.is_empty();
        let unique = relation
            .index(dialect, &plain)
            .is_some_and(|index| index.is_unique);
        Ok(primary || unique || relation.constraint(dialect, &plain).is_some())
    }

    /// Whether there is a trigger of this name.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn trigger_exists(&mut self, name: &str) -> Result<bool, DbError> {
        let name = self.prefixed(name);
        Ok(self
            .ask(&name, |structure| structure.trigger(&name))?
            .is_some())
    }

    fn has_constraint(
        &mut self,
        table: &str,
        name: &str,
        is_it: impl Fn(&Rule) -> bool,
    ) -> Result<bool, DbError> {
        let (dialect, name) = (self.dialect(), self.prefixed(name));
        let found = self.relation(table)?;
        Ok(found.is_some_and(|relation| {
            let found = relation.constraint(dialect, &name);
            found.is_some_and(|constraint| is_it(&constraint.rule))
        }))
    }

    /// The table or view of this name.
    pub(super) fn relation(&mut self, name: &str) -> Result<Option<Relation>, DbError> {
        let name = self.prefixed(name);
        self.ask(&name, |structure| structure.relation(&name))
    }

    /// The table or view of this name, which must be there.
    pub(super) fn must_find(&mut self, name: &str) -> Result<Relation, DbError> {
        match self.relation(name)? {
            Some(relation) => Ok(relation),
            None => Err(DbError::Impossible(format!(
                "there is no table {}",
                self.prefixed(name)
            ))),
        }
    }

    /// Asks about what has this name.
    pub(super) fn ask<T>(
        &mut self,
        name: &str,
        question: impl FnOnce(&mut dyn Structure) -> Result<T, StoreError>,
    ) -> Result<T, DbError> {
        let answer = question(self.asking()?.structure());
        self.settled(answer, name)
    }
}

impl Relation {
    /// The column of this name.
    pub(crate) fn column(&self, dialect: Dialect, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| dialect.same_name(&column.name, name))
    }

    /// The index of this name.
    pub(crate) fn index(&self, dialect: Dialect, name: &str) -> Option<&crate::store::Index> {
        self.indexes
            .iter()
            .find(|index| dialect.same_name(&index.name, name))
    }

    /// The constraint of this name.
    pub(crate) fn constraint(
        &self,
        dialect: Dialect,
        name: &str,
    ) -> Option<&crate::store::Constraint> {
        self.constraints.iter().find(|constraint| {
            let own = constraint.name.as_deref();
            own.is_some_and(|own| dialect.same_name(own, name))
        })
    }

    /// The foreign keys of these columns, with their names.
    pub(crate) fn foreign_keys<'r>(
        &'r self,
        dialect: Dialect,
        columns: &[&str],
    ) -> impl Iterator<Item = (Option<&'r str>, &'r ForeignKey)> {
        self.constraints.iter().filter_map(move |constraint| {
            let Rule::ForeignKey(key) = &constraint.rule else {
                return None;
            };
            let is_it = dialect.same_names(&key.columns, columns);
            is_it.then_some((constraint.name.as_deref(), key))
        })
    }

    /// Whether no two rows are alike in these columns, but for NULL.
    pub(crate) fn is_unique(&self, dialect: Dialect, columns: &[&str]) -> bool {
        let within = |key: &[String]| {
            let has = |part: &String| columns.iter().any(|column| dialect.same_name(column, part));
            !key.is_empty() && key.iter().all(has)
        };
        let by_constraint = self
            .constraints
            .iter()
            .any(|constraint| match &constraint.rule {
                Rule::PrimaryKey(key) | Rule::Unique(key) => within(key),
                Rule::ForeignKey(_) | Rule::Check(_) => false,
            });
        let by_index = self.indexes.iter().any(|index| {
            let parts = index.parts.iter().filter(|part| part.is_plain);
            let parts: Vec<String> = parts.filter_map(|part| part.column.clone()).collect();
            index.is_unique && index.is_plain && parts.len() == index.parts.len() && within(&parts)
        });
        by_constraint || by_index || within(&self.primary_key)
    }
}
