//! Waiting between two chunks of a batch.

use std::thread;
use std::time::{Duration, Instant};

use super::Db;
use super::error::DbError;
use super::journal::Halt;
use crate::event::Event;

/// How long to sleep at once: so late a wish to stop is heard at most.
const NAP: Duration = Duration::from_millis(250);
/// How often to look whether the brake is off.
const LOOK: Duration = Duration::from_millis(100);
/// A brake is told of after so long, as most are off sooner...
const FIRST: Duration = Duration::from_secs(1);
/// ...and again after so long.
const AGAIN: Duration = Duration::from_secs(10);

impl Db<'_> {
    /// Does nothing for so long.
    ///
    /// # Errors
    /// The application asked to stop, or the connection was lost.
    pub(crate) fn rest(&mut self, time: Duration) -> Result<(), DbError> {
        let began = Instant::now();
        loop {
            self.must_go_on()?;
            let left = time.saturating_sub(began.elapsed());
            thread::sleep(left.min(NAP));
            if left <= NAP {
                return self.must_go_on();
            }
            self.stay_awake()?;
        }
    }

    /// Waits until nothing holds the batch back, and tells whom it waits for.
    ///
    /// # Errors
    /// As for [`Db::rest`].
    pub(super) fn wait_for_brake(
        &mut self,
        batch: &str,
        max_lag: Option<Duration>,
    ) -> Result<(), DbError> {
        let began = Instant::now();
        let mut told = None;
        let outcome = loop {
            let Some(brake) = self.session.brake(max_lag) else {
                break Ok(());
            };
            let waited = began.elapsed();
            if waited >= told.map_or(FIRST, |last: Duration| last + AGAIN) {
                told = Some(waited);
                self.scope.lock.waits_for(Some(&brake.reason));
                (self.scope.tell)(Event::Held {
                    script: &self.scope.ready.id,
                    batch,
                    brake: &brake,
                    waited,
                });
            }
            let rested = self
                .close_questions()
                .and_then(|()| self.rest(LOOK))
                .and_then(|()| self.stay_awake());
            if rested.is_err() {
                break rested;
            }
        };
        if told.is_some() {
            self.scope.lock.waits_for(None);
        }
        outcome
    }

    /// What was asked so far has begun a transaction, which must not stay open for as long as somebody waits.
    fn close_questions(&mut self) -> Result<(), DbError> {
        match self.session.in_transaction() {
            true => self.commit(),
            false => Ok(()),
        }
    }

    fn stay_awake(&mut self) -> Result<(), DbError> {
        self.session
            .stay_awake()
            .map_err(|error| self.halt(Halt::Store(error)))
    }
}
