//! Whether the tables that have the names of the engine's are the engine's.

use super::{LedgerError, Tables};
use crate::store::{Fault, Session, StoreError};

/// Refuses tables that cannot hold what the engine keeps.
pub(crate) fn must_fit(session: &mut dyn Session, tables: &Tables) -> Result<(), LedgerError> {
    if let Some(reason) = foreign(session, tables).map_err(LedgerError::read)? {
        return Err(LedgerError::Unfit(reason));
    }
    let Some(asking) = session.self_committing() else {
        return Ok(());
    };
    match asking.unfit(&tables.names()).map_err(LedgerError::read)? {
        Some(reason) => Err(LedgerError::Unfit(reason)),
        None => Ok(()),
    }
}

/// Why one of the tables cannot be read: it is somebody else's, or else what the database says. Only behind a refusal is
/// more asked, as every start reads.
pub(super) fn unread(session: &mut dyn Session, tables: &Tables, error: StoreError) -> LedgerError {
    match foreign(session, tables) {
        Ok(Some(reason)) if error.fault() == Fault::Refused => LedgerError::Unfit(reason),
        Ok(_) | Err(_) => LedgerError::read(error),
    }
}

/// Which of the tables is somebody else's, and what to do: one that lacks columns which every engine has made.
fn foreign(session: &mut dyn Session, tables: &Tables) -> Result<Option<String>, StoreError> {
    for (table, columns) in tables.needed() {
        match session.query(&tables.probe(&table, &columns), &[]) {
            Ok(_) => continue,
            Err(error) if error.fault() == Fault::Refused => {}
            Err(error) => return Err(error),
        }
        let Some(relation) = session.structure().relation(&table)? else {
            continue;
        };
        let has = |name: &str| {
            let mut columns = relation.columns.iter();
            columns.any(|column| column.name.eq_ignore_ascii_case(name))
        };
        let lacking = columns.split(", ").filter(|name| !has(name));
        let lacking: Vec<_> = lacking.collect();
        if !lacking.is_empty() {
            return Ok(Some(format!(
                "{table} is not the table that upgrades keeps under this name, as it has no {}; set another table prefix, \
                 or rename that table",
                lacking.join(", ")
            )));
        }
    }
    Ok(None)
}
