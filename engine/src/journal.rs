//! How far a script has come that runs statement by statement, and what a restart may conclude from it.
//!
//! Decides only: [`step`] says how a statement and its journal entry are kept together, [`conclude`] what to do with
//! an entry that an earlier process has left.

use crate::checksum::Checksum;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::sql::classifier::{Class, Kind};
use crate::sql::{Danger, Dialect, Object};
use crate::store::Definition;
use crate::surroundings::Surroundings;

/// The journal of a script that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The script's file name.
    pub(crate) file: String,
    /// The run that began it.
    pub(crate) run: String,
    pub(crate) started_at: Timestamp,
    /// Counts the writes of this entry.
    pub(crate) step: u64,
    /// How many of its statements are done.
    pub(crate) done: u64,
    /// The checksum of what those say.
    pub(crate) past: Checksum,
    /// What the SQL function answered after them that tells the id of the last row inserted.
    pub(crate) last_insert_id: i64,
    /// The statement that was about to run when this was written, where it commits by itself.
    pub(crate) in_flight: Option<Flight>,
    /// What the script has set in its session.
    pub(crate) surroundings: Option<Surroundings>,
}

impl Entry {
    /// The entry of a script of which nothing is done.
    pub(crate) fn first(file: String, run: String) -> Self {
        Self {
            file,
            run,
            started_at: Timestamp::now(),
            step: 0,
            done: 0,
            past: Checksum::recorded(""),
            last_insert_id: 0,
            in_flight: None,
            surroundings: None,
        }
    }
}

/// A statement that commits by itself, as the journal has it from before it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flight {
    /// Which statement.
    pub(crate) statement: u64,
    /// The checksum of what the script says up to its end.
    pub(crate) said: String,
    /// How a restart can tell whether it has happened.
    pub(crate) telling: Telling,
}

/// How a restart can tell whether a statement has happened that commits by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Telling {
    /// It changes the definitions of all of these, or it did not happen.
    Compare(Vec<Before>),
    /// Nobody but a person can, for this reason.
    Never(String),
}

/// An object that a statement changes, and what it was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Before {
    pub(crate) object: Object,
    /// `None`: there was none.
    pub(crate) definition: Option<String>,
}

/// Whether a statement that was in flight has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Landing {
    No,
    Yes,
    Unknown(String),
}

/// Whether a statement exchanges objects that nobody can tell apart by their definitions: after it, all would be as
/// before.
pub(crate) fn is_swap(objects: &[Before]) -> bool {
    let shape = |before: &Before| {
        let definition = before.definition.as_ref()?;
        // The name stands in the first line, the columns behind it.
        definition.split_once('\n').map(|(_, rest)| rest.to_owned())
    };
    let mut shapes: Vec<String> = objects.iter().filter_map(shape).collect();
    let all = shapes.len();
    shapes.sort();
    shapes.dedup();
    shapes.len() < all
}

/// Why a statement of this kind is left out, where a person should know.
pub(crate) fn why_left_out(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::TableLock => Some(
            "the engine's own lock keeps other upgrades away, and its journal could not be written",
        ),
        Kind::Autocommit => Some("the engine decides what is committed together"),
        _ => None,
    }
}

/// Judges by what the objects of a flight are `now`, in their order.
pub(crate) fn landing(flight: &Flight, now: &[Option<Definition>]) -> Landing {
    let objects = match &flight.telling {
        Telling::Compare(objects) => objects,
        Telling::Never(reason) => return Landing::Unknown(reason.clone()),
    };
    let pairs = || objects.iter().zip(now);
    let unprotected =
        |now: &Option<Definition>| now.as_ref().is_some_and(|now| now.without_transactions);
    let differs = |(before, now): (&Before, &Option<Definition>)| {
        before.definition.as_deref() != now.as_ref().map(|now| now.text.as_str())
    };
    let changed = pairs().filter(|pair| differs(*pair)).count();
    if let Some((table, _)) = pairs().find(|(_, now)| unprotected(now)) {
        let object = &table.object;
        return Landing::Unknown(format!("no transaction protects {object}"));
    }
    match (changed, objects.len()) {
        (0, _) => Landing::No,
        (changed, all) if changed == all => Landing::Yes,
        (_, _) => {
            let of = pairs().filter(|pair| differs(*pair));
            let names: Vec<_> = of.map(|(before, _)| before.object.to_string()).collect();
            Landing::Unknown(format!("it has changed {} only", names.join(", ")))
        }
    }
}

