//! What of a program is committed, and what a restart may conclude from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::journal::{Entry, Found, Question};

/// What of a program is committed before its end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Deeds {
    /// How many writes that must not be done twice, the last of which may have been under way.
    pub(crate) writes: u64,
    /// The last of them, shortened.
    pub(crate) last: Option<String>,
    /// How far its batches have come, by their names.
    pub(crate) batches: BTreeMap<String, Cursor>,
}

/// How far a batch has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The table that it goes through.
    pub(crate) table: String,
    /// The columns that it goes by.
    pub(crate) key: Vec<String>,
    /// The key of the last row that is done; nothing: none is.
    pub(crate) after: Option<Vec<Key>>,
    /// The largest key when it began; nothing: the table was empty.
    pub(crate) until: Option<Vec<Key>>,
    /// How many rows are done.
    pub(crate) rows: u64,
    pub(crate) is_done: bool,
}

/// A value of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Key {
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// What to do with a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// Run it from its beginning, with the batches where they are.
    Run(Deeds),
    /// A person has to decide.
    Ask(Question),
}

/// What the journal means for the program `file`, which is next in its track. `idempotent`: it may start over after
/// anything that it does.
pub(crate) fn conclude(found: Option<&Found>, file: &str, idempotent: bool) -> Conclusion {
    let entry: &Entry = match found {
        None => return Conclusion::Run(Deeds::default()),
        Some(Found::Unreadable) => return Conclusion::Ask(Question::Unreadable),
        Some(Found::Entry(entry)) => entry,
    };
    let deeds = entry.deeds.clone().unwrap_or_default();
    let statements = entry.done > 0 || entry.in_flight.is_some();
    if entry.file != file {
        let nothing = !statements && deeds == Deeds::default();
        return match nothing {
            true => Conclusion::Run(Deeds::default()),
            false => Conclusion::Ask(Question::OtherScript {
                file: entry.file.clone(),
            }),
        };
    }
    match (&deeds.last, deeds.writes) {
        (Some(last), writes) if writes > 0 && !idempotent => Conclusion::Ask(Question::Writes {
            writes,
            last: last.clone(),
        }),
        (_, _) => Conclusion::Run(deeds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conclusions() {
        let entry = |file: &str, deeds: Option<Deeds>, done: u64| {
            let mut entry = Entry::first(file.into(), "r".into());
            entry.deeds = deeds;
            entry.done = done;
            Some(Found::Entry(Box::new(entry)))
        };
        let wrote = Deeds {
            writes: 2,
            last: Some("UPDATE t".into()),
            ..Deeds::default()
        };
        let batched = Deeds {
            batches: BTreeMap::from([(
                "t".to_owned(),
                Cursor {
                    table: "t".into(),
                    key: vec!["id".into()],
                    after: Some(vec![Key::Integer(3)]),
                    until: Some(vec![Key::Integer(9)]),
                    rows: 3,
                    is_done: false,
                },
            )]),
            ..Deeds::default()
        };
        let ask_writes = || {
            Conclusion::Ask(Question::Writes {
                writes: 2,
                last: "UPDATE t".into(),
            })
        };
        let other = || {
            Conclusion::Ask(Question::OtherScript {
                file: "0.lua".into(),
            })
        };
        let begin = || Conclusion::Run(Deeds::default());
        let rows = [
            (None, false, begin()),
            (
                Some(Found::Unreadable),
                true,
                Conclusion::Ask(Question::Unreadable),
            ),
            (entry("1.lua", None, 0), false, begin()),
            (entry("0.lua", None, 0), false, begin()),
            (entry("0.lua", None, 1), false, other()),
            (entry("0.lua", Some(batched.clone()), 0), true, other()),
            (entry("1.lua", Some(wrote.clone()), 0), false, ask_writes()),
            (
                entry("1.lua", Some(wrote.clone()), 0),
                true,
                Conclusion::Run(wrote),
            ),
            (
                entry("1.lua", Some(batched.clone()), 0),
                false,
                Conclusion::Run(batched),
            ),
        ];
        for (found, idempotent, expected) in rows {
            let concluded = conclude(found.as_ref(), "1.lua", idempotent);
            assert_eq!(concluded, expected, "{found:?} {idempotent}");
        }
    }
}
