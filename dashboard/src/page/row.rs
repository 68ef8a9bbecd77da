//! [`AttemptRow`]: an attempt as a list has it.

use upgrades::{Attempt, Outcome};

use super::issue::Since;
use crate::shown::Shown;
use crate::words::{self, Tone};

/// So much of an error or a reason stands in a list.
const LONGEST_NOTE: usize = 200;

/// An attempt or a decision, as a row of a list.
#[derive(Debug)]
pub(crate) struct AttemptRow {
    pub(crate) id: i64,
    pub(crate) what: Shown,
    pub(crate) outcome: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) tone: Tone,
    pub(crate) when: Since,
    pub(crate) statements: String,
    pub(crate) took: String,
    pub(crate) note: Option<Shown>,
}

impl AttemptRow {
    pub(crate) fn of(attempt: &Attempt) -> Self {
        let note = attempt.error.as_deref().or(attempt.reason.as_deref());
        let note = note.map(|note| note.split_whitespace().collect::<Vec<_>>().join(" "));
        Self {
            id: attempt.id,
            what: what(attempt),
            outcome: attempt.outcome.as_str(),
            meaning: words::meaning(attempt.outcome),
            tone: Tone::of_outcome(attempt.outcome),
            when: Since::of(attempt.started_at),
            statements: words::grouped(attempt.statements),
            took: words::took(attempt.took_ms),
            note: note.map(|note| Shown::beginning(&note, LONGEST_NOTE)),
        }
    }
}

/// What a row of the history is about.
pub(crate) fn what(attempt: &Attempt) -> Shown {
    match (attempt.outcome, attempt.script.file.as_str()) {
        (_, "") => Shown::line("a failure that an older release recorded"),
        (Outcome::Restored, backup) => Shown::line(format!("backup {backup}")),
        (_, _) => Shown::line(&attempt.script),
    }
}
