//! Checking scripts before they are shipped, and a database against them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog_error::CatalogError;
use crate::cause::chain;
use crate::code::Code;
use crate::discover::discover;
use crate::error::Error;
use crate::inspect::{Ready, inspect, inspect_closely};
use crate::ledger;
use crate::ledger::history;
use crate::ledger::repeated;
use crate::lint::Text;
use crate::lint::rules::{self, Told};
use crate::plan::{Limits, plan, skipped};
use crate::repair::{DriftKind, Drifted, drift};
use crate::repeatable::Ran;
use crate::review;
use crate::role::Role;
use crate::script::{Script, ScriptId};
use crate::sizes::Sizes;
use crate::track::{Source, Track, TrackName};
use crate::upgrader::Upgrader;
use crate::version::Version;

/// Something that `check` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The stable name of what is wrong.
    pub code: Code,
    /// The track, where it is about one.
    pub track: Option<TrackName>,
    /// The file, where it is about one.
    pub file: Option<String>,
    /// What is wrong, in words.
    pub message: String,
}

impl Finding {
    /// A finding about a file of a track.
    pub fn new(code: Code, track: &TrackName, file: &str, message: String) -> Self {
        Self {
            code,
            track: Some(track.clone()),
            file: Some(file.to_owned()),
            message,
        }
    }

    /// How much it matters.
    pub fn level(&self) -> Level {
        match self.code {
            Code::Stray | Code::EditedComments | Code::Due => Level::Information,
            Code::AllowUnused => Level::Warning,
            code if rules::of(code).is_some() => Level::Warning,
            _ => Level::Problem,
        }
    }
}

/// How much a [`Finding`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is only told.
    Information,
    /// A script runs, and does what deserves a second look; `-- upgrade: allow = CODE` in it says that it got one.
    Warning,
    /// It should keep scripts from being shipped.
    Problem,
}

impl From<CatalogError> for Finding {
    fn from(error: CatalogError) -> Self {
        let (track, file) = error.subject();
        Self {
            code: error.code(),
            track,
            file,
            message: chain(&error),
        }
    }
}

impl Upgrader<'_> {
    /// Checks every script of every track, without the database: names, versions, directives, placeholders, whether
    /// each can be split, and files that are no scripts; and reviews what each would do. Finds all there is, not only the
    /// first.
    ///
    /// # Errors
    /// The engine was given something that it cannot use.
    pub fn check_scripts(&self) -> Result<Vec<Finding>, Error> {
        let mut examined = self.examine()?;
        let reviewed = reviewed(&examined.texts, None, |_| true);
        examined.findings.extend(reviewed);
        Ok(examined.findings)
    }

    /// As [`check_scripts`](Self::check_scripts), and against the database: scripts that were edited or deleted after
    /// they ran, and scripts that came too late. Only scripts that have not run here are reviewed, as the others cannot
    /// be changed any more, and with the tables as they are here: what matters for rows is not told of an empty table.
    ///
    /// # Errors
    /// The database cannot be read, or the engine was given something that it cannot use.
    pub fn check(&self) -> Result<Vec<Finding>, Error> {
        let settings = self.settings()?;
        let Examined {
            mut findings,
            catalog,
            ready,
            texts,
        } = self.examine()?;
        let Some(mut session) = self.store.read()? else {
            let sizes = Sizes::new(None, self.store.dialect());
            findings.extend(reviewed(&texts, Some(sizes), |_| true));
            return Ok(findings);
        };
        ledger::must_fit(session.as_mut(), &settings.tables)?;
        let ledger = ledger::read(session.as_mut(), &settings.tables, &settings.tracks)?;
        let done = history::done(session.as_mut(), &settings.tables)?;
        if ledger.exists {
            let ran = repeated::ran(session.as_mut(), &settings.tables)?;
            findings.extend(due(&ready, &ran));
        }
        let skipped = skipped(&catalog, &ledger, &done);
        findings.extend(drift(&catalog, &ready, &done, &skipped).iter().map(told));
        let pending: BTreeSet<ScriptId> = plan(&catalog, &ledger, &Limits::default())
            .pending
            .iter()
            .map(Script::id)
            .collect();
        // What ran was there first, whichever track it is of.
        let (will, did): (Vec<_>, Vec<_>) = texts
            .into_iter()
            .partition(|text| pending.contains(&text.id));
        let texts: Vec<_> = did.into_iter().chain(will).collect();
        let sizes = Sizes::new(Some(session), self.store.dialect());
        let concerns = |id: &ScriptId| match id.role() {
            Role::Version => pending.contains(id),
            Role::Repeatable | Role::Callback(_) => true,
            Role::Baseline => false,
        };
        findings.extend(reviewed(&texts, Some(sizes), concerns));
        Ok(findings)
    }

    /// Compares a track with what it was when it was released: a released script must not change, and a new one must
    /// not come before the newest released one, because installations that have that one would never run it.
    ///
    /// # Errors
    /// The engine was given something that it cannot use.
    pub fn check_since(&self, track: &TrackName, released: Source) -> Result<Vec<Finding>, Error> {
        let settings = self.settings()?;
        let dialect = self.store.dialect();
        // What was not in order then need not be mended now.
        let then = discover(&[Track::named(track.as_str(), released)], dialect)
            .catalog
            .tracks;
        let now = discover(&self.tracks, dialect).catalog.tracks;
        let then = then
            .into_iter()
            .flat_map(|track| track.scripts)
            .collect::<Vec<_>>();
        let now = now.into_iter().filter(|known| known.name == *track);
        let now = now.flat_map(|track| track.scripts).collect::<Vec<_>>();
        let same = |scripts: &[Script], version: &Version| {
            scripts
                .iter()
                .find(|script| script.version() == version)
                .cloned()
        };
        let mut findings = Vec::new();
        for released in &then {
            let file = released.name().file();
            let finding = |what: &str| {
                Finding::new(
                    Code::Released,
                    track,
                    file,
                    format!("{} {what}", released.id()),
                )
            };
            let Some(present) = same(&now, released.version()) else {
                findings.push(finding("was released, and is not there any more"));
                continue;
            };
            let said = |script: Script| {
                inspect(script, &settings.substitution).map(|ready| ready.checksums.1)
            };
            if let (Ok(before), Ok(now)) = (said(released.clone()), said(present))
                && before != now
            {
                findings.push(finding("was released, and has been edited since"));
            }
        }
        let newest = then.last();
        for script in &now {
            if let Some(newest) = newest
                && script.version() < newest.version()
                && same(&then, script.version()).is_none()
            {
                let message = format!(
                    "{} comes before {}, which is released; installations that have that one will never run it",
                    script.id(),
                    newest.name()
                );
                findings.push(Finding::new(
                    Code::Late,
                    track,
                    script.name().file(),
                    message,
                ));
            }
        }
        Ok(findings)
    }

    /// Every script that there is, by track and version, for comparing with what was released.
    ///
    /// # Errors
    /// The scripts are not in order.
    pub fn scripts(&self) -> Result<Vec<Script>, Error> {
        let tracks = self.catalog()?.tracks.into_iter();
        Ok(tracks.flat_map(|track| track.scripts).collect())
    }

    /// How many scripts a check looks at: versions, repeatable ones and callbacks.
    ///
    /// # Errors
    /// The scripts are not in order.
    pub fn count_scripts(&self) -> Result<usize, Error> {
        Ok(self.catalog()?.runnables().count())
    }

    pub(crate) fn examine(&self) -> Result<Examined, Error> {
        let settings = self.settings()?;
        let discovery = discover(&self.tracks, self.store.dialect());
        let mut findings: Vec<Finding> =
            discovery.problems.into_iter().map(Finding::from).collect();
        findings.extend(discovery.strays.into_iter().map(|stray| {
            let message = format!(
                "{:?} of track {} is no script, and never runs",
                stray.file, stray.track
            );
            Finding::new(Code::Stray, &stray.track, &stray.file, message)
        }));
        let catalog = discovery.catalog;
        let mut ready = Vec::new();
        let mut texts = Vec::new();
        for script in catalog.runnables() {
            match inspect_closely(script, &settings.substitution) {
                Ok((inspected, text)) => {
                    // It runs on an empty database, where nothing is large and nothing is lost.
                    if inspected.role() != Role::Baseline {
                        texts.push(text);
                    }
                    ready.push(inspected);
                }
                Err(error) => findings.push(error.into()),
            }
        }
        Ok(Examined {
            findings,
            catalog,
            ready,
            texts,
        })
    }
}

