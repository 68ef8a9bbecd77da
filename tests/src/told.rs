//! What the engine answers, as text that can be compared.

use std::fmt::Write as _;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::Value;
use rusqlite::{Batch, Connection};
use upgrades::{Clearing, Error, HistoryFilter, Report, Source, Upgrader, chain};

/// Scripts as pairs of name and text.
pub type Scripts<'s> = &'s [(&'s str, &'s str)];

/// Scripts as a track's source.
pub fn source(scripts: Scripts<'_>) -> Source {
    let pairs = scripts.iter();
    pairs
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

/// What a run did, on one line.
pub fn shown(report: &Report) -> String {
    let mut text = format!("{:?}", report.ending);
    for applied in &report.applied {
        write!(text, " {}", applied.script).unwrap();
    }
    for warning in &report.warnings {
        write!(text, " [{}: {}]", warning.code, warning.message).unwrap();
    }
    text
}

/// What a run did, or the whole chain of its error.
pub fn told(outcome: Result<Report, Error>) -> String {
    match outcome {
        Ok(report) => shown(&report),
        Err(error) => chain(&error),
    }
}

/// What clearing did, or the whole chain of its error.
pub fn cleared(outcome: Result<Clearing, Error>) -> String {
    match outcome {
        Ok(Clearing::NothingToClear) => "nothing to clear".to_owned(),
        Ok(Clearing::Cleared(None)) => "cleared: unknown".to_owned(),
        Ok(Clearing::Cleared(Some(failure))) => format!("cleared: {failure}"),
        Err(error) => chain(&error),
    }
}

/// The history: outcome and script of each row.
pub fn history(upgrader: &Upgrader<'_>) -> String {
    let attempts = upgrader.history(&HistoryFilter::default()).unwrap();
    let shown = attempts
        .iter()
        .map(|attempt| format!("{} {}", attempt.outcome.as_str(), attempt.script));
    shown.collect::<Vec<_>>().join("; ")
}

/// What the last of these statements finds: columns with commas, rows with semicolons between them.
pub fn rows(connection: &Connection, sql: &str) -> String {
    let mut batch = Batch::new(connection, sql);
    let mut statement = batch.next().unwrap().unwrap();
    while let Some(next) = batch.next().unwrap() {
        statement.raw_execute().unwrap();
        statement = next;
    }
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let values = (0..columns).map(|column| match row.get_unwrap(column) {
            Value::Null => "NULL".to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            Value::Text(text) => text,
            Value::Blob(bytes) => format!("{bytes:?}"),
        });
        lines.push(values.collect::<Vec<_>>().join(","));
    }
    lines.join("; ")
}

/// Moments, runs and processes by their kind.
pub fn without_times(text: &str) -> String {
    let mut tidied = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("20") {
        tidied.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, name) = if fits(rest, "dddd-dd-ddTdd:dd:dd.dddZ") {
            (24, "[TIME]")
        } else if fits(rest, "ddddddddTdddddddddZ-d") {
            let digits = rest[20..].chars().take_while(char::is_ascii_digit).count();
            (20 + digits, "[RUN]")
        } else {
            tidied.push_str("20");
            rest = &rest[2..];
            continue;
        };
        tidied.push_str(name);
        rest = &rest[length..];
    }
    tidied + rest
}

fn fits(text: &str, pattern: &str) -> bool {
    let mut characters = text.chars();
    pattern
        .chars()
        .all(|wanted| match (wanted, characters.next()) {
            ('d', Some(found)) => found.is_ascii_digit(),
            (wanted, Some(found)) => wanted == found,
            (_, None) => false,
        })
}
