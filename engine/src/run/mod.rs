//! Running cleared scripts: in groups that share a commit, alone, or statement by statement through the journal.

mod alone;
mod around;
mod chunks;
mod committing;
mod group;
mod journaled;
mod judging;
mod noting;
mod program;
pub(crate) mod statements;
mod taking_up;
mod tripping;
mod trouble;
mod unheard;
mod walk;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::callback::{Owed, Work};
use crate::error::Error;
use crate::event::Event;
use crate::guard::Cleared;
use crate::inspect::Ready;
use crate::journal::{self, Found};
use crate::latch::DEATHS_THAT_TRIP;
use crate::ledger::book::Book;
use crate::ledger::history::{Attempt, Outcome};
use crate::ledger::{Ledger, LedgerError, Restoring};
use crate::lock::{Deaths, Place};
use crate::report::Applied;
use crate::role::Role;
use crate::script::ScriptId;
use crate::slot::Slot;
use crate::sql::render::Substitution;
use crate::store::{Lock, Session};
use crate::track::TrackName;
use trouble::{Blame, Trouble};

/// All that running scripts needs.
pub(crate) struct Run<'r> {
    pub(crate) session: &'r mut dyn Session,
    pub(crate) lock: &'r dyn Lock,
    pub(crate) book: &'r Book,
    pub(crate) substitution: &'r Substitution,
    pub(crate) tell: &'r dyn Fn(Event<'_>),
    pub(crate) stop: &'r dyn Fn() -> bool,
    /// How much a script in Lua may take.
    #[cfg(feature = "lua")]
    pub(crate) lua: crate::lua::LuaLimits,
    /// As `stop`, to be looked at while a script in Lua computes or the database answers it.
    pub(crate) stop_flag: Option<&'r Arc<AtomicBool>>,
    /// What earlier holders of the lock died of.
    pub(crate) deaths: Option<Deaths>,
    pub(crate) applied: Vec<Applied>,
    /// So many scripts from here on do not share a commit, because those that did were rolled back together.
    pub(crate) one_by_one: usize,
    /// Of each baseline of this run, the script behind which its track stands when it is done.
    pub(crate) stood_for: BTreeMap<ScriptId, ScriptId>,
    /// How many rows had been changed when the script that is under way began.
    pub(crate) touched: Option<u64>,
    /// The after-run callbacks that are owed, as it is committed.
    pub(crate) owed: Owed,
    /// The tracks that have such a callback.
    pub(crate) after_run: BTreeSet<TrackName>,
    /// The restore that is owed once a script has failed, where that is the policy.
    pub(crate) way_back: Option<Restoring>,
    /// The ledger before the run.
    pub(crate) before: &'r Ledger,
    /// The tracks that have a version in the ledger.
    pub(crate) recorded: BTreeSet<TrackName>,
    /// The tables that no transaction protects; `None`: to be asked.
    pub(crate) unprotected: Option<Vec<String>>,
    /// Whether a transaction protects the tables that name no engine; `None`: to be asked.
    pub(crate) default_protects: Option<bool>,
}

/// How a run ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Done,
    Stopped,
}

/// A script that is done, and how old a program may be from there on.
struct Done {
    attempt: Attempt,
    /// Its text, to be kept.
    body: Option<Vec<u8>>,
    min_app: Option<semver::Version>,
}

impl Done {
    fn of(ready: &Ready, attempt: Attempt) -> Self {
        Self {
            attempt,
            body: ready.body(),
            min_app: ready.directives.min_app.clone(),
        }
    }
}

/// When a script began, and what it had to do.
struct Clock {
    started: Instant,
    attempt: Attempt,
}

