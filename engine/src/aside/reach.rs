//! [`Reach`]: how much of the tracks runs in a second database.

use crate::callback::Callbacks;
use crate::catalog::Catalog;
use crate::script::Script;
use crate::track::TrackName;

/// How much of the tracks runs.
#[derive(Debug, Clone, Default)]
pub(crate) enum Reach {
    /// All of it: the real database.
    #[default]
    All,
    /// All but callbacks, which are there to act on what is around the database.
    Copy,
    /// Versions and repeatable scripts of the tracks before this one.
    Before(TrackName),
    /// The same, then this track's versions one by one.
    Versions(TrackName),
    /// The same as [`Self::Before`], then this baseline and what is behind it.
    Baseline(Box<Script>),
}

impl Reach {
    /// Whether it is a second database, out of which nothing may reach.
    pub(crate) fn is_aside(&self) -> bool {
        match self {
            Self::All => false,
            Self::Copy | Self::Before(_) | Self::Versions(_) | Self::Baseline(_) => true,
        }
    }

    /// Whether the track's baseline is tried whatever is there already.
    pub(crate) fn tries_baseline(&self) -> bool {
        matches!(self, Self::Baseline(_))
    }

    /// What of the catalog runs.
    pub(crate) fn of(&self, mut catalog: Catalog) -> Catalog {
        let (track, baseline) = match self {
            Self::All => return catalog,
            Self::Copy => {
                for track in &mut catalog.tracks {
                    track.callbacks = Callbacks::default();
                }
                return catalog;
            }
            Self::Before(track) | Self::Versions(track) => (track, None),
            Self::Baseline(script) => (script.track(), Some(script.as_ref())),
        };
        let at = catalog
            .tracks
            .iter()
            .position(|other| other.name == *track)
            .unwrap_or(catalog.tracks.len());
        let upto = match self {
            Self::All | Self::Copy | Self::Before(_) => at,
            Self::Versions(_) | Self::Baseline(_) => at + 1,
        };
        catalog.tracks.truncate(upto);
        for other in &mut catalog.tracks {
            other.callbacks = Callbacks::default();
            other.baselines.clear();
            if other.name == *track {
                other.repeatables.clear();
                other.baselines.extend(baseline.cloned());
            }
        }
        catalog
    }
}
