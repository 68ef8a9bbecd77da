//! [`Scene`]: what a script has done up to a statement, and what it will still do.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{Statement, Text};
use crate::sql::Danger;
use crate::sql::facts::{Change, Name, Value};

/// A script, walked statement by statement.
#[derive(Debug)]
pub(super) struct Scene<'t> {
    pub(super) text: &'t Text,
    at: usize,
    /// Tables that the script has made: no rows of others are in them.
    made: BTreeSet<&'t Name>,
    /// Tables that got another name, by the new one.
    renamed: BTreeMap<&'t Name, &'t Name>,
    /// Columns that the script has added, with their tables.
    added: BTreeSet<(&'t Name, &'t Name)>,
    /// Those of them that are NULL in all rows.
    fresh: BTreeSet<(&'t Name, &'t Name)>,
    /// Tables whose rows the script has changed.
    prepared: BTreeSet<&'t Name>,
    /// Tables that have lost a foreign key.
    unkeyed: BTreeSet<&'t Name>,
    /// What was dropped or emptied.
    reset: BTreeSet<&'t Name>,
}

impl<'t> Scene<'t> {
    /// Before the first statement.
    pub(super) fn new(text: &'t Text) -> Self {
        Self {
            text,
            at: 0,
            made: BTreeSet::new(),
            renamed: BTreeMap::new(),
            added: BTreeSet::new(),
            fresh: BTreeSet::new(),
            prepared: BTreeSet::new(),
            unkeyed: BTreeSet::new(),
            reset: BTreeSet::new(),
        }
    }

    /// Goes to a statement; the columns that it adds itself count already.
    pub(super) fn enter(&mut self, at: usize) {
        self.at = at;
        let text = self.text;
        for change in &text.statements[at].facts.changes {
            match change {
                Change::AddColumn { table, column } => {
                    self.added.insert((table, &column.name));
                    if column.default == Value::Null && column.generated.is_none() {
                        self.fresh.insert((table, &column.name));
                    }
                }
                Change::DropForeignKey(table) => {
                    self.unkeyed.insert(table);
                }
                _ => {}
            }
        }
    }

    /// Notes what the statement has done.
    pub(super) fn leave(&mut self, statement: &'t Statement) {
        for change in &statement.facts.changes {
            match change {
                Change::CreateTable(table) => {
                    self.made.insert(&table.name);
                }
                Change::RenameTable { from, to } => {
                    if self.made.remove(from) {
                        self.made.insert(to);
                    }
                    self.renamed.insert(to, from);
                }
                Change::DropTable(name) => {
                    self.made.remove(name);
                    self.reset.insert(name);
                }
                Change::DropObject { name, .. } => {
                    self.reset.insert(name);
                }
                Change::Update(table) | Change::Delete(table) => {
                    self.prepared.insert(table);
                    if statement.class.danger == Some(Danger::DeleteAll) {
                        self.reset.insert(table);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether the script has made the table.
    pub(super) fn made(&self, table: &Name) -> bool {
        self.made.contains(table)
    }

    /// Whether the script has added a column.
    pub(super) fn added(&self, table: &Name, column: &Name) -> bool {
        self.made(table) || self.added.contains(&(table, column))
    }

    /// Whether the script has added any column to a table.
    pub(super) fn extended(&self, table: &Name) -> bool {
        self.added.iter().any(|(of, _)| *of == table)
    }

    /// Whether one of these columns is NULL in all rows.
    pub(super) fn any_fresh(&self, table: &Name, columns: &[Name]) -> bool {
        columns
            .iter()
            .any(|column| self.fresh.contains(&(table, column)))
    }

    /// Whether the script has changed rows of a table, which is how they are made ready for something.
    pub(super) fn prepared(&self, table: &Name) -> bool {
        self.prepared.contains(table)
    }

    /// Whether a foreign key of the table was dropped, so that another may take its place.
    pub(super) fn unkeyed(&self, table: &Name) -> bool {
        self.unkeyed.contains(table)
    }

    /// Whether a name was dropped, or a table emptied.
    pub(super) fn reset(&self, name: &Name) -> bool {
        self.reset.contains(name)
    }

    /// The name that a table had when the script began.
    pub(super) fn original<'n>(&'n self, table: &'n Name) -> &'n Name {
        self.renamed.get(table).copied().unwrap_or(table)
    }

    /// Whether this statement or a later one makes something of this name.
    pub(super) fn returns(&self, name: &Name) -> bool {
        self.text.statements[self.at..]
            .iter()
            .any(|statement| makes(statement, name))
    }

    /// Whether anything of the script makes something of this name.
    pub(super) fn appears(&self, name: &Name) -> bool {
        self.text
            .statements
            .iter()
            .any(|statement| makes(statement, name))
    }

    /// Whether the rows of a table were written into another one before.
    pub(super) fn saved(&self, table: &Name) -> bool {
        let copies = |change: &Change| matches!(change, Change::Insert(_) | Change::CreateTable(_));
        self.text.statements[..self.at].iter().any(|statement| {
            let facts = &statement.facts;
            facts.uses.tables.contains(table)
                && facts
                    .changes
                    .iter()
                    .any(|change| copies(change) && change.table() != Some(table))
        })
    }

    /// The later statements.
    pub(super) fn later(&self) -> impl Iterator<Item = &Change> {
        self.text.statements[self.at + 1..]
            .iter()
            .flat_map(|statement| &statement.facts.changes)
    }
}

/// Whether a statement makes something of this name.
fn makes(statement: &Statement, name: &Name) -> bool {
    statement.facts.changes.iter().any(|change| match change {
        Change::CreateTable(table) => table.name == *name,
        Change::CreateObject { name: made, .. } | Change::RenameTable { to: made, .. } => {
            made == name
        }
        Change::AddIndex(index) => index.name.as_ref() == Some(name),
        _ => false,
    })
}
