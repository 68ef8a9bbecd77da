//! Plan against ledger: may it run? Decides, and touches nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::callback::Work;
use crate::inspect::Ready;
use crate::latch::Failure;
use crate::ledger::Ledger;
use crate::plan::{NewerTrack, Plan};
use crate::requirement::Requirement;
use crate::script::ScriptId;
use crate::sql::Right;
use crate::sql::right::ENGINES_OWN;
use crate::track::TrackName;
use crate::version::Version;

/// What to do when a database is newer than the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenNewer {
    /// Refuse to run: this program may damage what a newer one has made.
    #[default]
    Refuse,
    /// Upgrade nothing, and let the application go on.
    Continue,
}

/// What the guard knows of the application.
#[derive(Debug, Clone, Default)]
pub(crate) struct Application {
    pub(crate) version: Option<semver::Version>,
    pub(crate) when_newer: WhenNewer,
}

/// Why nothing may run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The latch is tripped.
    #[error("an earlier upgrade failed, and nothing runs until a person clears that{}", told(.0))]
    Latched(Option<Box<Failure>>),
    /// A backup is taking the place of the database, or has and its files have yet to.
    #[error(
        "the restore of the backup {backup} was interrupted, and nothing runs until it is finished"
    )]
    Restoring {
        /// The backup.
        backup: String,
    },
    /// A script that ran here says that programs as old as this one must not use the database.
    #[error(
        "this program ({app}) is too old for the database, which needs {min_app} or a newer one"
    )]
    ProgramTooOld {
        /// The application's version.
        app: semver::Version,
        /// The oldest that may use the database.
        min_app: semver::Version,
    },
    /// The database has seen scripts that this program does not have.
    #[error("this program is older than the database: {}", newer_tracks(.0))]
    DatabaseNewer(Vec<NewerTrack>),
    /// A script needs what will not be there when it is to run.
    #[error("{script} needs {requirement}, {found}; nothing was run")]
    Unmet {
        /// The script.
        script: ScriptId,
        /// What it needs.
        requirement: Requirement,
        /// What there will be instead.
        found: String,
    },
}

fn told(failure: &Option<Box<Failure>>) -> String {
    failure.as_ref().map_or_else(
        || " (an older release recorded it, without saying more)".to_owned(),
        |failure| format!(": {failure} at {}", failure.since),
    )
}

