//! The journal's rows: of each slot, the script that is under way statement by statement, and how far it is.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::LedgerError;
#[cfg(feature = "backup")]
use super::Tables;
use super::book::Book;
use crate::checksum::Checksum;
use crate::journal::{Entry, Found};
use crate::script::ScriptId;
use crate::slot::Slot;
use crate::store::{Session, Value};

impl Book {
    /// The journal's entry of a slot; there is one while a script of it is under way statement by statement.
    pub(crate) fn entry(
        &self,
        session: &mut dyn Session,
        slot: &Slot,
    ) -> Result<Option<Found>, LedgerError> {
        let select = self.tables.select_entries("WHERE slot = ?");
        let rows = session
            .query(&select, &[slot.as_str().into()])
            .map_err(LedgerError::read)?;
        let found = rows.into_iter().next().map(|row| {
            read_entry(row).map_or(Found::Unreadable, |entry| Found::Entry(Box::new(entry)))
        });
        Ok(found)
    }

    /// Writes the journal of a script, and tells the step of the row. `row`: that of the row that its slot has already,
    /// where it has one; it moves on by one.
    pub(crate) fn write_entry(
        &self,
        session: &mut dyn Session,
        script: &ScriptId,
        entry: &Entry,
        row: Option<u64>,
    ) -> Result<u64, LedgerError> {
        let slot = Slot::of(script);
        let mut values = vec![
            script.track.as_str().into(),
            entry.file.as_str().into(),
            entry.run.as_str().into(),
            entry.started_at.to_string().into(),
            entry.done.into(),
            entry.past.as_str().into(),
            written(&entry.in_flight),
            written(&entry.surroundings),
            written(&entry.deeds),
            slot.as_str().into(),
        ];
        let statement = match row {
            Some(step) => {
                values.push(step.into());
                self.tables.update_entry()
            }
            None => {
                self.drop_entry(session, &slot)?;
                self.tables.insert_entry()
            }
        };
        let table = self.tables.journal_name();
        session
            .change_one(&statement, &values, &table, slot.as_str())
            .map_err(LedgerError::write)?;
        Ok(row.map_or(0, |step| step + 1))
    }

    /// Takes from the journal that a statement is in flight: a person decides what has become of it.
    pub(crate) fn forget_flight(
        &self,
        session: &mut dyn Session,
        slot: &Slot,
    ) -> Result<(), LedgerError> {
        let (table, name) = (self.tables.journal_name(), slot.as_str());
        session
            .change_one(&self.tables.forget_flight(), &[name.into()], &table, name)
            .map_err(LedgerError::write)
    }

    /// Ends the journal of a slot's script.
    pub(crate) fn drop_entry(
        &self,
        session: &mut dyn Session,
        slot: &Slot,
    ) -> Result<(), LedgerError> {
        session
            .execute(&self.tables.delete_entry(), &[slot.as_str().into()])
            .map(drop)
            .map_err(LedgerError::write)
    }
}

/// The runs with which the scripts began that are under way.
#[cfg(feature = "backup")]
pub(crate) fn runs_under_way(
    session: &mut dyn Session,
    tables: &Tables,
) -> Result<Vec<String>, LedgerError> {
    let mut read = || {
        if !session.has_table(&tables.journal_name())? {
            return Ok(Vec::new());
        }
        session.query(&tables.select_runs_under_way(), &[])
    };
    let rows = read().map_err(LedgerError::read)?;
    Ok(rows
        .into_iter()
        .flatten()
        .filter_map(Value::into_text)
        .collect())
}

/// Reads a row of the journal; `None` of one that another hand has made unreadable.
fn read_entry(row: Vec<Value>) -> Option<Entry> {
    let mut columns = row.into_iter();
    let mut text = || columns.next().and_then(Value::into_text);
    Some(Entry {
        file: text()?,
        run: text()?,
        started_at: text()?.parse().ok()?,
        step: text()?.parse().ok()?,
        done: text()?.parse().ok()?,
        past: Checksum::recorded(&text()?),
        last_insert_id: text()?.parse().ok()?,
        in_flight: read_optional(text())?,
        surroundings: read_optional(text())?,
        deeds: read_optional(text())?,
    })
}

/// What the journal holds for a value that most statements have not.
fn written<T: Serialize>(value: &Option<T>) -> Value {
    let text = value.as_ref().map(|value| {
        serde_json::to_string(value).expect("names and texts can always be written as JSON")
    });
    text.into()
}

/// `None` of a text that another hand has made unreadable.
fn read_optional<T: DeserializeOwned>(text: Option<String>) -> Option<Option<T>> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .ok()
}
