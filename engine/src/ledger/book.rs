//! Writing the ledger. The caller holds the lock and, but for [`Book::prepare`], has a transaction open.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::history::{Attempt, Outcome};
#[cfg(feature = "hooks")]
use super::outbox::Speaker;
use super::{
    AFTER_RUN, BASELINES, LATCH, Ledger, LedgerError, MIN_APP, RESTORING, Restoring, SCHEMA,
    SCHEMA_ROW, Tables,
};
use crate::baseline;
use crate::callback::Owed;
use crate::clock::Timestamp;
use crate::lock::Holder;
use crate::role::Role;
use crate::script::ScriptId;
use crate::store::{Session, Value};
use crate::track::TrackName;

/// Who writes, and where.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) tables: Tables,
    pub(crate) holder: Holder,
    /// The id of the row that was added to the history last. Only the holder of the lock adds any.
    newest: Cell<Option<u64>>,
    /// Who tells hooks of critical issues; `None`: there are no hooks.
    #[cfg(feature = "hooks")]
    pub(super) speaker: Option<Speaker>,
}

impl Book {
    pub(crate) fn new(tables: Tables, holder: Holder) -> Self {
        Self {
            tables,
            holder,
            newest: Cell::new(None),
            #[cfg(feature = "hooks")]
            speaker: None,
        }
    }

    /// It, telling hooks of what it records.
    #[cfg(feature = "hooks")]
    pub(crate) fn spoken_for(self, speaker: Option<Speaker>) -> Self {
        Self { speaker, ..self }
    }

    /// Makes the engine's tables what this engine needs, and notes where the history of a track begins that the
    /// engine has found at a version. `done`: what the history says is done.
    pub(crate) fn prepare(
        &self,
        session: &mut dyn Session,
        ledger: &Ledger,
        done: &[Attempt],
    ) -> Result<(), LedgerError> {
        super::must_fit(session, &self.tables)?;
        let is_of = |attempt: &Attempt, track: &TrackName| {
            attempt.script.track == *track
                && matches!(attempt.script.role(), Role::Version | Role::Baseline)
        };
        let unknown = |track: &TrackName| !done.iter().any(|attempt| is_of(attempt, track));
        let current = ledger.exists && ledger.schema == SCHEMA;
        if current && !ledger.tracks.keys().any(unknown) {
            return Ok(());
        }
        let lacking = match ledger.schema {
            0 | SCHEMA => Vec::new(),
            older => self.lacking(session, older)?,
        };
        session.begin().map_err(LedgerError::write)?;
        for statement in self.tables.create().into_iter().chain(lacking) {
            session
                .execute(&statement, &[])
                .map_err(LedgerError::write)?;
        }
        for (track, recorded) in ledger.tracks.iter().filter(|(track, _)| unknown(track)) {
            let script = ScriptId {
                track: track.clone(),
                file: recorded.file.clone(),
            };
            self.adopt(session, &script, recorded.version.as_str())?;
        }
        self.put(session, SCHEMA_ROW, &SCHEMA.to_string())?;
        session.commit().map_err(LedgerError::write)
    }

    /// Notes which baselines a run begins with: once the first has made something, the database is not empty any more,
    /// and whoever goes on after a death has to know.
    pub(crate) fn note_baselines(
        &self,
        session: &mut dyn Session,
        ledger: &Ledger,
        baselines: &BTreeMap<ScriptId, ScriptId>,
    ) -> Result<(), LedgerError> {
        let mut begun = ledger.ground.begun.clone();
        for baseline in baselines.keys() {
            begun.insert(baseline.track.clone(), baseline.file.clone());
        }
        if begun == ledger.ground.begun {
            return Ok(());
        }
        session.begin().map_err(LedgerError::write)?;
        self.put(session, BASELINES, &baseline::written(&begun))?;
        session.commit().map_err(LedgerError::write)
    }

    /// An attempt that begins now, with all that the caller need not say.
    pub(crate) fn attempt(&self, script: ScriptId, version: String, outcome: Outcome) -> Attempt {
        Attempt {
            id: 0,
            run: self.holder.run.clone(),
            script,
            version,
            checksum: None,
            code_checksum: None,
            started_at: Timestamp::now(),
            took_ms: 0,
            statements: 0,
            outcome,
            error: None,
            failed: None,
            resolution: None,
            reason: None,
            host: self.holder.host.clone(),
            program_version: self.holder.program.clone(),
        }
    }

    /// Notes that all of a track up to this script counts as applied, which it was not here.
    pub(crate) fn adopt(
        &self,
        session: &mut dyn Session,
        newest: &ScriptId,
        version: &str,
    ) -> Result<(), LedgerError> {
        let attempt = self.attempt(newest.clone(), version.to_owned(), Outcome::Adopted);
        self.add(session, &attempt)
    }

    /// Adds a row to the history.
    pub(crate) fn add(
        &self,
        session: &mut dyn Session,
        attempt: &Attempt,
    ) -> Result<(), LedgerError> {
        self.add_with(session, attempt, None)
    }

