//! [`Slot`]: what a script is to the journal and, where it may run again, to the history.

use crate::role::Role;
use crate::script::ScriptId;

/// The name of a row of the journal.
///
/// A track has one for its versions: one of them at most is under way, and the next takes the row over. Every other script
/// has its own, so that one which was interrupted is in nobody's way, and is found when its turn comes. The variants of a
/// script are one: a release that adds one or takes it away has another file, and the same view to be made anew.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(Box<str>);

impl Slot {
    /// The row of this script.
    pub(crate) fn of(script: &ScriptId) -> Self {
        match script.role() {
            // What it stands for are versions of its track.
            Role::Version | Role::Baseline => Self(script.track.as_str().into()),
            Role::Repeatable | Role::Callback(_) => {
                // Where there is no version, the first dot ends the words of a name. Their case is nothing, as
                // some file systems do not keep it.
                let words = script.file.split('.').next().unwrap_or_default();
                Self(format!("{}/{}", script.track, words.to_lowercase()).into())
            }
        }
    }

    /// As the journal's table has it; at most 191 bytes.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots() {
        let rows = [
            ("1.0.0_a.sql", "core"),
            ("2.mysql.sql", "core"),
            ("baseline-2.mysql.sql", "core"),
            ("repeat/a.sql", "core/repeat/a"),
            ("repeat/a.mysql.sql", "core/repeat/a"),
            ("repeat/A.lua", "core/repeat/a"),
            ("repeat/a_b.sql", "core/repeat/a_b"),
            ("before-run.sqlite.sql", "core/before-run"),
            ("before-run.rs", "core/before-run"),
        ];
        for (file, expected) in rows {
            let script = ScriptId {
                track: crate::TrackName::CORE,
                file: file.to_owned(),
            };
            assert_eq!(Slot::of(&script).as_str(), expected, "{file}");
        }
    }
}
