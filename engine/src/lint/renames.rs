//! What gets another name under programs that run.

use super::Found;
use super::scene::Scene;
use super::text::Statement;
use crate::code::Code;
use crate::sql::facts::Change;

pub(super) fn judge(scene: &Scene<'_>, statement: &Statement, found: &mut Found<'_>) {
    for change in &statement.facts.changes {
        match change {
            // A table or a view that takes the old name serves those who use it.
            Change::RenameTable { from, to }
                if !scene.made(from) && !scene.returns(from) && *scene.original(from) != *to =>
            {
                let what = format!("renames table {from} to {to}");
                found.add(Code::RenamesTable, Some(from), what);
            }
            Change::RenameColumn { table, from, to } if !scene.added(table, from) => {
                let what = format!("renames column {from} of table {table} to {to}");
                found.add(Code::RenamesColumn, Some(table), what);
            }
            _ => {}
        }
    }
}