impl Run<'_> {
    /// Runs the scripts in their order, until the last, the first failure, or the application's wish to stop.
    pub(crate) fn all(mut self, cleared: Cleared) -> Result<(Vec<Applied>, Ended), Error> {
        let Work {
            before_run,
            scripts,
            after_run,
            after_failure,
        } = cleared.into_work();
        let queue = before_run.into_iter().chain(scripts).chain(after_run);
        let outcome = self.in_order(queue.collect());
        if let Err(Error::Failed { .. }) = outcome {
            self.after_failure(after_failure);
        }
        Ok((self.applied, outcome?))
    }

    /// Runs these, until the last, the first failure, or the application's wish to stop.
    fn in_order(&mut self, mut queue: VecDeque<Ready>) -> Result<Ended, Error> {
        self.refuse_a_loop(&queue)?;
        let mut journal = self.journal(&queue)?;
        while let Some(next) = queue.front() {
            if (self.stop)() {
                return Ok(Ended::Stopped);
            }
            if next.is_program() {
                let ended = self.alone(&mut queue)?;
                self.lock.script(None);
                if ended == Ended::Stopped {
                    return Ok(Ended::Stopped);
                }
                journal = self.journal(&queue)?;
                continue;
            }
            if !next.is_transactional() {
                let ended = self.journaled(&mut queue, std::mem::take(&mut journal))?;
                self.lock.script(None);
                if ended == Ended::Stopped {
                    return Ok(Ended::Stopped);
                }
                journal = self.journal(&queue)?;
                continue;
            }
            let found = journal.remove(&next.slot());
            let refused =
                journal::refuse_whole(found.as_ref(), &next.id.file).filter(|_| !next.starts_over);
            let ended = if let Some(question) = refused {
                // As a whole it would do again what is done.
                return Err(self.trip(next, Outcome::Died, None, question.into()));
            } else if !next.shares_commits() {
                self.alone(&mut queue)?
            } else {
                self.group(&mut queue, None)?
            };
            self.lock.script(None);
            if ended == Ended::Stopped {
                return Ok(Ended::Stopped);
            }
        }
        Ok(Ended::Done)
    }

    /// What the journal holds of the scripts that are to be run.
    fn journal(&mut self, queue: &VecDeque<Ready>) -> Result<BTreeMap<Slot, Found>, LedgerError> {
        let slots: BTreeSet<Slot> = queue.iter().map(Ready::slot).collect();
        let mut journal = BTreeMap::new();
        for slot in slots {
            if let Some(found) = self.book.entry(self.session, &slot)? {
                journal.insert(slot, found);
            }
        }
        Ok(journal)
    }

    /// A script in which process after process died must not be started once more.
    fn refuse_a_loop(&mut self, queue: &VecDeque<Ready>) -> Result<(), Error> {
        let Some(deaths) = self.deaths.clone() else {
            return Ok(());
        };
        let script = queue
            .iter()
            .find(|ready| ready.id.to_string() == deaths.at.script);
        let (Some(ready), true) = (script, deaths.count >= DEATHS_THAT_TRIP) else {
            return Ok(());
        };
        let error = format!(
            "{} processes in a row died in it, the last seen at {}; find out what ends them",
            deaths.count, deaths.at
        );
        let statement = statements::locate(ready, self.substitution.syntax, deaths.at.statement);
        let failure = self.trip(ready, Outcome::Died, statement, error.into());
        if matches!(failure, Error::Failed { .. }) {
            self.lock.forget_deaths();
        }
        Err(failure)
    }

    fn begin_script(&mut self, ready: &Ready, done: u64) -> Clock {
        let script = ready.id.clone();
        self.touched = self.session.touched();
        // The first one at once: a slow one would be seen as none.
        self.lock.script(Some(&Place {
            script: ready.id.to_string(),
            statement: (done + 1).min(ready.statements),
            statements: ready.statements,
            waits_for: None,
            rows: None,
        }));
        (self.tell)(Event::ScriptStarted {
            script: &script,
            statements: ready.statements,
            done,
        });
        let mut attempt = self.book.attempt(script, ready.version(), Outcome::Applied);
        attempt.checksum = Some(ready.checksums.0.clone());
        attempt.code_checksum = Some(ready.checksums.1.clone());
        attempt.statements = ready.statements;
        Clock {
            started: Instant::now(),
            attempt,
        }
    }

    /// Tells that a script has run to its end.
    fn script_ran(&self, attempt: &Attempt) {
        let rows = self.session.touched().zip(self.touched);
        (self.tell)(Event::ScriptRan {
            script: &attempt.script,
            took: Duration::from_millis(attempt.took_ms),
            rows: rows.map(|(now, before)| now - before),
        });
    }

    fn statement_done(&self, ready: &Ready, statement: u64) {
        (self.tell)(Event::StatementDone {
            script: &ready.id,
            statement,
            statements: ready.statements,
        });
    }

    /// What has to be in the transaction that commits these scripts.
    fn record(&mut self, done: &[Done]) -> Result<(), LedgerError> {
        for done in done {
            self.record_one(done)?;
        }
        if let Some(version) = done.iter().filter_map(|done| done.min_app.as_ref()).max() {
            self.book.set_min_app(self.session, version)?;
        }
        self.owe(done)?;
        let scripts = done.iter().map(|done| &done.attempt.script);
        let versions = scripts.filter_map(|script| self.before.leads_to(script, &self.stood_for));
        self.book.advance(self.session, versions, &self.recorded)
    }

    /// What follows the commit of these scripts.
    fn committed(&mut self, done: Vec<Done>) {
        self.owed = self.owed_after(&done);
        for Done { attempt, .. } in done {
            let role = attempt.script.role();
            if matches!(role, Role::Version | Role::Baseline) {
                self.recorded.insert(attempt.script.track.clone());
            }
            if self
                .deaths
                .as_ref()
                .is_some_and(|deaths| deaths.at.script == attempt.script.to_string())
            {
                self.deaths = None;
                self.lock.forget_deaths();
            }
            let applied = Applied {
                script: attempt.script,
                statements: attempt.statements,
                took_ms: attempt.took_ms,
            };
            match role {
                Role::Version | Role::Repeatable | Role::Baseline => {
                    (self.tell)(Event::Applied(&applied));
                    self.applied.push(applied);
                }
                Role::Callback(_) => (self.tell)(Event::CalledBack(&applied)),
            }
        }
    }
}
