//! [`Slot`]: which row of the journal is a script's.

use crate::role::Role;
use crate::script::ScriptId;

/// The name of a row of the journal.
///
/// A track has one for its versions: one of them at most is under way, and the next takes the row over. Every other script
/// has its own, so that one which was interrupted is in nobody's way, and is found when its turn comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(Box<str>);

impl Slot {
    /// The row of this script.
    pub(crate) fn of(script: &ScriptId) -> Self {
        match script.role() {
            Role::Version => Self(script.track.as_str().into()),
            Role::Repeatable | Role::Callback(_) => Self(script.to_string().into()),
        }
    }

    /// As the journal's table has it; at most 191 bytes.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
