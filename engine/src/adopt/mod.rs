//! Taking over a database whose scripts something else has run until now.

mod adoption;
#[cfg(test)]
mod adoption_tests;
mod error;
mod predecessor;
mod theirs;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::guard::Refusal;
use crate::ledger::book::Book;
use crate::ledger::history::{self, Outcome};
use crate::ledger::{self, Ledger, LedgerError};
use crate::name::ScriptName;
use crate::role::Role;
use crate::script::ScriptId;
use crate::slot::Slot;
use crate::store::{Fault, Session};
use crate::track::TrackName;
use crate::upgrader::{Settings, Upgrader};
use crate::version::Version;

pub use adoption::{AdoptedScript, AdoptedTrack, Adoption};
pub use error::AdoptError;
pub use predecessor::{Gaps, Predecessor, Tool, UnknownTool};
use theirs::Theirs;

/// How it is known where a database stands that the engine has not upgraded until now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existing {
    /// Somebody knows: these tracks stand at these versions, which scripts have.
    At(Vec<(TrackName, Version)>),
    /// Another tool's table tells.
    From(Predecessor),
}

impl Upgrader<'_> {
    /// What taking the database over would record. Reads only, and waits for nobody.
    ///
    /// # Errors
    /// It cannot be taken over, [`Error::Adopt`] says why; the latch is tripped; or the database or the scripts cannot be
    /// used.
    pub fn adoption(&self, existing: Existing) -> Result<Adoption, Error> {
        let settings = self.settings()?;
        let catalog = self.catalog()?;
        let Some(mut session) = self.store.read()? else {
            return Err(AdoptError::NoDatabase(self.store.address()).into());
        };
        let (adoption, _) = self.decide(session.as_mut(), &settings, &catalog, existing)?;
        Ok(adoption)
    }

    /// Takes the database over as was decided: from then on the engine upgrades it, and what `adoption` names as applied
    /// never runs. Nothing of the other tool's is changed.
    ///
    /// # Errors
    /// As for [`adoption`](Self::adoption); or what was found is not there any more as it was; or the lock cannot be taken.
    /// Nothing is changed then.
    pub fn adopt(&self, adoption: &Adoption) -> Result<(), Error> {
        let settings = self.settings()?;
        let catalog = self.catalog()?;
        let me = settings.holder();
        let (lock, _) = self.take_lock(&me, |_, _| {}, || AdoptError::Stopped.into())?;
        let mut session = lock.write()?;
        let existing = adoption.existing.clone();
        let (now, ledger) = self.decide(session.as_mut(), &settings, &catalog, existing)?;
        if now != *adoption {
            return Err(AdoptError::Changed.into());
        }
        let book = Book::new(settings.tables.clone(), me);
        let done = history::done(session.as_mut(), &settings.tables)?;
        book.prepare(session.as_mut(), &ledger, &done)?;
        for track in &adoption.tracks {
            let slot = Slot::of(&track.id(&track.at));
            if book.entry(session.as_mut(), &slot)?.is_some() {
                return Err(AdoptError::UnderWay(track.track.clone()).into());
            }
        }
        session.begin()?;
        for track in &adoption.tracks {
            track.record(&book, session.as_mut(), adoption.tool)?;
        }
        session.commit()?;
        log::info!("{} was taken over", adoption.database);
        Ok(())
    }

    fn decide(
        &self,
        session: &mut dyn Session,
        settings: &Settings,
        catalog: &Catalog,
        existing: Existing,
    ) -> Result<(Adoption, Ledger), Error> {
        let ledger = ledger::read(session, &settings.tables, &settings.tracks)?;
        if ledger.latched {
            let failure = history::latched_failure(session, &settings.tables)?.map(Box::new);
            return Err(Refusal::Latched(failure).into());
        }
        let (tool, table, tracks) = match &existing {
            Existing::At(told) => (None, None, adoption::by_version(catalog, told)?),
            Existing::From(predecessor) => {
                let (table, theirs) = self.ask(session, predecessor)?;
                let track = adoption::by_table(catalog, predecessor, &theirs)?;
                (Some(predecessor.tool), Some(table), vec![track])
            }
        };
        let done = history::done(session, &settings.tables)?;
        for AdoptedTrack { track, .. } in &tracks {
            let at = ledger.tracks.get(track);
            let ran = done.iter().any(|attempt| {
                attempt.script.track == *track && attempt.script.role() == Role::Version
            });
            if at.is_some() || ran {
                return Err(AdoptError::Known {
                    track: track.clone(),
                    at: at.map(|recorded| recorded.file.clone()),
                }
                .into());
            }
        }
        let adoption = Adoption {
            database: self.store.address(),
            tool,
            table,
            tracks,
            existing,
        };
        Ok((adoption, ledger))
    }

    /// Reads another tool's table.
    fn ask(
        &self,
        session: &mut dyn Session,
        predecessor: &Predecessor,
    ) -> Result<(String, Theirs), Error> {
        let Predecessor {
            tool, extension, ..
        } = *predecessor;
        let usual = |tool: Tool| tool.table(self.prefix_said());
        let table = predecessor.table.clone().unwrap_or_else(|| usual(tool));
        if !session.has_table(&table)? {
            let mut others = Vec::new();
            for other in Tool::ALL {
                if other != tool && session.has_table(&usual(other))? {
                    others.push((other, usual(other)));
                }
            }
            return Err(AdoptError::NoTable {
                tool,
                table,
                others,
            }
            .into());
        }
        let select = tool.select(&table, self.store.dialect());
        let rows = session
            .query(&select, &[])
            .map_err(|source| match source.fault() {
                Fault::Refused => AdoptError::NotTheirs {
                    tool,
                    table: table.clone(),
                    source,
                }
                .into(),
                _ => Error::from(source),
            })?;
        let theirs = Theirs::read(tool, &table, extension, rows)?;
        Ok((table, theirs))
    }
}

impl AdoptedTrack {
    fn id(&self, file: &str) -> ScriptId {
        ScriptId {
            track: self.track.clone(),
            file: file.to_owned(),
        }
    }

    /// Writes the history and the version of the track into the open transaction.
    fn record(
        &self,
        book: &Book,
        session: &mut dyn Session,
        tool: Option<Tool>,
    ) -> Result<(), LedgerError> {
        for script in &self.applied {
            // The newest stands for those of which nobody says more.
            let reason = match (&script.theirs, tool) {
                (Some(theirs), Some(tool)) => format!("{tool} ran it as {theirs}"),
                (_, Some(tool)) if script.file == self.at => {
                    format!("{tool} is past it")
                }
                (_, None) if script.file == self.at => "said to be in the database".to_owned(),
                (_, _) => continue,
            };
            self.note(book, session, &script.file, Outcome::Adopted, reason)?;
        }
        for file in &self.skipped {
            let reason = tool.map(|tool| format!("{tool} did not run it"));
            let reason = reason.unwrap_or_default();
            self.note(book, session, file, Outcome::Skipped, reason)?;
        }
        let at = self.id(&self.at);
        book.advance(session, std::iter::once(&at), &Default::default())
    }

    fn note(
        &self,
        book: &Book,
        session: &mut dyn Session,
        file: &str,
        outcome: Outcome,
        reason: String,
    ) -> Result<(), LedgerError> {
        let version = ScriptName::recorded_version(file);
        let version = version.map_or_else(|_| String::new(), |version| version.to_string());
        let mut attempt = book.attempt(self.id(file), version, outcome);
        attempt.reason = Some(reason);
        book.add(session, &attempt)
    }
}
