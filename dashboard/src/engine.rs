//! [`Engine`]: asking the engine, whose calls are synchronous, without giving it all threads.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;
use upgrades::Upgrader;

use crate::trouble::Trouble;

/// How many questions are asked at a time. A database that hangs keeps so many threads, and no more.
const AT_A_TIME: usize = 8;

/// How long a page may wait for its turn, and for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The engine, to be asked from asynchronous code.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    upgrader: Arc<Upgrader<'static>>,
    room: Arc<Semaphore>,
}

impl Engine {
    pub(crate) fn new(upgrader: Arc<Upgrader<'static>>) -> Self {
        Self {
            upgrader,
            room: Arc::new(Semaphore::new(AT_A_TIME)),
        }
    }

    /// The upgrade itself, for what asks nothing of the database.
    pub(crate) fn upgrader(&self) -> &Arc<Upgrader<'static>> {
        &self.upgrader
    }

    /// Asks, on a thread of its own, and waits for the answer.
    ///
    /// # Errors
    /// The engine's own, or the database is silent. The question goes on then, and keeps its place until it is answered.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Upgrader<'static>) -> Result<T, upgrades::Error> + Send + 'static,
    ) -> Result<T, Trouble> {
        let turn = timeout(PATIENCE, self.room.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(Trouble::Silent);
        };
        let upgrader = self.upgrader.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let answer = question(&upgrader);
            drop(turn);
            answer
        });
        match timeout(PATIENCE, asked).await {
            Err(_) => Err(Trouble::Silent),
            Ok(Ok(answer)) => Ok(answer?),
            Ok(Err(panicked)) => {
                log::error!("a question to the engine has panicked: {panicked}");
                Err(Trouble::Broken)
            }
        }
    }
}
