//! Settling what of the scripts is not as the database has seen it.

mod diff;
mod drift;
mod error;

use std::io::Read;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::guard::{self, Glance, Refusal};
use crate::inspect::Ready;
use crate::journal::Found;
use crate::kept::LONGEST_KEPT;
use crate::ledger::book::Book;
use crate::ledger::history::{self, Attempt, Outcome};
use crate::ledger::{self, Ledger};
use crate::lock::{Deaths, Holder};
use crate::name::ScriptName;
use crate::plan::{Plan, skipped};
use crate::report::Report;
use crate::road::Held;
use crate::script::ScriptId;
use crate::slot::Slot;
use crate::store::{Lock, Session};
use crate::upgrader::{Settings, Upgrader};

pub use drift::{Drift, DriftKind};
pub(crate) use drift::{Drifted, drift};
pub use error::RepairError;

/// How a person settles a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// It is right that it was edited, or is gone.
    Accept,
    /// The work of one that never ran is done.
    Mark,
}

/// What is known of the scripts and of the database together.
struct Known {
    catalog: Catalog,
    ready: Vec<Ready>,
    ledger: Ledger,
    done: Vec<Attempt>,
}

impl Known {
    fn drifted(&self) -> Vec<Drifted<'_>> {
        let skipped = skipped(&self.catalog, &self.ledger, &self.done);
        drift(&self.catalog, &self.ready, &self.done, &skipped)
    }

    /// What is to be settled of a script that is named as `track/file`, or `file` of core.
    fn find(&self, named: &str) -> Result<Drifted<'_>, RepairError> {
        let is_named = |script: &ScriptId| {
            script.to_string() == named
                || script.track == crate::TrackName::CORE && script.file == named
        };
        let mut drifted = self.drifted();
        if let Some(at) = drifted.iter().position(|of| is_named(&of.script)) {
            return Ok(drifted.swap_remove(at));
        }
        let scripts = self.catalog.tracks.iter().flat_map(|track| &track.scripts);
        let mut all: Vec<ScriptId> = drifted.into_iter().map(|of| of.script).collect();
        all.extend(scripts.map(crate::Script::id));
        if let Some(script) = all.iter().find(|script| is_named(script)) {
            return Err(RepairError::InOrder(script.clone()));
        }
        let far = |script: &ScriptId| {
            strsim::levenshtein(&script.to_string(), named)
                .min(strsim::levenshtein(&script.file, named))
        };
        let nearest = all.into_iter().min_by_key(far);
        Err(RepairError::Unknown {
            script: named.to_owned(),
            nearest: nearest.filter(|script| far(script) <= named.len() / 2),
        })
    }
}

