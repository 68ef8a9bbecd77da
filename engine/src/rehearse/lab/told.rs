//! What the processes of a crash lab tell each other: where the copy is and when to die, by the environment; how it went, line by
//! line.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::moment::Moment;

/// The variable that names the copy: its file, or its schema.
pub(super) const COPY: &str = "UPGRADES_CRASH_LAB_COPY";
/// The variable that says at which moment to die; without it, the run goes to its end.
pub(super) const MOMENT: &str = "UPGRADES_CRASH_LAB_MOMENT";
/// What a line begins with that is meant for the lab; a program may say more.
const MARK: &str = "upgrades-crash-lab: ";

/// What a child tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Told {
    /// It stands at the moment at which it is to be killed.
    At(Moment),
    /// The run is over.
    Ended,
    /// The run was asked to stop.
    Stopped,
    /// A script failed, in words.
    Failed(String),
    /// A script waits for a person, in words.
    Asks(String),
    /// Nothing was run, or not to its end, for another reason.
    Unable(String),
}

impl Told {
    /// Reads a line; `None`: it is not meant for the lab.
    pub(super) fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line.strip_prefix(MARK)?).ok()
    }

    /// Writes it as a line of its own.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub(super) fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let text = serde_json::to_string(self).expect("texts and numbers can be written");
        to.write_all(format!("\n{MARK}{text}\n").as_bytes())?;
        to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearse::lab::moment::CrashStage;

    #[test]
    fn is_read_as_it_was_written() {
        let at = Moment {
            stage: CrashStage::StatementDone,
            script: Some("core/1 \"\n\u{0}ü.sql".to_owned()),
            statement: Some(7),
        };
        for told in [
            Told::At(at),
            Told::Ended,
            Told::Stopped,
            Told::Failed("a\nb".to_owned()),
            Told::Asks(String::new()),
            Told::Unable("x".to_owned()),
        ] {
            let mut lines = Vec::new();
            told.write(&mut lines).expect("a Vec takes everything");
            let text = format!("no line feed{}", String::from_utf8_lossy(&lines));
            let read: Vec<_> = text.lines().filter_map(Told::read).collect();
            assert_eq!(read, [told]);
        }
        for line in ["", "hello", "upgrades-crash-lab: nonsense", "\"ended\""] {
            assert_eq!(Told::read(line), None, "{line}");
        }
    }
}
