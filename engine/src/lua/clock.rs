//! [`Clock`]: ends a script that computes for too long, whatever it catches.

use std::cell::Cell;
use std::rc::Rc;
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
    expired: Cell<bool>,
}

/// The script has computed for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it computed for more than {} without a call to the database; what it was to do in so long is left undone", humantime::format_duration(*.0))]
pub(super) struct Expired(Duration);

impl Clock {
    /// A clock that runs from now on, and ends the script that runs in `lua`.
    pub(super) fn start(lua: &Lua, longest: Duration) -> mlua::Result<Rc<Self>> {
        let clock = Rc::new(Self {
            longest,
            until: Cell::new(Instant::now() + longest),
            answered: Cell::new(false),
            expired: Cell::new(false),
        });
        clock.watch(lua, INSTRUCTIONS)?;
        Ok(clock)
    }

    fn watch(self: &Rc<Self>, lua: &Lua, every: u32) -> mlua::Result<()> {
        let clock = Rc::clone(self);
        let triggers = HookTriggers::new().every_nth_instruction(every);
        lua.set_global_hook(triggers, move |lua, _| {
            let was_expired = clock.expired.get();
            let outcome = clock.look();
            if outcome.is_err() && !was_expired {
                // From here on at each instruction, so that nothing gets any further that catches the error.
                clock.watch(lua, 1)?;
            }
            outcome.map_err(mlua::Error::external)?;
            Ok(VmState::Continue)
        })
    }

    /// Looks at the time.
    ///
    /// # Errors
    /// It is over.
    pub(super) fn look(&self) -> Result<(), Expired> {
        if self.answered.take() {
            self.until.set(Instant::now() + self.longest);
        }
        if !self.expired.get() && Instant::now() >= self.until.get() {
            self.expired.set(true);
        }
        self.verdict()
    }

    /// Whether the time was over at the last look.
    ///
    /// # Errors
    /// It was.
    pub(super) fn verdict(&self) -> Result<(), Expired> {
        match self.expired.get() {
            true => Err(Expired(self.longest)),
            false => Ok(()),
        }
    }

    /// The database has answered: the time begins anew.
    pub(super) fn answered(&self) {
        self.answered.set(true);
    }
}
