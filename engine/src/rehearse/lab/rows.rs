//! Which rows of two tables differ, when it is known that some do.

use std::collections::HashMap;

use super::look::{Source, chosen};
use super::noise::Noise;
use super::sum::hash;
use crate::inert::inert;
use crate::store::{Session, StoreError};

/// A value is shown up to so many characters.
const VALUE: usize = 40;
/// A row is shown up to so many of its columns.
const COLUMNS: usize = 8;

/// Which rows of a table differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct RowsApart {
    /// How many rows are not there that were expected, and the first of them.
    pub(super) missing: u64,
    pub(super) first_missing: Option<String>,
    /// How many are there that were not expected.
    pub(super) extra: u64,
    pub(super) first_extra: Option<String>,
}

/// Reads both tables; rows that are alike in all but noise are the same.
///
/// # Errors
/// A table cannot be read.
pub(super) fn rows_apart(
    expected: &mut dyn Session,
    found: &mut dyn Session,
    source: &Source,
    noise: &Noise,
) -> Result<RowsApart, StoreError> {
    let steady = noise.steady(source);
    let mut balance = HashMap::<u128, i64>::new();
    source.each(expected, &mut |cells, _| {
        *balance.entry(hash(chosen(cells, &steady))).or_default() += 1;
    })?;
    source.each(found, &mut |cells, _| {
        *balance.entry(hash(chosen(cells, &steady))).or_default() -= 1;
    })?;
    balance.retain(|_, times| *times != 0);
    let mut apart = RowsApart::default();
    for times in balance.values() {
        match *times {
            more @ 1.. => apart.missing += more.unsigned_abs(),
            less => apart.extra += less.unsigned_abs(),
        }
    }
    let first = |session: &mut dyn Session, wanted: fn(&i64) -> bool| {
        let mut first = None;
        source.each(session, &mut |cells, shown| {
            let times = balance.get(&hash(chosen(cells, &steady)));
            if first.is_none() && times.is_some_and(wanted) {
                first = Some(row(source, &steady, shown));
            }
        })?;
        Ok::<_, StoreError>(first)
    };
    apart.first_missing = first(expected, |times| *times > 0)?;
    apart.first_extra = first(found, |times| *times < 0)?;
    Ok(apart)
}

/// A row as a person is shown it.
fn row(source: &Source, steady: &[usize], shown: &[String]) -> String {
    let values = steady.iter().filter_map(|column| {
        let (name, value) = (source.columns.get(*column)?, shown.get(*column)?);
        Some(format!("{} {}", short(name), short(value)))
    });
    let mut values: Vec<_> = values.take(COLUMNS + 1).collect();
    if values.len() > COLUMNS {
        values.truncate(COLUMNS);
        values.push("…".to_owned());
    }
    values.join(", ")
}

/// A text on one line, and not too long.
pub(super) fn short(text: &str) -> String {
    let beginning: String = text.chars().take(VALUE).collect();
    let mut short = inert(&beginning);
    if text.chars().nth(VALUE).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_row() {
        let names: Vec<_> = (1..=10).map(|n| format!("c{n}")).collect();
        let source = Source::of("t", names);
        let values: Vec<_> = (1..=10).map(|n| format!("{n}")).collect();
        let long = vec![
            "'".to_owned() + &"x".repeat(50) + "'",
            "'a\nb\u{1b}[2J'".to_owned(),
        ];
        let rows: [(&[usize], &[String], &str); 3] = [
            (&[0, 2], &values, "c1 1, c3 3"),
            (
                &[0, 1, 2, 3, 4, 5, 6, 7, 8],
                &values,
                "c1 1, c2 2, c3 3, c4 4, c5 5, c6 6, c7 7, c8 8, …",
            ),
            (
                &[0, 1],
                &long,
                "c1 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, c2 'a\u{fffd}b\u{fffd}[2J'",
            ),
        ];
        for (steady, values, expected) in rows {
            assert_eq!(row(&source, steady, values), expected);
        }
    }
}
