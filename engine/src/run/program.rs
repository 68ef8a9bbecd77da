//! Running a script that is a program.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Blame, Clock, Done, Ended, Run, Trouble};
use crate::cause::Cause;
#[cfg(feature = "lua")]
use crate::db::DbError;
use crate::db::{Db, Halt, Left, Scope};
use crate::deeds::{Conclusion, Deeds, conclude};
use crate::error::{Error, Remains};
use crate::inspect::Ready;
use crate::journal::{Entry, Found};
use crate::latch::FailedStatement;
#[cfg(feature = "lua")]
use crate::latch::shorten;
use crate::ledger::history::Outcome;
use crate::script::Body;
#[cfg(feature = "lua")]
use crate::sql::Position;
use crate::store::BrokenKey;

/// How often a program is begun, when somebody else is in its way.
const TRIES: u32 = 5;

impl Run<'_> {
    /// Runs the program at the head of the queue, and takes it from there when it is committed. `broken_before`: it must
    /// not break more foreign keys than these.
    pub(super) fn program(
        &mut self,
        queue: &mut VecDeque<Ready>,
        broken_before: Option<&[BrokenKey]>,
    ) -> Result<Ended, Error> {
        let waiting = queue.len();
        let mut tries = 0;
        loop {
            let Some(ready) = queue.front().filter(|_| queue.len() == waiting) else {
                return Ok(Ended::Done);
            };
            tries += 1;
            match self.try_program(ready, broken_before) {
                Ok(()) => {
                    queue.pop_front();
                }
                Err(Failed { trouble, .. }) if trouble.is_passing() && tries < TRIES => {
                    // The error that counts is the first.
                    let _ = self.session.roll_back();
                    log::warn!(
                        "{} begins anew: {}",
                        ready.id,
                        crate::cause::chain(trouble.into_cause().as_ref())
                    );
                    self.session.renew()?;
                    self.take_unheard(queue)?;
                }
                Err(failed) => return self.program_failed(ready, failed),
            }
        }
    }

    fn try_program(
        &mut self,
        ready: &Ready,
        broken_before: Option<&[BrokenKey]>,
    ) -> Result<(), Failed> {
        let found = self.book.entry(self.session, &ready.slot())?;
        let file = &ready.id.file;
        let deeds = match conclude(found.as_ref(), file, ready.directives.idempotent) {
            Conclusion::Run(deeds) => deeds,
            Conclusion::Ask(question) => return Err(Trouble::Question(question).into()),
        };
        let (entry, row) = match found {
            Some(Found::Entry(entry)) if entry.file == *file => {
                let step = entry.step;
                (*entry, Some(step))
            }
            Some(Found::Entry(entry)) => (self.first_entry(ready), Some(entry.step)),
            Some(Found::Unreadable) | None => (self.first_entry(ready), None),
        };
        let began = entry.started_at;
        let Clock {
            started,
            mut attempt,
        } = self.begin_script(ready, 0);
        attempt.started_at = began;
        let mut db = self.db(ready, entry, row, deeds);
        let outcome = catch_unwind(AssertUnwindSafe(|| call(ready, &mut db)));
        let left = db.leave();
        attempt.statements = left.calls;
        self.settle_program(ready, outcome, left, |run, left| {
            if !run.session.in_transaction() {
                run.session.begin()?;
            }
            if let Some(before) = broken_before {
                run.check_foreign_keys(before)?;
            }
            if left.row.is_some() {
                run.book.drop_entry(run.session, &ready.slot())?;
            }
            attempt.took_ms = started.elapsed().as_millis() as u64;
            run.script_ran(&attempt);
            let done = vec![Done::of(ready, attempt)];
            run.record(&done)?;
            run.session
                .commit()
                .map_err(|error| Trouble::refused(error, None))?;
            run.committed(done);
            if left.changes_session {
                run.session.renew()?;
            }
            Ok(())
        })
    }

    /// The database, as a script has it.
    pub(super) fn db<'d>(
        &'d mut self,
        ready: &'d Ready,
        entry: Entry,
        row: Option<u64>,
        deeds: Deeds,
    ) -> Db<'d> {
        let scope = Scope {
            ready,
            substitution: self.substitution,
            book: self.book,
            lock: self.lock,
            tell: self.tell,
            stop: self.stop,
            #[cfg(feature = "lua")]
            lua: self.lua,
            stop_flag: self.stop_flag,
        };
        Db::new(&mut *self.session, scope, entry, row, deeds)
    }

    fn first_entry(&self, ready: &Ready) -> Entry {
        Entry::first(ready.id.file.clone(), self.book.holder.run.clone())
    }

    /// What a program's end means. `finish`: what follows a good one.
    fn settle_program(
        &mut self,
        ready: &Ready,
        outcome: Result<Result<(), Cause>, Box<dyn Any + Send>>,
        left: Left,
        finish: impl FnOnce(&mut Self, &Left) -> Result<(), Trouble>,
    ) -> Result<(), Failed> {
        let writes = left.writes;
        let failed = |trouble| Failed { trouble, writes };
        let (left, halted) = {
            let mut left = left;
            let halted = left.halted.take();
            (left, halted)
        };
        match (halted, outcome) {
            (Some(halt), _) => Err(failed(Trouble::of_halt(halt, None))),
            (None, Ok(Ok(()))) => finish(self, &left).map_err(failed),
            (None, Ok(Err(error))) => Err(failed(Trouble::Script {
                statement: failed_statement(ready, &error, left.calls),
                error,
            })),
            (None, Err(panic)) => Err(failed(Trouble::Script {
                statement: None,
                error: format!("it panicked: {}", said(panic.as_ref())).into(),
            })),
        }
    }

    fn program_failed(&mut self, ready: &Ready, failed: Failed) -> Result<Ended, Error> {
        let Failed { trouble, writes } = failed;
        // The error that counts is the first.
        let rolled_back = self.session.roll_back();
        match trouble.blame() {
            Err(ended) => ended,
            Ok(Blame::Question(question)) => {
                Err(self.trip(ready, Outcome::Died, None, question.into()))
            }
            Ok(Blame::Script { statement, error }) => {
                let attempt =
                    self.failed_attempt(ready, Outcome::Failed, statement, error.as_ref());
                let written = rolled_back
                    .map_err(Cause::from)
                    .and_then(|()| self.write_trip(&attempt));
                let remains = match writes {
                    0 => Remains::Batches,
                    _ => Remains::Writes,
                };
                let remains = match self.book.entry(self.session, &ready.slot()) {
                    Ok(Some(_)) => remains,
                    Ok(None) | Err(_) => Remains::Nothing,
                };
                Err(self.failed(attempt, remains, error, written))
            }
        }
    }
}

