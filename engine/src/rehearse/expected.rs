//! [`Expected`]: how long scripts took when they were rehearsed, for the run that comes after.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::checksum::Checksum;
use crate::clock::Timestamp;
use crate::guard::Cleared;
use crate::script::ScriptId;
use crate::upgrader::Upgrader;

/// What is behind a database's name in the name of the file.
const FILE: &str = "-rehearsal";

/// How long scripts took.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Expected {
    /// When they were rehearsed.
    rehearsed_at: String,
    scripts: Vec<Script>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Script {
    /// As in `core/1.0.0_products.sql`.
    script: String,
    /// Of the text that was rehearsed.
    checksum: String,
    took_ms: u64,
}

/// What of a run was rehearsed.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// By script: how long the run took from its beginning on.
    left: BTreeMap<ScriptId, Duration>,
    unknown: usize,
}

impl Expected {
    /// Of scripts with their checksums and milliseconds.
    pub(super) fn of(took: impl Iterator<Item = (ScriptId, Checksum, u64)>) -> Self {
        let scripts = took.map(|(script, checksum, took_ms)| Script {
            script: script.to_string(),
            checksum: checksum.to_string(),
            took_ms,
        });
        Self {
            rehearsed_at: Timestamp::now().to_string(),
            scripts: scripts.collect(),
        }
    }

    /// How long this text took when it was rehearsed.
    pub(crate) fn took(&self, script: &ScriptId, checksum: &Checksum) -> Option<Duration> {
        let name = script.to_string();
        let found = self
            .scripts
            .iter()
            .find(|kept| kept.script == name && kept.checksum == checksum.as_str());
        found.map(|found| Duration::from_millis(found.took_ms))
    }

    /// What of this work was rehearsed, as it is now.
    fn known(&self, cleared: &Cleared) -> Known {
        let mut known = Known::default();
        let mut left = Duration::ZERO;
        let scripts: Vec<_> = cleared.scripts().collect();
        for (script, checksum) in scripts.into_iter().rev() {
            match self.took(script, checksum) {
                Some(took) => {
                    left += took;
                    known.left.insert(script.clone(), left);
                }
                None => known.unknown += 1,
            }
        }
        known
    }
}

impl Known {
    /// How long the run took from this script on, and how many of the run's scripts were not rehearsed; `None`: it was not.
    pub(crate) fn left(&self, script: &ScriptId) -> Option<(Duration, usize)> {
        Some((*self.left.get(script)?, self.unknown))
    }
}

impl Upgrader<'_> {
    fn expected_file(&self) -> Option<PathBuf> {
        let mut file = self
            .store
            .whole()?
            .files()
            .into_iter()
            .next()?
            .into_os_string();
        file.push(FILE);
        Some(file.into())
    }

    /// Keeps it for the next run; where that cannot be, the run will not say how long it takes.
    pub(super) fn keep_expected(&self, expected: Expected) {
        let Some(file) = self.expected_file() else {
            return;
        };
        let write = || {
            let folder = file.parent().unwrap_or(std::path::Path::new("."));
            let mut aside = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut aside, &expected)?;
            aside.flush()?;
            aside.persist(&file).map_err(|error| error.error)?;
            Ok::<_, std::io::Error>(())
        };
        if let Err(error) = write() {
            log::warn!("{} cannot be written: {error}", file.display());
        }
    }

    /// What of this work was rehearsed, as it is now. What cannot be read was not.
    pub(crate) fn known_of(&self, cleared: &Cleared) -> Known {
        self.expected()
            .map_or_else(Known::default, |expected| expected.known(cleared))
    }

    /// What the last rehearsal has left. What cannot be read is none.
    pub(crate) fn expected(&self) -> Option<Expected> {
        let text = fs::read_to_string(self.expected_file()?).ok()?;
        serde_json::from_str(&text).ok()
    }
}
