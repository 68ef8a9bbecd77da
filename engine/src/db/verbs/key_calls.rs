//! The verbs for foreign keys and other constraints.

use super::constraint;
use crate::db::Db;
use crate::db::error::DbError;
use crate::store::ForeignKey;

impl Db<'_> {
    /// Adds a foreign key under a name.
    ///
    /// # Errors
    /// There is no such table, or something else has the name, or the same key another; or no row of the parent's could
    /// ever be meant; or there are rows without a parent; or the database refuses.
    pub fn add_foreign_key(
        &mut self,
        table: &str,
        name: &str,
        key: &ForeignKey,
    ) -> Result<(), DbError> {
        let (name, table) = (self.prefixed(name), self.must_find(table)?);
        let parent = self.relation(&key.parent)?;
        let mut key = key.clone();
        key.parent = self.prefixed(&key.parent);
        let decided =
            constraint::add_foreign_key(self.dialect(), &table, &name, &key, parent.as_ref());
        self.carry_out(&table, decided)
    }

    /// Drops a foreign key by its name. The index stays that MySQL has made for it.
    ///
    /// # Errors
    /// Another constraint has the name; or the database refuses.
    pub fn drop_foreign_key(&mut self, table: &str, name: &str) -> Result<(), DbError> {
        let Some(table) = self.relation(table)? else {
            return Ok(());
        };
        let decided = constraint::drop_foreign_key(self.dialect(), &table, &self.prefixed(name));
        self.carry_out(&table, decided)
    }

    /// Drops the foreign keys of these columns, in this order, whatever their names are.
    ///
    /// # Errors
    /// The database refuses.
    pub fn drop_foreign_keys_on(&mut self, table: &str, columns: &[&str]) -> Result<(), DbError> {
        let Some(table) = self.relation(table)? else {
            return Ok(());
        };
        let decided = constraint::drop_foreign_keys_on(self.dialect(), &table, columns);
        self.carry_out(&table, decided)
    }

    /// Adds a condition that all rows have to fulfil.
    ///
    /// # Errors
    /// There is no such table, or something else has the name; or there are rows that do not fulfil it.
    pub fn add_check(&mut self, table: &str, name: &str, condition: &str) -> Result<(), DbError> {
        let (name, condition) = (self.prefixed(name), self.part(condition)?);
        let table = self.must_find(table)?;
        let noted = self.ask(&condition, |s| s.condition_of(&table, &condition))?;
        let decided = constraint::add_check(self.dialect(), &table, &name, &condition, &noted);
        self.carry_out(&table, decided)
    }

    /// Drops a check, a foreign key or a unique constraint by its name. An index that is not unique is none, and stays.
    ///
    /// # Errors
    /// It is the primary key, or the database refuses.
    pub fn drop_constraint(&mut self, table: &str, name: &str) -> Result<(), DbError> {
        let Some(table) = self.relation(table)? else {
            return Ok(());
        };
        let (dialect, name) = (self.dialect(), self.prefixed(name));
        let referrers = self.ask(&table.name, |s| s.referrers(&table))?;
        let decided = constraint::drop_constraint(dialect, &table, &name, &referrers);
        self.carry_out(&table, decided)
    }
}
