//! [`Guard`]: what all that the holder of the lock does has to agree with.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::{Fault, StoreError};
use super::link::Link;
use super::lock_table::{Connection, LockTable};
use crate::lock::LockRecord;

/// The token under which a process holds the lock, and what it tells others.
pub(super) struct Guard {
    pub(super) table: LockTable,
    pub(super) token: i64,
    state: Mutex<State>,
}

/// What changes while the lock is held.
pub(super) struct State {
    pub(super) record: LockRecord,
    /// How often the place in it has changed.
    pub(super) moves: i64,
    /// The connection that was worked on last; it has to be at its end before another one works.
    pub(super) work: Option<Connection>,
}

impl Guard {
    pub(super) fn new(
        table: LockTable,
        token: i64,
        record: LockRecord,
        work: Option<Connection>,
    ) -> Self {
        Self {
            table,
            token,
            state: Mutex::new(State {
                record,
                moves: 0,
                work,
            }),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The statement that every transaction ends with: it changes one row only while the lock is held.
    pub(super) fn check(&self) -> String {
        let state = self.state();
        self.table.check(self.token, &state.record, state.moves)
    }

    /// The error of a statement that the token did not let pass.
    pub(super) fn overtaken(&self) -> StoreError {
        StoreError::new(
            Fault::Overtaken,
            "another process has taken the upgrade's lock over, as this one gave no sign of life",
        )
    }

    /// What the loss of the connection to work on means: that it was ended for another holder, where there is one.
    /// `ask`: a connection to ask over.
    pub(super) fn explain(
        &self,
        lost: StoreError,
        ask: impl FnOnce() -> Result<Link, StoreError>,
    ) -> StoreError {
        match ask().and_then(|mut link| self.table.read(&mut link)) {
            Ok(Some(row)) if row.token != self.token => self.overtaken(),
            Ok(_) | Err(_) => lost,
        }
    }

    /// Notes a new connection to work on.
    ///
    /// # Errors
    /// The lock is not held any more, or the server refuses.
    pub(super) fn work_on(&self, link: &mut Link, work: Connection) -> Result<(), StoreError> {
        if link.run(&self.table.work_on(self.token, &work))? != 1 {
            return Err(self.overtaken());
        }
        self.state().work = Some(work);
        Ok(())
    }

    /// Notes that the connection to work on was closed in good order: nothing of it has to be ended any more.
    pub(super) fn work_is_over(&self) {
        self.state().work = None;
    }
}