impl Upgrader<'_> {
    /// The scripts that are not as the database has seen them: edited or deleted after they ran, or skipped. With what was
    /// edited, as far as the history keeps the text that ran. Reads only, and waits for nobody.
    ///
    /// # Errors
    /// The database cannot be read, or the engine was given something that it cannot use.
    pub fn drift(&self) -> Result<Vec<Drift>, Error> {
        let settings = self.settings()?;
        let Some(mut session) = self.store.read()? else {
            return Ok(Vec::new());
        };
        let known = self.known(session.as_mut(), &settings)?;
        let mut found = Vec::new();
        for drifted in known.drifted() {
            let was = match drifted.was {
                Some(attempt) => history::body(session.as_mut(), &settings.tables, attempt)?,
                None => None,
            };
            found.push(Drift {
                diff: was.and_then(|was| difference(&drifted, &was)),
                since: drifted.was.map(|attempt| attempt.started_at),
                kind: drifted.kind,
                script: drifted.script,
            });
        }
        Ok(found)
    }

    /// Records a person's decision about a script that is not as the database has seen it. The script is named as
    /// `track/file`, or by its file name if it is core's. From then on nothing is told of it, until it is edited again.
    ///
    /// # Errors
    /// [`Error::Repair`]: there is no such script, nothing is to be settled of it, not in this way, or the reason is empty.
    /// A refusal: a failure waits, or the database is newer than the program. Or the database or the lock cannot be used.
    /// Nothing is changed then.
    pub fn settle(
        &self,
        script: &str,
        settlement: Settlement,
        reason: &str,
    ) -> Result<ScriptId, Error> {
        if reason.trim().is_empty() {
            return Err(RepairError::Reason.into());
        }
        let settings = self.settings()?;
        let me = settings.holder();
        let (lock, _) = self.hold(&me)?;
        self.must_be_at_rest(&settings)?;
        let mut session = lock.write()?;
        let known = self.known(session.as_mut(), &settings)?;
        let drifted = known.find(script)?;
        let outcome = match (settlement, drifted.kind) {
            (
                Settlement::Accept,
                DriftKind::Edited | DriftKind::EditedComments | DriftKind::Gone,
            ) => Outcome::Accepted,
            (Settlement::Mark, DriftKind::Skipped) => Outcome::Marked,
            (Settlement::Accept, kind @ (DriftKind::Skipped | DriftKind::Newer))
            | (
                Settlement::Mark,
                kind @ (DriftKind::Edited
                | DriftKind::EditedComments
                | DriftKind::Gone
                | DriftKind::Newer),
            ) => {
                let script = drifted.script;
                return Err(RepairError::Unfit { script, kind }.into());
            }
        };
        let script = drifted.script.clone();
        let book = Book::new(settings.tables.clone(), me);
        book.prepare(session.as_mut(), &known.ledger, &known.done)?;
        let slot = Slot::of(&script);
        let under_way = book.entry(session.as_mut(), &slot)?;
        let mut attempt = book.attempt(script.clone(), version(&script), outcome);
        attempt.reason = Some(reason.to_owned());
        let mut body = None;
        if let (Outcome::Accepted, Some(now)) = (outcome, drifted.now) {
            attempt.checksum = Some(now.checksums.0.clone());
            attempt.code_checksum = Some(now.checksums.1.clone());
            body = now.body();
        }
        session.begin()?;
        book.add_with(session.as_mut(), &attempt, body)?;
        // One that was interrupted when a person ran it is done with.
        if is_of(under_way.as_ref(), &script.file) {
            book.drop_entry(session.as_mut(), &slot)?;
        }
        session.commit()?;
        log::info!("{script} was {}: {reason}", outcome.as_str());
        Ok(script)
    }

    /// Runs a script that was skipped, with the callbacks of a run around it; its track stays where it is. The script is named
    /// as for [`settle`](Self::settle). One that was interrupted here goes on where it was.
    ///
    /// # Errors
    /// As for [`settle`](Self::settle) and for [`run`](Self::run): it fails as any script does, and trips the latch.
    pub fn run_skipped(&self, script: &str) -> Result<Report, Error> {
        let outcome = self.run_one(script);
        self.tell_of(&outcome);
        outcome
    }

    fn run_one(&self, script: &str) -> Result<Report, Error> {
        let settings = self.settings()?;
        // All of them have to be in order, as for any run.
        self.catalog()?;
        let me = settings.holder();
        let (lock, deaths) = self.hold(&me)?;
        self.must_be_at_rest(&settings)?;
        let known = {
            let mut session = lock.write()?;
            let known = self.known(session.as_mut(), &settings)?;
            if known.ledger.exists {
                let book = Book::new(settings.tables.clone(), me.clone());
                let script = known.find(script)?.script;
                if let Some(Found::Entry(entry)) =
                    book.entry(session.as_mut(), &Slot::of(&script))?
                    && entry.file != script.file
                {
                    let (track, file) = (script.track, entry.file);
                    return Err(RepairError::UnderWay { track, file }.into());
                }
            }
            known
        };
        let Drifted { script, kind, .. } = known.find(script)?;
        if kind != DriftKind::Skipped {
            return Err(RepairError::Unfit { script, kind }.into());
        }
        let mut scripts = known.catalog.tracks.iter().flat_map(|track| &track.scripts);
        let pending = scripts.find(|known| known.id() == script).cloned();
        let pending = pending.ok_or(RepairError::NotReady(script))?;
        let plan = Plan {
            pending: vec![pending],
            ..Plan::default()
        };
        let held = Held {
            settings: &settings,
            catalog: &known.catalog,
            me,
            lock: lock.as_ref(),
            deaths,
        };
        self.carry_out(held, &plan, &known.ledger)
    }

    /// The lock, and what its last holders died of.
    fn hold(&self, me: &Holder) -> Result<(Box<dyn Lock + '_>, Option<Deaths>), Error> {
        if self.store.read()?.is_none() {
            return Err(RepairError::NoDatabase(self.store.address()).into());
        }
        self.take_lock(me, |_, _| {}, || RepairError::Stopped.into())
    }

    /// No failure waits, and the database is not newer than the program.
    fn must_be_at_rest(&self, settings: &Settings) -> Result<(), Error> {
        let view = self.view(settings, &self.catalog()?)?;
        match guard::glance(&view.plan, &view.ledger, view.failure, &settings.app) {
            Glance::Refused(refusal @ Refusal::Unmet { .. }) => {
                log::debug!("that the next run will be refused is no matter now: {refusal}");
                Ok(())
            }
            Glance::Refused(refusal) => Err(refusal.into()),
            Glance::LeftAlone => Err(Refusal::DatabaseNewer(view.plan.newer).into()),
            Glance::UpToDate | Glance::Work => Ok(()),
        }
    }

    fn known(&self, session: &mut dyn Session, settings: &Settings) -> Result<Known, Error> {
        ledger::must_fit(session, &settings.tables)?;
        let ledger = ledger::read(session, &settings.tables, &settings.tracks)?;
        let done = history::done(session, &settings.tables)?;
        let examined = self.examine()?;
        Ok(Known {
            catalog: examined.catalog,
            ready: examined.ready,
            ledger,
            done,
        })
    }
}

fn is_of(found: Option<&Found>, file: &str) -> bool {
    match found {
        Some(Found::Entry(entry)) => entry.file == file,
        Some(Found::Unreadable) | None => false,
    }
}

fn version(script: &ScriptId) -> String {
    let version = ScriptName::recorded_version(&script.file);
    version.map_or_else(|_| String::new(), |version| version.to_string())
}

/// What was edited; `None` where the text is too long now, or cannot be read.
fn difference(drifted: &Drifted<'_>, was: &str) -> Option<String> {
    let mut now = String::new();
    if let Some(ready) = drifted.now {
        let mut text = ready.script.open().ok()?.take(LONGEST_KEPT as u64 + 1);
        text.read_to_string(&mut now).ok()?;
        if now.len() > LONGEST_KEPT {
            return None;
        }
    }
    let since = drifted.was.map(|attempt| attempt.started_at.to_string());
    let ran = format!("{}, {}", drifted.was?.script, since?);
    let is = match drifted.now {
        Some(_) => format!("{}, now", drifted.script),
        None => "/dev/null".to_owned(),
    };
    Some(diff::unified(was, &now, (&ran, &is)))
}
