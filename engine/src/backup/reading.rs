//! What the real database says of itself before it is backed up or replaced, as far as it can be read.

use crate::code::Code;
use crate::error::Error;
use crate::ledger::history::{self, Attempt};
use crate::ledger::outbox::{self, NoticeRow, Outbox};
use crate::ledger::{self, Ledger, LedgerError};
use crate::upgrader::{Settings, Upgrader};

impl Upgrader<'_> {
    /// Its history; nothing where that cannot be read. That somebody else uses the database just now is an error.
    pub(super) fn lived(&self, settings: &Settings) -> Result<Vec<Attempt>, Error> {
        let read = || -> Result<Vec<Attempt>, Error> {
            let Some(mut session) = self.store.read()? else {
                return Ok(Vec::new());
            };
            let name = settings.tables.history_name();
            if !session.has_table(&name)? {
                return Ok(Vec::new());
            }
            let rows = history::select(session.as_mut(), &settings.tables, "ORDER BY id", &[])?;
            Ok(rows)
        };
        unless_busy(read(), "the history since the backup cannot be kept")
    }

    /// The runs with which the scripts began that are under way in its journal; none where that cannot be read. That somebody
    /// else uses the database just now is an error.
    pub(super) fn under_way(&self, settings: &Settings) -> Result<Vec<String>, Error> {
        let read = || -> Result<Vec<String>, Error> {
            let Some(mut session) = self.store.read()? else {
                return Ok(Vec::new());
            };
            Ok(ledger::runs_under_way(session.as_mut(), &settings.tables)?)
        };
        unless_busy(read(), "the scripts that are under way are not known")
    }

    /// Its outbox; `None` where there is none, or it cannot be read. That somebody else uses the database just now is an error.
    pub(super) fn outbox_now(&self, settings: &Settings) -> Result<Option<Vec<NoticeRow>>, Error> {
        let read = || -> Result<_, Error> {
            let ledger = self.ledger_now(settings)?;
            let session = match ledger.outbox {
                Outbox::None => None,
                Outbox::Quiet | Outbox::Open => self.store.read()?,
            };
            let Some(mut session) = session else {
                return Ok(None);
            };
            let ask = &mut |sql: &str, parameters: &[_]| session.query(sql, parameters);
            let rows = outbox::select(ask, &settings.tables, outbox::ALL, &[]);
            Ok(Some(rows.map_err(LedgerError::read)?))
        };
        unless_busy(read(), "what hooks were told since the backup is not known")
    }

    /// What the ledger says of a database that is to be replaced; `None` where the database is destroyed, so that there is
    /// nothing to back up. One that only cannot be read now must not be replaced: nothing would be left of it.
    pub(super) fn ledger_to_replace(&self, settings: &Settings) -> Result<Option<Ledger>, Error> {
        let error = match self.ledger_now(settings) {
            Ok(ledger) => return Ok(Some(ledger)),
            Err(error) => error,
        };
        let told = crate::cause::chain(&error);
        match error.code() {
            Code::DatabaseDamaged => {
                log::warn!("the database is destroyed, so no backup is made of it: {told}");
                Ok(None)
            }
            Code::LedgerValue | Code::LedgerAmbiguous | Code::DatabaseRefused => {
                log::warn!("the backup of what is there cannot say its versions: {told}");
                Ok(Some(Ledger::default()))
            }
            _ => Err(error),
        }
    }

    pub(super) fn ledger_now(&self, settings: &Settings) -> Result<Ledger, Error> {
        Ok(match self.store.read()? {
            Some(mut session) => {
                ledger::read(session.as_mut(), &settings.tables, &settings.tracks)?
            }
            None => Ledger::default(),
        })
    }
}

/// What was read, or nothing: a database that is damaged is no reason not to replace it. `consequence` is told then.
fn unless_busy<T: Default>(read: Result<T, Error>, consequence: &str) -> Result<T, Error> {
    read.or_else(|error| match error.code() {
        Code::DatabaseBusy => Err(error),
        _ => {
            let told = crate::cause::chain(&error);
            log::warn!("{consequence}: {told}");
            Ok(T::default())
        }
    })
}
