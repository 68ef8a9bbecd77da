//! [`RepairError`]: why a script is not settled as was asked.

use super::DriftKind;
use crate::script::ScriptId;
use crate::track::TrackName;

/// Why a script is not settled as was asked. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    /// There is nothing to settle.
    #[error("there is no database at {0}, so that no script can differ from what it has seen")]
    NoDatabase(String),
    /// There is no such script, and never was one here.
    #[error("there is no script {script}{}", near(.nearest))]
    Unknown {
        /// What was named.
        script: String,
        /// A script that is written much alike.
        nearest: Option<ScriptId>,
    },
    /// Nothing about the script has to be settled.
    #[error("{0} is as the database has seen it; there is nothing to settle")]
    InOrder(ScriptId),
    /// That is no way to settle it.
    #[error("{script} {}", instead(*.kind))]
    Unfit {
        /// The script.
        script: ScriptId,
        /// How it differs.
        kind: DriftKind,
    },
    /// Nobody said why.
    #[error("a reason is needed, for whoever reads the history later")]
    Reason,
    /// Another script of the track was interrupted.
    #[error("{file} of track {track} is under way; let a run finish it first")]
    UnderWay {
        /// The track.
        track: TrackName,
        /// The script that is under way.
        file: String,
    },
    /// The script cannot be read, or is not in order.
    #[error("{0} is not in order; `upgrades check` tells what is wrong with it")]
    NotReady(ScriptId),
    /// The application asked to stop while another process was at work.
    #[error("it was stopped while waiting for another process")]
    Stopped,
}

fn near(nearest: &Option<ScriptId>) -> String {
    let near = nearest.as_ref();
    near.map(|script| format!("; did you mean {script}?"))
        .unwrap_or_default()
}

fn instead(kind: DriftKind) -> &'static str {
    match kind {
        DriftKind::Edited | DriftKind::EditedComments => {
            "ran here before it was edited, and runs only once; accept the edit, or put what is missing into a new script"
        }
        DriftKind::Gone => "ran here and is gone; accept that, or restore the file",
        DriftKind::Newer => {
            "is newer than every script here; a program that has it settles what there is"
        }
        DriftKind::Skipped => {
            "never ran here, so that there is nothing to accept; run it, or mark it as done"
        }
    }
}