/// What the review has to say of scripts in the order in which they run.
fn reviewed(
    texts: &[Text],
    sizes: Option<Sizes<'_>>,
    concerns: impl Fn(&ScriptId) -> bool,
) -> Vec<Finding> {
    let (marks, unused) = review::marks(texts, Told::Author, sizes, concerns);
    let told = marks.into_iter().map(|(script, mark)| {
        let id = &texts[script].id;
        let message = format!("{id} at {} {}", mark.position, mark.message);
        Finding::new(mark.code, &id.track, &id.file, message)
    });
    told.chain(unused).collect()
}

pub(crate) struct Examined {
    findings: Vec<Finding>,
    pub(crate) catalog: Catalog,
    pub(crate) ready: Vec<Ready>,
    texts: Vec<Text>,
}

/// The repeatable scripts that the next run would run, as far as their tracks are complete by then.
fn due(ready: &[Ready], ran: &Ran) -> impl Iterator<Item = Finding> {
    let repeatables = ready
        .iter()
        .filter(|ready| ready.role() == Role::Repeatable);
    repeatables.filter_map(|ready| {
        let due = ran.due(&ready.id, &ready.checksums.0)?;
        let message = format!("{} {}", ready.id, due.as_str());
        let (track, file) = (&ready.id.track, &ready.id.file);
        Some(Finding::new(Code::Due, track, file, message))
    })
}

/// A script that is not as the database has seen it.
fn told(drifted: &Drifted<'_>) -> Finding {
    let (code, what) = match drifted.kind {
        DriftKind::Edited => (Code::Edited, "was edited after it ran"),
        DriftKind::EditedComments => (
            Code::EditedComments,
            "has other comments or white space than when it ran",
        ),
        DriftKind::Gone => (Code::Gone, "ran here, and is not there any more"),
        DriftKind::Newer => (
            Code::DatabaseNewer,
            "ran here, and is newer than every script of its track here",
        ),
        DriftKind::Skipped => (
            Code::Skipped,
            "never ran, and its track is past its version",
        ),
    };
    // An edited one is called as it ran.
    let script = drifted
        .was
        .map_or(&drifted.script, |attempt| &attempt.script);
    let message = format!("{script} {what}");
    Finding::new(code, &script.track, &script.file, message)
}