/// What stands in the journal for a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Entry(Box<Entry>),
    /// A row that another hand has made unreadable.
    Unreadable,
}

/// How a statement of a script that runs statement by statement is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// In one transaction with its journal entry.
    Together,
    /// Outside a transaction, its journal entry after it: after a death in between it runs again, which does no harm.
    Bare,
    /// It commits by itself: the journal says before it that it is in flight, and what it would change.
    Flight,
    /// It begins the script's own transaction.
    Open,
    /// It belongs to the script's own transaction.
    Inside,
    /// It commits the script's own transaction, and the journal entry with it.
    Close,
    /// It rolls the script's own transaction back; its journal entry follows.
    Abandon,
    /// It is left out: the engine sees to what it is for, or it would have no effect.
    LeftOut,
}

/// How a statement of this kind is run. `own_transaction`: the script has begun one and not ended it; a step of
/// MySQL's that cannot be in one, [`Step::Flight`], [`Step::Bare`] or [`Step::Open`], commits it first.
///
/// # Errors
/// Why it cannot be run there, in words.
pub(crate) fn step(
    dialect: Dialect,
    kind: Kind,
    own_transaction: bool,
) -> Result<Step, &'static str> {
    match dialect {
        Dialect::Sqlite => step_on_sqlite(kind, own_transaction),
        Dialect::Mysql => step_on_mysql(kind, own_transaction),
    }
}

fn step_on_sqlite(kind: Kind, own_transaction: bool) -> Result<Step, &'static str> {
    match (kind, own_transaction) {
        (Kind::Begin, false) => Ok(Step::Open),
        (Kind::Begin, true) => Err("the transaction before it is not ended"),
        (Kind::Commit, true) => Ok(Step::Close),
        (Kind::Rollback, true) => Ok(Step::Abandon),
        (Kind::Commit | Kind::Rollback, false) => Err("there is no transaction that it could end"),
        (Kind::Savepoint, true) => Ok(Step::Inside),
        (Kind::Savepoint, false) => {
            Err("outside a transaction it would begin one; write BEGIN and COMMIT")
        }
        (Kind::Vacuum, true) => Err("SQLite cannot do it inside a transaction"),
        (Kind::ForeignKeysPragma, true) => {
            Err("inside a transaction SQLite ignores it without a word")
        }
        (
            Kind::Vacuum
            | Kind::Attach
            | Kind::Pragma
            | Kind::SessionPragma
            | Kind::ForeignKeysPragma,
            false,
        ) => Ok(Step::Bare),
        (Kind::Attach | Kind::Pragma | Kind::SessionPragma, true) => Ok(Step::Inside),
        (
            Kind::Empty
            | Kind::Ordinary
            | Kind::TempTable
            | Kind::TempDefinition
            | Kind::TempDrop
            | Kind::Definition
            | Kind::Repeatable
            | Kind::Untold
            | Kind::Setting
            | Kind::Autocommit
            | Kind::TableLock
            | Kind::Prepare
            | Kind::Execute
            | Kind::Call,
            _,
        ) => Ok(match own_transaction {
            true => Step::Inside,
            false => Step::Together,
        }),
    }
}

