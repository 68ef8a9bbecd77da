//! A script without a transaction: statement by statement, each with its journal entry.

use std::time::Instant;

use super::statements::{Statements, describe};
use super::{Clock, Done, Ended, Run, Trouble};
use crate::catalog_error::CatalogError;
use crate::checksum::Checksum;
use crate::error::Error;
use crate::inspect::Ready;
use crate::journal::{self, Conclusion, Entry, Past, Step};
use crate::latch::FailedStatement;
use crate::ledger::history::{Attempt, Outcome};
use crate::sql::piece::Piece;
use crate::store::StoreError;

/// Whose transaction is open between two statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nobodys,
    /// The engine's: statements that are done, whose journal entry has yet to be written.
    Ours,
    /// The script's own.
    Scripts,
}

/// A script under way.
struct Progress<'s> {
    ready: &'s Ready,
    /// As it stands in the database.
    entry: Entry,
    open: Open,
    /// The last statement that ran, and what the script said up to it.
    last: Option<(FailedStatement, Checksum)>,
}

impl Run<'_> {
    /// Runs a script without a transaction, from where an earlier process has left it.
    pub(super) fn journaled(&mut self, ready: &Ready) -> Result<Ended, Error> {
        let foreign_keys = self.session.foreign_keys()?;
        let outcome = self.through_journal(ready);
        // After a success nothing is open; after a failure the first error is the one to report.
        let cleaned = self
            .session
            .roll_back()
            .and_then(|()| self.restore_foreign_keys(foreign_keys));
        let ended = match outcome {
            Ok(()) => Ended::Done,
            Err(Trouble::Stopped) => Ended::Stopped,
            Err(Trouble::Environment(error)) => return Err(error.into()),
            Err(Trouble::Catalog(error)) => return Err(error.into()),
            Err(Trouble::Ledger(error)) => return Err(error.into()),
            Err(Trouble::Question(question)) => {
                return Err(self.trip(ready, Outcome::Died, None, question.into()));
            }
            Err(Trouble::Script { statement, error }) => {
                return Err(self.trip(ready, Outcome::Failed, statement, error));
            }
        };
        cleaned?;
        if ready.changes_session {
            self.session.renew()?;
        }
        Ok(ended)
    }

    fn through_journal(&mut self, ready: &Ready) -> Result<(), Trouble> {
        let script = ready.id.clone();
        let found = self.book.entry(self.session, &script.track)?;
        let mut replay = Vec::new();
        let mut trouble = None;
        let conclusion = journal::conclude(found, &script.file, |entry| {
            self.read_past(ready, entry.done, &mut replay)
                .unwrap_or_else(|error| {
                    trouble = Some(error);
                    Past::default()
                })
        });
        if let Some(error) = trouble {
            return Err(Trouble::Catalog(error));
        }
        let entry = match conclusion {
            Conclusion::Begin => self.begin_journal(ready)?,
            Conclusion::GoOn(entry) => {
                for statement in &replay {
                    self.session
                        .run(statement)
                        .map_err(|error| Trouble::refused(error, None))?;
                }
                let restored = self.session.restore_last_insert_id(entry.last_insert_id);
                restored.map_err(|error| Trouble::refused(error, None))?;
                entry
            }
            Conclusion::Ask(question) => {
                return Err(Trouble::Question(question));
            }
        };
        let clock = self.begin_script(ready, entry.done);
        let progress = Progress {
            ready,
            entry,
            open: Open::Nobodys,
            last: None,
        };
        self.go_on(progress, clock)
    }

    fn begin_journal(&mut self, ready: &Ready) -> Result<Entry, Trouble> {
        let script = ready.id.clone();
        let entry = Entry {
            file: script.file.clone(),
            run: self.book.holder.run.clone(),
            started_at: crate::Timestamp::now(),
            done: 0,
            past: Checksum::recorded(""),
            last_insert_id: 0,
        };
        self.session.begin().map_err(Trouble::Environment)?;
        self.book.open_entry(self.session, &script, &entry)?;
        self.session.commit().map_err(Trouble::Environment)?;
        // The script must not see the rows that the engine has inserted.
        self.session
            .restore_last_insert_id(entry.last_insert_id)
            .map_err(Trouble::Environment)?;
        Ok(entry)
    }

    /// What the script says now about its first `done` statements, and which of them a new session needs again.
    fn read_past(
        &self,
        ready: &Ready,
        done: u64,
        replay: &mut Vec<String>,
    ) -> Result<Past, CatalogError> {
        let mut statements = Statements::open_hashing(ready, self.substitution.syntax)?;
        let mut past = Past::default();
        while let Some((number, piece)) = statements.next()? {
            if piece.is_empty() {
                continue;
            }
            if number > done {
                past.next(number, piece.class);
                break;
            }
            past.done(number, piece.class);
            if journal::is_replayed(piece.class.kind)
                && let Ok(text) = self.substitution.render(
                    piece.statement(),
                    piece.syntax,
                    ready.directives.placeholders,
                )
            {
                replay.push(text.into_owned());
            }
            if number == done {
                past.checksum = statements.said();
            }
        }
        Ok(past)
    }

    fn go_on(&mut self, mut progress: Progress<'_>, clock: Clock) -> Result<(), Trouble> {
        let ready = progress.ready;
        let mut statements =
            Statements::open_hashing(ready, self.substitution.syntax).map_err(Trouble::Catalog)?;
        loop {
            let done = progress.entry.done;
            let said = {
                let Some((number, piece)) = statements.next().map_err(Trouble::Catalog)? else {
                    break;
                };
                if piece.is_empty() || number <= done {
                    continue;
                }
                if (self.stop)() {
                    // What the next statement asks for would be gone with this session: both run again then.
                    if progress.open == Open::Ours && !piece.class.reads_changes {
                        self.commit_step(&mut progress)?;
                    }
                    return Err(Trouble::Stopped);
                }
                let statement = describe(number, &piece);
                let step = self.prepare_step(&mut progress, &piece)?;
                self.lock.statement(number);
                self.take_step(&mut progress, step, number, &piece)?;
                (step, statement)
            };
            let (step, statement) = said;
            let number = statement.number;
            let checksum = statements.said().unwrap_or_else(|| Checksum::recorded(""));
            progress.last = Some((statement, checksum));
            self.finish_step(&mut progress, step)?;
            self.statement_done(ready, number);
        }
        self.finish_script(progress, clock)
    }

    /// Writes the journal for what is done, unless the next statement asks what that has changed: then it has to come
    /// first, in the same transaction.
    fn prepare_step(
        &mut self,
        progress: &mut Progress<'_>,
        piece: &Piece<'_>,
    ) -> Result<Step, Trouble> {
        let step = journal::step(
            piece.syntax.dialect,
            piece.class.kind,
            progress.open == Open::Scripts,
        )
        .map_err(|reason| {
            Trouble::Catalog(CatalogError::Forbidden {
                script: progress.ready.id.clone(),
                position: piece.position,
                sql: crate::latch::shorten(piece.statement()),
                reason,
            })
        })?;
        let stays = step == Step::Together && piece.class.reads_changes;
        if progress.open == Open::Ours && !stays {
            self.commit_step(progress)?;
        }
        if step == Step::Together && progress.open == Open::Nobodys {
            self.session.begin().map_err(Trouble::Environment)?;
            progress.open = Open::Ours;
        }
        Ok(step)
    }

    fn take_step(
        &mut self,
        progress: &mut Progress<'_>,
        step: Step,
        number: u64,
        piece: &Piece<'_>,
    ) -> Result<(), Trouble> {
        match step {
            Step::Together | Step::Bare | Step::Flight | Step::Inside | Step::Abandon => {
                self.execute(progress.ready, number, piece)
            }
            Step::Open => {
                self.execute(progress.ready, number, piece)?;
                progress.open = Open::Scripts;
                Ok(())
            }
            // The journal goes into the script's transaction first; see finish_step.
            Step::Close | Step::LeftOut => Ok(()),
        }
    }

    /// Keeps the statement and its journal entry together.
    fn finish_step(&mut self, progress: &mut Progress<'_>, step: Step) -> Result<(), Trouble> {
        match step {
            Step::Together | Step::Open | Step::Inside | Step::LeftOut => Ok(()),
            Step::Close => {
                progress.open = Open::Nobodys;
                self.commit_step(progress)
            }
            Step::Bare | Step::Flight | Step::Abandon => {
                progress.open = Open::Nobodys;
                self.session.begin().map_err(Trouble::Environment)?;
                self.commit_step(progress)
            }
        }
    }

    /// Writes the journal up to the last statement into the open transaction, and commits it.
    fn commit_step(&mut self, progress: &mut Progress<'_>) -> Result<(), Trouble> {
        let Some((statement, past)) = &progress.last else {
            return Ok(());
        };
        let entry = Entry {
            done: statement.number,
            past: past.clone(),
            last_insert_id: self.session.last_insert_id(),
            ..progress.entry.clone()
        };
        let script = progress.ready.id.clone();
        self.book
            .advance_entry(self.session, &script, progress.entry.done, &entry)?;
        let refused = |error: StoreError| Trouble::refused(error, Some(statement.clone()));
        self.session.commit().map_err(refused)?;
        progress.open = Open::Nobodys;
        progress.entry = entry;
        Ok(())
    }

    /// Records the script as applied, in the transaction of its last statement where that has one.
    fn finish_script(&mut self, progress: Progress<'_>, clock: Clock) -> Result<(), Trouble> {
        let Clock { started, attempt } = clock;
        let mut attempt: Attempt = attempt;
        attempt.started_at = progress.entry.started_at;
        attempt.took_ms = Instant::now().duration_since(started).as_millis() as u64;
        if progress.open == Open::Nobodys {
            self.session.begin().map_err(Trouble::Environment)?;
        }
        let track = attempt.script.track.clone();
        let min_app = progress.ready.directives.min_app.clone();
        let done = vec![Done { attempt, min_app }];
        self.record(&done)?;
        self.book.drop_entry(self.session, &track)?;
        let last = progress.last.map(|(statement, _)| statement);
        self.session
            .commit()
            .map_err(|error| Trouble::refused(error, last))?;
        self.committed(done);
        Ok(())
    }
}
