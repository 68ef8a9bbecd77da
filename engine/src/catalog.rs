//! [`Catalog`]: the scripts that the tracks hold now.

use std::collections::BTreeSet;
use std::io;

use crate::callback::Callbacks;
use crate::catalog_error::CatalogError;
use crate::ledger::Ledger;
use crate::repeatable::{Due, Ran};
use crate::runnable::Runnable;
use crate::script::Script;
use crate::track::TrackName;
use crate::version::Version;

/// The scripts that the tracks hold now, in the order in which they run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    pub(crate) tracks: Vec<CatalogTrack>,
}

/// One track of a catalog.
#[derive(Debug, Clone)]
pub(crate) struct CatalogTrack {
    pub(crate) name: TrackName,
    /// By version; no two have the same.
    pub(crate) scripts: Vec<Script>,
    /// By name; no two have the same.
    pub(crate) repeatables: Vec<Runnable>,
    pub(crate) callbacks: Callbacks,
    /// By version; each stands for the scripts up to one that there is.
    pub(crate) baselines: Vec<Script>,
}

impl Catalog {
    /// Everything that can run, whatever it is for.
    pub(crate) fn runnables(&self) -> impl Iterator<Item = Runnable> {
        self.tracks.iter().flat_map(|track| {
            let versions = track.scripts.iter().cloned().map(Runnable::from);
            let baselines = track.baselines.iter().cloned().map(Runnable::from);
            let others = track.repeatables.iter().chain(track.callbacks.all());
            versions.chain(baselines).chain(others.cloned())
        })
    }

    /// Whether one of these tracks has repeatable scripts.
    pub(crate) fn repeats(&self, complete: &BTreeSet<TrackName>) -> bool {
        let within = |track: &&CatalogTrack| complete.contains(&track.name);
        let mut tracks = self.tracks.iter().filter(within);
        tracks.any(|track| !track.repeatables.is_empty())
    }

    /// The repeatable scripts of these tracks that are to run, by what they say now. One that vanished since the tracks
    /// were listed is nothing.
    ///
    /// # Errors
    /// One cannot be read.
    pub(crate) fn due(
        &self,
        complete: &BTreeSet<TrackName>,
        ran: &Ran,
    ) -> Result<Vec<(Runnable, Due)>, CatalogError> {
        let mut found = Vec::new();
        for track in self
            .tracks
            .iter()
            .filter(|track| complete.contains(&track.name))
        {
            for script in &track.repeatables {
                match script.checksum() {
                    Ok(now) => {
                        let due = ran.due(script.id(), &now);
                        found.extend(due.map(|due| (script.clone(), due)));
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(source) => {
                        let script = script.id().clone();
                        return Err(CatalogError::Unreadable { script, source });
                    }
                }
            }
        }
        Ok(found)
    }

    /// Whether a track could begin with a baseline: it has one, and no version yet.
    pub(crate) fn may_begin_anew(&self, ledger: &Ledger) -> bool {
        let mut tracks = self.tracks.iter();
        tracks.any(|track| !track.baselines.is_empty() && !ledger.tracks.contains_key(&track.name))
    }

    /// As if there were no repeatable scripts.
    pub(crate) fn without_repeatables(mut self) -> Self {
        for track in &mut self.tracks {
            track.repeatables.clear();
        }
        self
    }

    /// The tracks that have an after-run callback.
    pub(crate) fn after_run(&self) -> BTreeSet<TrackName> {
        let with = self
            .tracks
            .iter()
            .filter(|track| track.callbacks.after_run.is_some());
        with.map(|track| track.name.clone()).collect()
    }
}

impl CatalogTrack {
    /// The newest version; `None` of an empty track.
    pub(crate) fn newest(&self) -> Option<&Version> {
        self.scripts.last().map(Script::version)
    }

    /// Whether there is a script of this version.
    pub(crate) fn has(&self, version: &Version) -> bool {
        let of = |script: &Script| script.version().cmp(version);
        self.scripts.binary_search_by(of).is_ok()
    }
}
