//! Catalog against ledger: what would run, in which order, and what does not fit.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::baseline;
use crate::catalog::Catalog;
use crate::ledger::Ledger;
use crate::ledger::history::{Attempt, Outcome};
use crate::name::ScriptName;
use crate::repeatable::Due;
use crate::runnable::Runnable;
use crate::script::{Script, ScriptId};
use crate::track::TrackName;
use crate::version::Version;

/// What would run, by the names alone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// In the order in which it would run.
    pub(crate) pending: Vec<Script>,
    /// Tracks that stand at a version that their scripts do not reach.
    pub(crate) newer: Vec<NewerTrack>,
    /// Tracks that will stand at their newest script, so that what repeats behind it may run.
    pub(crate) complete: BTreeSet<TrackName>,
    /// Repeatable scripts that are to run, and why. They are found by their contents, which [`plan`] does not read.
    pub(crate) repeatables: Vec<(Runnable, Due)>,
    /// After-run callbacks that an earlier run owes.
    pub(crate) owed: Vec<Runnable>,
}

impl Plan {
    /// Whether there is nothing to run.
    pub(crate) fn is_idle(&self) -> bool {
        self.pending.is_empty() && self.repeatables.is_empty() && self.owed.is_empty()
    }
}

/// A track whose database version is newer than its newest script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewerTrack {
    /// The track.
    pub track: TrackName,
    /// The newest script that the database has seen.
    pub recorded: String,
    /// The newest script that there is; `None` when the track is empty.
    pub newest: Option<String>,
}

/// Versions at which tracks are to be held back.
pub(crate) type Limits = BTreeMap<TrackName, Version>;

/// Core first, then customization, then the others; by version inside a track. A track that is held back holds back
/// the tracks after it, as their scripts were written for what it leads to, but for those with a limit of their own.
pub(crate) fn plan(catalog: &Catalog, ledger: &Ledger, limits: &Limits) -> Plan {
    let mut plan = Plan::default();
    let mut held_back = false;
    for track in &catalog.tracks {
        let recorded = ledger.tracks.get(&track.name);
        if let Some(recorded) = recorded
            && track
                .newest()
                .is_none_or(|newest| recorded.version > *newest)
        {
            plan.newer.push(NewerTrack {
                track: track.name.clone(),
                recorded: recorded.file.clone(),
                newest: track
                    .scripts
                    .last()
                    .map(|script| script.name().file().to_owned()),
            });
        }
        let limit = limits.get(&track.name);
        if held_back && limit.is_none() {
            continue;
        }
        let first = recorded.map_or(0, |recorded| {
            track
                .scripts
                .partition_point(|script| *script.version() <= recorded.version)
        });
        let baseline = match recorded {
            Some(_) => None,
            None => baseline::chosen(track, &ledger.ground, limit),
        };
        let first = baseline.map_or(first, |baseline| {
            plan.pending.push(baseline.clone());
            track
                .scripts
                .partition_point(|script| script.version() <= baseline.version())
        });
        let pending = &track.scripts[first..];
        let within = limit.map_or(pending.len(), |limit| {
            pending.partition_point(|script| script.version() <= limit)
        });
        held_back |= within < pending.len();
        if within == pending.len() {
            plan.complete.insert(track.name.clone());
        }
        plan.pending.extend_from_slice(&pending[..within]);
    }
    let callbacks = catalog.tracks.iter().map(|track| &track.callbacks);
    let after_run = callbacks.filter_map(|callbacks| callbacks.after_run.clone());
    plan.owed = after_run
        .filter(|callback| ledger.owed.owes(callback.track()))
        .collect();
    plan
}

