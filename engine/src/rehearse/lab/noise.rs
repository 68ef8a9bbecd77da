//! [`Noise`]: what differs between runs that nobody has disturbed, and what else differs. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::look::{Look, Source, Table};

/// What is not the same each time, so that it says nothing about a death.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Noise {
    things: BTreeSet<NotRepeatable>,
}

/// What two runs leave differently that nobody has disturbed: the scripts that write it depend on chance or on the moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct NotRepeatable {
    /// What, as in `rows of cb_items`, `table cb_items` or `setting user_version`.
    pub what: String,
    /// The column; `None`: all of it.
    pub column: Option<String>,
}

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Differing {
    /// A part of the schema, or a setting: what it is in either.
    Thing {
        what: String,
        expected: Option<String>,
        found: Option<String>,
    },
    /// The rows of a table.
    Rows(String),
    /// What is broken in one alone.
    Fault(String),
}

impl Noise {
    pub(super) fn things(&self) -> impl Iterator<Item = &NotRepeatable> {
        self.things.iter()
    }

    fn has(&self, what: &str, column: Option<&str>) -> bool {
        let is = |thing: &NotRepeatable| thing.what == what && thing.column.as_deref() == column;
        self.things.iter().any(is)
    }

    /// The columns of a table that can be compared, by number.
    pub(super) fn steady(&self, source: &Source) -> Vec<usize> {
        let table = in_table(&source.table);
        let columns = source.columns.iter().enumerate();
        let steady = columns.filter(|(_, column)| !self.has(&table, Some(column)));
        steady.map(|(number, _)| number).collect()
    }

    /// Takes up in what two looks differ that were read with this noise, and tells whether that was anything new. What it
    /// answers first are columns; where rows differ without them, the next time it is the table.
    pub(super) fn grow(&mut self, one: &Look, other: &Look) -> bool {
        let before = self.things.len();
        for differing in differing(one, other, self) {
            match differing {
                Differing::Thing { what, .. } => self.add(what, None),
                Differing::Fault(_) => {}
                Differing::Rows(table) => {
                    let what = in_table(&table);
                    let columns = one.tables.get(&table).zip(other.tables.get(&table));
                    let columns = columns.map_or(Vec::new(), |(one, other)| apart(one, other));
                    let columns = columns.into_iter();
                    let new: Vec<_> = columns
                        .filter(|column| !self.has(&what, Some(column)))
                        .collect();
                    if new.is_empty() {
                        self.add(what.clone(), None);
                    }
                    for column in new {
                        self.add(what.clone(), Some(column));
                    }
                }
            }
        }
        self.things.len() > before
    }

    /// In what two looks differ beside it that were read with this noise.
    pub(super) fn more(&self, one: &Look, other: &Look) -> Vec<NotRepeatable> {
        let mut more = self.clone();
        more.grow(one, other);
        more.things.difference(&self.things).cloned().collect()
    }

    fn add(&mut self, what: String, column: Option<String>) {
        if column.is_none() {
            self.things.retain(|thing| thing.what != what);
        }
        self.things.insert(NotRepeatable { what, column });
    }
}

fn in_table(table: &str) -> String {
    format!("rows of {table}")
}

/// The columns whose values differ, of two tables with as many rows.
fn apart(one: &Table, other: &Table) -> Vec<String> {
    if one.rows != other.rows || one.columns != other.columns {
        return Vec::new();
    }
    let sums = one.by_column.iter().zip(&other.by_column);
    let apart = one.columns.iter().zip(sums);
    let apart = apart.filter(|(_, (one, other))| one != other);
    apart.map(|(column, _)| column.clone()).collect()
}

