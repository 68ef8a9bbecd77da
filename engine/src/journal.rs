//! How far a script has come that runs statement by statement, and what a restart may conclude from it.

use crate::checksum::Checksum;
use crate::clock::Timestamp;
use crate::deeds::Deeds;
use crate::flight::Flight;
use crate::sql::Danger;
use crate::sql::classifier::{Class, Kind};
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
    /// What is committed of a program.
    pub(crate) deeds: Option<Deeds>,
}

impl Entry {
    /// Whether nothing of the script is done, nor may be.
    fn is_blank(&self) -> bool {
        self.done == 0 && self.in_flight.is_none() && self.deeds.is_none()
    }

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
            deeds: None,
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
        "it was interrupted behind {writes} writes that are committed and must not be done twice, the last of them \
         {last:?}; undo them and start the script over, or finish its work and mark it done. \
         A script that may start over by itself says `-- upgrade: idempotent`"
    )]
    Writes { writes: u64, last: String },
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
        Some(Found::Entry(entry)) if entry.is_blank() => None,
        Some(Found::Entry(entry)) if entry.file == file => {
            Some(Question::PastEdited { done: entry.done })
        }
        Some(Found::Entry(entry)) => Some(Question::OtherScript {
            file: entry.file.clone(),
        }),
    }
}

/// What the journal means for the script `file`, which is next in its track and runs statement by statement.
/// `idempotent`: it may start over after anything that it does.
pub(crate) fn conclude(
    found: Option<Found>,
    file: &str,
    idempotent: bool,
    past: impl FnOnce(&Entry) -> Past,
) -> Conclusion {
    let entry = match found {
        None => return Conclusion::Begin,
        Some(Found::Unreadable) => return Conclusion::Ask(Question::Unreadable),
        Some(Found::Entry(entry)) => entry,
    };
    if entry.file != file {
        return match entry.is_blank() {
            true => Conclusion::Begin,
            false => Conclusion::Ask(Question::OtherScript { file: entry.file }),
        };
    }
    if entry.is_blank() {
        return Conclusion::Begin;
    }
    let gone = |question| match idempotent {
        true => Conclusion::Begin,
        false => Conclusion::Ask(question),
    };
    if let Some(statement) = entry.surroundings.as_ref().and_then(Surroundings::lost) {
        return gone(Question::Temporary { statement });
    }
    let past = past(&entry);
    if entry.done > 0 && past.checksum.as_ref() != Some(&entry.past) {
        return Conclusion::Ask(Question::PastEdited { done: entry.done });
    }
    match (past.temporary, past.asks_changes) {
        (Some(statement), _) => gone(Question::Temporary { statement }),
        (None, Some(statement)) => gone(Question::Changes { statement }),
        (None, None) => Conclusion::GoOn(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            deeds: None,
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
        let lost = conclude(
            Some(Found::Entry(Box::new(entry("1.sql", 2)))),
            "1.sql",
            true,
            |_| past("a", Some(1)),
        );
        assert_eq!(lost, Conclusion::Begin);
        for (entry, past, expected) in rows {
            let shown = format!("{entry:?} {past:?}");
            assert_eq!(
                conclude(
                    entry.map(|entry| Found::Entry(Box::new(entry))),
                    "1.sql",
                    false,
                    |_| past
                ),
                expected,
                "{shown}"
            );
        }
    }
}
