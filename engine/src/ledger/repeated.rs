//! What the history and the journal say of repeatable scripts.

use super::{LedgerError, Tables};
use crate::checksum::Checksum;
use crate::repeatable::Ran;
use crate::script::ScriptId;
use crate::store::{Session, Value};

/// Reads it with one query. The ledger is there.
pub(crate) fn ran(session: &mut dyn Session, tables: &Tables) -> Result<Ran, LedgerError> {
    let rows = session
        .query(&tables.select_repeated(), &[])
        .map_err(LedgerError::read)?;
    let mut ran = Ran::default();
    for row in rows {
        let mut columns = row.into_iter();
        let mut text = || columns.next().and_then(Value::into_text);
        let (Some(from), Some(Ok(track)), Some(file)) =
            (text(), text().map(|track| track.parse()), text())
        else {
            continue;
        };
        let script = ScriptId { track, file };
        match from.as_str() {
            // The newest of a script comes last.
            HISTORY => {
                let checksum = text().map(|text| Checksum::recorded(&text));
                ran.newest.insert(script, checksum);
            }
            _ => {
                ran.under_way.insert(script);
            }
        }
    }
    Ok(ran)
}

/// What a row of the query begins with that is one of the history.
pub(super) const HISTORY: &str = "history";
