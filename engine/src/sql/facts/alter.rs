//! Reading ALTER TABLE.

use super::create::{Constraint, constraint, own_key};
use super::{Change, Column, Cursor, Dialect, Name, column, column_name, items, name};

/// What stands behind ALTER.
pub(super) fn read(cursor: &mut Cursor<'_>, dialect: Dialect) -> Option<Vec<Change>> {
    let _ = cursor.takes("online");
    let _ = cursor.takes("ignore");
    if !cursor.takes("table") {
        return None;
    }
    cursor.skip_condition();
    let table = name(cursor)?;
    cursor.takes("nowait");
    if cursor.takes("wait") {
        cursor.next();
    }
    let mut changes = Vec::new();
    for action in items(cursor.rest()) {
        let mut action = Cursor::over(action, cursor.syntax());
        let before = changes.len();
        let _ = take(&mut action, &table, dialect, &mut changes);
        if changes.len() == before {
            changes.push(Change::Alter(table.clone()));
        }
    }
    Some(changes)
}

/// Takes one action; nothing is added where it is none that the review knows.
fn take(
    cursor: &mut Cursor<'_>,
    table: &Name,
    dialect: Dialect,
    changes: &mut Vec<Change>,
) -> Option<()> {
    match cursor.takes_any(&["add", "drop", "rename", "modify", "change"])? {
        "add" => add(cursor, table, changes),
        "drop" => {
            let names_no_column = [
                "index",
                "key",
                "primary",
                "constraint",
                "check",
                "partition",
                "period",
                "system",
                "default",
            ];
            if cursor.takes("foreign") {
                changes.push(Change::DropForeignKey(table.clone()));
                return None;
            }
            if names_no_column.iter().any(|word| cursor.sees(word)) && cursor.rest().len() > 1 {
                return None;
            }
            cursor.takes("column");
            cursor.skip_condition();
            changes.push(Change::DropColumn {
                table: table.clone(),
                column: column_name(cursor)?,
            });
            Some(())
        }
        "rename" => rename(cursor, table, dialect, changes),
        word => {
            cursor.takes("column");
            cursor.skip_condition();
            let from = match word {
                "change" => Some(column_name(cursor)?),
                _ => None,
            };
            let column = column::definition(cursor)?;
            if let Some(from) = from
                && from != column.name
            {
                changes.push(Change::RenameColumn {
                    table: table.clone(),
                    from,
                    to: column.name.clone(),
                });
            }
            changes.push(Change::Redefine {
                table: table.clone(),
                column,
            });
            Some(())
        }
    }
}

fn add(cursor: &mut Cursor<'_>, table: &Name, changes: &mut Vec<Change>) -> Option<()> {
    if cursor.sees("partition") || cursor.sees("system") {
        return None;
    }
    match constraint(cursor, table) {
        Some(Constraint::Primary(_)) => changes.push(Change::AddPrimaryKey(table.clone())),
        Some(Constraint::Index(index)) => changes.push(Change::AddIndex(index)),
        Some(Constraint::Foreign(key)) => {
            let table = table.clone();
            changes.push(Change::AddForeignKey { table, key });
        }
        Some(Constraint::Other) => {}
        None => {
            cursor.takes("column");
            cursor.skip_condition();
            match cursor.group() {
                Some(list) => {
                    for item in items(&list) {
                        let column = column::definition(&mut Cursor::over(item, cursor.syntax()))?;
                        add_column(table, column, changes);
                    }
                }
                None => add_column(table, column::definition(cursor)?, changes),
            }
        }
    }
    Some(())
}

fn add_column(table: &Name, column: Column, changes: &mut Vec<Change>) {
    let index = column.index(table);
    let key = own_key(&column);
    let table = table.clone();
    changes.push(Change::AddColumn {
        table: table.clone(),
        column,
    });
    changes.extend(index.map(Change::AddIndex));
    changes.extend(key.map(|key| Change::AddForeignKey { table, key }));
}

fn rename(
    cursor: &mut Cursor<'_>,
    table: &Name,
    dialect: Dialect,
    changes: &mut Vec<Change>,
) -> Option<()> {
    if cursor.sees("index") || cursor.sees("key") {
        return None;
    }
    let to_table = ["to", "as"].iter().any(|word| cursor.sees(word)) || cursor.sees_sign("=");
    let is_column = cursor.takes("column");
    // SQLite reads RENAME a TO b as the renaming of a column too; MySQL's RENAME b is that of the table.
    if is_column || (!to_table && dialect == Dialect::Sqlite) {
        let from = column_name(cursor)?;
        cursor.takes("to");
        changes.push(Change::RenameColumn {
            table: table.clone(),
            from,
            to: column_name(cursor)?,
        });
        return Some(());
    }
    let _ = cursor.takes_any(&["to", "as"]).is_some() || cursor.takes_sign("=");
    changes.push(Change::RenameTable {
        from: table.clone(),
        to: name(cursor)?,
    });
    Some(())
}
