//! Reading where an installation stands: status, plan, critical issues. Nothing here writes.

use serde::Serialize;

use crate::callback::work;
use crate::catalog::Catalog;
use crate::code::Code;
use crate::discover::{Discovery, discover};
use crate::error::Error;
use crate::guard::{self, Glance, Refusal};
use crate::inspect::inspect_closely;
use crate::issue::CriticalIssue;
use crate::latch::Failure;
use crate::ledger::history;
use crate::lint::rules::Told;
use crate::lock::LockRecord;
use crate::plan::{Plan, skipped};
use crate::review::{self, Mark};
use crate::road::View;
use crate::role::Role;
use crate::script::ScriptId;
use crate::sizes::Sizes;
use crate::standing::Standing;
use crate::track::TrackName;
use crate::upgrader::{Settings, Upgrader};

/// Where an installation stands.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// Which database, without secrets.
    pub database: String,
    /// What the next run would meet.
    pub state: State,
    /// Why the next run would be refused, in words.
    pub refusal: Option<String>,
    /// The tracks, in the order in which they run.
    pub tracks: Vec<TrackStatus>,
    /// The failure that the latch stands for.
    pub failure: Option<Failure>,
    /// The process that upgrades now.
    pub working: Option<LockRecord>,
    /// What a person has to see to.
    pub issues: Vec<CriticalIssue>,
}

impl Status {
    /// What [`Upgrader::standing`] tells of the same moment, for whoever compares the two: repeatable scripts do not count.
    pub fn standing(&self) -> Standing {
        let mut pending = self.tracks.iter().flat_map(|track| &track.pending);
        let state = match self.state {
            State::Pending if pending.all(|file| Role::of(file) == Role::Repeatable) => {
                State::Current
            }
            state => state,
        };
        Standing {
            state,
            refusal: self.refusal.clone(),
            working: self.working.clone(),
        }
    }
}

/// What the next run would meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// Nothing to do.
    Current,
    /// Scripts to run.
    Pending,
    /// A failure that nobody has cleared.
    Failed,
    /// A database that is newer than the program.
    TooOld,
}

/// Where one track stands.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct TrackStatus {
    /// The track.
    pub track: TrackName,
    /// The newest script that the database has seen.
    pub recorded: Option<String>,
    /// The newest script that there is.
    pub newest: Option<String>,
    /// The scripts that the next run would run: versions, then `repeat/...`, then an after-run callback that an earlier run
    /// could not call any more.
    pub pending: Vec<String>,
}

/// What the next run would do.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PlannedRun {
    /// Which database, without secrets.
    pub database: String,
    /// What the next run would meet.
    pub state: State,
    /// Why it would be refused, in words.
    pub refusal: Option<String>,
    /// The scripts, in order, with the callbacks before and after them.
    pub scripts: Vec<Planned>,
}

/// A script that would run.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Planned {
    /// The script.
    #[serde(flatten)]
    pub script: ScriptId,
    /// What it says of itself, or what its name says.
    pub description: String,
    /// How many statements it has.
    pub statements: u64,
    /// Whether it runs in one transaction.
    pub transaction: bool,
    /// What deserves a second look.
    pub marks: Vec<Mark>,
}

