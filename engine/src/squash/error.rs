//! [`SquashError`]: why no baseline was written.

use crate::code::Code;
use crate::name::NameError;
use crate::script::ScriptId;
use crate::track::TrackName;
use crate::version::Version;

/// Why no baseline was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SquashError {
    /// There is no such script.
    #[error("track {track} has no script of version {version}, so no baseline can lead to it")]
    NoScript {
        /// The track.
        track: TrackName,
        /// The version.
        version: Version,
    },
    /// A version with which no file can be named.
    #[error("{file:?} cannot be the name of a baseline")]
    Name {
        /// The name.
        file: String,
        /// Why not.
        source: NameError,
    },
    /// A value that cannot be told apart from what scripts say themselves.
    #[error(
        "the placeholder ${{{name}}} has a value without a letter or a digit, so that it cannot be told where scripts use it; \
         give it another value for squashing, as in UPGRADES_CONFIG"
    )]
    Placeholder {
        /// Its name.
        name: String,
    },
    /// The scripts do not run in an empty database.
    #[error(
        "the scripts up to {newest} cannot be replayed into an empty database, under a prefix and with values of placeholders \
         of squashing's own, and no baseline was written"
    )]
    Replay {
        /// The newest of them.
        newest: ScriptId,
        /// What happened.
        source: Box<crate::Error>,
    },
    /// Something that cannot be written as SQL.
    #[error("{0}, which cannot be in a baseline that is written by squashing; write it by hand")]
    Beyond(String),
    /// Something of an earlier track that the scripts change.
    #[error(
        "the scripts change what an earlier track has made, which a baseline cannot say: {0}; none was written"
    )]
    Changes(String),
    /// The baseline leads elsewhere.
    #[error("the baseline leads elsewhere than the scripts, and was not written: {0}")]
    Differs(String),
}

impl SquashError {
    /// The stable name of this error, which leads to its explanation.
    pub fn code(&self) -> Code {
        match self {
            Self::NoScript { .. }
            | Self::Name { .. }
            | Self::Placeholder { .. }
            | Self::Replay { .. }
            | Self::Beyond(_)
            | Self::Changes(_) => Code::SquashImpossible,
            Self::Differs(_) => Code::SquashDiffers,
        }
    }
}
