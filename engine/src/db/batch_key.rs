//! Which columns a batch goes by.

use super::Db;
use super::error::DbError;
use crate::store::RelationKind;

impl Db<'_> {
    /// The columns that a batch over a table goes by: those that it says, or the primary key.
    ///
    /// # Errors
    /// There is no such table; it has no such key; or rows may have the same.
    pub(super) fn key_of(&mut self, table: &str, said: &[String]) -> Result<Vec<String>, DbError> {
        let dialect = self.dialect();
        let table = self.must_find(table)?;
        let impossible = |reason: String| Err(DbError::Impossible(reason));
        if table.kind == RelationKind::View {
            return impossible(format!(
                "{} is a view; a batch goes through a table, whose key is known",
                table.name
            ));
        }
        if said.is_empty() && table.primary_key.is_empty() {
            return impossible(format!(
                "a batch over {} has to say which key it goes by: the table has no primary key",
                table.name
            ));
        }
        if said.is_empty() {
            return Ok(table.primary_key);
        }
        let mut key = Vec::new();
        for name in said {
            match table.column(dialect, name) {
                Some(column) => key.push(column.name.clone()),
                None => return impossible(format!("{} has no column {name}", table.name)),
            }
        }
        let columns: Vec<&str> = key.iter().map(String::as_str).collect();
        match table.is_unique(dialect, &columns) {
            true => Ok(key),
            false => impossible(format!(
                "several rows of {} may have the same {}; a batch would miss some, and needs a primary key or columns \
                 with a unique index",
                table.name,
                key.join(", ")
            )),
        }
    }
}
