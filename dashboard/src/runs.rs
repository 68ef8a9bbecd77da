//! [`Runs`]: the upgrades that were begun on the page.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use upgrades::{Ending, Error, Report, Timestamp, Upgrader, chain};

/// The upgrade that was begun on the page last; one at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs(Arc<Mutex<Option<Begun>>>);

/// An upgrade that was begun on the page.
#[derive(Debug, Clone)]
pub(crate) struct Begun {
    /// By whom.
    pub(crate) by: String,
    /// When.
    pub(crate) at: Timestamp,
    /// How it ended; `None`: it has not.
    pub(crate) ended: Option<Ended>,
}

/// How an upgrade ended that was begun on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It did what there was to do.
    Well(String),
    /// It did not.
    Badly(String),
}

/// One is going on already.
#[derive(Debug)]
pub(crate) struct GoingOn;

impl Runs {
    /// Begins one, on a thread of its own; it tells how it ended when it has.
    ///
    /// # Errors
    /// The one before it has not ended.
    pub(crate) fn begin(
        &self,
        upgrader: Arc<Upgrader<'static>>,
        by: String,
    ) -> Result<(), GoingOn> {
        {
            let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(&*last, Some(Begun { ended: None, .. })) {
                return Err(GoingOn);
            }
            let at = Timestamp::now();
            *last = Some(Begun {
                by,
                at,
                ended: None,
            });
        }
        let runs = self.clone();
        tokio::task::spawn_blocking(move || {
            // Whatever happens in it, the next can be begun.
            let mut ending = Closing(runs, Ended::Badly("it ended unexpectedly".to_owned()));
            ending.1 = Ended::of(&upgrader.run());
        });
        Ok(())
    }

    /// The last.
    pub(crate) fn last(&self) -> Option<Begun> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }
}

/// Notes how it ended when it goes.
struct Closing(Runs, Ended);

impl Drop for Closing {
    fn drop(&mut self) {
        let mut last = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(begun) = &mut *last {
            begun.ended = Some(self.1.clone());
        }
    }
}

impl Ended {
    fn of(outcome: &Result<Report, Error>) -> Self {
        match outcome {
            Err(error) => Self::Badly(chain(error)),
            Ok(report) => match report.ending {
                Ending::Stopped => Self::Badly("it was stopped; the next goes on".to_owned()),
                Ending::LeftAlone => Self::Badly(
                    "the database is newer than the application, and was left alone".to_owned(),
                ),
                _ => Self::Well(match report.applied.len() {
                    0 => "nothing was pending".to_owned(),
                    1 => "1 script was applied".to_owned(),
                    scripts => format!("{scripts} scripts were applied"),
                }),
            },
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Well(what) | Self::Badly(what) => f.write_str(what),
        }
    }
}
