//! The child's side of a crash lab: a run on the copy, up to the moment at which it is killed.

use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::CrashLab;
use super::moment::Moments;
use super::told::{COPY, MOMENT, Told};
use crate::aside::{AsideError, Reach};
use crate::cause::chain;
use crate::error::Error;
use crate::latch::FailureKind;
use crate::report::{Ending, Report};
use crate::upgrader::Upgrader;

/// What a child needs at each event.
struct Child<'c> {
    moments: Moments,
    parent: &'c mut (dyn Read + Send),
    to: &'c mut (dyn Write + Send),
}

impl Upgrader<'_> {
    /// What a process does that a [crash lab](Upgrader::crash_lab) has started: runs what is pending on the lab's copy, which the
    /// environment names, and waits at its moment to be killed. The database of this upgrader is not touched; its tracks and
    /// settings have to be those of the lab's, and so has `how`. `from` and `to` are the process's standard input and output.
    ///
    /// How the run ends is told to the lab, and is no error.
    ///
    /// # Errors
    /// The process was not started by a crash lab, or the copy is not there.
    pub fn crash_lab_child(
        &self,
        how: &CrashLab<'_>,
        from: &mut (dyn Read + Send),
        to: &mut (dyn Write + Send),
    ) -> Result<(), Error> {
        let unusable = |name: &str, value: String| Error::Setup {
            what: "the environment's variable",
            value: format!("{name}={value}"),
            reason: "a crash lab gives it to the processes that it starts".to_owned(),
        };
        let copy = std::env::var_os(COPY).ok_or_else(|| unusable(COPY, String::new()))?;
        let die_at = match std::env::var(MOMENT) {
            Err(_) => None,
            Ok(text) => {
                let number: Result<u64, _> = text.parse();
                Some(number.map_err(|_| unusable(MOMENT, text))?)
            }
        };
        let copies = self.beside(&how.rehearsal)?;
        let store = copies.second(&copy).map_err(AsideError::copy("opened"))?;
        let stop = self.stop.clone().unwrap_or_default();
        let child = Mutex::new(Child {
            moments: Moments::default(),
            parent: from,
            to,
        });
        let outcome = self
            .on(store, Reach::Copy)
            .stop_when(stop.clone())
            .on_event(|event| {
                let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(moment) = child.moments.hear(event) else {
                    return;
                };
                if Some(child.moments.count) == die_at {
                    // Whoever is to kill it may be dead itself. Then there is nothing to go on for.
                    let told = Told::At(moment).write(child.to);
                    if told.is_ok() {
                        wait_for_the_end(child.parent);
                    }
                    stop.store(true, Ordering::Relaxed);
                }
            })
            .run();
        let child = child.into_inner().unwrap_or_else(PoisonError::into_inner);
        // A lab that is gone needs no answer.
        let _ = told(&outcome).write(child.to);
        Ok(())
    }
}

/// Waits until nobody is at the other end any more.
fn wait_for_the_end(from: &mut dyn Read) {
    loop {
        match from.read(&mut [0; 64]) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

fn told(outcome: &Result<Report, Error>) -> Told {
    match outcome {
        Ok(report) => match report.ending {
            Ending::UpToDate | Ending::Upgraded => Told::Ended,
            Ending::Stopped => Told::Stopped,
            Ending::LeftAlone => Told::Unable("the database is newer than the program".to_owned()),
        },
        Err(error) => match error {
            Error::Failed { failure, .. } => match failure.kind {
                FailureKind::Failed => Told::Failed(chain(error)),
                FailureKind::Died => Told::Asks(chain(error)),
            },
            error => Told::Unable(chain(error)),
        },
    }
}