/// Scripts that appeared below the version that their track stands at, and never ran. What lies at or below the version
/// at which the engine found a track counts as applied, but for what was found to be passed over.
pub(crate) fn skipped(catalog: &Catalog, ledger: &Ledger, done: &[Attempt]) -> Vec<ScriptId> {
    let mut skipped = Vec::new();
    for track in &catalog.tracks {
        let Some(recorded) = ledger.tracks.get(&track.name) else {
            continue;
        };
        let mut seen = BTreeSet::new();
        let mut passed_over = BTreeSet::new();
        let mut begins: Option<Version> = None;
        for attempt in done
            .iter()
            .filter(|attempt| attempt.script.track == track.name)
        {
            let Ok(version) = ScriptName::recorded_version(&attempt.script.file) else {
                continue;
            };
            match attempt.outcome {
                Outcome::Adopted => begins = begins.max(Some(version.clone())),
                Outcome::Skipped => {
                    passed_over.insert(version);
                    continue;
                }
                Outcome::Applied
                | Outcome::Failed
                | Outcome::Died
                | Outcome::Marked
                | Outcome::Accepted
                | Outcome::Undone
                | Outcome::Restored
                | Outcome::Cleared => {}
            }
            seen.insert(version);
        }
        if seen.is_empty() {
            continue;
        }
        let late = track.scripts.iter().filter(|script| {
            let version = script.version();
            *version <= recorded.version
                && (begins.as_ref().is_none_or(|begins| version > begins)
                    || passed_over.contains(version))
                && !seen.contains(version)
        });
        skipped.extend(late.map(Script::id));
    }
    skipped
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::discover::discover;
    use crate::ledger::Recorded;
    use crate::sql::Dialect;
    use crate::track::Track;

    /// A catalog of tracks by the versions in them, such as `core: 1 2 3`.
    pub(crate) fn catalog(tracks: &[&str]) -> Catalog {
        let tracks = tracks.iter().map(|track| {
            let (name, versions) = track.split_once(':').expect("a name");
            let scripts = versions
                .split_whitespace()
                .map(|version| (format!("{version}.sql"), "-- x".to_owned()));
            Track::named(name, scripts.collect::<crate::track::Source>())
        });
        discover(&tracks.collect::<Vec<_>>(), Dialect::Sqlite)
            .catalog()
            .expect("valid names")
    }

    /// A ledger by the versions of its tracks, such as `core: 2`.
    pub(crate) fn ledger(tracks: &[&str]) -> Ledger {
        let tracks = tracks.iter().map(|track| {
            let (name, version) = track.split_once(": ").expect("a name");
            let recorded = Recorded {
                file: format!("{version}.sql"),
                version: version.parse().expect("a version"),
            };
            (name.parse().expect("a name"), recorded)
        });
        Ledger {
            exists: true,
            tracks: tracks.collect(),
            ..Ledger::default()
        }
    }

    #[test]
    fn plans() {
        const ALL: &[&str] = &["x: 1", "customization: 1 2", "core: 1 2 3 10"];
        let rows: &[(&[&str], &[&str], &str)] = &[
            (
                &[],
                &[],
                "core/1 core/2 core/3 core/10 customization/1 customization/2 x/1",
            ),
            (
                &["core: 3"],
                &[],
                "core/10 customization/1 customization/2 x/1",
            ),
            (
                &["core: 2.5"],
                &[],
                "core/3 core/10 customization/1 customization/2 x/1",
            ),
            (&["core: 10", "customization: 2", "x: 1"], &[], ""),
            (&["core: 11", "customization: 2", "x: 1"], &[], "newer core"),
            (&[], &["core: 2"], "core/1 core/2"),
            (&[], &["core: 2", "x: 1"], "core/1 core/2 x/1"),
            (
                &[],
                &["core: 99"],
                "core/1 core/2 core/3 core/10 customization/1 customization/2 x/1",
            ),
            (
                &[],
                &["customization: 1"],
                "core/1 core/2 core/3 core/10 customization/1",
            ),
            (&["core: 3"], &["core: 2"], ""),
        ];
        for (recorded, limits, expected) in rows {
            let limits = ledger(limits).tracks.into_iter();
            let limits = limits
                .map(|(track, recorded)| (track, recorded.version))
                .collect();
            let plan = plan(&catalog(ALL), &ledger(recorded), &limits);
            let newer = plan
                .newer
                .iter()
                .map(|newer| format!("newer {}", newer.track));
            let pending = plan
                .pending
                .iter()
                .map(|script| script.id().to_string().replace(".sql", ""));
            let shown: Vec<_> = newer.chain(pending).collect();
            assert_eq!(shown.join(" "), *expected, "{recorded:?} {limits:?}");
        }
    }

    #[test]
    fn an_emptied_track_is_behind_its_database() {
        let plan = plan(&catalog(&["core: "]), &ledger(&["core: 1"]), &Limits::new());
        assert_eq!(plan.newer.len(), 1);
    }
}
