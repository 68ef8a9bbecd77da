//! What is heard of a run on a copy, and what is made of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Fate, RehearsedMark, RehearsedScript};
use crate::event::Event;
use crate::latch::Failure;
use crate::script::ScriptId;
use crate::sql::facts::{Change, Facts};
use crate::status::Planned;

/// What is heard of each script; of one that ran again one by one, the last.
#[derive(Debug, Default)]
pub(super) struct Heard {
    ran: BTreeMap<ScriptId, (Duration, Option<u64>)>,
    applied: BTreeMap<ScriptId, u64>,
}

pub(super) fn locked(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Heard {
    pub(super) fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::ScriptRan { script, took, rows } => {
                self.ran.insert((*script).clone(), (*took, *rows));
            }
            Event::Applied(applied) => {
                self.applied.insert(applied.script.clone(), applied.took_ms);
            }
            // What else is told is about the way, and not about its end.
            _ => {}
        }
    }

    /// How a script of the plan went.
    pub(super) fn of(
        &self,
        planned: Planned,
        definitions: u64,
        failure: Option<&Failure>,
    ) -> RehearsedScript {
        let failed = failure.filter(|failure| failure.script == planned.script);
        let fate = match (self.applied.contains_key(&planned.script), failed) {
            (true, _) => Fate::Applied,
            (false, Some(_)) => Fate::Failed,
            (false, None) => Fate::NotRun,
        };
        let ran = self
            .ran
            .get(&planned.script)
            .filter(|_| fate == Fate::Applied);
        let at = failed.and_then(|failure| failure.statement.as_ref());
        let marks = planned.marks.into_iter().map(|mark| RehearsedMark {
            came_true: at.is_some_and(|at| at.position == mark.position),
            mark,
        });
        RehearsedScript {
            fate,
            statements: planned.statements,
            definitions,
            rows: ran.and_then(|(_, rows)| *rows),
            took_ms: ran.map_or(0, |(took, _)| took.as_millis() as u64),
            marks: marks.collect(),
            script: planned.script,
        }
    }
}

/// Whether a statement changes the schema, and not only rows.
pub(super) fn changes_schema(facts: &Facts) -> bool {
    facts.changes.iter().any(|change| match change {
        Change::Insert(_) | Change::Update(_) | Change::Delete(_) => false,
        Change::CreateTable(_)
        | Change::CreateObject { .. }
        | Change::DropTable(_)
        | Change::DropObject { .. }
        | Change::DropDatabase(_)
        | Change::RenameTable { .. }
        | Change::AddColumn { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::Redefine { .. }
        | Change::AddIndex(_)
        | Change::AddPrimaryKey(_)
        | Change::AddForeignKey { .. }
        | Change::DropForeignKey(_)
        | Change::Alter(_)
        | Change::Vacuum => true,
    })
}
