//! What will hurt later: tables that nobody can tell the rows of, references that are none, keys without an index.

use std::collections::BTreeSet;

use super::scene::Scene;
use super::text::{Statement, Text};
use super::{Found, Hit};
use crate::code::Code;
use crate::sql::Dialect;
use crate::sql::facts::{Change, Column, ForeignKey, Index, Name};

pub(super) fn judge(scene: &Scene<'_>, statement: &Statement, found: &mut Found<'_>) {
    if scene.text.dialect != Dialect::Mysql {
        return;
    }
    for change in &statement.facts.changes {
        match change {
            Change::CreateTable(table) => {
                let later = |change: &Change| matches!(change, Change::AddPrimaryKey(of) if *of == table.name);
                let known = !table.temporary && !table.copied && !table.is_virtual;
                if known && !table.has_primary_key && !scene.later().any(later) {
                    let what = format!("makes table {} without a primary key", table.name);
                    found.add(Code::NoPrimaryKey, None, what);
                }
                for column in &table.columns {
                    reference(&table.name, column, found);
                }
            }
            Change::AddColumn { table, column } => reference(table, column, found),
            _ => {}
        }
    }
}

fn reference(table: &Name, column: &Column, found: &mut Found<'_>) {
    if column.references.is_some() {
        let name = &column.name;
        let what = format!("writes a reference beside column {name} of table {table}");
        found.add(Code::InlineReferences, None, what);
    }
}

/// SQLite's foreign keys that no script makes an index for, be it a later one.
pub(super) fn keys_without_index(texts: &[Text], hits: &mut Vec<Hit>) {
    let mut indexes: Vec<(&Name, &[Name])> = Vec::new();
    for change in texts.iter().flat_map(changes) {
        match change {
            Change::AddIndex(index) => indexes.push((&index.table, &index.columns)),
            Change::CreateTable(table) => {
                let own = |index: &Index| !index.columns.is_empty();
                let own = table.indexes.iter().filter(|index| own(index));
                indexes.extend(own.map(|index| (&table.name, index.columns.as_slice())));
            }
            _ => {}
        }
    }
    for (script, text) in texts.iter().enumerate() {
        if text.dialect != Dialect::Sqlite {
            continue;
        }
        for (statement, at) in text.statements.iter().zip(0..) {
            for (table, key) in statement.facts.changes.iter().flat_map(keys) {
                let names: BTreeSet<&Name> = names_of(table, texts);
                let served = indexes
                    .iter()
                    .any(|(of, columns)| names.contains(of) && serves(columns, &key.columns));
                if !served {
                    hits.push(Hit {
                        code: Code::KeyWithoutIndex,
                        script,
                        statement: at,
                        what: format!(
                            "makes a foreign key of table {table} to {} without an index on {}",
                            key.parent,
                            listed(&key.columns)
                        ),
                        about: None,
                    });
                }
            }
        }
    }
}

fn changes(text: &Text) -> impl Iterator<Item = &Change> {
    text.statements
        .iter()
        .flat_map(|statement| &statement.facts.changes)
}

fn keys(change: &Change) -> Vec<(&Name, &ForeignKey)> {
    match change {
        Change::CreateTable(table) if !table.temporary => table
            .foreign_keys
            .iter()
            .map(|key| (&table.name, key))
            .collect(),
        Change::AddForeignKey { table, key } => vec![(table, key)],
        _ => Vec::new(),
    }
}

/// The names that a table has had.
fn names_of<'t>(table: &'t Name, texts: &'t [Text]) -> BTreeSet<&'t Name> {
    let mut names = BTreeSet::from([table]);
    for change in texts.iter().flat_map(changes) {
        if let Change::RenameTable { from, to } = change
            && names.contains(from)
        {
            names.insert(to);
        }
    }
    names
}

/// Whether an index begins with the columns of a key, in whatever order.
fn serves(index: &[Name], key: &[Name]) -> bool {
    index.len() >= key.len() && key.iter().all(|column| index[..key.len()].contains(column))
}

fn listed(columns: &[Name]) -> String {
    let names: Vec<&str> = columns.iter().map(Name::as_str).collect();
    names.join(", ")
}