/// From the manuals' lists of statements that commit implicitly:
/// [MySQL](https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html),
/// [MariaDB](https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/).
fn step_on_mysql(kind: Kind, own_transaction: bool) -> Result<Step, &'static str> {
    match (kind, own_transaction) {
        (Kind::Begin, _) => Ok(Step::Open),
        (Kind::Commit, true) => Ok(Step::Close),
        (Kind::Rollback, true) => Ok(Step::Abandon),
        // Nothing to end, as the servers see it; but it would end the engine's own.
        (Kind::Commit | Kind::Rollback, false) => Ok(Step::LeftOut),
        (Kind::TableLock | Kind::Autocommit, _) => Ok(Step::LeftOut),
        (Kind::Savepoint, false) => {
            Err("outside a transaction it has no effect; write START TRANSACTION and COMMIT")
        }
        (Kind::Definition | Kind::Untold | Kind::Call, _) => Ok(Step::Flight),
        (Kind::Repeatable, _) => Ok(Step::Bare),
        (Kind::Setting | Kind::Prepare | Kind::TempTable | Kind::TempDrop, false) => Ok(Step::Bare),
        (
            Kind::Savepoint
            | Kind::Setting
            | Kind::Prepare
            | Kind::TempTable
            | Kind::TempDrop
            | Kind::Empty
            | Kind::Ordinary
            | Kind::Execute
            | Kind::TempDefinition
            | Kind::Pragma
            | Kind::SessionPragma
            | Kind::ForeignKeysPragma
            | Kind::Attach
            | Kind::Vacuum,
            true,
        ) => Ok(Step::Inside),
        (
            Kind::Empty
            | Kind::Ordinary
            | Kind::Execute
            | Kind::TempDefinition
            | Kind::Pragma
            | Kind::SessionPragma
            | Kind::ForeignKeysPragma
            | Kind::Attach
            | Kind::Vacuum,
            false,
        ) => Ok(Step::Together),
    }
}

/// Whether `changes()` in the next statement can answer about a statement of the script: nothing that the engine writes
/// may come between them. `known`: whether it can in this one.
pub(crate) fn knows_changes(known: bool, step: Step, class: Class) -> bool {
    match step {
        // Without a question in it, the statement begins a transaction of its own, behind a journal entry.
        Step::Together => class.sets_changes || (class.reads_changes && known),
        Step::Inside => class.sets_changes || known,
        Step::LeftOut => known,
        Step::Bare | Step::Flight | Step::Open | Step::Close | Step::Abandon => false,
    }
}

/// Whether a statement that is done has to run again in a new session, to make it what the old one was.
pub(crate) fn is_replayed(kind: Kind) -> bool {
    match kind {
        Kind::SessionPragma | Kind::ForeignKeysPragma | Kind::Attach | Kind::TempDefinition => true,
        Kind::Empty
        | Kind::Ordinary
        | Kind::Begin
        | Kind::Commit
        | Kind::Rollback
        | Kind::Savepoint
        | Kind::Pragma
        | Kind::Vacuum
        | Kind::TempTable
        | Kind::TempDrop
        | Kind::Definition
        | Kind::Repeatable
        | Kind::Untold
        | Kind::Setting
        | Kind::Autocommit
        | Kind::TableLock
        | Kind::Prepare
        | Kind::Execute
        | Kind::Call => false,
    }
}

/// What the script on disk says about the statements that the journal calls done, and about the one behind them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Past {
    /// The checksum of what they say now; `None`: the script has not so many.
    pub(crate) checksum: Option<Checksum>,
    /// The number of the first that made something in the session that cannot be made again: a temporary table, whose
    /// rows are gone, or a temporary view or trigger that a later one may have dropped.
    pub(crate) temporary: Option<u64>,
    /// The number of the first that made a temporary view or trigger.
    defined: Option<u64>,
    /// The number of the next statement, when it asks `changes()`: the journal has been written since.
    pub(crate) asks_changes: Option<u64>,
}

impl Past {
    /// Takes the next of the statements that are done.
    pub(crate) fn done(&mut self, number: u64, class: Class) {
        match (class.kind, class.danger, self.defined) {
            (Kind::TempTable, _, _) => {
                self.temporary.get_or_insert(number);
            }
            (Kind::TempDefinition, _, _) => {
                self.defined.get_or_insert(number);
            }
            (_, Some(Danger::DropObject), Some(defined)) => {
                self.temporary.get_or_insert(defined);
            }
            (_, _, _) => {}
        }
    }

