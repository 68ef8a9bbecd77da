//! [`Acting`]: what the first page shows to somebody who may act.

use crate::act::RunForm;
use crate::page::issue::Since;
use crate::runs::{Begun, Ended};
use crate::shown::Shown;
use crate::words::Tone;

/// So much of an error is shown; the issue or the log has all of it.
const LONGEST: usize = 1_500;

/// What was done, and what can be.
#[derive(Debug, Default)]
pub(crate) struct Acting {
    /// What the form did that leads here.
    pub(crate) done: Option<&'static str>,
    /// The upgrade that was begun on the page last.
    pub(crate) begun: Option<BegunNote>,
    /// The form that runs what is pending.
    pub(crate) run: Option<RunForm>,
    /// Where somebody signs out who has signed in here.
    pub(crate) sign_out: Option<String>,
}

/// An upgrade that was begun on the page.
#[derive(Debug)]
pub(crate) struct BegunNote {
    pub(crate) by: Shown,
    pub(crate) at: Since,
    /// How it ended; `None`: it goes on.
    pub(crate) ended: Option<(Tone, Shown)>,
}

impl Acting {
    /// Whether an upgrade that was begun on the page has not ended; it may not have come far enough to be seen at work.
    pub(crate) fn goes_on(&self) -> bool {
        self.begun
            .as_ref()
            .is_some_and(|begun| begun.ended.is_none())
    }
}

impl BegunNote {
    pub(crate) fn of(begun: &Begun) -> Self {
        let tone = |ended: &Ended| match ended {
            Ended::Well(_) => Tone::Good,
            Ended::Badly(_) => Tone::Bad,
        };
        let ended = begun.ended.as_ref();
        Self {
            by: Shown::line(&begun.by),
            at: Since::of(begun.at),
            ended: ended.map(|ended| (tone(ended), Shown::beginning(&ended.to_string(), LONGEST))),
        }
    }
}

/// What a form did, by the word in the address that it led to. Only words that are known here are shown.
pub(crate) fn done(word: &str) -> Option<&'static str> {
    match word {
        "cleared" => Some("The failure is cleared. The next run goes on."),
        "nothing" => Some("No failure was recorded any more; nothing was changed."),
        _ => None,
    }
}
