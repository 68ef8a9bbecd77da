//! Callbacks: which of them a run has, and what it owes of them. Decides, and touches nothing.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::plan::Plan;
use crate::role::{Moment, Role};
use crate::runnable::Runnable;
use crate::script::ScriptId;
use crate::track::TrackName;

/// The callbacks of one track: at most one of each moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Callbacks {
    pub(crate) before_run: Option<Runnable>,
    pub(crate) after_run: Option<Runnable>,
    pub(crate) after_failure: Option<Runnable>,
}

impl Callbacks {
    /// Where the one of this moment has its place.
    pub(crate) fn at(&mut self, moment: Moment) -> &mut Option<Runnable> {
        match moment {
            Moment::BeforeRun => &mut self.before_run,
            Moment::AfterRun => &mut self.after_run,
            Moment::AfterFailure => &mut self.after_failure,
        }
    }

    /// Those that there are.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Runnable> {
        let of_a_run = self.before_run.iter().chain(&self.after_run);
        of_a_run.chain(&self.after_failure)
    }
}

/// All that a run has to do, in its order, and what it does when a script of it fails.
#[derive(Debug, Clone)]
pub(crate) struct Work<T> {
    pub(crate) before_run: Vec<T>,
    /// Versions and repeatable scripts.
    pub(crate) scripts: Vec<T>,
    pub(crate) after_run: Vec<T>,
    pub(crate) after_failure: Vec<T>,
}

impl<T> Work<T> {
    /// What runs unless something fails.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &T> {
        let run = self.before_run.iter().chain(&self.scripts);
        run.chain(&self.after_run)
    }

    /// The same work, with each of its parts made into another thing.
    ///
    /// # Errors
    /// The first that cannot be.
    pub(crate) fn try_map<U, E>(
        self,
        mut make: impl FnMut(T) -> Result<U, E>,
    ) -> Result<Work<U>, E> {
        let mut all = |part: Vec<T>| part.into_iter().map(&mut make).collect::<Result<_, _>>();
        Ok(Work {
            before_run: all(self.before_run)?,
            scripts: all(self.scripts)?,
            after_run: all(self.after_run)?,
            after_failure: all(self.after_failure)?,
        })
    }
}

/// What a run has to do. A track's repeatable scripts run behind its own versions, before the next track's: that track was
/// written for what they make. Where nothing runs but an after-run callback that an earlier run owes, nothing has to be
/// called before it.
pub(crate) fn work(catalog: &Catalog, plan: &Plan) -> Work<Runnable> {
    let mut scripts: Vec<Runnable> = Vec::new();
    for track in &catalog.tracks {
        let versions = plan.pending.iter().cloned().map(Runnable::from);
        let repeatables = plan.repeatables.iter().map(|(script, _)| script.clone());
        let due = versions.chain(repeatables);
        scripts.extend(due.filter(|script| *script.track() == track.name));
    }
    let called = |which: fn(&Callbacks) -> &Option<Runnable>| -> Vec<Runnable> {
        let callbacks = catalog.tracks.iter().map(|track| &track.callbacks);
        callbacks.filter_map(|of| which(of).clone()).collect()
    };
    let runs = !scripts.is_empty();
    Work {
        before_run: match runs {
            true => called(|of| &of.before_run),
            false => Vec::new(),
        },
        scripts,
        after_run: match runs {
            true => called(|of| &of.after_run),
            false => plan.owed.clone(),
        },
        after_failure: called(|of| &of.after_failure),
    }
}

/// The tracks whose after-run callbacks have to run because scripts were applied.
///
/// It is written with the first script that is applied and crossed off by each callback's own commit, so that a run
/// that dies in between leaves it to the next start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Owed(BTreeSet<String>);

impl Owed {
    /// Reads what the ledger holds: names of tracks, with blanks between them. Another program may know other tracks.
    pub(crate) fn read(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// As the ledger holds it.
    pub(crate) fn written(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(String::as_str).collect();
        names.join(" ")
    }

    pub(crate) fn owes(&self, track: &TrackName) -> bool {
        self.0.contains(track.as_str())
    }

    /// What is owed when these are committed. `callbacks`: the tracks that have one.
    pub(crate) fn after<'s>(
        &self,
        done: impl Iterator<Item = &'s ScriptId>,
        callbacks: &BTreeSet<TrackName>,
    ) -> Self {
        let mut owed = self.clone();
        for script in done {
            match script.role() {
                Role::Version | Role::Repeatable | Role::Baseline => {
                    let names = callbacks.iter().map(|track| track.as_str().to_owned());
                    owed.0.extend(names);
                }
                Role::Callback(Moment::AfterRun) => {
                    owed.0.remove(script.track.as_str());
                }
                Role::Callback(Moment::BeforeRun | Moment::AfterFailure) => {}
            }
        }
        owed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed() {
        // owed, tracks with a callback, committed, owed then
        let rows = [
            ("", "core customization", "core/1.sql", "core customization"),
            ("", "core", "customization/repeat/a.sql", "core"),
            ("", "", "core/1.sql", ""),
            ("", "core", "core/before-run.sql", ""),
            ("core x", "core", "core/after-run.rs", "x"),
            ("core", "core", "core/after-failure.sql", "core"),
            ("x", "core", "core/1.sql core/after-run.sql", "x"),
            ("1", "core", "core/1.sql", "1 core"),
        ];
        for (owed, callbacks, committed, expected) in rows {
            let tracks = callbacks.split_whitespace();
            let tracks = tracks
                .map(|track| track.parse().expect("a track"))
                .collect();
            let scripts = committed.split_whitespace().map(|script| {
                let (track, file) = script.split_once('/').expect("a track");
                ScriptId {
                    track: track.parse().expect("a track"),
                    file: file.to_owned(),
                }
            });
            let scripts: Vec<_> = scripts.collect();
            let after = Owed::read(owed).after(scripts.iter(), &tracks);
            assert_eq!(after.written(), expected, "{owed} | {committed}");
        }
    }
}
