//! [`Runnable`]: a script as a run has it, whatever it is for.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Cursor, Read};

use crate::checksum::{Checksum, Checksums};
use crate::language::Language;
use crate::plain_name::PlainName;
use crate::script::{Body, Script, ScriptId};
use crate::sql::splitter::without_mark;
use crate::track::TrackName;
use crate::version::Version;

/// A script of any role: what it is called, and where its text is. Nothing of the text is read until it is needed.
#[derive(Debug, Clone)]
pub(crate) struct Runnable {
    id: ScriptId,
    /// Of those that have one.
    version: Option<Version>,
    /// What its name says of it.
    description: String,
    language: Language,
    body: Body,
    /// Of a baseline: the script behind which its track stands then.
    stands_for: Option<ScriptId>,
}

impl From<Script> for Runnable {
    fn from(script: Script) -> Self {
        Self {
            id: script.id(),
            version: Some(script.version().clone()),
            description: script.name().description().to_owned(),
            language: script.language(),
            stands_for: script.stands_for().cloned(),
            body: script.into_body(),
        }
    }
}

impl Runnable {
    /// A repeatable script or a callback.
    pub(crate) fn plain(track: TrackName, name: &PlainName, body: Body) -> Self {
        Self {
            id: ScriptId {
                track,
                file: name.file().to_owned(),
            },
            version: None,
            description: name.words().to_owned(),
            language: name.language(),
            body,
            stands_for: None,
        }
    }

    /// Track and file name.
    pub(crate) fn id(&self) -> &ScriptId {
        &self.id
    }

    /// The track that it belongs to.
    pub(crate) fn track(&self) -> &TrackName {
        &self.id.track
    }

    /// Its place in its track; `None` where it has none.
    pub(crate) fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// The script behind which its track stands when this one, a baseline, is done.
    pub(crate) fn stands_for(&self) -> Option<&ScriptId> {
        self.stands_for.as_ref()
    }

    /// What its name says of it.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// What it is written in.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn body(&self) -> &Body {
        &self.body
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
            Body::Folder(folder) => Box::new(File::open(folder.join(&self.id.file))?),
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
        let mut file = File::open(folder.join(&self.id.file))?;
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

    /// The checksum of the text, which ignores line endings and a byte-order mark: the same as inspection takes.
    ///
    /// # Errors
    /// The text cannot be read.
    pub(crate) fn checksum(&self) -> io::Result<Checksum> {
        let mut text = Vec::new();
        self.open()?.read_to_end(&mut text)?;
        let mut checksums = Checksums::default();
        checksums.text(without_mark(&text));
        Ok(checksums.finish().0)
    }
}
