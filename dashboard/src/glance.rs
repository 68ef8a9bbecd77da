//! [`Glances`]: an answer that many share, so that any number of requests cost one look a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::trouble::Trouble;

/// How long an answer is true.
const KEPT: Duration = Duration::from_secs(1);

/// What a look has shown, or why it has shown nothing.
type Answer<T> = Result<Arc<T>, Trouble>;

/// What was seen last.
#[derive(Debug)]
pub(crate) struct Glances<T> {
    last: Mutex<Option<(Instant, Answer<T>)>>,
}

impl<T> Default for Glances<T> {
    fn default() -> Self {
        Self {
            last: Mutex::new(None),
        }
    }
}

impl<T> Glances<T> {
    /// What was seen within the last second, or what a look shows now. Whoever comes while somebody looks waits for what they
    /// see, troubles too.
    ///
    /// # Errors
    /// Those of the look.
    pub(crate) async fn get(&self, look: impl Future<Output = Result<T, Trouble>>) -> Answer<T> {
        let mut last = self.last.lock().await;
        if let Some((seen, answer)) = &*last
            && seen.elapsed() < KEPT
        {
            return answer.clone();
        }
        let answer = look.await.map(Arc::new);
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}
