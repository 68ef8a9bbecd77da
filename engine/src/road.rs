//! The one road: discover, plan, guard, run, record, report.

mod carrying;
mod interrupted;

use std::sync::Arc;
use std::time::Instant;

use crate::callback::Work;
use crate::catalog::Catalog;
use crate::catalog_error::CatalogError;
use crate::cause::Cause;
use crate::code::Code;
use crate::discover::discover;
use crate::error::Error;
use crate::event::Event;
use crate::failure_log;
use crate::guard::{self, Cleared, Glance, Refusal};
use crate::inspect::inspect;
use crate::issue::CriticalIssue;
use crate::latch::Failure;
use crate::ledger::{self, Ledger, ground, history, repeated};
use crate::lock::{Deaths, Holder};
use crate::plan::{Plan, plan};
use crate::repeatable::Ran;
use crate::report::{Ending, Report, TrackChange, Warning};
use crate::runnable::Runnable;
use crate::script::ScriptId;
use crate::store;
use crate::track::TrackName;
use crate::upgrader::{Settings, Upgrader};
use crate::waiting::{Waited, acquire};

pub(crate) use carrying::Held;

/// The texts of the scripts of a run are kept in memory from inspection to running up to this many bytes together.
const KEPT_TEXT: u64 = 32 * 1024 * 1024;

/// What the database and the scripts say, without the lock or with it.
pub(crate) struct View {
    pub(crate) ledger: Ledger,
    pub(crate) failure: Option<Failure>,
    pub(crate) plan: Plan,
}

