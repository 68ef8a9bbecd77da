//! Asking whether there is anything in a database.

use super::{LedgerError, Tables};
use crate::sql::Dialect;
use crate::store::{Session, Value};

/// Whether a database has no table and no view of the application's. `session`: `None` where there is no database yet.
pub(crate) fn is_empty(
    session: Option<&mut (dyn Session + '_)>,
    tables: &Tables,
) -> Result<bool, LedgerError> {
    let Some(session) = session else {
        return Ok(true);
    };
    let names = session
        .query(tables.select_relations(), &[])
        .map_err(LedgerError::read)?;
    let mut names = names.into_iter().flatten().filter_map(Value::into_text);
    Ok(!names.any(|name| tables.is_applications(&name)))
}

impl Tables {
    /// The names of all tables and views.
    fn select_relations(&self) -> &'static str {
        match self.dialect() {
            Dialect::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            }
            Dialect::Mysql => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
            }
        }
    }
}
