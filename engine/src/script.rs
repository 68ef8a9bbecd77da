//! [`Script`]: one file of a track, by name, and where its text is.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::language::Language;
use crate::name::ScriptName;
use crate::program::Function;
use crate::track::TrackName;
use crate::version::Version;

/// A script: its track, its name, and where its text is. Nothing of the text is read until it is needed.
#[derive(Debug, Clone)]
pub struct Script {
    track: TrackName,
    name: ScriptName,
    body: Body,
    /// The script behind which its track stands when this one is done; `None`: itself.
    stands_for: Option<ScriptId>,
}

/// Where a script's text is.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// In a file of this folder, a track's, under the script's name.
    Folder(Arc<Path>),
    /// In the program.
    Text(Cow<'static, [u8]>),
    /// It is a function of the program, and has none.
    Function(Function),
}

/// A script by track and file name: how it is shown and found again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ScriptId {
    /// The track.
    pub track: TrackName,
    /// The file name.
    pub file: String,
}

impl fmt::Display for ScriptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.track, self.file)
    }
}

impl Script {
    pub(crate) fn new(track: TrackName, name: ScriptName, body: Body) -> Self {
        Self {
            track,
            name,
            body,
            stands_for: None,
        }
    }

    /// A baseline in place of everything up to this script.
    pub(crate) fn in_place_of(self, newest: &Self) -> Self {
        Self {
            stands_for: Some(newest.id()),
            ..self
        }
    }

    /// The script of a baseline's version; `None` of what is no baseline.
    pub(crate) fn stands_for(&self) -> Option<&ScriptId> {
        self.stands_for.as_ref()
    }

    /// The track that the script belongs to.
    pub fn track(&self) -> &TrackName {
        &self.track
    }

    /// The script's name.
    pub fn name(&self) -> &ScriptName {
        &self.name
    }

    /// What it is written in.
    pub fn language(&self) -> Language {
        self.name.language()
    }

    pub(crate) fn into_body(self) -> Body {
        self.body
    }

    /// The script's place in its track.
    pub fn version(&self) -> &Version {
        self.name.version()
    }

    /// Track and file name.
    pub fn id(&self) -> ScriptId {
        ScriptId {
            track: self.track.clone(),
            file: self.name.file().to_owned(),
        }
    }
}
