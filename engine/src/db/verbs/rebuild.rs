//! Making a table of SQLite's anew: its own documentation's procedure, in an order that a transaction allows whose
//! foreign keys are enforced.
//!
//! The rows wait in a temporary table while the old table goes and the new one comes, under its own name from the
//! beginning. So nothing is ever renamed, which would rewrite views, triggers and the keys of other tables; and each row
//! that comes back settles the debt that its going has made with the rows that refer to it, which deferred keys count.

use super::Rebuild;
use crate::sql::table::{TableText, What};
use crate::sql::{Dialect, Syntax};
use crate::store::{KeyAction, Referrer, Relation, RelationKind, TableParts};

/// The table that the rows wait in.
const WAITING: &str = "temp.upgrades_rebuild";

/// Whether the foreign keys of this transaction have to be deferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defer {
    /// For the time of the rebuild.
    Here,
    /// They are not enforced, or are deferred already.
    AsItIs,
}

/// Refuses to make anew what would not be the same then.
pub(super) fn must_last(table: &Relation) -> Result<(), String> {
    match table.kind {
        RelationKind::Table => Ok(()),
        RelationKind::TemporaryTable | RelationKind::VirtualTable | RelationKind::View => {
            Err(format!(
                "{} is a {}, which cannot be changed so; make it anew",
                table.name,
                table.what()
            ))
        }
    }
}

/// Why a table must not be made anew. `enforced`: foreign keys are.
pub(super) fn refusal(
    table: &Relation,
    parts: &TableParts,
    referrers: &[Referrer],
    enforced: bool,
) -> Option<String> {
    const ADVICE: &str = "write `-- upgrade: foreign_keys = off` at the top of the script";
    let name = &table.name;
    if !enforced {
        return None;
    }
    let acts = |referrer: &&Referrer| match referrer.key.on_delete {
        KeyAction::NoAction | KeyAction::Restrict => false,
        KeyAction::Cascade | KeyAction::SetNull | KeyAction::SetDefault => {
            referrer.has_rows && !referrer.table.eq_ignore_ascii_case(name)
        }
    };
    if let Some(referrer) = referrers.iter().find(acts) {
        return Some(format!(
            "SQLite cannot change {name} so but by making it anew, and rows of {} would be lost by ON DELETE {}; {ADVICE}",
            referrer.table,
            referrer.key.on_delete.as_str()
        ));
    }
    let orphan = parts.orphans.first()?;
    Some(format!(
        "SQLite cannot change {name} so but by making it anew, and would refuse its rows: {orphan}; mend that, or {ADVICE}"
    ))
}

/// The statements that make a table anew.
pub(super) fn statements(
    table: &Relation,
    parts: &TableParts,
    rebuild: &Rebuild,
    defer: Defer,
) -> Vec<String> {
    let quoted = |name: &str| Dialect::Sqlite.quoted(name);
    let name = format!("main.{}", quoted(&table.name));
    let columns = kept(table, rebuild).into_iter().map(quoted);
    let columns: Vec<String> = parts.row_id.iter().cloned().chain(columns).collect();
    // Those of the table that the rows wait in have numbers: names may be of any kind.
    let numbered: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
    let (columns, numbered) = (columns.join(", "), numbered.join(", "));
    let mut all = Vec::new();
    if defer == Defer::Here {
        all.push("PRAGMA defer_foreign_keys = ON".to_owned());
    }
    all.extend([
        format!("CREATE TABLE {WAITING} ({numbered})"),
        format!("INSERT INTO {WAITING} SELECT {columns} FROM {name}"),
        format!("DROP TABLE {name}"),
        rebuild.text.clone(),
    ]);
    // Other tables may refer to what these keep unique.
    all.extend(parts.unique_indexes.iter().cloned());
    all.extend([
        // ABORT, whatever the constraints say: no row may get lost.
        format!("INSERT OR ABORT INTO {name} ({columns}) SELECT {numbered} FROM {WAITING} ORDER BY rowid"),
        format!("DROP TABLE {WAITING}"),
    ]);
    if let Some(last) = parts.sequence {
        let name = table.name.replace('\'', "''");
        all.extend([
            format!("DELETE FROM main.sqlite_sequence WHERE name = '{name}'"),
            format!("INSERT INTO main.sqlite_sequence (name, seq) VALUES ('{name}', {last})"),
        ]);
    }
    all.extend(parts.statements.iter().cloned());
    all.extend(rebuild.after.iter().cloned());
    all
}

/// The columns whose values are copied.
fn kept<'r>(table: &'r Relation, rebuild: &Rebuild) -> Vec<&'r str> {
    let Some(text) = TableText::read(&rebuild.text, Syntax::SQLITE) else {
        return Vec::new();
    };
    let columns = table.columns.iter().filter_map(|column| {
        let item = text.column(&column.name)?;
        let mut clauses = item.clauses.iter();
        let is_generated = clauses.any(|clause| clause.what == What::Generated);
        (!is_generated).then_some(column.name.as_str())
    });
    columns.collect()
}
