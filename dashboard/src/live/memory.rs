//! [`Memory`]: what has to be remembered of a run to tell how long it will take.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use upgrades::{Forecast, Left, LockRecord};

use crate::engine::Engine;

/// How long to wait before what could not be told is asked again: an upgrade may keep readers out.
const AGAIN: Duration = Duration::from_secs(5);

/// The forecast for the run that works, and since when it is in its script.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    engine: Engine,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    run: String,
    script: String,
    /// Since when the script was seen.
    since: Option<Instant>,
    /// When the forecast was asked for last.
    asked: Option<Instant>,
    forecast: Option<Forecast>,
}

impl Memory {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            kept: Arc::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the rest of this holder's run will take.
    pub(crate) async fn left(&self, record: &LockRecord) -> Option<Left> {
        let (holder, at) = (record.holder.as_ref()?, record.at.as_ref()?);
        let is_to_be_asked = self.kept().moved(&holder.run, &at.script);
        if is_to_be_asked {
            let asked = self.engine.ask(|upgrader| upgrader.forecast()).await;
            match asked {
                Ok(forecast) => self.kept().forecast = Some(forecast),
                Err(trouble) => log::debug!("how long the run takes cannot be told: {trouble}"),
            }
        }
        let kept = self.kept();
        let elapsed = kept.since.map(|since| since.elapsed()).unwrap_or_default();
        kept.forecast.as_ref()?.left(at, elapsed)
    }
}

impl Kept {
    /// Notes where the run is, and tells whether a forecast is to be asked for.
    fn moved(&mut self, run: &str, script: &str) -> bool {
        if self.run != run {
            *self = Self {
                run: run.to_owned(),
                ..Self::default()
            };
        }
        if self.script != script {
            script.clone_into(&mut self.script);
            self.since = Some(Instant::now());
        }
        let is_time = self.asked.is_none_or(|asked| asked.elapsed() >= AGAIN);
        let is_to_be_asked = self.forecast.is_none() && is_time;
        if is_to_be_asked {
            self.asked = Some(Instant::now());
        }
        is_to_be_asked
    }
}
