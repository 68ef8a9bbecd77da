//! Keeping what ran together with its journal entry.

use std::collections::VecDeque;
use std::time::Instant;

use super::statements::locate;
use super::walk::{Open, Progress, Walk};
use super::{Clock, Done, Run, Trouble};
use crate::cause::Cause;
use crate::error::{Error, Remains};
use crate::flight::Flight;
use crate::inspect::Ready;
use crate::journal::Entry;
use crate::latch::FailedStatement;
use crate::ledger::history::Outcome;
use crate::slot::Slot;

impl Run<'_> {
    /// Writes the journal up to the last statement into the open transaction, and commits it. `flight`: the statement
    /// that is to run next, where it commits by itself.
    pub(super) fn commit(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
        progress: &mut Progress,
        flight: Option<Flight>,
    ) -> Result<(), Trouble> {
        if progress.last.is_none() && flight.is_none() && walk.carried.is_empty() {
            return Ok(());
        }
        if walk.open == Open::Nobodys {
            self.session.begin()?;
            walk.opened(Open::Ours);
        }
        let last = progress.last.as_ref().map(|(number, _)| *number);
        // Where the record of deaths is committed with the work: the process may not live to the next commit.
        if last.is_some() && ready.dialect == crate::Dialect::Mysql {
            self.survived(ready);
        }
        // That a statement is about to run again is no progress: it may be what fails each time.
        let moves = last.is_some() || !walk.carried.is_empty();
        self.write_journal(ready, walk, progress, flight)?;
        if let Err(error) = self.session.commit() {
            // The error that counts is the first.
            let _ = self.session.roll_back();
            walk.lost();
            progress.undo();
            let statement = last.and_then(|last| locate(ready, self.substitution.syntax, last));
            return Err(Trouble::refused(error, statement));
        }
        self.sealed(walk);
        progress.sealed();
        walk.moved |= moves;
        if last.is_some() {
            self.survived(ready);
        }
        Ok(())
    }

    /// Commits what is open, before a statement that runs outside a transaction.
    pub(super) fn commit_open(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
        progress: &mut Progress,
    ) -> Result<(), Trouble> {
        match walk.open {
            Open::Nobodys => Ok(()),
            Open::Ours | Open::Scripts => self.commit(ready, walk, progress, None),
        }
    }

    /// Writes where the script is into the open transaction.
    fn write_journal(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
        progress: &mut Progress,
        flight: Option<Flight>,
    ) -> Result<(), Trouble> {
        self.read_variables(progress)?;
        let set = &progress.set;
        let mut entry = Entry {
            in_flight: flight,
            surroundings: (!set.is_empty()).then(|| set.clone()),
            ..progress.entry.clone()
        };
        if let Some((number, said)) = &progress.last {
            entry.done = *number;
            entry.past = said.clone().checksum();
        }
        let slot = ready.slot();
        self.drop_rows(walk, |other| *other != slot)?;
        let row = walk.rows.get(&slot).copied();
        let step = self
            .book
            .write_entry(self.session, &ready.id, &entry, row)?;
        progress.unsealed = Some(entry);
        walk.unsealed = Some((slot, step));
        Ok(())
    }

    /// Notes that the open transaction was committed.
    fn sealed(&mut self, walk: &mut Walk) {
        walk.open = Open::Nobodys;
        for slot in std::mem::take(&mut walk.dropped) {
            walk.rows.remove(&slot);
        }
        walk.rows.extend(walk.unsealed.take());
        let carried = std::mem::take(&mut walk.carried);
        walk.committed += carried.len();
        self.committed(carried);
    }

    /// Commits the scripts that are done, behind which nothing was begun.
    pub(super) fn commit_carried(
        &mut self,
        queue: &VecDeque<Ready>,
        walk: &mut Walk,
    ) -> Result<(), Trouble> {
        if walk.carried.is_empty() {
            return Ok(());
        }
        self.drop_rows(walk, |_| true)?;
        if let Err(error) = self.session.commit() {
            // What the last of them did last is to blame, unless it was committed already.
            let ready = queue.get(walk.position() - 1);
            let statement = ready
                .zip(walk.last)
                .and_then(|(ready, last)| locate(ready, self.substitution.syntax, last));
            return Err(Trouble::refused(error, statement));
        }
        self.sealed(walk);
        walk.moved = true;
        Ok(())
    }

    /// Drops the journal's rows of scripts that are done, which the next script of their slot would have taken over.
    fn drop_rows(&mut self, walk: &mut Walk, which: impl Fn(&Slot) -> bool) -> Result<(), Trouble> {
        let ended = |slot: &&Slot| which(slot) && !walk.journal.contains_key(*slot);
        walk.dropped = walk.rows.keys().filter(ended).cloned().collect();
        for slot in &walk.dropped {
            self.book.drop_entry(self.session, slot)?;
        }
        Ok(())
    }

    /// Writes what is to be remembered of a script that is done into the open transaction.
    pub(super) fn finish_script(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
        progress: Progress,
        clock: Clock,
    ) -> Result<(), Trouble> {
        let Clock {
            started,
            mut attempt,
        } = clock;
        attempt.started_at = progress.entry.started_at;
        attempt.took_ms = Instant::now().duration_since(started).as_millis() as u64;
        if !progress.forgiven.is_empty() {
            attempt.error = Some(progress.forgiven.join("\n"));
        }
        if walk.open == Open::Nobodys {
            self.session.begin()?;
            walk.opened(Open::Ours);
        }
        self.script_ran(&attempt);
        let done = Done::of(ready, attempt);
        self.record(std::slice::from_ref(&done))?;
        walk.carried.push(done);
        walk.last = progress.last.map(|(number, _)| number);
        Ok(())
    }

    /// Trips the latch for a script, and keeps what of it is done.
    pub(super) fn trip_journaled(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
        mut progress: Progress,
        statement: Option<FailedStatement>,
        error: Cause,
    ) -> Error {
        let attempt = self.failed_attempt(ready, Outcome::Failed, statement, error.as_ref());
        let written = self.write_journaled_trip(ready, walk, &mut progress, &attempt);
        if written.is_err() {
            // The error that counts is the first.
            let _ = self.session.roll_back();
        }
        let remains = match progress.entry.deeds {
            Some(_) => Remains::EarlierStatements,
            None => Remains::before(attempt.failed.as_ref()),
        };
        self.failed(attempt, remains, error, written)
    }

    fn write_journaled_trip(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
        progress: &mut Progress,
        attempt: &crate::Attempt,
    ) -> Result<(), Cause> {
        // What the statement asked for would not be known any more: its predecessors run again with it.
        let ours =
            walk.open == Open::Ours && self.session.in_transaction() && !progress.asks_changes;
        if !ours {
            // The script's own transaction, or one that the database has given up; what ran in it is undone.
            if walk.open != Open::Nobodys {
                progress.undo();
            }
            walk.lost();
            self.session.roll_back()?;
            self.session.begin()?;
            walk.opened(Open::Ours);
        }
        let known = walk.rows.contains_key(&ready.slot()) || progress.last.is_some();
        if known || !walk.carried.is_empty() {
            self.write_journal(ready, walk, progress, None)
                .map_err(Trouble::into_cause)?;
        }
        self.add_trip(attempt)?;
        self.session.commit()?;
        self.sealed(walk);
        Ok(())
    }

    /// A script that goes on has survived what earlier processes died of.
    fn survived(&mut self, ready: &Ready) {
        let here = |deaths: &crate::lock::Deaths| deaths.at.script == ready.id.to_string();
        if self.deaths.as_ref().is_some_and(here) {
            self.deaths = None;
            self.lock.forget_deaths();
        }
    }
}