impl Upgrader<'_> {
    /// Where this installation stands. Reads only, and waits for nobody.
    ///
    /// # Errors
    /// The scripts are not in order, or the database cannot be read.
    pub fn status(&self) -> Result<Status, Error> {
        let settings = self.settings()?;
        let catalog = self.catalog()?;
        let view = self.look(&settings, &catalog)?;
        let pending: Vec<ScriptId> = pending(&catalog, &view.plan).collect();
        let tracks = catalog.tracks.iter().map(|track| TrackStatus {
            track: track.name.clone(),
            recorded: view
                .ledger
                .tracks
                .get(&track.name)
                .map(|recorded| recorded.file.clone()),
            newest: track
                .scripts
                .last()
                .map(|script| script.name().file().to_owned()),
            pending: pending
                .iter()
                .filter(|script| script.track == track.name)
                .map(|script| script.file.clone())
                .collect(),
        });
        let tracks = tracks.collect();
        let issues = self.issues(&view, &settings, &catalog)?;
        let failure = view.failure.clone();
        let working = self.working_if_told();
        let (state, refusal) = judge(view, &settings.app);
        Ok(Status {
            database: self.store.address(),
            state,
            refusal: refusal.map(|refusal| refusal.to_string()),
            tracks,
            failure,
            working,
            issues,
        })
    }

    /// What the next run would do, script by script. Reads the pending scripts, and nothing else.
    ///
    /// # Errors
    /// The scripts are not in order, or the database cannot be read.
    pub fn plan(&self) -> Result<PlannedRun, Error> {
        let settings = self.settings()?;
        let catalog = self.catalog()?;
        let view = self.look(&settings, &catalog)?;
        if !view.plan.pending.is_empty()
            && let Some(mut session) = self.store.read()?
        {
            crate::ledger::must_fit(session.as_mut(), &settings.tables)?;
        }
        let ledger = view.ledger.clone();
        let mut texts = Vec::new();
        let ready = work(&catalog, &view.plan).try_map(|script| {
            let (ready, text) = inspect_closely(script, &settings.substitution)?;
            texts.push(text);
            Ok::<_, crate::CatalogError>(ready)
        })?;
        let scripts = ready.in_order().map(|ready| Planned {
            script: ready.id.clone(),
            description: ready.description(),
            statements: ready.statements,
            transaction: ready.is_transactional(),
            marks: Vec::new(),
        });
        let mut scripts: Vec<Planned> = scripts.collect();
        let sizes = Sizes::new(self.store.read()?, self.store.dialect());
        let (marks, _) = review::marks(&texts, Told::Both, Some(sizes), |_| true);
        for (script, mark) in marks {
            // What is called when a script fails is none of the plan's scripts.
            if let Some(planned) = scripts.get_mut(script) {
                planned.marks.push(mark);
            }
        }
        let (state, refusal) = judge(view, &settings.app);
        let refusal = refusal.or_else(|| guard::clear(ready, &ledger, &settings.app).err());
        Ok(PlannedRun {
            database: self.store.address(),
            state,
            refusal: refusal.map(|refusal| refusal.to_string()),
            scripts,
        })
    }

    /// What a person has to see to now: a recorded failure, a killed run that waits for a decision, a database that is
    /// newer than the program, a script that came too late. Reads only, and waits for nobody.
    ///
    /// # Errors
    /// The database cannot be read, or the engine was given something that it cannot use.
    pub fn critical_issues(&self) -> Result<Vec<CriticalIssue>, Error> {
        let settings = self.settings()?;
        // A script that is not in order must not hide a failure that waits.
        let Discovery {
            catalog, problems, ..
        } = discover(&self.tracks, self.store.dialect());
        // Nor need anybody read what repeats.
        let catalog = catalog.without_repeatables();
        let mut view = self.look(&settings, &catalog)?;
        if !problems.is_empty() {
            // The scripts that could not be read may be those that the database has seen.
            view.plan.newer.clear();
        }
        self.issues(&view, &settings, &catalog)
    }

    fn issues(
        &self,
        view: &View,
        settings: &Settings,
        catalog: &Catalog,
    ) -> Result<Vec<CriticalIssue>, Error> {
        let failure = view.failure.clone();
        let glance = guard::glance(&view.plan, &view.ledger, failure, &settings.app);
        let mut issues = Vec::new();
        match glance {
            Glance::Refused(refusal) => issues.extend(CriticalIssue::refused(&refusal)),
            Glance::LeftAlone => {
                let newer = Refusal::DatabaseNewer(view.plan.newer.clone());
                issues.extend(CriticalIssue::refused(&newer));
            }
            Glance::UpToDate | Glance::Work => {}
        }
        if let Some(mut session) = self.store.read()? {
            let done = history::done(session.as_mut(), &settings.tables)?;
            let skipped = skipped(catalog, &view.ledger, &done);
            issues.extend(
                skipped
                    .iter()
                    .map(|script| CriticalIssue::skipped(script, &view.ledger)),
            );
        }
        let log = self
            .failure_log
            .as_ref()
            .and_then(|path| std::path::absolute(path).ok());
        for issue in &mut issues {
            issue.log = log
                .clone()
                .filter(|path| issue.code != Code::Skipped && path.exists());
        }
        Ok(issues)
    }
}

/// What waits to run, but for the callbacks around it: those belong to the run, and none waits unless an earlier run owes it.
fn pending(catalog: &Catalog, plan: &Plan) -> impl Iterator<Item = ScriptId> {
    let scripts = work(catalog, plan).scripts;
    let waiting = scripts.into_iter().chain(plan.owed.clone());
    waiting.map(|script| script.id().clone())
}

pub(crate) fn judge(view: View, app: &guard::Application) -> (State, Option<Refusal>) {
    let pending = !view.plan.is_idle();
    match guard::glance(&view.plan, &view.ledger, view.failure, app) {
        Glance::UpToDate => (State::Current, None),
        Glance::LeftAlone => (State::TooOld, None),
        Glance::Work => (State::Pending, None),
        Glance::Refused(refusal) => {
            let state = match &refusal {
                Refusal::Latched(_) | Refusal::Restoring { .. } => State::Failed,
                Refusal::ProgramTooOld { .. } | Refusal::DatabaseNewer(_) => State::TooOld,
                Refusal::Unmet { .. } if pending => State::Pending,
                Refusal::Unmet { .. } => State::Current,
            };
            (state, Some(refusal))
        }
    }
}
