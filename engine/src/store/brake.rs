//! [`Brake`]: what holds a batch back.

use std::fmt;

/// What holds a batch back, before its next chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brake {
    /// Whether a person should look at it.
    pub kind: BrakeKind,
    /// For whom the batch waits and why, in words, without secrets.
    pub reason: String,
}

/// How a [`Brake`] comes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BrakeKind {
    /// By itself, in a moment: somebody has not answered yet.
    Asking,
    /// By itself: somebody has to catch up.
    Behind,
    /// Not before somebody is mended, or is not waited for any more.
    Trouble,
}

impl fmt::Display for Brake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
