//! [`History`]: what the scripts so far have made of each column, for telling what a new definition changes.

use std::collections::BTreeMap;

use super::text::Statement;
use crate::sql::facts::{Change, Column, Key, Name};

/// Columns by their tables.
#[derive(Debug, Default)]
pub(super) struct History {
    tables: BTreeMap<Name, Vec<Column>>,
}

impl History {
    /// The definition of a column; `None` where no script that was read has made it.
    pub(super) fn column(&self, table: &Name, column: &Name) -> Option<&Column> {
        let columns = self.tables.get(table)?;
        columns.iter().find(|known| known.name == *column)
    }

    /// Notes what a statement does.
    pub(super) fn take(&mut self, statement: &Statement) {
        for change in &statement.facts.changes {
            match change {
                Change::CreateTable(table) => {
                    let columns = self.tables.entry(table.name.clone()).or_default();
                    if columns.is_empty() || table.replaces {
                        *columns = table.columns.iter().map(keyed).collect();
                    }
                }
                Change::DropTable(table) => {
                    self.tables.remove(table);
                }
                Change::RenameTable { from, to } => {
                    if let Some(columns) = self.tables.remove(from) {
                        self.tables.insert(to.clone(), columns);
                    }
                }
                Change::AddColumn { table, column } => self.put(table, keyed(column)),
                Change::Redefine { table, column } => self.put(table, keyed(column)),
                Change::DropColumn { table, column } => self.remove(table, column),
                Change::RenameColumn { table, from, to } => {
                    if let Some(known) = self.column(table, from).cloned() {
                        self.remove(table, from);
                        let name = to.clone();
                        self.put(table, Column { name, ..known });
                    }
                }
                _ => {}
            }
        }
    }

    fn put(&mut self, table: &Name, column: Column) {
        self.remove(table, &column.name);
        self.tables.entry(table.clone()).or_default().push(column);
    }

    fn remove(&mut self, table: &Name, column: &Name) {
        if let Some(columns) = self.tables.get_mut(table) {
            columns.retain(|known| known.name != *column);
        }
    }
}

/// The columns of a primary key are NOT NULL, said or not.
fn keyed(column: &Column) -> Column {
    Column {
        not_null: column.not_null || column.key == Key::Primary,
        ..column.clone()
    }
}

/// Whether a type holds less than another. What cannot be compared is not narrower.
pub(super) fn narrower(before: &str, now: &str) -> bool {
    let (before, now) = (Kind::of(before), Kind::of(now));
    let ladders: [&[&str]; 5] = [
        &["tinyint", "smallint", "mediumint", "int", "bigint"],
        &["tinytext", "text", "mediumtext", "longtext"],
        &["tinyblob", "blob", "mediumblob", "longblob"],
        &["float", "double"],
        &["date", "datetime"],
    ];
    let texts = ["char", "varchar"];
    let on = |ladder: &[&str], kind: &Kind<'_>| ladder.iter().position(|step| *step == kind.word);
    for ladder in ladders {
        if let (Some(before), Some(now)) = (on(ladder, &before), on(ladder, &now)) {
            return now < before;
        }
    }
    match (before.numbers.as_slice(), now.numbers.as_slice()) {
        ([before_length], [now_length])
            if before.word == now.word
                || (texts.contains(&before.word) && texts.contains(&now.word)) =>
        {
            matches!(
                before.word,
                "char" | "varchar" | "binary" | "varbinary" | "decimal"
            ) && now_length < before_length
        }
        ([digits, scale], [now_digits, now_scale])
            if before.word == "decimal" && now.word == "decimal" =>
        {
            now_scale < scale
                || now_digits.saturating_sub(*now_scale) < digits.saturating_sub(*scale)
        }
        _ => false,
    }
}

/// A type's first word and the numbers in its parentheses.
struct Kind<'k> {
    word: &'k str,
    numbers: Vec<u32>,
}

impl<'k> Kind<'k> {
    fn of(kind: &'k str) -> Self {
        let end = kind.find(['(', ' ']).unwrap_or(kind.len());
        let word = match &kind[..end] {
            "integer" => "int",
            "numeric" | "dec" => "decimal",
            "bool" | "boolean" => "tinyint",
            "character" => "char",
            word => word,
        };
        let inside = kind
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once(')'));
        let numbers = inside.map_or("", |(inside, _)| inside).split(',');
        Self {
            word,
            numbers: numbers
                .filter_map(|number| number.trim().parse().ok())
                .collect(),
        }
    }
}