    /// Takes the first statement that is not done.
    pub(crate) fn next(&mut self, number: u64, class: Class) {
        self.asks_changes = class.reads_changes.then_some(number);
    }
}

/// What to do with a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// Run it from its first statement.
    Begin,
    /// Go on behind the statements that are done.
    GoOn(Box<Entry>),
    /// A person has to decide.
    Ask(Question),
}

/// Why nobody but a person can tell how to go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Question {
    #[error(
        "what is done of it, statements 1 to {done}, was changed after it ran; restore it, or start the script over"
    )]
    PastEdited { done: u64 },
    #[error(
        "statement {statement} made a temporary table, view or trigger that is gone with the process that was \
         interrupted; start the script over"
    )]
    Temporary { statement: u64 },
    #[error(
        "{file} of this track is under way, and another script is next; put {file} back, or start over"
    )]
    OtherScript { file: String },
    #[error(
        "statement {statement} asks what the one before it has changed, which is not known any more; \
         write the number into it, or start the script over"
    )]
    Changes { statement: u64 },
    #[error(
        "statement {statement} was under way when its process was interrupted, and whether it has happened cannot be \
         told: {reason}; look into the database, then go on if it has not, skip the statement if it has, or start over"
    )]
    InFlight { statement: u64, reason: String },
    #[error(
        "the journal of its track cannot be read, so that nobody can tell how far it has come; \
         look into the database, then start the script over or mark it done"
    )]
    Unreadable,
}

/// What the journal means for the script `file`, which is next in its track and runs as a whole: `None` where it may.
pub(crate) fn refuse_whole(found: Option<&Found>, file: &str) -> Option<Question> {
    match found {
        None => None,
        Some(Found::Unreadable) => Some(Question::Unreadable),
        Some(Found::Entry(entry)) if entry.done == 0 && entry.in_flight.is_none() => None,
        Some(Found::Entry(entry)) if entry.file == file => {
            Some(Question::PastEdited { done: entry.done })
        }
        Some(Found::Entry(entry)) => Some(Question::OtherScript {
            file: entry.file.clone(),
        }),
    }
}