/// Calls the program.
fn call(ready: &Ready, db: &mut Db<'_>) -> Result<(), Cause> {
    match ready.script.body() {
        Body::Function(function) => (function.run)(db),
        #[cfg(feature = "lua")]
        Body::Folder(_) | Body::Text(_) => Ok(crate::lua::run(&ready.script, db.lua_limits(), db)?),
        #[cfg(not(feature = "lua"))]
        Body::Folder(_) | Body::Text(_) => Err("this build runs no such scripts".into()),
    }
}

/// Where in its text the program failed, after so many statements.
#[cfg(feature = "lua")]
fn failed_statement(ready: &Ready, error: &Cause, calls: u64) -> Option<FailedStatement> {
    let error = error.downcast_ref::<crate::lua::LuaError>()?;
    let line = error.line()?;
    let text = String::from_utf8_lossy(ready.script.in_memory()?);
    let code = text.lines().nth(usize::try_from(line - 1).ok()?)?;
    let (number, sql) = match error.db() {
        Some(DbError::Refused { sql, .. }) => (calls, sql.clone()),
        Some(error) => (
            calls + 1,
            error.sql().map_or_else(|| shorten(code), str::to_owned),
        ),
        None => (calls + 1, shorten(code)),
    };
    let before = code.chars().take_while(|c| c.is_whitespace()).count();
    Some(FailedStatement {
        number,
        position: Position {
            line,
            column: 1 + before as u64,
        },
        sql,
    })
}

/// A function has no text.
#[cfg(not(feature = "lua"))]
fn failed_statement(_: &Ready, _: &Cause, _: u64) -> Option<FailedStatement> {
    None
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let owned = || panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(owned).unwrap_or("without a word")
}

/// Why a program did not reach its end, and how many of its writes stay that must not be done twice.
struct Failed {
    trouble: Trouble,
    writes: u64,
}

impl<T: Into<Trouble>> From<T> for Failed {
    fn from(trouble: T) -> Self {
        Self {
            trouble: trouble.into(),
            writes: 0,
        }
    }
}

impl Trouble {
    /// What ended the work of a script. `statement`: the one that was under way.
    pub(super) fn of_halt(halt: Halt, statement: Option<FailedStatement>) -> Self {
        match halt {
            Halt::Stopped => Self::Stopped,
            Halt::Store(error) => Self::refused(error, statement),
            Halt::Ledger(error) => error.into(),
        }
    }

    /// Whether it may be gone when the work is done again.
    fn is_passing(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Lost(_))
    }
}