    /// As [`add`](Self::add), with the script's [text](crate::kept).
    pub(crate) fn add_with(
        &self,
        session: &mut dyn Session,
        attempt: &Attempt,
        body: Option<Vec<u8>>,
    ) -> Result<(), LedgerError> {
        // Behind a failure, rows that were added may be gone again.
        let newest = self.newest.take().filter(|_| attempt.outcome.is_done());
        let newest = match newest {
            Some(newest) => newest,
            None => self.newest(session)?,
        };
        let mut values = vec![Value::from(newest + 1)];
        values.extend(attempt.values());
        values.push(body.into());
        let (table, name) = (self.tables.history_name(), attempt.script.to_string());
        session
            .change_one(self.tables.insert_attempt(), &values, &table, &name)
            .map_err(LedgerError::write)?;
        self.newest.set(Some(newest + 1));
        Ok(())
    }

    /// Adds a row of the history of another database, with the id that it has there.
    #[cfg(feature = "backup")]
    pub(crate) fn copy(
        &self,
        session: &mut dyn Session,
        attempt: &Attempt,
    ) -> Result<(), LedgerError> {
        let mut values = vec![Value::Integer(attempt.id)];
        values.extend(attempt.values());
        // What it ran is not what is there now, so that nobody compares it.
        values.push(Value::Null);
        let (table, name) = (self.tables.history_name(), attempt.script.to_string());
        session
            .change_one(self.tables.insert_attempt(), &values, &table, &name)
            .map_err(LedgerError::write)
    }

    fn newest(&self, session: &mut dyn Session) -> Result<u64, LedgerError> {
        let rows = session
            .query(&self.tables.select_newest_attempt(), &[])
            .map_err(LedgerError::read)?;
        let newest = rows.into_iter().flatten().next();
        let newest = newest.and_then(|newest| newest.as_integer());
        Ok(newest.map_or(0, i64::unsigned_abs))
    }

    /// Records for each track the newest of the scripts that are done; they come in their order. `recorded`: the tracks
    /// that have a version already, another one.
    pub(crate) fn advance<'s>(
        &self,
        session: &mut dyn Session,
        done: impl Iterator<Item = &'s ScriptId>,
        recorded: &BTreeSet<TrackName>,
    ) -> Result<(), LedgerError> {
        let newest: BTreeMap<&TrackName, &str> = done
            .map(|script| (&script.track, script.file.as_str()))
            .collect();
        for (track, file) in newest {
            let name = track.variable();
            if recorded.contains(track) {
                let values = [file.into(), name.as_str().into()];
                let table = self.tables.vars_name();
                session
                    .change_one(&self.tables.update_var(), &values, &table, &name)
                    .map_err(LedgerError::write)?;
            } else {
                self.put(session, &name, file)?;
            }
        }
        Ok(())
    }

    /// Writes `failed_update_detected`.
    pub(crate) fn set_latch(
        &self,
        session: &mut dyn Session,
        tripped: bool,
    ) -> Result<(), LedgerError> {
        self.put(session, LATCH, if tripped { "1" } else { "0" })
    }

    /// Programs older than `version` must not use the database from here on, nor such as an earlier script refused.
    pub(crate) fn set_min_app(
        &self,
        session: &mut dyn Session,
        version: &semver::Version,
    ) -> Result<(), LedgerError> {
        let rows = session
            .query(&self.tables.select_vars(1), &[MIN_APP.into()])
            .map_err(LedgerError::read)?;
        let recorded = rows.into_iter().next().and_then(|mut row| row.pop());
        let recorded = recorded
            .and_then(Value::into_text)
            .and_then(|text| semver::Version::parse(&text).ok());
        if recorded.is_some_and(|recorded| recorded >= *version) {
            return Ok(());
        }
        self.put(session, MIN_APP, &version.to_string())
    }

    /// Writes which restore has to be finished, if one has.
    pub(crate) fn set_restoring(
        &self,
        session: &mut dyn Session,
        restoring: Option<&Restoring>,
    ) -> Result<(), LedgerError> {
        match restoring {
            Some(restoring) => self.put(session, RESTORING, &restoring.written()),
            None => session
                .execute(&self.tables.update_var(), &["".into(), RESTORING.into()])
                .map(drop)
                .map_err(LedgerError::write),
        }
    }

    /// Writes which after-run callbacks are owed.
    pub(crate) fn set_owed(
        &self,
        session: &mut dyn Session,
        owed: &Owed,
    ) -> Result<(), LedgerError> {
        self.put(session, AFTER_RUN, &owed.written())
    }

    /// Writes one row of the system-vars table, which may have been made without a unique name.
    pub(super) fn put(
        &self,
        session: &mut dyn Session,
        name: &str,
        value: &str,
    ) -> Result<(), LedgerError> {
        let mut changed = session
            .execute(&self.tables.update_var(), &[value.into(), name.into()])
            .map_err(LedgerError::write)?;
        if changed == 0 {
            // There is no such row; or MySQL, which counts rows that change, found it as it is to be.
            let rows = session
                .query(&self.tables.select_vars(1), &[name.into()])
                .map_err(LedgerError::read)?;
            changed = rows.len() as u64;
        }
        if changed == 0 {
            changed = session
                .execute(&self.tables.insert_var(), &[name.into(), value.into()])
                .map_err(LedgerError::write)?;
        }
        must_be_one(changed, || (self.tables.vars_name(), name.to_owned()))
    }
}

/// A write that changed other than one row was not the write that was meant.
fn must_be_one(changed: u64, row: impl FnOnce() -> (String, String)) -> Result<(), LedgerError> {
    if changed == 1 {
        return Ok(());
    }
    let (table, name) = row();
    Err(LedgerError::Ambiguous {
        table,
        name,
        count: changed,
    })
}
