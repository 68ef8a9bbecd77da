//! What takes long on a large table, keeps others out of it, or leaves it without protection.

use super::Found;
use super::scene::Scene;
use super::text::Statement;
use crate::code::Code;
use crate::sql::facts::{Change, Generated};
use crate::sql::{Danger, Dialect};

pub(super) fn judge(scene: &Scene<'_>, statement: &Statement, found: &mut Found<'_>) {
    let table = statement.facts.changes.first().and_then(Change::table);
    match statement.class.danger {
        Some(Danger::Unprotected) => {
            let what = match table {
                Some(table) => format!("makes table {table}, which no transaction protects"),
                None => Danger::Unprotected.describe().to_owned(),
            };
            found.add(Code::Unprotected, None, what);
        }
        // One OPTIMIZE may be about several tables.
        Some(Danger::Rebuilds) => {
            let mut told = None;
            for table in statement.facts.changes.iter().filter_map(Change::table) {
                if !scene.made(table) && told != Some(table) {
                    let what = format!("may rebuild or lock table {table}");
                    found.add(Code::RebuildsTable, Some(table), what);
                }
                told = Some(table);
            }
            if told.is_none() {
                let what = Danger::Rebuilds.describe().to_owned();
                found.add(Code::RebuildsTable, None, what);
            }
        }
        _ => others(scene, statement, found),
    }
}

/// What the classifier names by its worse part, or not at all.
fn others(scene: &Scene<'_>, statement: &Statement, found: &mut Found<'_>) {
    for change in &statement.facts.changes {
        match (change, scene.text.dialect) {
            (Change::Vacuum, _) => {
                let what = "writes the whole database anew".to_owned();
                found.add(Code::RebuildsTable, None, what);
            }
            (Change::AddIndex(index), Dialect::Sqlite) if !scene.made(&index.table) => {
                let what = format!("makes an index on table {}", index.table);
                found.add(Code::IndexesLargeTable, Some(&index.table), what);
            }
            (Change::Redefine { table, .. } | Change::AddPrimaryKey(table), Dialect::Mysql)
                if !scene.made(table) =>
            {
                let what = format!("may rebuild or lock table {table}");
                found.add(Code::RebuildsTable, Some(table), what);
            }
            (Change::AddColumn { table, column }, Dialect::Mysql)
                if column.generated == Some(Generated::Stored) && !scene.made(table) =>
            {
                let what = format!("may rebuild or lock table {table}");
                found.add(Code::RebuildsTable, Some(table), what);
            }
            _ => {}
        }
    }
}
