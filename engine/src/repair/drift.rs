//! What of the scripts is not as the database has seen it. Decides, and touches nothing.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::clock::Timestamp;
use crate::inspect::Ready;
use crate::ledger::history::{Attempt, Outcome};
use crate::name::ScriptName;
use crate::script::ScriptId;
use crate::track::TrackName;
use crate::version::Version;

/// How a script differs from what the database has seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DriftKind {
    /// It was edited after it ran.
    Edited,
    /// Only comments or white space were edited after it ran.
    EditedComments,
    /// It ran, and is not there any more.
    Gone,
    /// It ran, and is newer than every script of its track: the program is older than the database.
    Newer,
    /// It never ran, and its track is past its version.
    Skipped,
}

/// A script that is not as the database has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// The script, as it is called now; where it is gone, as it was.
    #[serde(flatten)]
    pub script: ScriptId,
    /// How it differs.
    pub kind: DriftKind,
    /// When it ran, or was accepted last; `None` of one that never ran.
    pub since: Option<Timestamp>,
    /// What was edited, as a unified diff; of one that is gone, its whole text. `None`: the text that ran was not kept, as it
    /// is longer than 1 MiB or was run by an older engine; or there was none.
    pub diff: Option<String>,
}

/// As [`Drift`], and where its texts are.
pub(crate) struct Drifted<'d> {
    pub(crate) script: ScriptId,
    pub(crate) kind: DriftKind,
    /// The row of the history that has the text as it was.
    pub(crate) was: Option<&'d Attempt>,
    /// The script as it is.
    pub(crate) now: Option<&'d Ready>,
}

/// What the history says last of one version.
#[derive(Default)]
struct Told<'d> {
    /// The last that is known of its text.
    text: Option<&'d Attempt>,
    /// Whether it was accepted behind that that the script is gone.
    may_be_gone: bool,
}

/// What was edited or deleted after it ran, and what never ran: `skipped`. Only what the engine ran itself can be told; what
/// is of a track that the catalog does not have is another program's. `done`: oldest first.
pub(crate) fn drift<'d>(
    catalog: &Catalog,
    ready: &'d [Ready],
    done: &'d [Attempt],
    skipped: &[ScriptId],
) -> Vec<Drifted<'d>> {
    let mut told: BTreeMap<(TrackName, Version), Told<'d>> = BTreeMap::new();
    for attempt in done {
        let Ok(version) = ScriptName::recorded_version(&attempt.script.file) else {
            continue;
        };
        let key = (attempt.script.track.clone(), version);
        match (&attempt.checksum, attempt.outcome) {
            (Some(_), _) => {
                let told = told.entry(key).or_default();
                told.text = Some(attempt);
                told.may_be_gone = false;
            }
            (None, Outcome::Accepted) => told.entry(key).or_default().may_be_gone = true,
            (None, _) => {}
        }
    }
    let texts: BTreeMap<(&TrackName, &Version), &Ready> = ready
        .iter()
        .rev()
        .filter_map(|ready| Some(((&ready.id.track, ready.script.version()?), ready)))
        .collect();
    let mut drifted = Vec::new();
    for ((track, version), told) in told {
        let Some(attempt) = told.text else { continue };
        let Some(scripts) = catalog.tracks.iter().find(|known| known.name == track) else {
            continue;
        };
        let is_there = scripts.has(&version);
        let is_newer = scripts.newest().is_some_and(|newest| version > *newest);
        let missing = match (is_there, is_newer, told.may_be_gone) {
            (true, _, _) => None,
            (false, true, _) => Some(DriftKind::Newer),
            (false, false, false) => Some(DriftKind::Gone),
            (false, false, true) => continue,
        };
        if let Some(kind) = missing {
            drifted.push(Drifted {
                script: attempt.script.clone(),
                kind,
                was: Some(attempt),
                now: None,
            });
            continue;
        }
        let now = texts.get(&(&track, &version)).copied();
        let kind = now.and_then(|now| edited(now, attempt));
        if let (Some(now), Some(kind)) = (now, kind) {
            drifted.push(Drifted {
                script: now.id.clone(),
                kind,
                was: Some(attempt),
                now: Some(now),
            });
        }
    }
    drifted.extend(skipped.iter().map(|script| Drifted {
        script: script.clone(),
        kind: DriftKind::Skipped,
        was: None,
        now: ready.iter().find(|ready| ready.id == *script),
    }));
    drifted
}

fn edited(now: &Ready, attempt: &Attempt) -> Option<DriftKind> {
    let text = Some(&now.checksums.0) == attempt.checksum.as_ref();
    let code = Some(&now.checksums.1) == attempt.code_checksum.as_ref();
    match (text, code) {
        (true, _) => None,
        (false, true) => Some(DriftKind::EditedComments),
        (false, false) => Some(DriftKind::Edited),
    }
}
