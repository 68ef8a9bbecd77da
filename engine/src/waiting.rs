//! Waiting for the lock.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::lock::{Deaths, Holder, LockRecord};
use crate::store::{Claim, Lock, Store, StoreError};
use crate::upgrader::Upgrader;

/// Why the lock was not taken.
#[derive(Debug)]
pub(crate) enum Waited {
    /// Another process held it all the time.
    InVain {
        waited: Duration,
        holder: Box<LockRecord>,
    },
    /// The application asked to stop.
    Stopped,
    /// The lock itself cannot be used.
    Store(StoreError),
}

impl Upgrader<'_> {
    /// Takes the lock for something that a person asked for, waiting as long as was said. `tell` hears who works, once a
    /// second; `stopped` is the error when the application asks to stop meanwhile.
    pub(crate) fn take_lock(
        &self,
        me: &Holder,
        tell: impl FnMut(&LockRecord, Duration),
        stopped: impl FnOnce() -> Error,
    ) -> Result<(Box<dyn Lock + '_>, Option<Deaths>), Error> {
        acquire(
            self.store.as_ref(),
            me,
            self.prefix_said(),
            self.lock_wait,
            tell,
            || self.must_stop(),
        )
        .map_err(|waited| match waited {
            Waited::InVain { waited, holder } => Error::Locked { holder, waited },
            Waited::Stopped => stopped(),
            Waited::Store(error) => error.into(),
        })
    }
}

/// Takes the lock, waiting no longer than `patience`. `tell` hears who works, once a second; `stop` ends the waiting.
pub(crate) fn acquire<'a>(
    store: &'a (dyn Store + 'a),
    me: &Holder,
    prefix: &str,
    patience: Duration,
    mut tell: impl FnMut(&LockRecord, Duration),
    stop: impl Fn() -> bool,
) -> Result<(Box<dyn Lock + 'a>, Option<Deaths>), Waited> {
    const SHORTEST: Duration = Duration::from_millis(5);
    const LONGEST: Duration = Duration::from_millis(100);
    const TELL_EVERY: Duration = Duration::from_secs(1);

    let mut claimant = store.claimant(me, prefix).map_err(Waited::Store)?;
    let began = Instant::now();
    let mut pause = SHORTEST;
    let mut told: Option<Instant> = None;
    loop {
        let holder = match claimant.claim().map_err(Waited::Store)? {
            Claim::Held(lock, deaths) => return Ok((lock, deaths)),
            Claim::Taken(holder) => holder,
        };
        let waited = began.elapsed();
        if waited >= patience {
            let holder = Box::new(holder);
            return Err(Waited::InVain { waited, holder });
        }
        if stop() {
            return Err(Waited::Stopped);
        }
        if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            tell(&holder, waited);
            told = Some(Instant::now());
        }
        std::thread::sleep(pause.min(patience - waited));
        pause = (pause * 2).min(LONGEST);
    }
}
