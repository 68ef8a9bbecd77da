//! What was committed though nobody heard of it.

use std::collections::VecDeque;

use super::{Done, Run};
use crate::inspect::Ready;
use crate::ledger::LedgerError;
use crate::ledger::history::{self, Outcome};

impl Run<'_> {
    /// Takes the scripts from the queue that this run has applied, when the connection was lost while it waited for the
    /// answer to a commit: run again, they would do everything twice.
    pub(super) fn take_unheard(&mut self, queue: &mut VecDeque<Ready>) -> Result<(), LedgerError> {
        let run = self.book.holder.run.as_str().into();
        let mut attempts = history::select(
            self.session,
            &self.book.tables,
            "WHERE run = ? ORDER BY id",
            &[run],
        )?;
        attempts.retain(|attempt| attempt.outcome == Outcome::Applied);
        while let Some(ready) = queue.front() {
            let Some(at) = attempts.iter().position(|known| known.script == ready.id) else {
                break;
            };
            let attempt = attempts.swap_remove(at);
            // What it demands of programs is committed with it.
            let min_app = None;
            queue.pop_front();
            let body = None;
            self.committed(vec![Done {
                attempt,
                body,
                min_app,
            }]);
        }
        Ok(())
    }
}