/// In what a database differs from what was expected, but for noise; both were read with this noise.
pub(super) fn differing(expected: &Look, found: &Look, noise: &Noise) -> Vec<Differing> {
    let mut differing = Vec::new();
    let settings = |look: &Look| {
        let settings = look.settings.iter();
        let named = settings.map(|(name, value)| (format!("setting {name}"), value.clone()));
        let objects = look.objects.clone();
        objects.into_iter().chain(named).collect::<BTreeMap<_, _>>()
    };
    let (here, there) = (settings(expected), settings(found));
    let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
    for what in names {
        if here.get(what) != there.get(what) && !noise.has(what, None) {
            differing.push(Differing::Thing {
                what: what.clone(),
                expected: here.get(what).cloned(),
                found: there.get(what).cloned(),
            });
        }
    }
    for (name, one) in &expected.tables {
        let Some(other) = found.tables.get(name) else {
            continue;
        };
        let is_same = (one.rows, one.whole) == (other.rows, other.whole);
        if one.columns == other.columns && !is_same && !noise.has(&in_table(name), None) {
            differing.push(Differing::Rows(name.clone()));
        }
    }
    let new = found.faults.iter();
    let new = new.filter(|fault| !expected.faults.contains(fault));
    differing.extend(new.cloned().map(Differing::Fault));
    differing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearse::lab::sum::{Cell, Sum, hash};
    use crate::store::Value;

    /// A database with one table of these rows, as it is read with this noise.
    fn look(sql: &str, rows: &[(i64, i64)], noise: &Noise) -> Look {
        let columns = ["a", "b"].map(str::to_owned).to_vec();
        let source = Source::of("t", columns.clone());
        let mut table = Table {
            columns,
            by_column: vec![Sum::default(); 2],
            ..Table::default()
        };
        for (a, b) in rows {
            let cells = [a, b].map(|number| Cell {
                is_text: false,
                value: Value::Integer(*number),
            });
            for (cell, sum) in cells.iter().zip(&mut table.by_column) {
                sum.add(hash([cell]));
            }
            table.rows += 1;
            let steady = noise.steady(&source);
            table
                .whole
                .add(hash(steady.iter().map(|column| &cells[*column])));
        }
        let mut look = Look::default();
        look.objects.insert("table t".to_owned(), sql.to_owned());
        look.tables.insert("t".to_owned(), table);
        look
    }

    type Rows = &'static [(i64, i64)];

    #[test]
    fn what_two_runs_leave_differently_is_not_compared() {
        let rows: [(Rows, Rows, &[&str]); 6] = [
            (&[(1, 2), (3, 4)], &[(3, 4), (1, 2)], &[]),
            (&[(1, 2), (3, 4)], &[(1, 5), (3, 4)], &["rows of t.b"]),
            (&[(1, 2)], &[(3, 4)], &["rows of t.a", "rows of t.b"]),
            // Each column has the same values, and the rows have not.
            (&[(1, 2), (3, 4)], &[(1, 4), (3, 2)], &["rows of t"]),
            // One column tells, and without it the rows of the others still differ.
            (&[(1, 2)], &[(1, 2), (1, 2)], &["rows of t"]),
            (&[], &[(1, 2)], &["rows of t"]),
        ];
        for (one, other, expected) in rows {
            let mut noise = Noise::default();
            let grow = |noise: &mut Noise| {
                let (one, other) = (look("", one, noise), look("", other, noise));
                noise.grow(&one, &other)
            };
            while grow(&mut noise) {}
            let told = noise.things().map(|thing| match &thing.column {
                Some(column) => format!("{}.{column}", thing.what),
                None => thing.what.clone(),
            });
            assert_eq!(told.collect::<Vec<_>>(), expected, "{one:?} {other:?}");
            let (one, other) = (look("", one, &noise), look("", other, &noise));
            assert_eq!(differing(&one, &other, &noise), [], "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_differs_beside_the_noise_is_told() {
        let mut noise = Noise::default();
        let quiet = Noise::default();
        noise.grow(&look("", &[(1, 2)], &quiet), &look("", &[(1, 3)], &quiet));
        let rows = Differing::Rows("t".to_owned());
        let schema = Differing::Thing {
            what: "table t".to_owned(),
            expected: Some(String::new()),
            found: Some("x".to_owned()),
        };
        let cases: [(&str, Rows, &[Differing]); 4] = [
            ("", &[(1, 7)], &[]),
            ("", &[(2, 2)], std::slice::from_ref(&rows)),
            ("", &[(1, 2), (1, 2)], std::slice::from_ref(&rows)),
            ("x", &[(2, 2)], &[schema, rows.clone()]),
        ];
        for (sql, found, expected) in cases {
            let one = look("", &[(1, 2)], &noise);
            let other = look(sql, found, &noise);
            assert_eq!(differing(&one, &other, &noise), expected, "{found:?}");
        }
        let mut broken = look("", &[(1, 2)], &noise);
        broken.faults.push("row missing".to_owned());
        let whole = look("", &[(1, 2)], &noise);
        let fault = Differing::Fault("row missing".to_owned());
        assert_eq!(differing(&whole, &broken, &noise), [fault]);
        assert_eq!(differing(&broken, &whole, &noise), []);
    }
}
