//! Taking a script up: from its beginning, or from where an earlier process has left it.

use super::statements::{Statements, said_up_to};
use super::walk::{Progress, Walk};
use super::{Run, Trouble};
use crate::catalog_error::CatalogError;
use crate::checksum::Said;
use crate::code::Code;
use crate::event::Event;
use crate::flight::{self, Flight, Landing, Telling};
use crate::inspect::Ready;
use crate::journal::{self, Conclusion, Entry, Past, Question};
use crate::report::Warning;
use crate::sql::Dialect;
use crate::step;
use crate::store::{Definition, Fault, Limits};
use crate::surroundings::Restoring;

impl Run<'_> {
    /// Prepares the session for a script, and tells where in it to go on.
    pub(super) fn take_up(&mut self, ready: &Ready, walk: &mut Walk) -> Result<Progress, Trouble> {
        match self.take_up_where_it_was(ready, walk) {
            Err(Trouble::Question(question)) if ready.starts_over => {
                self.start_over(ready, walk, &question)
            }
            outcome => outcome,
        }
    }

    fn take_up_where_it_was(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
    ) -> Result<Progress, Trouble> {
        let found = walk.journal.remove(&ready.slot());
        let mut replay = Vec::new();
        let mut trouble = None;
        let idempotent = ready.directives.idempotent;
        let conclusion = journal::conclude(found, &ready.id.file, idempotent, |entry| {
            self.read_past(ready, entry.done, &mut replay)
                .unwrap_or_else(|error| {
                    trouble = Some(error);
                    Past::default()
                })
        });
        if let Some(error) = trouble {
            return Err(Trouble::Catalog(error));
        }
        match conclusion {
            Conclusion::Begin => self.begin_journal(ready, walk),
            Conclusion::GoOn(entry) => self.go_on(ready, *entry, &replay),
            Conclusion::Ask(question) => Err(Trouble::Question(question)),
        }
    }

    pub(super) fn begin_journal(
        &mut self,
        ready: &Ready,
        walk: &mut Walk,
    ) -> Result<Progress, Trouble> {
        self.set_up(ready)?;
        let entry = Entry::first(ready.id.file.clone(), self.book.holder.run.clone());
        match ready.dialect {
            // The row has to be there before the script inserts one of its own: that would be the last one then.
            Dialect::Sqlite => {
                self.session.begin()?;
                let row = walk.rows.get(&ready.slot()).copied();
                let step = self
                    .book
                    .write_entry(self.session, &ready.id, &entry, row)?;
                self.session.commit()?;
                walk.rows.insert(ready.slot(), step);
                self.session.restore_last_insert_id(0)?;
            }
            Dialect::Mysql if ready.asks_last_id => self.session.restore_last_insert_id(0)?,
            Dialect::Mysql => {}
        }
        Ok(Progress::new(entry))
    }

    /// What the script wants its session to be.
    fn set_up(&mut self, ready: &Ready) -> Result<(), Trouble> {
        if ready.directives.foreign_keys == crate::directive::ForeignKeys::CheckedAtEnd {
            self.session.enforce_foreign_keys(false)?;
        }
        let limits = ready.directives.limits();
        if limits != Limits::default() {
            self.session.set_limits(limits)?;
        }
        Ok(())
    }

    fn go_on(
        &mut self,
        ready: &Ready,
        entry: Entry,
        replay: &[String],
    ) -> Result<Progress, Trouble> {
        self.set_up(ready)?;
        let surroundings = entry.surroundings.iter().flat_map(|set| set.restore());
        let replay = replay.iter().cloned().map(Restoring::Needed);
        for statement in replay.chain(surroundings) {
            let (sql, optional) = match &statement {
                Restoring::Needed(sql) => (sql, false),
                Restoring::Optional(sql) => (sql, true),
            };
            match self.session.run(sql) {
                Err(error)
                    if optional && matches!(error.fault(), Fault::Refused | Fault::Denied) =>
                {
                    log::info!("{}: {sql} is refused: {error}", ready.id);
                }
                outcome => outcome.map_err(|error| Trouble::refused(error, None))?,
            }
        }
        if entry.last_insert_id != 0 || ready.asks_last_id || ready.dialect == Dialect::Sqlite {
            self.session.restore_last_insert_id(entry.last_insert_id)?;
        }
        let flight = entry.in_flight.clone();
        let mut progress = Progress::new(entry);
        if let Some(flight) = flight {
            self.land(ready, &flight, &mut progress)?;
        }
        Ok(progress)
    }

    /// Finds out whether the statement has happened that was in flight when its process died.
    fn land(
        &mut self,
        ready: &Ready,
        flight: &Flight,
        progress: &mut Progress,
    ) -> Result<(), Trouble> {
        let statement = flight.statement;
        let question = |reason: String| Trouble::Question(Question::InFlight { statement, reason });
        let now = self.definitions_now(flight)?;
        match flight::landing(flight, &now) {
            Landing::No => Ok(()),
            // It says itself that it may be done twice.
            Landing::Unknown(_) if ready.directives.idempotent => Ok(()),
            Landing::Unknown(reason) => Err(question(reason)),
            Landing::Yes => {
                let said = said_up_to(ready, self.substitution.syntax, statement);
                let said = said.map_err(Trouble::Catalog)?;
                let past = said.clone().map(Said::checksum);
                let (Some(said), Some(past)) =
                    (said, past.filter(|past| past.as_str() == flight.said))
                else {
                    return Err(Trouble::Question(Question::PastEdited { done: statement }));
                };
                self.tell_of_landing(ready, flight, &now);
                progress.did(statement, said, true);
                progress.entry.done = statement;
                progress.entry.past = past;
                Ok(())
            }
        }
    }

    fn definitions_now(&mut self, flight: &Flight) -> Result<Vec<Option<Definition>>, Trouble> {
        let Telling::Compare(objects) = &flight.telling else {
            return Ok(Vec::new());
        };
        let statement = flight.statement;
        let Some(session) = self.session.self_committing() else {
            return Ok(Vec::new());
        };
        if let Some(reason) = session.left_behind() {
            return Err(Trouble::Question(Question::InFlight { statement, reason }));
        }
        let now = objects
            .iter()
            .map(|before| session.definition(&before.object));
        Ok(now.collect::<Result<_, _>>()?)
    }

    /// Tells what was concluded, with both definitions, so that a person can follow it.
    fn tell_of_landing(&mut self, ready: &Ready, flight: &Flight, now: &[Option<Definition>]) {
        let Telling::Compare(objects) = &flight.telling else {
            return;
        };
        let shown = objects.iter().zip(now).map(|(before, now)| {
            let before_it = before.definition.as_deref().unwrap_or("not there");
            let after_it = now.as_ref().map_or("not there", |now| now.text.as_str());
            format!("{} was: {before_it}; is: {after_it}", before.object)
        });
        let shown: Vec<_> = shown.collect();
        let message = format!(
            "{}, statement {} had happened when its process died, and was not run again: {}",
            ready.id,
            flight.statement,
            shown.join("; ")
        );
        let code = Code::Landed;
        (self.tell)(Event::Warned(&Warning { code, message }));
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
        while let Some((number, piece, said)) = statements.next()? {
            if piece.is_empty() {
                continue;
            }
            if number > done {
                past.next(number, piece.class);
                break;
            }
            if ready.dialect == Dialect::Sqlite {
                past.done(number, piece.class);
            }
            let values = ready.directives.placeholders;
            if step::is_replayed(piece.class.kind)
                && let Ok(text) = self
                    .substitution
                    .render(piece.statement(), piece.syntax, values)
            {
                replay.push(text.into_owned());
            }
            if number == done {
                past.checksum = said.map(Said::checksum);
            }
        }
        Ok(past)
    }
}
