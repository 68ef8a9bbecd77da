//! The way from synchronous calls to the asynchronous driver.

use std::future::Future;
use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};

/// A runtime that waits for one future at a time, on the thread that asks for it.
pub(super) struct Bridge(Option<Runtime>);

impl Bridge {
    /// # Errors
    /// The operating system has no room for it.
    pub(super) fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    /// Waits for a future. Inside another runtime's thread, where waiting is not allowed, a thread of its own waits.
    pub(super) fn wait<F>(&self, future: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        let runtime = self.0.as_ref().expect("it is there until it is dropped");
        if Handle::try_current().is_err() {
            return runtime.block_on(future);
        }
        thread::scope(|scope| {
            let waiting = scope.spawn(|| runtime.block_on(future));
            match waiting.join() {
                Ok(output) => output,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        // Waiting for its end is not allowed inside another runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