/// What the journal means for the script `file`, which is next in its track and runs statement by statement.
pub(crate) fn conclude(
    found: Option<Found>,
    file: &str,
    past: impl FnOnce(&Entry) -> Past,
) -> Conclusion {
    let entry = match found {
        None => return Conclusion::Begin,
        Some(Found::Unreadable) => return Conclusion::Ask(Question::Unreadable),
        Some(Found::Entry(entry)) => entry,
    };
    if entry.file != file {
        return match (entry.done, &entry.in_flight) {
            (0, None) => Conclusion::Begin,
            (_, _) => Conclusion::Ask(Question::OtherScript { file: entry.file }),
        };
    }
    if entry.done == 0 && entry.in_flight.is_none() {
        return Conclusion::Begin;
    }
    if let Some(statement) = entry.surroundings.as_ref().and_then(Surroundings::lost) {
        return Conclusion::Ask(Question::Temporary { statement });
    }
    let past = past(&entry);
    if entry.done > 0 && past.checksum.as_ref() != Some(&entry.past) {
        return Conclusion::Ask(Question::PastEdited { done: entry.done });
    }
    match (past.temporary, past.asks_changes) {
        (Some(statement), _) => Conclusion::Ask(Question::Temporary { statement }),
        (None, Some(statement)) => Conclusion::Ask(Question::Changes { statement }),
        (None, None) => Conclusion::GoOn(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        let rows = [
            (Kind::Ordinary, false, Some(Step::Together)),
            (Kind::Ordinary, true, Some(Step::Inside)),
            (Kind::Begin, false, Some(Step::Open)),
            (Kind::Begin, true, None),
            (Kind::Commit, true, Some(Step::Close)),
            (Kind::Commit, false, None),
            (Kind::Rollback, true, Some(Step::Abandon)),
            (Kind::Rollback, false, None),
            (Kind::Savepoint, true, Some(Step::Inside)),
            (Kind::Savepoint, false, None),
            (Kind::Vacuum, false, Some(Step::Bare)),
            (Kind::Vacuum, true, None),
            (Kind::Pragma, false, Some(Step::Bare)),
            (Kind::SessionPragma, true, Some(Step::Inside)),
            (Kind::ForeignKeysPragma, false, Some(Step::Bare)),
            (Kind::ForeignKeysPragma, true, None),
            (Kind::Attach, false, Some(Step::Bare)),
            (Kind::TempTable, false, Some(Step::Together)),
        ];
        for (kind, own_transaction, expected) in rows {
            assert_eq!(
                step(Dialect::Sqlite, kind, own_transaction).ok(),
                expected,
                "{kind:?} {own_transaction}"
            );
        }
    }

    #[test]
    fn changes_are_known_right_behind_what_made_them() {
        let sets = Class {
            sets_changes: true,
            ..Class::default()
        };
        let reads = Class {
            reads_changes: true,
            ..Class::default()
        };
        let other = Class::default();
        let rows = [
            (false, Step::Together, sets, true),
            (true, Step::Together, reads, true),
            (false, Step::Together, reads, false),
            (true, Step::Together, other, false),
            (true, Step::Inside, other, true),
            (false, Step::Inside, other, false),
            (false, Step::Inside, sets, true),
            (true, Step::Bare, other, false),
            (true, Step::Open, other, false),
            (true, Step::Close, other, false),
            (true, Step::Abandon, other, false),
        ];
        for (known, step, class, expected) in rows {
            assert_eq!(
                knows_changes(known, step, class),
                expected,
                "{known} {step:?} {class:?}"
            );
        }
    }

    #[test]
    fn conclusions() {
        let entry = |file: &str, done| Entry {
            file: file.into(),
            run: "r".into(),
            started_at: std::time::SystemTime::UNIX_EPOCH.into(),
            done,
            past: Checksum::recorded("a"),
            last_insert_id: 0,
            step: 0,
            in_flight: None,
            surroundings: None,
        };
        let past = |checksum: &str, temporary| Past {
            checksum: (!checksum.is_empty()).then(|| Checksum::recorded(checksum)),
            temporary,
            ..Past::default()
        };
        let go_on = |done| Conclusion::GoOn(Box::new(entry("1.sql", done)));
        let rows = [
            (None, past("a", None), Conclusion::Begin),
            (Some(entry("1.sql", 0)), past("b", None), Conclusion::Begin),
            (Some(entry("0.sql", 0)), past("b", None), Conclusion::Begin),
            (Some(entry("1.sql", 2)), past("a", None), go_on(2)),
            (
                Some(entry("1.sql", 2)),
                past("b", None),
                Conclusion::Ask(Question::PastEdited { done: 2 }),
            ),
            (
                Some(entry("1.sql", 2)),
                past("", None),
                Conclusion::Ask(Question::PastEdited { done: 2 }),
            ),
            (
                Some(entry("1.sql", 2)),
                past("a", Some(1)),
                Conclusion::Ask(Question::Temporary { statement: 1 }),
            ),
            (
                Some(entry("1.sql", 2)),
                Past {
                    asks_changes: Some(3),
                    ..past("a", None)
                },
                Conclusion::Ask(Question::Changes { statement: 3 }),
            ),
            (
                Some(entry("0.sql", 2)),
                past("a", None),
                Conclusion::Ask(Question::OtherScript {
                    file: "0.sql".into(),
                }),
            ),
        ];
        for (entry, past, expected) in rows {
            let shown = format!("{entry:?} {past:?}");
            assert_eq!(
                conclude(
                    entry.map(|entry| Found::Entry(Box::new(entry))),
                    "1.sql",
                    |_| past
                ),
                expected,
                "{shown}"
            );
        }
    }
}
