//! Scripts that run statement by statement, each kept together with its journal entry.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::statements::{Statements, describe, locate};
use super::walk::{Open, Progress, Walk};
use super::{Blame, Ended, Run, Trouble};
use crate::catalog_error::CatalogError;
use crate::cause::Cause;
use crate::checksum::Said;
use crate::chunked;
use crate::code::Code;
use crate::error::{Error, Remains};
use crate::event::Event;
use crate::flight::{Flight, Telling};
use crate::inspect::Ready;
use crate::journal::{Found, Question};
use crate::ledger::history::Outcome;
use crate::report::Warning;
use crate::slot::Slot;
use crate::sql::classifier::Class;
use crate::sql::piece::Piece;
use crate::step::{self, Step};
use crate::store::{Limits, StoreError};

/// How often work is tried again from its last commit, when somebody else is in the way.
const TRIES: u32 = 5;
/// How long to wait before the second try; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(50);

impl Run<'_> {
    /// Runs the scripts at the head of the queue that run statement by statement, from where an earlier process has
    /// left them, and takes those from the queue that are committed.
    pub(super) fn journaled(
        &mut self,
        queue: &mut VecDeque<Ready>,
        mut journal: BTreeMap<Slot, Found>,
    ) -> Result<Ended, Error> {
        let mut failures = 0;
        loop {
            let mut walk = Walk::new(std::mem::take(&mut journal));
            let outcome = self.walk(queue, &mut walk);
            queue.drain(..walk.committed);
            if walk.moved {
                failures = 0;
            }
            failures += 1;
            match outcome {
                Ok(ended) => return Ok(ended),
                Err(Stop::Failed(error)) => return Err(*error),
                Err(Stop::Trouble(Trouble::Conflict(error))) => {
                    self.again(error, failures < TRIES)?;
                    std::thread::sleep(PAUSE * 2_u32.pow(failures));
                }
                // A connection lost twice in one place is no accident.
                Err(Stop::Trouble(Trouble::Lost(error))) => {
                    self.again(error, failures < 2)?;
                    self.take_unheard(queue)?;
                }
                Err(Stop::Trouble(trouble)) => {
                    // The error that counts is the first.
                    let _ = self.session.roll_back();
                    return self.give_up(trouble, queue);
                }
            }
            journal = self.journal(queue)?;
        }
    }

    /// Makes the session anew, so that the work can be tried again from its last commit.
    fn again(&mut self, error: StoreError, worthwhile: bool) -> Result<(), StoreError> {
        // The error that counts is the first.
        let _ = self.session.roll_back();
        if !worthwhile {
            return Err(error);
        }
        log::warn!("going on from the last commit: {error}");
        self.session.renew()
    }

    fn give_up(&mut self, trouble: Trouble, queue: &VecDeque<Ready>) -> Result<Ended, Error> {
        match trouble.blame() {
            Err(ended) => ended,
            Ok(Blame::Question(question)) => {
                let ready = queue.front().expect("a script of the queue was under way");
                Err(self.ask(ready, question))
            }
            Ok(Blame::Script { statement, error }) => {
                let ready = queue.front().expect("a script of the queue was under way");
                Err(self.trip(ready, Outcome::Failed, statement, error))
            }
        }
    }

    /// Trips the latch for a script of which nobody can tell how far it has come.
    fn ask(&mut self, ready: &Ready, question: Question) -> Error {
        let Question::InFlight { statement, .. } = question else {
            return self.trip(ready, Outcome::Died, None, question.into());
        };
        // From here on it is known that nobody knows: a cleared latch means to go on with the statement.
        let syntax = self.substitution.syntax;
        let statement = locate(ready, syntax, statement);
        let attempt = self.failed_attempt(ready, Outcome::Died, statement, &question);
        let written = self.write_question(ready, &attempt);
        if written.is_err() {
            // The error that counts is the first.
            let _ = self.session.roll_back();
        }
        self.failed(attempt, Remains::AsBefore, question.into(), written)
    }

    fn write_question(&mut self, ready: &Ready, attempt: &crate::Attempt) -> Result<(), Cause> {
        self.session.begin()?;
        self.book.forget_flight(self.session, &ready.slot())?;
        self.add_trip(attempt)?;
        Ok(self.session.commit()?)
    }

    fn walk(&mut self, queue: &VecDeque<Ready>, walk: &mut Walk) -> Result<Ended, Stop> {
        while let Some(ready) = queue.get(walk.position()) {
            if ready.is_transactional() || ready.is_program() {
                break;
            }
            if (self.stop)() {
                self.commit_carried(queue, walk)?;
                return Ok(Ended::Stopped);
            }
            let foreign_keys = self.session.foreign_keys().map_err(Trouble::from)?;
            let outcome = self.script(ready, walk);
            let next = queue.get(walk.position());
            let shares = next.is_some_and(|next| next.carries_on(ready));
            match outcome {
                Ok(()) if shares => {}
                Ok(()) => {
                    self.commit_carried(queue, walk)?;
                    self.restore_foreign_keys(foreign_keys)
                        .map_err(Trouble::from)?;
                    if ready.directives.limits() != Limits::default() {
                        let reset = self.session.set_limits(Limits::default());
                        reset.map_err(Trouble::from)?;
                    }
                    if ready.changes_session || ready.directives.changes_session() {
                        self.session.renew().map_err(Trouble::from)?;
                    }
                }
                Err(stop) => {
                    // After a failure the first error is the one to report.
                    if !self.session.in_transaction() {
                        let _ = self.restore_foreign_keys(foreign_keys);
                    }
                    return Err(stop);
                }
            }
        }
        self.commit_carried(queue, walk)?;
        Ok(Ended::Done)
    }

    /// Runs one script to its end, which is not committed yet.
    fn script(&mut self, ready: &Ready, walk: &mut Walk) -> Result<(), Stop> {
        let mut progress = self.take_up(ready, walk)?;
        let clock = self.begin_script(ready, progress.entry.done);
        match self.steps(ready, walk, &mut progress) {
            Ok(()) => Ok(self.finish_script(ready, walk, progress, clock)?),
            Err(Trouble::Script { statement, error }) => {
                let error = self.trip_journaled(ready, walk, progress, statement, error);
                Err(Stop::Failed(Box::new(error)))
            }
            Err(Trouble::Stopped) => {
                if walk.open != Open::Scripts {
                    self.commit(ready, walk, &mut progress, None)?;
                }
                Err(Trouble::Stopped.into())
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Runs the statements that are not done.
    fn steps(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
        progress: &mut Progress,
    ) -> Result<(), Trouble> {
        let syntax = self.substitution.syntax;
        let mut statements = Statements::open_hashing(ready, syntax).map_err(Trouble::Catalog)?;
        let done = progress.entry.done;
        while let Some((number, piece, said)) = statements.next().map_err(Trouble::Catalog)? {
            if piece.is_empty() || number <= done {
                continue;
            }
            // What the next statement asks for would be gone with this session: both run again then.
            if (self.stop)() {
                if piece.class.reads_changes && walk.open == Open::Ours {
                    self.session.roll_back()?;
                    walk.lost();
                    progress.undo();
                }
                return Err(Trouble::Stopped);
            }
            let said = said.expect("the script was opened to be hashed");
            self.lock.statement(number);
            let deed = Deed {
                ready,
                number,
                piece: &piece,
                said,
            };
            self.take_step(walk, progress, deed)?;
        }
        Ok(())
    }

    fn take_step(
        &mut self,
        walk: &mut Walk,
        progress: &mut Progress,
        deed: Deed<'_>,
    ) -> Result<(), Trouble> {
        if let Some(Ok(batch)) = chunked::of_piece(deed.piece) {
            return self.in_chunks(walk, progress, deed, batch);
        }
        let Deed {
            ready,
            number,
            piece,
            said,
        } = deed;
        let rendered = self.render(ready, piece)?;
        let judged = self.class_of(progress, piece, &rendered)?;
        let class = judged.class;
        let step = self.step(ready, class, walk, piece)?;
        progress.asks_changes = class.reads_changes;
        let mut untold = false;
        match step {
            Step::Together => {
                let full = piece.syntax.dialect == crate::Dialect::Sqlite || walk.is_full();
                if walk.open == Open::Ours && full && !class.reads_changes {
                    self.commit(ready, walk, progress, None)?;
                }
                if walk.open == Open::Nobodys {
                    self.session.begin()?;
                    walk.opened(Open::Ours);
                }
                walk.grow(rendered.len());
            }
            Step::Bare => self.commit_open(ready, walk, progress)?,
            Step::Open => {
                self.commit(ready, walk, progress, None)?;
                walk.opened(Open::Scripts);
            }
            Step::Flight => {
                let flight = Flight {
                    statement: number,
                    said: said.clone().checksum().as_str().to_owned(),
                    telling: self.telling(&judged, &rendered, piece.syntax)?,
                };
                untold = matches!(flight.telling, Telling::Never(_));
                self.commit(ready, walk, progress, Some(flight))?;
            }
            Step::Inside | Step::Abandon => {}
            Step::Close => {
                progress.last = Some((number, said));
                self.commit(ready, walk, progress, None)?;
                self.statement_done(ready, number);
                return Ok(());
            }
            Step::LeftOut => {
                self.left_out(ready, class, piece);
                progress.did(number, said, walk.open == Open::Nobodys);
                self.statement_done(ready, number);
                return Ok(());
            }
        }
        match self.execute(&rendered, number, piece) {
            Ok(()) => self.note(progress, judged, number, &rendered, piece.syntax)?,
            Err(trouble) => {
                let told = self.forgive(trouble, class, ready, number)?;
                progress.forgiven.push(told);
            }
        }
        if step == Step::Abandon {
            walk.open = Open::Nobodys;
        }
        if walk.open != Open::Nobodys && !self.session.in_transaction() {
            walk.open = Open::Nobodys;
            return Err(Trouble::Script {
                statement: Some(describe(number, piece)),
                error: "the statement ended the transaction that it ran in".into(),
            });
        }
        progress.did(number, said, walk.open == Open::Nobodys);
        self.statement_done(ready, number);
        if untold {
            // While it is known.
            self.commit(ready, walk, progress, None)?;
        }
        Ok(())
    }

    /// How the statement is to be run.
    fn step(
        &self,
        ready: &Ready,
        class: Class,
        walk: &Walk,
        piece: &Piece<'_>,
    ) -> Result<Step, Trouble> {
        let own_transaction = walk.open == Open::Scripts;
        step::step(piece.syntax.dialect, class.kind, own_transaction).map_err(|reason| {
            Trouble::Catalog(CatalogError::Forbidden {
                script: ready.id.clone(),
                position: piece.position,
                sql: crate::latch::shorten(piece.statement()),
                reason,
            })
        })
    }

    /// Lets a failure pass that the script allows for.
    pub(super) fn forgive(
        &mut self,
        trouble: Trouble,
        class: Class,
        ready: &Ready,
        number: u64,
    ) -> Result<String, Trouble> {
        match trouble {
            Trouble::Script { error, .. } if class.can_fail => {
                let told = crate::cause::chain(error.as_ref());
                let told = format!("statement {number} failed, as it may: {told}");
                let message = format!("{}, {told}", ready.id);
                let code = Code::Forgiven;
                (self.tell)(Event::Warned(&Warning { code, message }));
                Ok(told)
            }
            trouble => Err(trouble),
        }
    }

    /// Tells of a statement that the engine does not send.
    fn left_out(&mut self, ready: &Ready, class: Class, piece: &Piece<'_>) {
        let Some(why) = step::why_left_out(class.kind) else {
            return;
        };
        let sql = crate::latch::shorten(piece.statement());
        let message = format!(
            "{}, {}: {sql} was left out: {why}",
            ready.id, piece.position
        );
        let code = Code::LeftOut;
        (self.tell)(Event::Warned(&Warning { code, message }));
    }
}

/// A statement that is to run.
pub(super) struct Deed<'s> {
    pub(super) ready: &'s Ready,
    pub(super) number: u64,
    pub(super) piece: &'s Piece<'s>,
    /// What the script says up to its end.
    pub(super) said: Said,
}

/// Why scripts do not go on.
enum Stop {
    /// One failed, and what that led to is told already.
    Failed(Box<Error>),
    /// Something that has yet to be told, or mended.
    Trouble(Trouble),
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}
