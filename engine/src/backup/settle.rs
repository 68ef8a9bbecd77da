//! What the ledger says in a database that was brought back: the versions are those of the backup, and the history goes on
//! from what happened since, so that nothing that was done or decided is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::Backup;
use crate::kept::packed;
use crate::ledger::book::Book;
use crate::ledger::history::{self, Attempt, Outcome};
use crate::ledger::outbox::NoticeRow;
use crate::ledger::{self, Ledger, LedgerError, Restoring};
use crate::role::Role;
use crate::script::ScriptId;
use crate::store::Session;
use crate::track::TrackName;

/// What becomes of the latch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Latch {
    /// It is as it was when the backup was made.
    AsItWas,
    /// It stays tripped: the failure that the backup was brought back for waits for a person.
    Tripped,
}

/// What is to be written into a database that is to take the place of the real one.
pub(super) struct Settling<'s> {
    pub(super) backup: &'s Backup,
    /// The history of the real database, as far as it could be read.
    pub(super) lived: &'s [Attempt],
    /// The outbox of the real database; `None`: it has none, or it could not be read.
    pub(super) outbox: Option<&'s [NoticeRow]>,
    pub(super) latch: Latch,
    /// What has to be finished once it has taken its place.
    pub(super) then: Option<Restoring>,
}

impl Settling<'_> {
    /// Writes it, and tells which scripts' work is undone.
    pub(super) fn write(
        &self,
        session: &mut dyn Session,
        book: &Book,
        tracks: &[TrackName],
    ) -> Result<Vec<ScriptId>, LedgerError> {
        let ledger = ledger::read(session, &book.tables, tracks)?;
        let done = history::done(session, &book.tables)?;
        // The backup may be older than the engine's own tables.
        book.prepare(
            session,
            &Ledger {
                exists: false,
                ..ledger
            },
            &done,
        )?;
        if self.outbox.is_some() {
            book.prepare_outbox(session)?;
        }
        let kept = history::select(session, &book.tables, "ORDER BY id", &[])?;
        let later = later(&kept, self.lived);
        let undone = undone(&done, later);
        session.begin().map_err(LedgerError::write)?;
        for attempt in later {
            book.copy(session, attempt)?;
        }
        for script in &undone {
            let version = version(later, script);
            let attempt = book.attempt(script.clone(), version, Outcome::Undone);
            book.add(session, &self.because(attempt))?;
        }
        for kept in returned(&done, later) {
            let body = history::body(session, &book.tables, kept)?;
            let attempt = Attempt {
                checksum: kept.checksum.clone(),
                code_checksum: kept.code_checksum.clone(),
                ..book.attempt(kept.script.clone(), kept.version.clone(), kept.outcome)
            };
            let body = body.and_then(|text| packed(text.as_bytes()));
            book.add_with(session, &self.because(attempt), body)?;
        }
        if let (true, Latch::AsItWas, Some(failed)) = (ledger.latched, self.latch, waiting(&kept)) {
            // What was decided of it since no longer holds: the newest row tells what a tripped latch stands for.
            book.add(session, &self.because(failed.clone()))?;
        }
        let name = ScriptId {
            track: TrackName::CORE,
            file: self.backup.id.to_string(),
        };
        let attempt = book.attempt(name, String::new(), Outcome::Restored);
        book.add(session, &self.because(attempt))?;
        if self.latch == Latch::Tripped {
            book.set_latch(session, true)?;
        }
        if let Some(outbox) = self.outbox {
            // What the backup says of it was true then; who was told since need not be told again.
            book.copy_outbox(session, outbox)?;
        }
        book.set_restoring(session, self.then.as_ref())?;
        session.commit().map_err(LedgerError::write)?;
        Ok(undone)
    }

    fn because(&self, attempt: Attempt) -> Attempt {
        let reason = format!("the backup {} took its place", self.backup.id);
        Attempt {
            reason: Some(reason),
            ..attempt
        }
    }
}

/// What happened since the backup was made; nothing, if it is the backup of another installation.
fn later<'l>(kept: &[Attempt], lived: &'l [Attempt]) -> &'l [Attempt] {
    let Some(last) = kept.last() else {
        return lived;
    };
    let same = |attempt: &Attempt| {
        attempt.id == last.id && attempt.run == last.run && attempt.script == last.script
    };
    lived
        .iter()
        .position(same)
        .map_or(&[], |at| &lived[at + 1..])
}

/// The scripts whose work was done since, and is not there any more.
fn undone(done: &[Attempt], later: &[Attempt]) -> Vec<ScriptId> {
    let before = done.iter().filter(|attempt| attempt.outcome.is_done());
    let before: BTreeSet<_> = before.map(|attempt| &attempt.script).collect();
    let mut undone: Vec<ScriptId> = Vec::new();
    for attempt in later {
        let script = &attempt.script;
        // A repeatable script may have run before with another text: it is made anew.
        let is_new = !before.contains(script) || script.role() != Role::Version;
        if attempt.outcome == Outcome::Undone {
            undone.retain(|other| other != script);
        } else if attempt.outcome.is_done() && is_new && !undone.contains(script) {
            undone.push(script.clone());
        }
    }
    undone
}

/// The failure that a tripped latch stood for in the backup.
fn waiting(kept: &[Attempt]) -> Option<&Attempt> {
    let of_restores = |attempt: &&Attempt| {
        attempt.outcome == Outcome::Undone || attempt.outcome == Outcome::Restored
    };
    let mut newest = kept.iter().rev().skip_while(of_restores);
    newest.next().filter(|newest| newest.failure().is_some())
}

/// What was done before the backup and undone since, by another restore: its work is there again, and has to be said to be.
fn returned<'d>(done: &'d [Attempt], later: &[Attempt]) -> Vec<&'d Attempt> {
    let mut gone: BTreeSet<&ScriptId> = BTreeSet::new();
    for attempt in later {
        if attempt.outcome == Outcome::Undone {
            gone.insert(&attempt.script);
        } else if attempt.outcome.is_done() {
            gone.remove(&attempt.script);
        }
    }
    let mut newest: BTreeMap<&ScriptId, &Attempt> = BTreeMap::new();
    for attempt in done {
        if attempt.outcome.is_done() && gone.contains(&attempt.script) {
            newest.insert(&attempt.script, attempt);
        }
    }
    let mut returned: Vec<_> = newest.into_values().collect();
    returned.sort_by_key(|attempt| attempt.id);
    returned
}

fn version(attempts: &[Attempt], script: &ScriptId) -> String {
    let of = attempts.iter().find(|attempt| attempt.script == *script);
    of.map(|attempt| attempt.version.clone())
        .unwrap_or_default()
}
