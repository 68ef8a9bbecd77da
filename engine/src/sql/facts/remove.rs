//! Reading DROP, RENAME TABLE and OPTIMIZE.

use super::{Change, Cursor, Name, Object, name};
use crate::sql::ObjectKind;

/// What stands behind DROP.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Option<Vec<Change>> {
    let words = [
        "table",
        "tables",
        "view",
        "index",
        "trigger",
        "procedure",
        "function",
        "event",
        "database",
        "schema",
    ];
    let word = cursor.takes_any(&words)?;
    cursor.skip_condition();
    let dropped = |name: Name| match word {
        "table" | "tables" => Change::DropTable(name),
        "database" | "schema" => Change::DropDatabase(name),
        "view" => object(ObjectKind::View, name),
        "trigger" => object(ObjectKind::Trigger, name),
        "procedure" => object(ObjectKind::Procedure, name),
        "function" => object(ObjectKind::Function, name),
        "event" => object(ObjectKind::Event, name),
        _ => Change::DropObject {
            kind: Object::Index,
            name,
        },
    };
    let mut changes = vec![dropped(name(cursor)?)];
    while cursor.takes_sign(",") {
        changes.push(dropped(name(cursor)?));
    }
    Some(changes)
}

fn object(kind: ObjectKind, name: Name) -> Change {
    Change::DropObject {
        kind: Object::Other(kind),
        name,
    }
}

/// What stands behind RENAME.
pub(super) fn rename(cursor: &mut Cursor<'_>) -> Option<Vec<Change>> {
    cursor.takes_any(&["table", "tables"])?;
    cursor.skip_condition();
    let mut changes = Vec::new();
    loop {
        let from = name(cursor)?;
        cursor.takes("nowait");
        if cursor.takes("wait") {
            cursor.next();
        }
        if !cursor.takes("to") {
            return None;
        }
        let to = name(cursor)?;
        changes.push(Change::RenameTable { from, to });
        if !cursor.takes_sign(",") {
            return Some(changes);
        }
    }
}

/// What stands behind OPTIMIZE.
pub(super) fn optimize(cursor: &mut Cursor<'_>) -> Option<Vec<Change>> {
    let _ = cursor.takes_any(&["no_write_to_binlog", "local"]);
    cursor.takes_any(&["table", "tables"])?;
    let mut changes = vec![Change::Alter(name(cursor)?)];
    while cursor.takes_sign(",") {
        changes.push(Change::Alter(name(cursor)?));
    }
    Some(changes)
}
