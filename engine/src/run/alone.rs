//! Scripts that commit alone, because of what they do to the session.

use std::collections::{HashMap, VecDeque};

use super::{Ended, Run, Trouble};
use crate::code::Code;
use crate::directive::ForeignKeys;
use crate::error::Error;
use crate::event::Event;
use crate::inspect::Ready;
use crate::report::Warning;
use crate::store::{BrokenKey, Fault, Limits, StoreError};

impl Run<'_> {
    /// Runs the first script of the queue in a transaction of its own, with foreign keys as it wants them, and leaves
    /// the session as it was.
    pub(super) fn alone(&mut self, queue: &mut VecDeque<Ready>) -> Result<Ended, Error> {
        let Some(ready) = queue.front() else {
            return Ok(Ended::Done);
        };
        let changes_session = ready.changes_session;
        let limits = ready.directives.limits();
        if limits != Limits::default() {
            self.session.set_limits(limits)?;
        }
        let ended = match ready.directives.foreign_keys {
            ForeignKeys::Enforced => self.whole_script(queue, None),
            ForeignKeys::CheckedAtEnd => {
                let script = ready.id.clone();
                let (before, message) = match self.session.broken_foreign_keys() {
                    Ok(before) => {
                        let message = before.first().map(|first| {
                            let count = before.len();
                            format!("rows that broke foreign keys before {script} ran: {count}; the first: {first}")
                        });
                        (before, message)
                    }
                    // The schema itself is not in order, which may be what the script is for.
                    Err(error) if error.fault() == Fault::Refused => {
                        let message = format!(
                            "foreign keys could not be checked before {script} ran: {error}"
                        );
                        (Vec::new(), Some(message))
                    }
                    Err(error) => return Err(error.into()),
                };
                if let Some(message) = message {
                    let code = Code::BrokenKeys;
                    (self.tell)(Event::Warned(&Warning { code, message }));
                }
                self.with_foreign_keys(false, |run| run.whole_script(queue, Some(&before)))
            }
        };
        if limits != Limits::default() {
            self.session.set_limits(Limits::default())?;
        }
        let ended = ended?;
        if changes_session {
            self.session.renew()?;
        }
        Ok(ended)
    }

    fn whole_script(
        &mut self,
        queue: &mut VecDeque<Ready>,
        broken_before: Option<&[BrokenKey]>,
    ) -> Result<Ended, Error> {
        match queue.front().is_some_and(Ready::is_program) {
            true => self.program(queue, broken_before),
            false => self.group(queue, broken_before),
        }
    }

    /// Does `work` with the enforcement of foreign keys switched, and switches it back however that ends.
    fn with_foreign_keys<T>(
        &mut self,
        on: bool,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let before = self.session.foreign_keys()?;
        self.session.enforce_foreign_keys(on)?;
        let outcome = work(self);
        let restored = self.session.enforce_foreign_keys(before);
        let outcome = outcome?;
        restored?;
        Ok(outcome)
    }

    /// Refuses rows that break a foreign key and did not before.
    pub(super) fn check_foreign_keys(&mut self, before: &[BrokenKey]) -> Result<(), Trouble> {
        let now = self
            .session
            .broken_foreign_keys()
            .map_err(|error| Trouble::refused(error, None))?;
        let new = newly_broken(before, now);
        let Some(first) = new.first() else {
            return Ok(());
        };
        let more = match new.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        Err(Trouble::Script {
            statement: None,
            error: format!("the script breaks a foreign key: {first}{more}").into(),
        })
    }

    /// Leaves foreign keys as they were, where a script without a transaction has switched them itself.
    pub(super) fn restore_foreign_keys(&mut self, before: bool) -> Result<(), StoreError> {
        if self.session.foreign_keys()? != before {
            self.session.enforce_foreign_keys(before)?;
        }
        Ok(())
    }
}

/// The broken rows of `now` that are more than there were. A row may break several keys to one parent.
fn newly_broken(before: &[BrokenKey], now: Vec<BrokenKey>) -> Vec<BrokenKey> {
    let mut known: HashMap<&BrokenKey, usize> = HashMap::new();
    for key in before {
        *known.entry(key).or_default() += 1;
    }
    let mut new = now;
    new.retain(|key| match known.get_mut(key) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        Some(_) | None => true,
    });
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_violations_are_not_the_scripts() {
        let key = |row| BrokenKey {
            table: "orders".into(),
            row,
            parent: "customers".into(),
        };
        let rows = [
            (vec![], vec![], vec![]),
            (vec![Some(1)], vec![Some(1)], vec![]),
            (vec![Some(1)], vec![], vec![]),
            (vec![Some(1)], vec![Some(1), Some(2)], vec![Some(2)]),
            (vec![Some(1)], vec![Some(1), Some(1)], vec![Some(1)]),
            (vec![None, None], vec![None, None, None], vec![None]),
        ];
        for (before, now, new) in rows {
            let keys = |rows: Vec<_>| rows.into_iter().map(key).collect::<Vec<_>>();
            assert_eq!(newly_broken(&keys(before), keys(now)), keys(new));
        }
    }
}