impl Upgrader<'_> {
    /// Brings the database to the newest version of its tracks.
    ///
    /// A start with nothing to do costs the listing of the tracks and one query; no script is opened. Otherwise the
    /// lock is taken, and what is pending runs. Any number of processes may call this at once: one works, the others
    /// wait.
    ///
    /// # Errors
    /// Nothing may run, a script failed, or the database, the scripts or the lock cannot be used. See [`Error`]; what
    /// was committed stays.
    pub fn run(&self) -> Result<Report, Error> {
        let outcome = self.upgrade();
        self.tell_of(&outcome);
        outcome
    }

    /// Tells everybody how a run has ended.
    pub(crate) fn tell_of(&self, outcome: &Result<Report, Error>) {
        match outcome {
            Ok(report) => self.tell(Event::Finished(report)),
            Err(error) => self.announce(error),
        }
    }

    /// As [`run`](Self::run), but once it has succeeded, every later call costs nanoseconds and repeats its report. For
    /// applications that ask at every request.
    ///
    /// # Errors
    /// As for [`run`](Self::run); the next call tries again, as it does after a run that was stopped.
    pub fn run_once(&self) -> Result<Arc<Report>, Error> {
        let kept = self.once.get_or_try_init(|| match self.run() {
            Ok(report) if report.ending == Ending::Stopped => Err(Ok(Arc::new(report))),
            Ok(report) => Ok(Arc::new(report)),
            Err(error) => Err(Err(error)),
        });
        kept.map_or_else(|unkept| unkept, |report| Ok(report.clone()))
    }

    fn upgrade(&self) -> Result<Report, Error> {
        let settings = self.settings()?;
        let catalog = self.catalog()?;
        let before = match self.view(&settings, &catalog) {
            Ok(view) => {
                let before = view.ledger.clone();
                if !self.may_finish(&before)
                    && let Some(report) = self.nothing_to_run(view, &settings)?
                {
                    return Ok(report);
                }
                before
            }
            // An upgrade at work may keep readers out for long; then it is its lock that is to be waited for.
            Err(error) if error.code() == Code::DatabaseBusy => Ledger::default(),
            Err(error) => return Err(error),
        };
        let me = settings.holder();
        let wait = self.lock_wait;
        let waiting = |holder: &_, waited| self.tell(Event::Waiting { holder, waited });
        let asked = Instant::now();
        let mut has_waited = false;
        let acquired = acquire(
            self.store.as_ref(),
            &me,
            self.prefix_said(),
            wait,
            |holder, waited| {
                has_waited = true;
                waiting(holder, waited);
            },
            || self.must_stop(),
        );
        if has_waited {
            self.waits.add(asked.elapsed());
        }
        match acquired {
            Ok((lock, deaths)) => {
                self.upgrade_locked(&settings, &catalog, me, lock.as_ref(), deaths)
            }
            Err(Waited::Stopped) => Ok(report(Ending::Stopped, None, &settings.tracks, &before)),
            Err(Waited::InVain { waited, holder }) => Err(Error::Locked { holder, waited }),
            Err(Waited::Store(error)) => Err(error.into()),
        }
    }

    fn upgrade_locked(
        &self,
        settings: &Settings,
        catalog: &Catalog,
        me: Holder,
        lock: &dyn store::Lock,
        deaths: Option<Deaths>,
    ) -> Result<Report, Error> {
        // Another process may have upgraded while this one waited. The catalog stays the one that this program began
        // with: scripts of a newer release that were put there since are not its own.
        let view = self.view(settings, catalog)?;
        #[cfg(feature = "backup")]
        let view = match view.ledger.restoring.clone() {
            Some(restoring) if self.may_finish(&view.ledger) => {
                self.finish_restoring(settings, &me, lock, &restoring)?;
                self.view(settings, catalog)?
            }
            Some(_) | None => view,
        };
        let (ledger, plan) = (view.ledger.clone(), view.plan.clone());
        if let Some(report) = self.nothing_to_run(view, settings)? {
            return Ok(report);
        }
        let held = Held {
            settings,
            catalog,
            me,
            lock,
            deaths,
        };
        self.carry_out(held, &plan, &ledger)
    }

    /// The catalog, when it is in order.
    pub(crate) fn catalog(&self) -> Result<Catalog, CatalogError> {
        let catalog = discover(&self.tracks, self.store.dialect()).catalog()?;
        #[cfg(feature = "backup")]
        let catalog = self.reach.of(catalog);
        Ok(catalog)
    }

    /// Reads the ledger, and plans. When the latch is tripped, what it stands for is read too.
    pub(crate) fn view(&self, settings: &Settings, catalog: &Catalog) -> Result<View, Error> {
        match self.view_once(settings, catalog) {
            // A server that was ended just then may be back, or be waited for.
            Err(error) if error.is_lost() => self.view_once(settings, catalog),
            outcome => outcome,
        }
    }

    fn view_once(&self, settings: &Settings, catalog: &Catalog) -> Result<View, Error> {
        let mut ledger = Ledger::default();
        let mut failure = None;
        let mut session = self.store.read()?;
        if let Some(session) = &mut session {
            ledger = ledger::read(session.as_mut(), &settings.tables, &settings.tracks)?;
            if ledger.latched {
                failure = history::latched_failure(session.as_mut(), &settings.tables)?;
            }
        }
        if catalog.may_begin_anew(&ledger) {
            let open = session.as_mut().map(|session| &mut **session as _);
            ledger.ground.empty = ground::is_empty(open, &settings.tables)?;
            #[cfg(feature = "backup")]
            {
                ledger.ground.empty |= self.reach.tries_baseline();
            }
        }
        let mut plan = plan(catalog, &ledger, &self.limits);
        // Where nothing may run, nobody need know.
        if !ledger.latched && plan.newer.is_empty() && catalog.repeats(&plan.complete) {
            let ran = match session.filter(|_| ledger.exists) {
                Some(mut session) => repeated::ran(session.as_mut(), &settings.tables)?,
                None => Ran::default(),
            };
            plan.repeatables = catalog.due(&plan.complete, &ran)?;
        }
        Ok(View {
            ledger,
            failure,
            plan,
        })
    }

    /// As [`view`](Self::view), for those who do not hold the lock: an upgrade that keeps readers out is named.
    pub(crate) fn look(&self, settings: &Settings, catalog: &Catalog) -> Result<View, Error> {
        self.naming_holder(|| self.view(settings, catalog))
    }

    /// Reads, and names the upgrade that keeps readers out, where one does.
    pub(crate) fn naming_holder<T>(
        &self,
        read: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let began = Instant::now();
        let error = match read() {
            Err(error) if error.code() == Code::DatabaseBusy => error,
            seen => return seen,
        };
        match self.store.holder(self.prefix_said()) {
            Ok(Some(holder)) => Err(Error::Locked {
                holder: Box::new(holder),
                waited: began.elapsed(),
            }),
            Ok(None) | Err(_) => Err(error),
        }
    }

    /// The report of a run that has nothing to do; `None` when it has.
    fn nothing_to_run(&self, view: View, settings: &Settings) -> Result<Option<Report>, Refusal> {
        match guard::glance(&view.plan, &view.ledger, view.failure, &settings.app) {
            Glance::UpToDate => Ok(Some(report(
                Ending::UpToDate,
                None,
                &settings.tracks,
                &view.ledger,
            ))),
            Glance::LeftAlone => Ok(Some(report(
                Ending::LeftAlone,
                None,
                &settings.tracks,
                &view.ledger,
            ))),
            Glance::Work => Ok(None),
            Glance::Refused(refusal) => Err(refusal),
        }
    }

    /// Reads every pending script before the first one runs.
    fn review(
        &self,
        work: Work<Runnable>,
        ledger: &Ledger,
        settings: &Settings,
    ) -> Result<Cleared, Error> {
        let mut room = KEPT_TEXT;
        let ready = work.try_map(|mut script| {
            let kept = script
                .keep_text(room)
                .map_err(|source| CatalogError::Unreadable {
                    script: script.id().clone(),
                    source,
                })?;
            room -= kept;
            inspect(script, &settings.substitution)
        })?;
        #[cfg(feature = "backup")]
        if self.reach.is_aside() {
            crate::aside::must_stay(&ready, &settings.substitution)?;
        }
        Ok(guard::clear(ready, ledger, &settings.app)?)
    }

    fn warn_of_doubt(&self, report: &mut Report) {
        if let Some(message) = self.store.doubt() {
            let code = Code::NetworkFolder;
            self.warn(report, Warning { code, message });
        }
    }

    fn warn_of_one_skipped(&self, script: &ScriptId, ledger: &Ledger, report: &mut Report) {
        let issue = CriticalIssue::skipped(script, ledger);
        let warning = Warning {
            code: issue.code,
            message: issue.problem.clone(),
        };
        self.raise(&issue);
        self.warn(report, warning);
    }

    fn warn(&self, report: &mut Report, warning: Warning) {
        self.tell(Event::Warned(&warning));
        report.warnings.push(warning);
    }

    /// Tells everybody of an error: the observers, the failure log, the dashboard.
    fn announce(&self, error: &Error) {
        let log = match error.failed() {
            Some((failure, source)) => {
                self.tell(Event::Failed(failure));
                self.write_failure_log(failure, source, error)
            }
            None => self.failure_log.clone(),
        };
        if let Some(issue) = CriticalIssue::of(error, log) {
            self.raise(&issue);
        }
    }

    fn write_failure_log(
        &self,
        failure: &Failure,
        source: &Cause,
        error: &Error,
    ) -> Option<std::path::PathBuf> {
        let path = self.failure_log.as_ref()?;
        match failure_log::append(path, failure, source.as_ref(), error) {
            Ok(path) => Some(path),
            Err(problem) => {
                log::error!(
                    "the failure log {} cannot be written: {problem}",
                    path.display()
                );
                None
            }
        }
    }
}

fn report(ending: Ending, run: Option<String>, tracks: &[TrackName], ledger: &Ledger) -> Report {
    let tracks = tracks.iter().map(|track| {
        let recorded = ledger
            .tracks
            .get(track)
            .map(|recorded| recorded.file.clone());
        TrackChange {
            track: track.clone(),
            before: recorded.clone(),
            after: recorded,
        }
    });
    Report {
        ending,
        run,
        applied: Vec::new(),
        tracks: tracks.collect(),
        warnings: Vec::new(),
    }
}
