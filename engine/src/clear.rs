//! Clearing a failure: a person's decision, recorded with its reason.

use std::collections::BTreeSet;

use crate::discover::discover;
use crate::error::Error;
use crate::inspect::{Ready, inspect};
use crate::issue::CriticalIssue;
use crate::journal::{Entry, Found};
use crate::latch::{Failure, Resolution};
use crate::ledger::book::Book;
use crate::ledger::history::{self, Outcome};
#[cfg(feature = "hooks")]
use crate::ledger::outbox::Outbox;
use crate::ledger::{self, Ledger, LedgerError, Stage};
use crate::name::ScriptName;
use crate::role::{Moment, Role};
use crate::run::statements::said_up_to;
use crate::script::ScriptId;
use crate::slot::Slot;
use crate::sql::render::Substitution;
use crate::store::Session;
use crate::track::TrackName;
use crate::upgrader::Upgrader;
use crate::version::Version;

/// What clearing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clearing {
    /// No failure was recorded; nothing was changed.
    NothingToClear,
    /// The failure is cleared: this one, or one of which an older release had not said more.
    Cleared(Option<Box<Failure>>),
}

impl Upgrader<'_> {
    /// Clears the recorded failure, so that the next run goes on. The decision and its reason stand in the history.
    ///
    /// # Errors
    /// The reason is empty, the resolution does not fit, or the database or the lock cannot be used. Nothing is changed
    /// then.
    pub fn clear_failure(&self, reason: &str, resolution: Resolution) -> Result<Clearing, Error> {
        self.clear_and_tell(None, reason, resolution)
    }

    /// As [`clear_failure`](Self::clear_failure), but only the failure that the issue with this
    /// [id](CriticalIssue::id) tells of: for whoever decides about what a page showed a while ago.
    ///
    /// # Errors
    /// As for [`clear_failure`](Self::clear_failure); or the failure that is recorded by now is another one.
    pub fn clear_issue(
        &self,
        issue: &str,
        reason: &str,
        resolution: Resolution,
    ) -> Result<Clearing, Error> {
        self.clear_and_tell(Some(issue), reason, resolution)
    }

    fn clear_and_tell(
        &self,
        issue: Option<&str>,
        reason: &str,
        resolution: Resolution,
    ) -> Result<Clearing, Error> {
        let clearing = self.clear(issue, reason, resolution)?;
        #[cfg(feature = "hooks")]
        if let Clearing::Cleared(_) = &clearing {
            self.hooks.saw(Outbox::Open);
            self.tell_hooks();
        }
        Ok(clearing)
    }

    fn clear(
        &self,
        issue: Option<&str>,
        reason: &str,
        resolution: Resolution,
    ) -> Result<Clearing, Error> {
        let refuse = |reason: &str| Error::Clear {
            resolution: resolution.as_str(),
            reason: reason.to_owned(),
        };
        if reason.trim().is_empty() {
            return Err(refuse(
                "a reason is needed, for whoever reads the history later",
            ));
        }
        let settings = self.settings()?;
        {
            let Some(mut session) = self.store.read()? else {
                return Ok(Clearing::NothingToClear);
            };
            if !ledger::read(session.as_mut(), &settings.tables, &settings.tracks)?.latched {
                return Ok(Clearing::NothingToClear);
            }
        }
        let me = settings.holder();
        let (lock, _) = self.take_lock(
            &me,
            |_, _| {},
            || refuse("it was stopped while waiting for another process"),
        )?;
        let mut session = lock.write()?;
        let ledger = ledger::read(session.as_mut(), &settings.tables, &settings.tracks)?;
        if !ledger.latched {
            return Ok(Clearing::NothingToClear);
        }
        let substitution = settings.substitution;
        let failure = history::latched_failure(session.as_mut(), &settings.tables)?.map(Box::new);
        if issue.is_some_and(|issue| issue != CriticalIssue::failed(failure.as_deref()).id) {
            return Err(refuse(
                "another failure is recorded by now; look at that one first",
            ));
        }
        let book = Book::new(settings.tables, me);
        let done = history::done(session.as_mut(), &book.tables)?;
        book.prepare(session.as_mut(), &ledger, &done)?;
        if failure.is_none() && resolution != Resolution::GoOn {
            return Err(refuse(
                "an older release recorded the failure without saying which script it was; use go-on",
            ));
        }
        let decision = Decision {
            script: failure.as_ref().map(|failure| failure.script.clone()),
            resolution,
            reason,
        };
        let script = decision
            .script
            .as_ref()
            .and_then(|id| self.read_script(id, &substitution));
        if let (Resolution::MarkDone, Some(id)) = (resolution, &decision.script) {
            can_be_marked(id, script.as_ref()).map_err(refuse)?;
        }
        let skipped = match (resolution, &failure) {
            (Resolution::SkipStatement, Some(failure)) => Some(
                skipped(
                    &book,
                    session.as_mut(),
                    failure,
                    script.as_ref(),
                    &substitution,
                )?
                .map_err(|reason| refuse(&reason))?,
            ),
            (_, _) => None,
        };
        session.begin()?;
        decision.record(&book, session.as_mut(), &ledger, script.as_ref(), skipped)?;
        let issue = CriticalIssue::failed(failure.as_deref());
        book.end_issue(session.as_mut(), ledger.outbox, &issue.id)?;
        if ledger
            .restoring
            .is_some_and(|restoring| restoring.stage == Stage::Owed)
        {
            // Whoever goes on from here does not go back.
            book.set_restoring(session.as_mut(), None)?;
        }
        session.commit()?;
        lock.forget_deaths();
        log::info!(
            "the failure was cleared ({}): {reason}",
            resolution.as_str()
        );
        Ok(Clearing::Cleared(failure))
    }

    /// A script, as far as it is there and can be read.
    fn read_script(&self, id: &ScriptId, substitution: &Substitution) -> Option<Ready> {
        let catalog = discover(&self.tracks, self.store.dialect()).catalog;
        let script = catalog.runnables().find(|script| script.id() == id)?;
        inspect(script, substitution).ok()
    }
}

