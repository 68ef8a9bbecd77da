//! Upgrading from an asynchronous application.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use futures_channel::oneshot;

use crate::error::Error;
use crate::report::Report;
use crate::upgrader::Upgrader;

impl Upgrader<'static> {
    /// As [`run`](Upgrader::run), on a thread of its own, so that no executor is blocked; any executor will do.
    ///
    /// Dropping the future does not stop the upgrade: it goes on to its end. To stop it, see
    /// [`stop_when`](Upgrader::stop_when).
    ///
    /// # Errors
    /// As for [`run`](Upgrader::run), and when the thread cannot be started.
    pub async fn run_async(self) -> Result<Report, Error> {
        let (send, receive) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("upgrades".to_owned())
            .spawn(move || {
                let outcome = catch_unwind(AssertUnwindSafe(|| self.run()));
                // Nobody listens any more when the future was dropped.
                let _ = send.send(outcome);
            });
        if let Err(error) = thread {
            return Err(Error::Setup {
                what: "a thread",
                value: "upgrades".to_owned(),
                reason: error.to_string(),
            });
        }
        match receive
            .await
            .expect("the thread sends an outcome, even of a panic")
        {
            Ok(outcome) => outcome,
            Err(panic) => resume_unwind(panic),
        }
    }
}
