//! [`Exit`]: what the command ends with, for scripts that call it.

use std::process::ExitCode;

use upgrades::{Code, Severity, State};

/// The exit codes. They are part of the interface; docs/reference.md lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well: what was asked for is done, and nothing is pending where that was the question.
    Current = 0,
    /// The command was called or configured wrongly.
    Usage = 2,
    /// Scripts are pending.
    Pending = 3,
    /// A script failed, now or earlier.
    Failed = 4,
    /// Another process is at work.
    Locked = 5,
    /// The program is too old for the database.
    TooOld = 6,
    /// The database cannot be reached or used.
    Unreachable = 7,
    /// The scripts are not in order.
    Findings = 8,
    /// A backup could not be made, or not be brought back.
    Backup = 9,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Code> for Exit {
    fn from(code: Code) -> Self {
        match code.explain().severity {
            Severity::Usage => Self::Usage,
            Severity::Failed => Self::Failed,
            Severity::Locked => Self::Locked,
            Severity::TooOld => Self::TooOld,
            Severity::Unreachable => Self::Unreachable,
            Severity::Findings => Self::Findings,
            Severity::Backup => Self::Backup,
        }
    }
}

impl From<State> for Exit {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Failed => Self::Failed,
            State::TooOld => Self::TooOld,
            // A state that this command does not know yet is none that it warns of.
            _ => Self::Current,
        }
    }
}