fn newer_tracks(tracks: &[NewerTrack]) -> String {
    let shown = tracks.iter().map(|track| {
        let here = match &track.newest {
            Some(newest) => format!("the newest script here is {newest}"),
            None => "there is no script of it here".to_owned(),
        };
        format!("{} is at {}, and {here}", track.track, track.recorded)
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// What the names alone tell.
#[derive(Debug, PartialEq)]
pub(crate) enum Glance {
    /// Nothing to do.
    UpToDate,
    /// The database is newer, and the application wants to go on.
    LeftAlone,
    /// There is something to run.
    Work,
    /// Nothing may run.
    Refused(Refusal),
}

/// Where the database stands towards the program.
enum Standing {
    TooNew,
    Newer,
    Equal,
    Older,
}

/// Judges by the ledger and the names. `failure` is what the latch stands for, when it is tripped.
pub(crate) fn glance(
    plan: &Plan,
    ledger: &Ledger,
    failure: Option<Failure>,
    app: &Application,
) -> Glance {
    let too_old = match (&app.version, &ledger.min_app) {
        (Some(version), Some(min_app)) if release(version) < *min_app && version < min_app => {
            Some((version, min_app))
        }
        _ => None,
    };
    let standing = match (too_old, plan.newer.is_empty(), plan.is_idle()) {
        (Some(_), _, _) => Standing::TooNew,
        (None, false, _) => Standing::Newer,
        (None, true, true) => Standing::Equal,
        (None, true, false) => Standing::Older,
    };
    if let Some(restoring) = &ledger.restoring {
        let backup = restoring.backup.clone();
        return Glance::Refused(Refusal::Restoring { backup });
    }
    match (ledger.latched, standing, app.when_newer) {
        (true, _, _) => Glance::Refused(Refusal::Latched(failure.map(Box::new))),
        (false, Standing::TooNew, _) => Glance::Refused(match too_old {
            Some((app, min_app)) => Refusal::ProgramTooOld {
                app: app.clone(),
                min_app: min_app.clone(),
            },
            None => Refusal::DatabaseNewer(plan.newer.clone()),
        }),
        (false, Standing::Newer, WhenNewer::Refuse) => {
            Glance::Refused(Refusal::DatabaseNewer(plan.newer.clone()))
        }
        (false, Standing::Newer, WhenNewer::Continue) => Glance::LeftAlone,
        (false, Standing::Equal, _) => Glance::UpToDate,
        (false, Standing::Older, _) => Glance::Work,
    }
}

/// Work that may be done. Only the guard makes one.
#[derive(Debug)]
pub(crate) struct Cleared(Work<Ready>);

impl Cleared {
    /// How many scripts there are, callbacks apart, and how many statements they have together.
    pub(crate) fn size(&self) -> (usize, u64) {
        let scripts = &self.0.scripts;
        (
            scripts.len(),
            scripts.iter().map(|ready| ready.statements).sum(),
        )
    }

    /// Of each baseline in it, the script behind which its track stands when it is done.
    pub(crate) fn stood_for(&self) -> BTreeMap<ScriptId, ScriptId> {
        let scripts = self.0.scripts.iter();
        let baselines = scripts
            .filter_map(|ready| Some((ready.id.clone(), ready.script.stands_for()?.clone())));
        baselines.collect()
    }

    /// The scripts in their order, callbacks apart, with the checksums of their texts.
    #[cfg(feature = "backup")]
    pub(crate) fn scripts(&self) -> impl Iterator<Item = (&ScriptId, &crate::Checksum)> {
        let scripts = self.0.scripts.iter();
        scripts.map(|ready| (&ready.id, &ready.checksums.0))
    }

    /// What the database's user has to be allowed.
    pub(crate) fn needs(&self) -> BTreeSet<Right> {
        let all = self.0.in_order().chain(&self.0.after_failure);
        let of_scripts = all.flat_map(|ready| ready.needs.iter().copied());
        ENGINES_OWN.into_iter().chain(of_scripts).collect()
    }

    /// The work.
    pub(crate) fn into_work(self) -> Work<Ready> {
        self.0
    }
}

/// Clears scripts to run, when each will find what it needs.
///
/// # Errors
/// The first need that will not be met.
pub(crate) fn clear(
    work: Work<Ready>,
    ledger: &Ledger,
    app: &Application,
) -> Result<Cleared, Refusal> {
    let mut versions: BTreeMap<TrackName, Version> = ledger
        .tracks
        .iter()
        .map(|(track, recorded)| (track.clone(), recorded.version.clone()))
        .collect();
    for Ready {
        script, directives, ..
    } in work.in_order().chain(&work.after_failure)
    {
        let min_app = directives.min_app.as_ref().map(at_least);
        for requirement in directives.requires.iter().cloned().chain(min_app) {
            if let Some(found) = unmet(&requirement, &versions, app) {
                return Err(Refusal::Unmet {
                    script: script.id().clone(),
                    requirement,
                    found,
                });
            }
        }
        if let Some(version) = script.version() {
            versions.insert(script.track().clone(), version.clone());
        }
    }
    Ok(Cleared(work))
}

/// The requirement that a script with `min_app` has of the program that runs it.
fn at_least(version: &semver::Version) -> Requirement {
    Requirement::App(semver::VersionReq {
        comparators: vec![semver::Comparator {
            op: semver::Op::GreaterEq,
            major: version.major,
            minor: Some(version.minor),
            patch: Some(version.patch),
            pre: version.pre.clone(),
        }],
    })
}

/// The release that a version leads to: a pre-release has what its release will have, which semver alone would not say.
fn release(version: &semver::Version) -> semver::Version {
    semver::Version::new(version.major, version.minor, version.patch)
}

/// What there will be in place of what is needed; `None` when the need is met.
fn unmet(
    requirement: &Requirement,
    versions: &BTreeMap<TrackName, Version>,
    app: &Application,
) -> Option<String> {
    match requirement {
        Requirement::App(range) => match &app.version {
            None => Some("and the application has not told its version".to_owned()),
            Some(version) => {
                let met = range.matches(version) || range.matches(&release(version));
                (!met).then(|| format!("and the application is {version}"))
            }
        },
        Requirement::Track(track, wanted) => match (versions.get(track), wanted) {
            (None, _) => Some(format!("and {track} has no version by then")),
            (Some(_), None) => None,
            (Some(found), Some(wanted)) => {
                (found < wanted).then(|| format!("and {track} is at {found} by then"))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latch::FailureKind;
    use crate::plan::tests::{catalog, ledger};
    use crate::plan::{Limits, plan};

    fn version(text: &str) -> Option<semver::Version> {
        (!text.is_empty()).then(|| text.parse().expect("semver"))
    }

    #[test]
    fn the_table_of_verdicts() {
        let failure = || Failure {
            kind: FailureKind::Failed,
            run: "r".into(),
            script: ScriptId {
                track: TrackName::CORE,
                file: "2.sql".into(),
            },
            since: std::time::SystemTime::UNIX_EPOCH.into(),
            error: "no such table".into(),
            statement: None,
        };
        // latched, recorded, min_app, app, policy, what the guard says
        let rows = [
            (true, "core: 1", "", "", WhenNewer::Refuse, "latched"),
            (true, "core: 2", "", "", WhenNewer::Continue, "latched"),
            (
                true,
                "core: 3",
                "2.0.0",
                "1.0.0",
                WhenNewer::Continue,
                "latched",
            ),
            (
                false,
                "core: 1",
                "2.0.0",
                "1.0.0",
                WhenNewer::Continue,
                "too old",
            ),
            (
                false,
                "core: 2",
                "2.0.0",
                "2.0.0",
                WhenNewer::Refuse,
                "up to date",
            ),
            (
                false,
                "core: 2",
                "2.0.0",
                "",
                WhenNewer::Refuse,
                "up to date",
            ),
            (
                false,
                "core: 2",
                "2.0.0",
                "2.0.0-rc.1",
                WhenNewer::Refuse,
                "up to date",
            ),
            (false, "core: 3", "", "", WhenNewer::Refuse, "newer"),
            (false, "core: 3", "", "", WhenNewer::Continue, "left alone"),
            (false, "core: 2", "", "", WhenNewer::Refuse, "up to date"),
            (false, "core: 1", "", "", WhenNewer::Refuse, "work"),
        ];
        for row in rows {
            let (latched, recorded, min_app, app, when_newer, expected) = row;
            let mut ledger = ledger(&[recorded]);
            ledger.latched = latched;
            ledger.min_app = version(min_app);
            let app = Application {
                version: version(app),
                when_newer,
            };
            let plan = plan(&catalog(&["core: 1 2"]), &ledger, &Limits::new());
            let found = match glance(&plan, &ledger, latched.then(failure), &app) {
                Glance::UpToDate => "up to date",
                Glance::LeftAlone => "left alone",
                Glance::Work => "work",
                Glance::Refused(Refusal::Latched(Some(_))) => "latched",
                Glance::Refused(Refusal::ProgramTooOld { .. }) => "too old",
                Glance::Refused(Refusal::DatabaseNewer(_)) => "newer",
                Glance::Refused(other) => panic!("{row:?}: {other}"),
            };
            assert_eq!(found, expected, "{row:?}");
        }
    }

    #[test]
    fn needs() {
        let versions = BTreeMap::from([(TrackName::CORE, "3.1".parse().expect("a version"))]);
        let rows = [
            ("core >= 3.1", "", ""),
            ("core >= 3.1.0", "", "and core is at 3.1 by then"),
            ("core", "", ""),
            ("plugin", "", "and plugin has no version by then"),
            ("app >= 2.0", "2.1.0", ""),
            ("app >= 2.0", "2.1.0-rc.1", ""),
            ("app >= 2.0", "1.9.0", "and the application is 1.9.0"),
            (
                "app >= 2.0",
                "",
                "and the application has not told its version",
            ),
        ];
        for (requirement, app, expected) in rows {
            let app = Application {
                version: version(app),
                ..Application::default()
            };
            let found = unmet(&requirement.parse().expect("valid"), &versions, &app);
            assert_eq!(found.unwrap_or_default(), expected, "{requirement}");
        }
    }
}
