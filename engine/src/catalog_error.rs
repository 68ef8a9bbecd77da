//! [`CatalogError`]: why a script, or a track, is not in order.

use std::path::PathBuf;

use crate::cause::Cause;
use crate::code::Code;
use crate::name::NameError;
use crate::script::ScriptId;
use crate::sql::{Dialect, Position};
use crate::track::{TrackName, TrackNameError};
use crate::version::Version;

/// Why a script, or a track, is not in order.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// A track's name.
    #[error(transparent)]
    TrackName(#[from] TrackNameError),
    /// Two tracks with one name.
    #[error("there are two tracks named {track}; give one of them another name")]
    TrackTwice {
        /// The name.
        track: TrackName,
    },
    /// The folder of a track.
    #[error("the folder {} of track {track} cannot be read", .folder.display())]
    TrackUnreadable {
        /// The track.
        track: TrackName,
        /// Its folder.
        folder: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A name that is no script's.
    #[error("{file:?} of track {track} is not named as a script is")]
    Name {
        /// The track.
        track: TrackName,
        /// The file.
        file: String,
        /// What is wrong with it.
        source: NameError,
    },
    /// A name that is no text.
    #[error("{file:?} of track {track} has a name that is not UTF-8; rename it")]
    NameNotUtf8 {
        /// The track.
        track: TrackName,
        /// The file, as far as it can be shown.
        file: String,
    },
    /// A folder, a pipe or the like that is named as a script.
    #[error("{file:?} of track {track} is named as a script and is not a file")]
    NotAFile {
        /// The track.
        track: TrackName,
        /// Its name.
        file: String,
    },
    /// A link out of the track's folder.
    #[error("{file:?} of track {track} is a link to {}, outside the track's folder; put the script itself there", .target.display())]
    LinkOutside {
        /// The track.
        track: TrackName,
        /// The link.
        file: String,
        /// Where it leads.
        target: PathBuf,
    },
    /// Two scripts with one version.
    #[error(
        "{first:?} and {second:?} of track {track} have the same version, {version}; which comes first cannot be told, so rename one of them"
    )]
    Duplicate {
        /// The track.
        track: TrackName,
        /// The version.
        version: Version,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// Two files, or functions, that are one script without a version.
    #[error(
        "{first:?} and {second:?} of track {track} are one script; rename one of them, or remove it"
    )]
    NameTwice {
        /// The track.
        track: TrackName,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// A baseline without the script that it leads to.
    #[error(
        "{baseline} stands for the scripts up to {version}, and track {} has no script of that version; put it back, or name the baseline by a version that there is", .baseline.track
    )]
    BaselineAlone {
        /// The baseline.
        baseline: ScriptId,
        /// Its version.
        version: Version,
    },
    /// A script that was written for other databases only.
    #[error(
        "{script} has no variant for {dialect}; add one, with only a comment in it if there is nothing to do"
    )]
    NoVariant {
        /// One of its variants.
        script: ScriptId,
        /// The database's dialect.
        dialect: Dialect,
    },
    /// A file that cannot be read.
    #[error("{script} cannot be read")]
    Unreadable {
        /// The script.
        script: ScriptId,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A file that is no script.
    #[error("{script} cannot be split into statements")]
    Text {
        /// The script.
        script: ScriptId,
        /// What is wrong with its text.
        source: Cause,
    },
    /// A file that is no script in Lua.
    #[error("{script} is no script in Lua that can run")]
    Lua {
        /// The script.
        script: ScriptId,
        /// What is wrong with its text.
        source: Cause,
    },
    /// A directive that cannot be followed.
    #[error("{script} has a directive that cannot be followed: {text:?}")]
    Directive {
        /// The script.
        script: ScriptId,
        /// The directive.
        text: String,
        /// What is wrong with it.
        source: Cause,
    },
    /// A placeholder without a value.
    #[error(
        "{script} has the placeholder ${{{name}}} at {position}, which has no value; configure one, or write $${{{name}}} for the text itself"
    )]
    Placeholder {
        /// The script.
        script: ScriptId,
        /// Where it stands.
        position: Position,
        /// Its name.
        name: String,
    },
    /// A statement that the script's way of running cannot have.
    #[error("{script} has {sql:?} at {position}: {reason}")]
    Forbidden {
        /// The script.
        script: ScriptId,
        /// Where it stands.
        position: Position,
        /// The statement.
        sql: String,
        /// Why it cannot be there.
        reason: &'static str,
    },
    /// A script with nothing in it, not even a comment.
    #[error(
        "{script} is empty, as a file is that was copied half; write a comment into it if there is nothing to do"
    )]
    Empty {
        /// The script.
        script: ScriptId,
    },
    /// A script that changed between being read and being run.
    #[error("{script} was changed while it ran; what was not committed was rolled back")]
    Changed {
        /// The script.
        script: ScriptId,
    },
}

impl CatalogError {
    /// The stable name of this error, which leads to its explanation.
    pub fn code(&self) -> Code {
        match self {
            Self::TrackName(_) => Code::TrackName,
            Self::TrackTwice { .. } => Code::TrackTwice,
            Self::TrackUnreadable { .. } => Code::TrackUnreadable,
            Self::Name { .. } | Self::NameNotUtf8 { .. } => Code::ScriptName,
            Self::NotAFile { .. } => Code::ScriptNotAFile,
            Self::LinkOutside { .. } => Code::ScriptLink,
            Self::Duplicate { .. } | Self::NameTwice { .. } => Code::ScriptDuplicate,
            Self::BaselineAlone { .. } => Code::BaselineAlone,
            Self::NoVariant { .. } => Code::ScriptNoVariant,
            Self::Unreadable { .. } => Code::ScriptUnreadable,
            Self::Text { .. } | Self::Lua { .. } => Code::ScriptText,
            Self::Directive { .. } => Code::Directive,
            Self::Placeholder { .. } => Code::Placeholder,
            Self::Forbidden { .. } => Code::Statement,
            Self::Empty { .. } => Code::ScriptEmpty,
            Self::Changed { .. } => Code::ScriptChanged,
        }
    }

    /// The track and the file that it is about, as far as it is about one.
    pub(crate) fn subject(&self) -> (Option<TrackName>, Option<String>) {
        match self {
            Self::TrackName(_) => (None, None),
            Self::TrackTwice { track } | Self::TrackUnreadable { track, .. } => {
                (Some(track.clone()), None)
            }
            Self::Name { track, file, .. }
            | Self::NameNotUtf8 { track, file }
            | Self::NotAFile { track, file }
            | Self::LinkOutside { track, file, .. }
            | Self::Duplicate {
                track,
                second: file,
                ..
            }
            | Self::NameTwice {
                track,
                second: file,
                ..
            } => (Some(track.clone()), Some(file.clone())),
            Self::NoVariant { script, .. }
            | Self::BaselineAlone {
                baseline: script, ..
            }
            | Self::Unreadable { script, .. }
            | Self::Text { script, .. }
            | Self::Lua { script, .. }
            | Self::Directive { script, .. }
            | Self::Placeholder { script, .. }
            | Self::Forbidden { script, .. }
            | Self::Empty { script }
            | Self::Changed { script } => (Some(script.track.clone()), Some(script.file.clone())),
        }
    }
}
