//! What depends on the rows that are there: it works on the author's empty database and fails at the customer's.

use super::Found;
use super::history::{History, narrower};
use super::scene::Scene;
use super::text::Statement;
use crate::code::Code;
use crate::sql::Dialect;
use crate::sql::facts::{Change, Column, Generated, Name, Value};

pub(super) fn judge(
    scene: &Scene<'_>,
    statement: &Statement,
    history: &History,
    found: &mut Found<'_>,
) {
    for change in &statement.facts.changes {
        let Some(table) = change.table().filter(|table| !scene.made(table)) else {
            continue;
        };
        match change {
            Change::AddColumn { column, .. } => added(scene, table, column, found),
            Change::AddIndex(index)
                if index.unique
                    && !scene.prepared(table)
                    && !scene.any_fresh(table, &index.columns) =>
            {
                let what = format!("makes a unique index on table {table}");
                found.add(Code::UniqueOnRows, Some(table), what);
            }
            Change::AddForeignKey { key, .. }
                if scene.text.dialect == Dialect::Mysql
                    && !scene.prepared(table)
                    && !scene.unkeyed(table)
                    && !scene.any_fresh(table, &key.columns) =>
            {
                let what = format!("adds a foreign key to table {table}");
                found.add(Code::ForeignKeyOnRows, Some(table), what);
            }
            Change::Redefine { column, .. } => {
                redefined(scene, table, column, history, found);
            }
            _ => {}
        }
    }
}

fn added(scene: &Scene<'_>, table: &Name, column: &Column, found: &mut Found<'_>) {
    let name = &column.name;
    if column.is_required() {
        let what = format!("adds column {name}, NOT NULL and without a default, to table {table}");
        found.add(Code::RequiredColumn, Some(table), what);
    }
    let why = match (column.default, column.generated, &column.references) {
        (Value::Computed, _, _) => "a computed default",
        (_, Some(Generated::Stored), _) => "a stored value",
        (Value::Constant, None, Some(_)) => "a reference and a default",
        (Value::Constant | Value::Null, _, _) => return,
    };
    if scene.text.dialect == Dialect::Sqlite {
        let what = format!("adds column {name} with {why} to table {table}");
        found.add(Code::ColumnForEmptyTable, Some(table), what);
    }
}

fn redefined(
    scene: &Scene<'_>,
    table: &Name,
    column: &Column,
    history: &History,
    found: &mut Found<'_>,
) {
    let Some(before) = history.column(table, &column.name) else {
        return;
    };
    if scene.prepared(table) {
        return;
    }
    let name = &column.name;
    if narrower(&before.kind, &column.kind) {
        let what = format!(
            "makes column {name} of table {table} {}, which was {}",
            column.kind, before.kind
        );
        found.add(Code::NarrowsColumn, Some(table), what);
    }
    if column.not_null && !before.not_null {
        let what = format!("makes column {name} of table {table} NOT NULL");
        found.add(Code::ForbidsNull, Some(table), what);
    }
}
