//! [`Script`]: one file of a track, by name, and how its text is read.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::name::{Language, ScriptName};
use crate::program::Function;
use crate::track::TrackName;
use crate::version::Version;

/// A script: its track, its name, and where its text is. Nothing of the text is read until it is needed.
#[derive(Debug, Clone)]
pub struct Script {
    track: TrackName,
    name: ScriptName,
    body: Body,
}

/// Where a script's text is.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// In a file of this folder, under the script's name.
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
        Self { track, name, body }
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

    pub(crate) fn body(&self) -> &Body {
        &self.body
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

    /// The same script with this text, wherever it had it before.
    #[cfg(feature = "lua")]
    pub(crate) fn with_text(self, text: String) -> Self {
        Self {
            body: Body::Text(Cow::Owned(text.into_bytes())),
            ..self
        }
    }

    /// The text, from its beginning.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match &self.body {
            Body::Folder(folder) => Box::new(File::open(folder.join(self.name.file()))?),
            Body::Text(text) => Box::new(Cursor::new(text)),
            Body::Function(_) => Box::new(io::empty()),
        })
    }

    /// The text, where it is in the program and nobody changes it.
    pub(crate) fn in_memory(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Folder(_) => None,
            Body::Text(text) => Some(text),
            Body::Function(_) => Some(&[]),
        }
    }

    /// Keeps the text in memory from here on, when it is in a file no longer than `most` bytes; tells how many.
    pub(crate) fn keep_text(&mut self, most: u64) -> io::Result<u64> {
        /// So much is read before the file's length is asked for, which most scripts spare.
        const SHORT: u64 = 16 * 1024;
        let Body::Folder(folder) = &self.body else {
            return Ok(0);
        };
        let mut file = File::open(folder.join(self.name.file()))?;
        let mut text = Vec::with_capacity(4096);
        let mut length = file.by_ref().take(SHORT).read_to_end(&mut text)? as u64;
        if length == SHORT {
            if file.metadata()?.len() > most {
                return Ok(0);
            }
            length += file.read_to_end(&mut text)? as u64;
        }
        if length > most {
            return Ok(0);
        }
        text.shrink_to_fit();
        self.body = Body::Text(Cow::Owned(text));
        Ok(length)
    }
}
