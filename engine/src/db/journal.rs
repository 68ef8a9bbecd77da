//! What a program has open, what of it is committed, and what ends it.

use super::Db;
use super::error::DbError;
use crate::journal::Entry;
use crate::latch::shorten;
use crate::ledger::LedgerError;
use crate::store::{Fault, StoreError};

/// Why a program cannot go on, whatever it makes of the error that it gets.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The application asked to stop.
    Stopped,
    /// The database cannot be used, or has given up the transaction.
    Store(StoreError),
    /// What the engine keeps in the database cannot be used.
    Ledger(LedgerError),
}

/// What a program leaves when it is over.
pub(crate) struct Left {
    pub(crate) halted: Option<Halt>,
    /// How many statements it has executed.
    pub(crate) calls: u64,
    /// The step of the journal's row, where there is one.
    pub(crate) row: Option<u64>,
    /// As it stands in the database, where there is a row.
    pub(crate) entry: Entry,
    pub(crate) changes_session: bool,
    /// How many of its writes are committed already, and must not be done twice.
    pub(crate) writes: u64,
}

impl Db<'_> {
    /// What is left of the program.
    pub(crate) fn leave(self) -> Left {
        Left {
            halted: self.halted,
            calls: self.calls,
            row: self.row,
            changes_session: self.changes_session,
            writes: self.entry.deeds.as_ref().map_or(0, |deeds| deeds.writes),
            entry: self.entry,
        }
    }

    pub(crate) fn must_go_on(&mut self) -> Result<(), DbError> {
        if self.halted.is_none() && (self.scope.stop)() {
            self.halted = Some(Halt::Stopped);
        }
        match &self.halted {
            None => Ok(()),
            Some(Halt::Stopped) => Err(DbError::Halted("the application asked to stop".to_owned())),
            Some(Halt::Store(error)) => Err(DbError::Halted(crate::cause::chain(error))),
            Some(Halt::Ledger(error)) => Err(DbError::Halted(crate::cause::chain(error))),
        }
    }

    /// Notes that the program was ended because the application wants to stop.
    #[cfg(feature = "lua")]
    pub(crate) fn stopped(&mut self) {
        self.halted.get_or_insert(Halt::Stopped);
    }

    pub(super) fn halt(&mut self, halt: Halt) -> DbError {
        self.halted.get_or_insert(halt);
        match self.must_go_on() {
            Err(error) => error,
            Ok(()) => unreachable!("it was halted just now"),
        }
    }

    /// Begins a transaction, if none is open.
    pub(super) fn open(&mut self) -> Result<(), DbError> {
        if self.session.in_transaction() {
            return Ok(());
        }
        self.session
            .begin()
            .map_err(|error| self.halt(Halt::Store(error)))
    }

    /// The outcome of a statement. An error that leaves nothing to go on with halts the program.
    pub(super) fn settled<T>(
        &mut self,
        outcome: Result<T, StoreError>,
        sql: &str,
    ) -> Result<T, DbError> {
        let error = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let transaction_gone = self.wrote && !self.session.in_transaction();
        let goes_on = match error.fault() {
            Fault::Refused
            | Fault::Denied
            | Fault::Full
            | Fault::ReadOnly
            | Fault::NotADatabase
            | Fault::Unsuitable
            | Fault::CannotOpen => !transaction_gone,
            Fault::Busy
            | Fault::Io
            | Fault::Overtaken
            | Fault::Conflict
            | Fault::Lost
            | Fault::Contradicted => false,
        };
        match goes_on {
            true => Err(DbError::Refused {
                sql: shorten(sql),
                source: error,
            }),
            false => Err(self.halt(Halt::Store(error))),
        }
    }

    /// Commits what is open, with the journal.
    pub(crate) fn commit(&mut self) -> Result<(), DbError> {
        if !self.wrote {
            return match self.session.roll_back() {
                Ok(()) => Ok(()),
                Err(error) => Err(self.halt(Halt::Store(error))),
            };
        }
        self.open()?;
        let entry = Entry {
            deeds: Some(self.deeds.clone()),
            ..self.entry.clone()
        };
        let id = &self.scope.ready.id;
        let written = self
            .scope
            .book
            .write_entry(self.session, id, &entry, self.row);
        let step = written.map_err(|error| self.halt(Halt::Ledger(error)))?;
        if let Err(error) = self.session.commit() {
            // The error that counts is the first.
            let _ = self.session.roll_back();
            return Err(self.halt(Halt::Store(error)));
        }
        self.row = Some(step);
        self.entry = entry;
        self.wrote = false;
        Ok(())
    }
}
