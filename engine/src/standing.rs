//! [`Standing`]: the cheapest answer to whether an application may work with its database.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::discover::discover;
use crate::error::Error;
use crate::lock::LockRecord;
use crate::status::{State, judge};
use crate::upgrader::Upgrader;

/// Where an installation stands, as far as one look tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Standing {
    /// What the next run would meet. Repeatable scripts do not count: they would have to be read.
    pub state: State,
    /// Why the next run would be refused, in words.
    pub refusal: Option<String>,
    /// The process that upgrades now.
    pub working: Option<LockRecord>,
}

/// How often and how long this upgrader has waited for another process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Waits {
    /// How often.
    pub times: u64,
    /// How long, together.
    pub waited: Duration,
}

/// [`Waits`], as they are counted.
#[derive(Debug, Default)]
pub(crate) struct WaitCounter {
    times: AtomicU64,
    microseconds: AtomicU64,
}

impl WaitCounter {
    pub(crate) fn add(&self, waited: Duration) {
        self.times.fetch_add(1, Ordering::Relaxed);
        let microseconds = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    fn read(&self) -> Waits {
        Waits {
            times: self.times.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.microseconds.load(Ordering::Relaxed)),
        }
    }
}

impl Upgrader<'_> {
    /// Where this installation stands, as cheaply as an idle start: the tracks are listed and one query is asked; who
    /// holds the lock is a look at a file, and on a server one query more. No script is opened. Reads only, and waits for
    /// nobody.
    ///
    /// # Errors
    /// The scripts are not in order, or the database cannot be read.
    pub fn standing(&self) -> Result<Standing, Error> {
        let settings = self.settings()?;
        let catalog = discover(&self.tracks, self.store.dialect()).catalog()?;
        let catalog = catalog.without_repeatables();
        let view = self.look(&settings, &catalog)?;
        let (state, refusal) = judge(view, &settings.app);
        Ok(Standing {
            state,
            refusal: refusal.map(|refusal| refusal.to_string()),
            working: self.working_if_told(),
        })
    }

    /// The process that upgrades this database now, and where in its work it is; `None`: nobody. Waits for nobody.
    ///
    /// # Errors
    /// What the lock is kept in cannot be read.
    pub fn working(&self) -> Result<Option<LockRecord>, Error> {
        Ok(self.store.holder(self.prefix_said())?)
    }

    /// Whoever may not read the lock still learns the rest.
    pub(crate) fn working_if_told(&self) -> Option<LockRecord> {
        self.working().unwrap_or_else(|error| {
            log::warn!(
                "who upgrades now cannot be told: {}",
                crate::cause::chain(&error)
            );
            None
        })
    }

    /// How often and how long the runs of this upgrader have waited for another process that upgrades.
    pub fn lock_waits(&self) -> Waits {
        self.waits.read()
    }
}
