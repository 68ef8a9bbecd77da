//! [`Adoption`]: what taking a database over would record. Decides, and touches nothing.

use serde::Serialize;

use super::theirs::{Their, Theirs};
use super::{AdoptError, Existing, Gaps, Predecessor, Tool};
use crate::catalog::{Catalog, CatalogTrack};
use crate::script::Script;
use crate::track::TrackName;
use crate::version::Version;

/// What taking a database over would record, or has recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Adoption {
    /// Which database, without secrets.
    pub database: String,
    /// The tool that ran the scripts, where its table was read.
    pub tool: Option<Tool>,
    /// That table.
    pub table: Option<String>,
    /// The tracks that are taken over.
    pub tracks: Vec<AdoptedTrack>,
    /// What it answers.
    #[serde(skip)]
    pub(super) existing: Existing,
}

/// A track that is taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AdoptedTrack {
    /// The track.
    pub track: TrackName,
    /// The newest script that counts as applied: where the track stands from then on.
    pub at: String,
    /// The scripts that count as applied, by version.
    pub applied: Vec<AdoptedScript>,
    /// Scripts below the newest that the other tool has not run; they are told of as skipped until a person settles them.
    pub skipped: Vec<String>,
    /// Scripts above the newest, which run at the next start.
    pub pending: Vec<String>,
    /// What the other tool has run and no script here has the version of.
    pub unknown: Vec<String>,
}

/// A script that counts as applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AdoptedScript {
    /// The file name.
    pub file: String,
    /// What the other tool calls it: version and name. `None`: it lies at or below a version that stands for all before it.
    pub theirs: Option<String>,
}

/// Where tracks stand that somebody knows.
pub(super) fn by_version(
    catalog: &Catalog,
    told: &[(TrackName, Version)],
) -> Result<Vec<AdoptedTrack>, AdoptError> {
    let mut tracks = Vec::new();
    for (number, (name, version)) in told.iter().enumerate() {
        if told[..number].iter().any(|(earlier, _)| earlier == name) {
            return Err(AdoptError::Twice(name.clone()));
        }
        let track = track(catalog, name)?;
        let Some(newest) = track
            .scripts
            .iter()
            .position(|script| script.version() == version)
        else {
            return Err(AdoptError::NoScript {
                track: name.clone(),
                version: version.clone(),
                nearest: nearest(&track.scripts, version).map(file),
            });
        };
        tracks.push(AdoptedTrack {
            track: name.clone(),
            at: file(&track.scripts[newest]),
            applied: track.scripts[..=newest].iter().map(by_itself).collect(),
            skipped: Vec::new(),
            pending: track.scripts[newest + 1..].iter().map(file).collect(),
            unknown: Vec::new(),
        });
    }
    Ok(tracks)
}

/// The script whose version is nearest: of its two neighbours in the order of versions the one that is written alike, else
/// the one below.
fn nearest<'s>(scripts: &'s [Script], version: &Version) -> Option<&'s Script> {
    let above = scripts.partition_point(|script| script.version() < version);
    let neighbours = &scripts[above.saturating_sub(1)..scripts.len().min(above + 1)];
    neighbours
        .iter()
        .min_by_key(|script| strsim::levenshtein(script.version().as_str(), version.as_str()))
}

/// Where the track stands whose scripts another tool has run.
pub(super) fn by_table(
    catalog: &Catalog,
    predecessor: &Predecessor,
    theirs: &Theirs,
) -> Result<AdoptedTrack, AdoptError> {
    let Predecessor { tool, gaps, .. } = *predecessor;
    let track = track(catalog, &predecessor.track)?;
    let (Some(first), Some(last)) = (track.scripts.first(), track.scripts.last()) else {
        return Err(AdoptError::NoScripts(track.name.clone()));
    };
    let place = |script: &Script| place(tool, script.version());
    let named = |script: &Script| {
        let place = place(script);
        theirs.applied.iter().find(|their| their.version == place)
    };
    let lies_below = |script: &Script| {
        let through = theirs.through.as_ref();
        through.is_some_and(|through| place(script) <= through.version)
    };
    let newest_of_theirs = newest(theirs);
    if let Some(newest) = newest_of_theirs.filter(|newest| newest.version > place(last)) {
        return Err(AdoptError::Newer {
            tool,
            theirs: newest.shown.clone(),
            track: track.name.clone(),
            ours: file(last),
        });
    }
    let done = |script: &Script| named(script).is_some() || lies_below(script);
    let Some(newest) = track.scripts.iter().rposition(done) else {
        return Err(AdoptError::NothingFits {
            tool,
            theirs: newest_of_theirs.map_or_else(String::new, |newest| newest.shown.clone()),
            track: track.name.clone(),
            ours: file(first),
        });
    };
    let mut adopted = AdoptedTrack {
        track: track.name.clone(),
        at: file(&track.scripts[newest]),
        applied: Vec::new(),
        skipped: Vec::new(),
        pending: track.scripts[newest + 1..].iter().map(file).collect(),
        unknown: Vec::new(),
    };
    for script in &track.scripts[..=newest] {
        match (named(script), lies_below(script), gaps) {
            (Some(their), _, _) => adopted.applied.push(AdoptedScript {
                file: file(script),
                theirs: Some(their.shown.clone()),
            }),
            (None, true, _) | (None, false, Gaps::Applied) => {
                adopted.applied.push(by_itself(script));
            }
            (None, false, Gaps::Skipped) => adopted.skipped.push(file(script)),
        }
    }
    let has_script = |their: &&Their| {
        let mut scripts = track.scripts.iter();
        scripts.any(|script| place(script) == their.version)
    };
    let without = theirs.applied.iter().filter(|their| !has_script(their));
    adopted.unknown = without.map(|their| their.shown.clone()).collect();
    Ok(adopted)
}

fn track<'c>(catalog: &'c Catalog, name: &TrackName) -> Result<&'c CatalogTrack, AdoptError> {
    let found = catalog.tracks.iter().find(|track| track.name == *name);
    found.ok_or_else(|| AdoptError::NoTrack {
        track: name.clone(),
        known: catalog
            .tracks
            .iter()
            .map(|track| track.name.clone())
            .collect(),
    })
}

fn newest(theirs: &Theirs) -> Option<&Their> {
    let all = theirs.applied.iter().chain(&theirs.through);
    all.max_by(|one, other| one.version.cmp(&other.version))
}

/// A version as the tool would write it: diesel leaves the dashes out, so that 2024-01-05-123456 is 20240105123456 to it.
fn place(tool: Tool, version: &Version) -> Version {
    match tool {
        Tool::Diesel => {
            let text = version.as_str().replace('-', "");
            text.parse().unwrap_or_else(|_| version.clone())
        }
        Tool::Refinery | Tool::Sqlx | Tool::Flyway | Tool::Joomla => version.clone(),
    }
}

fn file(script: &Script) -> String {
    script.name().file().to_owned()
}

fn by_itself(script: &Script) -> AdoptedScript {
    AdoptedScript {
        file: file(script),
        theirs: None,
    }
}