/// Whether a script's work can be recorded as done, so that nothing of it runs again, or why not.
fn can_be_marked(script: &ScriptId, ready: Option<&Ready>) -> Result<(), &'static str> {
    match (script.role(), ready) {
        (Role::Version | Role::Callback(Moment::AfterRun), _)
        | (Role::Repeatable | Role::Baseline, Some(_)) => Ok(()),
        (Role::Baseline, None) => Err(
            "the baseline is not there, or cannot be read, so that nobody can tell which script it leads to",
        ),
        (Role::Repeatable, None) => Err(
            "the script is not there, or cannot be read, so that nobody could tell later which text is done",
        ),
        (Role::Callback(Moment::BeforeRun | Moment::AfterFailure), _) => Err(
            "the callback belongs to a run, and the next run calls it again; mend it or take it away, and use go-on",
        ),
    }
}

/// A journal's entry that is to be written.
struct Skipped {
    entry: Entry,
    /// The step of the row that there is.
    row: Option<u64>,
}

/// The journal's entry behind the statement that failed, or why there can be none.
fn skipped(
    book: &Book,
    session: &mut dyn Session,
    failure: &Failure,
    script: Option<&Ready>,
    substitution: &Substitution,
) -> Result<Result<Skipped, String>, Error> {
    let Some(ready) = script else {
        return Ok(Err(format!(
            "{} is not there, or cannot be read",
            failure.script
        )));
    };
    if ready.is_transactional() {
        let reason =
            "the script runs in one transaction, which was rolled back; mend it, or use mark-done";
        return Ok(Err(reason.to_owned()));
    }
    let Some(statement) = &failure.statement else {
        return Ok(Err("no single statement failed".to_owned()));
    };
    let Skipped { entry, row } = match book.entry(session, &Slot::of(&failure.script))? {
        Some(Found::Entry(entry)) if entry.file == failure.script.file => {
            let row = Some(entry.step);
            Skipped { entry: *entry, row }
        }
        None if statement.number == 1 => Skipped {
            entry: Entry::first(failure.script.file.clone(), failure.run.clone()),
            row: None,
        },
        Some(_) | None => return Ok(Err("the journal says nothing of the script".to_owned())),
    };
    let said = said_up_to(ready, substitution.syntax, statement.number)?;
    Ok(match (said, entry.done + 1 == statement.number) {
        (Some(said), true) => Ok(Skipped {
            entry: Entry {
                done: statement.number,
                past: said.checksum(),
                in_flight: None,
                ..entry
            },
            row,
        }),
        (None, _) => Err("the script has fewer statements now".to_owned()),
        (_, false) => Err(format!(
            "statement {} is not the one behind those that are done; use go-on",
            statement.number
        )),
    })
}

