//! Rehearsals: the next run, on a copy.

mod copying;
pub(crate) mod expected;
mod how;
mod lab;
mod telling;

use std::sync::Mutex;
use std::time::Instant;

use serde::Serialize;

use crate::aside::{AsideError, Reach};
use crate::callback::work;
use crate::error::Error;
use crate::inspect::inspect_closely;
use crate::latch::Failure;
use crate::report::Ending;
use crate::review::Mark;
use crate::script::ScriptId;
use crate::status::Planned;
use crate::upgrader::Upgrader;

use expected::Expected;
pub use how::Rehearsal;
pub use lab::{
    CrashDifference, CrashFinding, CrashLab, CrashLabReport, CrashMoment, CrashStage, CrashTrouble,
    NotRepeatable,
};
use telling::{Heard, changes_schema};

/// How the next run went on a copy.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Rehearsed {
    /// The real database, without secrets.
    pub database: String,
    /// How many bytes the copy has.
    pub copied_bytes: u64,
    /// How long copying took, in milliseconds.
    pub copied_ms: u64,
    /// How long the run took there, in milliseconds: about what the real one will take.
    pub took_ms: u64,
    /// The scripts, in the order of the run.
    pub scripts: Vec<RehearsedScript>,
    /// Callbacks, which were not called: they may reach what is around the database.
    pub not_called: Vec<ScriptId>,
    /// What failed.
    pub failure: Option<Failure>,
    /// What is broken in the copy behind the run, in the database's own words.
    pub faults: Vec<String>,
    /// What of the real database is not in the copy, in words.
    pub left_out: Vec<String>,
    /// What deaths did to further runs on copies; `None`: nobody asked for [that](Upgrader::crash_lab), it had nothing to do,
    /// or the run itself did not succeed.
    pub crash_lab: Option<CrashLabReport>,
}

impl Rehearsed {
    /// Whether the real run can be expected to succeed.
    pub fn succeeded(&self) -> bool {
        self.failure.is_none() && self.faults.is_empty()
    }
}

/// How a script went.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RehearsedScript {
    /// The script.
    #[serde(flatten)]
    pub script: ScriptId,
    /// What became of it.
    pub fate: Fate,
    /// How many statements it has.
    pub statements: u64,
    /// How many of them change the schema.
    pub definitions: u64,
    /// How many rows it changed, with those that triggers and foreign keys changed; `None` where it did not run to its
    /// end, or that is not counted.
    pub rows: Option<u64>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What the plan says of it.
    pub marks: Vec<RehearsedMark>,
}

/// What became of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It was applied.
    Applied,
    /// It failed.
    Failed,
    /// Another one failed before it, or the rehearsal was stopped.
    NotRun,
}

/// What the plan says of a statement, and what became of it.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RehearsedMark {
    /// What the plan says.
    #[serde(flatten)]
    pub mark: Mark,
    /// Whether the statement failed.
    pub came_true: bool,
}

impl Upgrader<'_> {
    /// Makes the next run on a copy of the database, which is gone afterwards: by the same road, with the same tracks, limits and
    /// settings. Others may read and write the real database meanwhile; it is not changed, and no lock is taken. Callbacks are
    /// not called. Scripts that reach beyond their database are refused before anything runs.
    ///
    /// On a server the copy is made in a schema beside the real one, or [elsewhere](Rehearsal::on). How long each script took is
    /// kept beside a database that is a file, under its name with `-rehearsal` behind it, and otherwise in the folder for
    /// backups, where there is one, so that the next run can [say](crate::Event::Expected) how long it will take.
    ///
    /// # Errors
    /// Nothing may run, the copy cannot be made, or a script would reach out of it. A script that fails in the copy is no
    /// error: the answer tells of it.
    pub fn rehearse(&self, how: &Rehearsal) -> Result<Rehearsed, Error> {
        let planned = self.plan()?;
        let definitions = self.definitions()?;
        let mut rehearsed = Rehearsed {
            database: planned.database,
            copied_bytes: 0,
            copied_ms: 0,
            took_ms: 0,
            scripts: Vec::new(),
            not_called: Vec::new(),
            failure: None,
            faults: Vec::new(),
            crash_lab: None,
            left_out: Vec::new(),
        };
        let (called, scripts): (Vec<Planned>, Vec<Planned>) = planned
            .scripts
            .into_iter()
            .partition(|planned| matches!(planned.script.role(), crate::Role::Callback(_)));
        if scripts.is_empty() && planned.refusal.is_none() {
            return Ok(rehearsed);
        }
        rehearsed.not_called = called.into_iter().map(|planned| planned.script).collect();

        let place = self.place("rehearsal", how.folder())?;
        let began = Instant::now();
        let copied = self.copy_into(how, &place)?;
        let mut scratch = copied.scratch;
        rehearsed.copied_bytes = copied.bytes;
        rehearsed.left_out = copied.warnings;
        rehearsed.copied_ms = began.elapsed().as_millis() as u64;

        let heard = Mutex::new(Heard::default());
        let began = Instant::now();
        let outcome = {
            let aside = self.on(scratch.store(), Reach::Copy);
            let aside = aside.on_event(|event| telling::locked(&heard).hear(event));
            aside.run()
        };
        rehearsed.took_ms = began.elapsed().as_millis() as u64;
        rehearsed.failure = match outcome {
            Ok(report) if report.ending == Ending::Stopped => {
                return Err(AsideError::Stopped.into());
            }
            Ok(_) => None,
            Err(Error::Failed { failure, .. }) => Some(*failure),
            Err(error) => return Err(error),
        };
        rehearsed.faults = scratch.faults().map_err(AsideError::copy("checked"))?;
        let heard = heard
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let scripts = scripts.into_iter();
        rehearsed.scripts = scripts
            .map(|planned| {
                let definitions = definitions.get(&planned.script).map_or(0, |found| found.0);
                heard.of(planned, definitions, rehearsed.failure.as_ref())
            })
            .collect();
        let took = rehearsed
            .scripts
            .iter()
            .filter(|script| script.fate == Fate::Applied);
        let took = took.filter_map(|script| {
            let (_, checksum) = definitions.get(&script.script)?;
            Some((script.script.clone(), checksum.clone(), script.took_ms))
        });
        self.keep_expected(Expected::of(took));
        Ok(rehearsed)
    }

    /// How many statements of each script that is next change the schema, and the checksum of its text.
    fn definitions(
        &self,
    ) -> Result<std::collections::BTreeMap<ScriptId, (u64, crate::Checksum)>, Error> {
        let settings = self.settings()?;
        let catalog = self.catalog()?;
        let view = self.look(&settings, &catalog)?;
        let mut found = std::collections::BTreeMap::new();
        for script in work(&catalog, &view.plan).scripts {
            let (ready, text) = inspect_closely(script, &settings.substitution)?;
            let changing = text
                .statements
                .iter()
                .filter(|statement| changes_schema(&statement.facts));
            found.insert(ready.id, (changing.count() as u64, ready.checksums.0));
        }
        Ok(found)
    }
}
