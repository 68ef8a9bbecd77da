//! [`Clock`]: ends a script that computes for too long, or while the application wants to stop, whatever it catches.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mlua::{HookTriggers, Lua, VmState};

/// So many instructions of Lua's machine pass between two looks at the time: well below a millisecond.
const INSTRUCTIONS: u32 = 10_000;

/// How long a script has computed since it last had an answer of the database.
#[derive(Debug)]
pub(super) struct Clock {
    longest: Duration,
    until: Cell<Instant>,
    /// The database has answered since the last look.
    answered: Cell<bool>,
    /// True once the application wants to stop.
    stop: Option<Arc<AtomicBool>>,
    over: Cell<Option<Over>>,
}

/// Why a script does not go on, whatever it catches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Over {
    /// It has computed for too long.
    #[error("it computed for more than {} without a call to the database; what it was to do in so long is left undone", humantime::format_duration(*.0))]
    Time(Duration),
    #[error("the application asked to stop")]
    Stop,
}

impl Clock {
    /// A clock that runs from now on, and ends the script that runs in `lua`.
    pub(super) fn start(
        lua: &Lua,
        longest: Duration,
        stop: Option<Arc<AtomicBool>>,
    ) -> mlua::Result<Rc<Self>> {
        let clock = Rc::new(Self {
            longest,
            until: Cell::new(Instant::now() + longest),
            answered: Cell::new(false),
            stop,
            over: Cell::new(None),
        });
        clock.watch(lua, INSTRUCTIONS)?;
        Ok(clock)
    }

    fn watch(self: &Rc<Self>, lua: &Lua, every: u32) -> mlua::Result<()> {
        let clock = Rc::clone(self);
        let triggers = HookTriggers::new().every_nth_instruction(every);
        lua.set_global_hook(triggers, move |lua, _| {
            let was_over = clock.over.get().is_some();
            let outcome = clock.look();
            if outcome.is_err() && !was_over {
                // From here on at each instruction, so that nothing gets any further that catches the error.
                clock.watch(lua, 1)?;
            }
            outcome.map_err(mlua::Error::external)?;
            Ok(VmState::Continue)
        })
    }

    /// Looks at the time, and whether the application wants to stop.
    ///
    /// # Errors
    /// It is over.
    pub(super) fn look(&self) -> Result<(), Over> {
        if self.answered.take() {
            self.until.set(Instant::now() + self.longest);
        }
        if self.over.get().is_none() {
            self.over.set(self.reason_to_end());
        }
        self.verdict()
    }

    fn reason_to_end(&self) -> Option<Over> {
        let asked = |stop: &Arc<AtomicBool>| stop.load(Ordering::Relaxed);
        match (
            self.stop.as_ref().is_some_and(asked),
            Instant::now() >= self.until.get(),
        ) {
            (true, _) => Some(Over::Stop),
            (false, true) => Some(Over::Time(self.longest)),
            (false, false) => None,
        }
    }

    /// Whether it was over at the last look.
    ///
    /// # Errors
    /// It was.
    pub(super) fn verdict(&self) -> Result<(), Over> {
        match self.over.get() {
            Some(over) => Err(over),
            None => Ok(()),
        }
    }

    /// The database has answered: the time begins anew.
    pub(super) fn answered(&self) {
        self.answered.set(true);
    }
}
