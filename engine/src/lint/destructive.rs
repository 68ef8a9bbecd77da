//! What is lost: tables, columns, objects, rows.

use super::Found;
use super::scene::Scene;
use super::text::Statement;
use crate::code::Code;
use crate::sql::facts::{Change, Name, Object};
use crate::sql::{Danger, Dialect, ObjectKind};

pub(super) fn judge(scene: &Scene<'_>, statement: &Statement, found: &mut Found<'_>) {
    for change in &statement.facts.changes {
        match change {
            Change::DropTable(table) => dropped(scene, table, found),
            Change::CreateTable(table) if table.replaces && !scene.made(&table.name) => {
                let what = format!("drops table {} and makes it anew", table.name);
                found.add(Code::DropsTable, Some(&table.name), what);
            }
            Change::DropColumn { table, column } if !scene.added(table, column) => {
                let what = format!("drops column {column} of table {table}");
                found.add(Code::DropsColumn, Some(table), what);
            }
            Change::DropObject { kind, name } if !scene.appears(name) => {
                let what = format!("drops {} {name}", kind.as_str());
                // Only SQLite keeps the names of all objects in one list.
                let is_listed = scene.text.dialect == Dialect::Sqlite
                    || *kind == Object::Other(ObjectKind::View);
                found.add(Code::DropsObject, is_listed.then_some(name), what);
            }
            Change::DropDatabase(name) => {
                found.add(Code::DropsDatabase, None, format!("drops database {name}"));
            }
            _ => {}
        }
    }
    let changes = &statement.facts.changes;
    let table = changes.first().and_then(Change::table);
    match (statement.class.danger, table) {
        (Some(Danger::DeleteAll), Some(table)) if !scene.made(table) => {
            let what = format!("deletes every row of table {table}");
            found.add(Code::DeletesAllRows, Some(table), what);
        }
        // Filling a column that is new overwrites nothing.
        (Some(Danger::UpdateAll), Some(table)) if !scene.made(table) && !scene.extended(table) => {
            let what = format!("changes every row of table {table}");
            found.add(Code::UpdatesAllRows, Some(table), what);
        }
        (Some(danger), None) if changes.is_empty() => unread(danger, found),
        (Some(_) | None, _) => {}
    }
}

fn dropped(scene: &Scene<'_>, table: &Name, found: &mut Found<'_>) {
    if scene.made(table) {
        return;
    }
    let original = scene.original(table);
    match scene.saved(table) && scene.appears(original) {
        true => {
            let what = format!("rebuilds table {original}");
            found.add(Code::RebuildsTable, Some(original), what);
        }
        false => {
            let what = format!("drops table {table}");
            found.add(Code::DropsTable, Some(table), what);
        }
    }
}

/// What the classifier saw in a statement that the review cannot read any further.
fn unread(danger: Danger, found: &mut Found<'_>) {
    let code = match danger {
        Danger::DropTable => Code::DropsTable,
        Danger::DropColumn => Code::DropsColumn,
        Danger::DropObject => Code::DropsObject,
        Danger::DropDatabase => Code::DropsDatabase,
        Danger::DeleteAll => Code::DeletesAllRows,
        Danger::UpdateAll => Code::UpdatesAllRows,
        // The locks see to these.
        Danger::Unprotected | Danger::Rebuilds => return,
    };
    found.add(code, None, danger.describe().to_owned());
}
