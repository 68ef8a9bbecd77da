//! The live run: what an upgrade does at this moment, in whatever process it works.

mod memory;
mod stream;
mod working;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{Semaphore, watch};
use upgrades::{Left, LockRecord, State};

use crate::engine::Engine;
use crate::trouble::Trouble;
use memory::Memory;

pub(crate) use stream::live;
pub(crate) use working::Working;

/// How many may follow at a time.
const FOLLOWERS: usize = 64;
/// How often somebody looks while an upgrade works, and while none does.
const WORKING_PAUSE: Duration = Duration::from_millis(300);
const IDLE_PAUSE: Duration = Duration::from_secs(2);

/// What happens now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Now {
    /// `upgrading`, a [`State`], or `unreachable`.
    pub(crate) state: &'static str,
    /// The process that upgrades.
    pub(crate) working: Option<LockRecord>,
    /// How long the rest will take.
    pub(crate) left: Option<Left>,
}

/// Whoever looks what happens, once for all who want to know.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    engine: Engine,
    memory: Memory,
    /// What was seen last; `None`: nobody follows, and nobody looks.
    seen: Arc<Mutex<Option<watch::Sender<Now>>>>,
    places: Arc<Semaphore>,
}

impl Live {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            memory: Memory::new(engine.clone()),
            engine,
            seen: Arc::default(),
            places: Arc::new(Semaphore::new(FOLLOWERS)),
        }
    }

    /// What happens now, by one look.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(crate) async fn now(&self) -> Result<Now, Trouble> {
        let working = self.engine.ask(|upgrader| upgrader.working()).await?;
        if let Some(record) = working {
            return Ok(self.upgrading(record).await);
        }
        let standing = self.engine.ask(|upgrader| upgrader.standing()).await?;
        Ok(match standing.working {
            Some(record) => self.upgrading(record).await,
            None => Now {
                state: word(standing.state),
                working: None,
                left: None,
            },
        })
    }

    /// A holder of the lock, with the time that its work will take.
    async fn upgrading(&self, record: LockRecord) -> Now {
        Now {
            state: UPGRADING,
            left: self.memory.left(&record).await,
            working: Some(record),
        }
    }

    /// The same, for a page.
    pub(crate) async fn working(&self, record: &LockRecord) -> Working {
        Working::of(&self.upgrading(record.clone()).await)
    }

    /// Follows what happens: from the first follower to the last, one task looks for all.
    fn follow(&self) -> watch::Receiver<Now> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*seen {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(Now {
            state: UNKNOWN,
            working: None,
            left: None,
        });
        *seen = Some(sender);
        tokio::spawn(self.clone().look_for_all());
        receiver
    }

    async fn look_for_all(self) {
        loop {
            let now = self.now().await.unwrap_or_else(|trouble| {
                log::debug!("what happens now cannot be told: {trouble}");
                Now {
                    state: UNREACHABLE,
                    working: None,
                    left: None,
                }
            });
            let pause = match now.working {
                Some(_) => WORKING_PAUSE,
                None => IDLE_PAUSE,
            };
            {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(sender) = seen.as_ref().filter(|sender| sender.receiver_count() > 0)
                else {
                    *seen = None;
                    return;
                };
                sender.send_if_modified(|last| {
                    let is_news = *last != now;
                    *last = now;
                    is_news
                });
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// An upgrade works.
pub(crate) const UPGRADING: &str = "upgrading";
/// The database cannot be asked.
pub(crate) const UNREACHABLE: &str = "unreachable";
/// Nobody has looked yet; never sent.
const UNKNOWN: &str = "";

/// A state, as the JSON of the command has it.
pub(crate) fn word(state: State) -> &'static str {
    match state {
        State::Current => "current",
        State::Pending => "pending",
        State::Failed => "failed",
        State::TooOld => "too-old",
        // A state of a newer engine.
        _ => UNREACHABLE,
    }
}
