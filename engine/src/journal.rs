//! How far a script has come that runs statement by statement, and what a restart may conclude from it.
//!
//! Decides only: [`step`] says how a statement and its journal entry are kept together, [`conclude`] what to do with
//! an entry that an earlier process has left.

use crate::checksum::Checksum;
use crate::clock::Timestamp;
use crate::sql::classifier::Kind;

/// The journal of a script that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The script's file name.
    pub(crate) file: String,
    /// The run that began it.
    pub(crate) run: String,
    pub(crate) started_at: Timestamp,
    /// How many of its statements are done.
    pub(crate) done: u64,
    /// The checksum of what those say.
    pub(crate) past: Checksum,
    /// What `last_insert_rowid()` answered after them.
    pub(crate) last_insert_id: i64,
}

/// How a statement of a script without a transaction is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// In one transaction with its journal entry.
    Together,
    /// Outside a transaction, its journal entry after it: after a death in between it runs again, which does no harm.
    Bare,
    /// It begins the script's own transaction.
    Open,
    /// It belongs to the script's own transaction.
    Inside,
    /// It commits the script's own transaction, and the journal entry with it.
    Close,
    /// It rolls the script's own transaction back; its journal entry follows.
    Abandon,
}

/// How a statement of this kind is run. `own_transaction`: the script has begun one and not ended it.
///
/// # Errors
/// Why it cannot be run there, in words.
pub(crate) fn step(kind: Kind, own_transaction: bool) -> Result<Step, &'static str> {
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
        (Kind::Ordinary | Kind::TempTable | Kind::TempDefinition | Kind::Empty, false) => {
            Ok(Step::Together)
        }
        (
            Kind::Vacuum
            | Kind::Attach
            | Kind::Pragma
            | Kind::SessionPragma
            | Kind::ForeignKeysPragma,
            false,
        ) => Ok(Step::Bare),
        (
            Kind::Ordinary
            | Kind::TempTable
            | Kind::TempDefinition
            | Kind::Empty
            | Kind::Attach
            | Kind::Pragma
            | Kind::SessionPragma,
            true,
        ) => Ok(Step::Inside),
    }
}

/// Whether `changes()` in a statement can answer about the statement before it: nothing of the engine's own may come
/// between them.
pub(crate) fn knows_changes(before: Option<Step>, step: Step) -> bool {
    matches!(
        (before, step),
        (Some(Step::Together), Step::Together) | (Some(Step::Inside), Step::Inside)
    )
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
        | Kind::TempTable => false,
    }
}

/// What the script on disk says about the statements that the journal calls done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    /// The checksum of what they say now; `None`: the script has not so many.
    pub(crate) checksum: Option<Checksum>,
    /// The number of the first that made something in the session that cannot be made again: a temporary table, whose
    /// rows are gone, or a temporary view or trigger that a later one may have dropped.
    pub(crate) temporary: Option<u64>,
}

/// What to do with a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// Run it from its first statement.
    Begin,
    /// Go on behind the statements that are done.
    GoOn(Entry),
    /// A person has to decide.
    Ask(Question),
}

/// Why nobody but a person can tell how to go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Question {
    #[error(
        "its first {done} statements, which are done, were edited after they ran; restore them, or start the script over"
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
}

/// What an entry of statements that are done means for the script `file`, which is next in its track and runs as a whole.
pub(crate) fn unjournaled(entry: Entry, file: &str) -> Question {
    if entry.file == file {
        Question::PastEdited { done: entry.done }
    } else {
        Question::OtherScript { file: entry.file }
    }
}

/// What an entry means for the script `file`, which is next in its track.
pub(crate) fn conclude(
    entry: Option<Entry>,
    file: &str,
    past: impl FnOnce(&Entry) -> Past,
) -> Conclusion {
    let Some(entry) = entry else {
        return Conclusion::Begin;
    };
    if entry.file != file {
        return match entry.done {
            0 => Conclusion::Begin,
            _ => Conclusion::Ask(Question::OtherScript { file: entry.file }),
        };
    }
    if entry.done == 0 {
        return Conclusion::Begin;
    }
    let past = past(&entry);
    match (past.checksum, past.temporary) {
        (Some(checksum), None) if checksum == entry.past => Conclusion::GoOn(entry),
        (Some(checksum), Some(statement)) if checksum == entry.past => {
            Conclusion::Ask(Question::Temporary { statement })
        }
        (Some(_) | None, _) => Conclusion::Ask(Question::PastEdited { done: entry.done }),
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
                step(kind, own_transaction).ok(),
                expected,
                "{kind:?} {own_transaction}"
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
        };
        let past = |checksum: &str, temporary| Past {
            checksum: (!checksum.is_empty()).then(|| Checksum::recorded(checksum)),
            temporary,
        };
        let go_on = |done| Conclusion::GoOn(entry("1.sql", done));
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
                Some(entry("0.sql", 2)),
                past("a", None),
                Conclusion::Ask(Question::OtherScript {
                    file: "0.sql".into(),
                }),
            ),
        ];
        for (entry, past, expected) in rows {
            let shown = format!("{entry:?} {past:?}");
            assert_eq!(conclude(entry, "1.sql", |_| past), expected, "{shown}");
        }
    }
}
