//! What a run does for repeatable scripts and callbacks that it does not do for versions.

use std::collections::VecDeque;

use super::walk::{Progress, Walk};
use super::{Done, Run, Trouble};
use crate::callback::Owed;
use crate::cause::chain;
use crate::code::Code;
use crate::error::Error;
use crate::event::Event;
use crate::inspect::Ready;
use crate::journal::Question;
use crate::ledger::LedgerError;
use crate::ledger::history::Attempt;
use crate::report::Warning;
use crate::role::Role;
use crate::slot::Slot;

impl Run<'_> {
    /// Records a script that is done. A callback leaves no row: it belongs to the run, and the history is about what
    /// runs have made. What has a row of the journal to itself gives it up.
    pub(super) fn record_one(&mut self, done: &Done) -> Result<(), LedgerError> {
        let Done { attempt, body, .. } = done;
        match attempt.script.role() {
            Role::Version => self.book.add_with(self.session, attempt, body.clone()),
            Role::Baseline => {
                self.book.add_with(self.session, attempt, body.clone())?;
                match self.stood_for.get(&attempt.script) {
                    Some(newest) => self.book.adopt(self.session, newest, &attempt.version),
                    None => Ok(()),
                }
            }
            Role::Repeatable => {
                self.book.add_with(self.session, attempt, body.clone())?;
                self.end_slot(attempt)
            }
            Role::Callback(_) => self.end_slot(attempt),
        }
    }

    fn end_slot(&mut self, attempt: &Attempt) -> Result<(), LedgerError> {
        let slot = Slot::of(&attempt.script);
        self.book.drop_entry(self.session, &slot)
    }

    /// Writes which after-run callbacks are owed once these are committed.
    pub(super) fn owe(&mut self, done: &[Done]) -> Result<(), LedgerError> {
        let owed = self.owed_after(done);
        match owed == self.owed {
            true => Ok(()),
            false => self.book.set_owed(self.session, &owed),
        }
    }

    pub(super) fn owed_after(&self, done: &[Done]) -> Owed {
        let scripts = done.iter().map(|done| &done.attempt.script);
        self.owed.after(scripts, &self.after_run)
    }

    /// Runs a script from its beginning of which nobody can tell where to go on, and which nothing of what it has done
    /// keeps from that.
    pub(super) fn start_over(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
        question: &Question,
    ) -> Result<Progress, Trouble> {
        let message = format!("{} starts over: {question}", ready.id);
        let code = Code::StartedOver;
        (self.tell)(Event::Warned(&Warning { code, message }));
        self.session.roll_back()?;
        self.session.renew()?;
        // The row that is there says how far it was; the first that is written takes its place.
        walk.rows.remove(&ready.slot());
        self.begin_journal(ready, walk)
    }

    /// Calls back that a script has failed, which is recorded. What goes wrong here is told, and no more.
    pub(super) fn after_failure(&mut self, callbacks: Vec<Ready>) {
        for ready in callbacks {
            let id = ready.id.clone();
            if let Err(error) = self.call_after_failure(ready) {
                // The error that counts is the first.
                let _ = self.session.roll_back();
                let cause = match &error {
                    Error::Failed {
                        failure, source, ..
                    } => {
                        format!("{failure}: {}", chain(source.as_ref()))
                    }
                    error => format!("{id}: {}", chain(error)),
                };
                let message = format!("the callback after the failure has failed too: {cause}");
                let code = Code::CallbackFailed;
                (self.tell)(Event::Warned(&Warning { code, message }));
            }
        }
    }

    fn call_after_failure(&mut self, ready: Ready) -> Result<(), Error> {
        self.session.roll_back()?;
        // The failed script may have left anything in it.
        self.session.renew()?;
        // What the last one left unfinished was about another failure.
        self.session.begin()?;
        self.book.drop_entry(self.session, &ready.slot())?;
        self.session.commit()?;
        self.in_order(VecDeque::from([ready])).map(drop)
    }
}
