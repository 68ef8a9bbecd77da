//! The heartbeat of a holder of the lock: a thread and a connection of its own.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mysql_async::Opts;

use super::super::{Fault, StoreError};
use super::bridge::Bridge;
use super::guard::Guard;
use super::link::Link;
use super::server::Server;
use crate::lock::LockRecord;

/// A thread that says again and again that its process is alive, and gives the lock back at the end.
pub(super) struct Beat {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Signal {
    wish: Mutex<Wish>,
    changed: Condvar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Wish {
    #[default]
    None,
    /// Tell now where the work is.
    Tell,
    /// The work is over.
    End,
}

/// The longest pause between two heartbeats.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long the connection of a living holder's heartbeat may be gone: it connects again with its next heartbeat.
pub(super) fn longest_gap(expiry: Duration) -> Duration {
    3 * pause(expiry)
}

/// The pause between the heartbeats of a holder that may be silent for `expiry`.
pub(super) fn pause(expiry: Duration) -> Duration {
    (expiry / 6).min(LONGEST_PAUSE)
}

impl Beat {
    /// Begins to beat over this connection, and over new ones when it is lost.
    ///
    /// # Errors
    /// There is no room for a thread.
    pub(super) fn start(
        link: Link,
        bridge: Arc<Bridge>,
        opts: Opts,
        guard: Arc<Guard>,
        expiry: Duration,
    ) -> Result<Self, StoreError> {
        let signal = Arc::new(Signal::default());
        let heart = Heart {
            link: Some(link),
            bridge,
            opts,
            guard,
            signal: signal.clone(),
        };
        let thread = thread::Builder::new()
            .name("upgrades-lock".to_owned())
            .spawn(move || heart.live(pause(expiry)))
            .map_err(|error| {
                StoreError::new(Fault::Io, "the heartbeat cannot be started").because(error)
            })?;
        Ok(Self {
            signal,
            thread: Some(thread),
        })
    }

    /// Tells at once where the work is.
    pub(super) fn tell(&self) {
        self.signal.wish(Wish::Tell);
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.signal.wish(Wish::End);
        if let Some(thread) = self.thread.take() {
            // It does nothing that could panic.
            let _ = thread.join();
        }
    }
}

impl Signal {
    fn wish(&self, wish: Wish) {
        *self.wish.lock().unwrap_or_else(PoisonError::into_inner) = wish;
        self.changed.notify_all();
    }

    /// Waits for a wish, and forgets it.
    fn wait(&self, longest: Duration) -> Wish {
        let wish = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(wish, longest, |wish| *wish == Wish::None);
        let (mut wish, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *wish)
    }
}

struct Heart {
    link: Option<Link>,
    bridge: Arc<Bridge>,
    opts: Opts,
    guard: Arc<Guard>,
    signal: Arc<Signal>,
}

impl Heart {
    fn live(mut self, pause: Duration) {
        loop {
            self.beat();
            if self.signal.wait(pause) == Wish::End {
                break self.release();
            }
        }
    }

    fn beat(&mut self) {
        let update = {
            let state = self.guard.state();
            let at = state.record.at.clone();
            self.guard.table.beat(self.guard.token, at, state.moves)
        };
        match self.run(&update) {
            Ok(1) => {}
            // A newer token stands there.
            Ok(_) => log::warn!("another process has taken the upgrade's lock over"),
            Err(error) => log::warn!("the heartbeat of the upgrade's lock was not heard: {error}"),
        }
    }

    fn release(&mut self) {
        let update = {
            let state = self.guard.state();
            let record = LockRecord {
                holder: None,
                at: None,
                deaths: state.record.deaths.clone(),
            };
            let work = state.work.as_ref();
            self.guard.table.release(self.guard.token, &record, work)
        };
        if let Err(error) = self.run(&update) {
            log::warn!(
                "the upgrade's lock cannot be given back, and ends when it expires: {error}"
            );
        }
    }

    /// Runs this, over a new connection at once where the old one is lost: those who wait see the old one gone.
    fn run(&mut self, sql: &str) -> Result<u64, StoreError> {
        if let Some(link) = &mut self.link {
            match link.run(sql) {
                Err(error) if error.fault() == Fault::Lost => {
                    log::debug!("the heartbeat connects again: {error}");
                }
                outcome => return outcome,
            }
        }
        self.link = None;
        let mut link = Link::connect(self.bridge.clone(), &self.opts)?;
        let connection = Server::ask(&mut link)?.connection(link.id());
        if link.run(&self.guard.table.beat_on(self.guard.token, &connection))? != 1 {
            log::warn!("another process has taken the upgrade's lock over");
        }
        self.link.insert(link).run(sql)
    }
}