/// Whether the journal is about a script behind this version, which is still to go on where it was.
fn is_of_later(found: Option<&Found>, version: Option<&Version>) -> bool {
    match found {
        Some(Found::Entry(entry)) => {
            let under_way = ScriptName::recorded_version(&entry.file).ok();
            version.is_some() && under_way.as_ref() > version
        }
        Some(Found::Unreadable) | None => false,
    }
}

/// What a person decided about a failure.
struct Decision<'r> {
    /// The script that failed; `None` where an older release did not say.
    script: Option<ScriptId>,
    resolution: Resolution,
    reason: &'r str,
}

impl Decision<'_> {
    /// Writes the decision, and what follows from it, into the open transaction.
    fn record(
        &self,
        book: &Book,
        session: &mut dyn Session,
        ledger: &Ledger,
        ready: Option<&Ready>,
        skipped: Option<Skipped>,
    ) -> Result<(), LedgerError> {
        let script = self.script.clone().unwrap_or(ScriptId {
            track: TrackName::CORE,
            file: String::new(),
        });
        let slot = Slot::of(&script);
        let version = ScriptName::recorded_version(&script.file).ok();
        let own = ready.and_then(|ready| ready.script.version());
        let shown = version.as_ref().or(own);
        let shown = shown.map(ToString::to_string).unwrap_or_default();
        match self.resolution {
            Resolution::GoOn => {}
            Resolution::SkipStatement => {
                if let Some(Skipped { entry, row }) = skipped {
                    book.write_entry(session, &script, &entry, row)?;
                }
            }
            Resolution::StartOver => book.drop_entry(session, &slot)?,
            Resolution::MarkDone => {
                if !is_of_later(book.entry(session, &slot)?.as_ref(), version.as_ref()) {
                    book.drop_entry(session, &slot)?;
                }
                let mut marked = book.attempt(script.clone(), shown.clone(), Outcome::Marked);
                marked.reason = Some(self.reason.to_owned());
                if let (Role::Repeatable, Some(ready)) = (script.role(), ready) {
                    // As it is now, it is done.
                    marked.checksum = Some(ready.checksums.0.clone());
                    marked.code_checksum = Some(ready.checksums.1.clone());
                }
                book.add(session, &marked)?;
                let owed = ledger
                    .owed
                    .after(std::iter::once(&script), &BTreeSet::new());
                if owed != ledger.owed {
                    book.set_owed(session, &owed)?;
                }
                let recorded = ledger
                    .tracks
                    .get(&script.track)
                    .map(|recorded| &recorded.version);
                let baseline = ready.and_then(|ready| ready.script.stands_for());
                if let Some(newest) = baseline {
                    book.adopt(session, newest, &shown)?;
                    book.advance(session, std::iter::once(newest), &BTreeSet::new())?;
                } else if version.as_ref() > recorded {
                    book.advance(session, std::iter::once(&script), &BTreeSet::new())?;
                }
                if let Some(min_app) = ready.and_then(|ready| ready.directives.min_app.as_ref()) {
                    book.set_min_app(session, min_app)?;
                }
            }
        }
        let mut cleared = book.attempt(script, shown, Outcome::Cleared);
        cleared.resolution = Some(self.resolution);
        cleared.reason = Some(self.reason.to_owned());
        book.add(session, &cleared)?;
        book.set_latch(session, false)
    }
}
