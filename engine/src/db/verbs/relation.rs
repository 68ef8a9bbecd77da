//! What it takes to rename and drop tables, and to drop views and triggers.

use super::{Decided, Decision};
use crate::sql::Dialect;
use crate::store::{Referrer, Relation, RelationKind};

/// Whether one table is to keep others from going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Enforced,
    Off,
}

/// Whether the names stand for one table, which only the database knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Same,
    Different,
}

/// `from` and `to`: what stands under the two names; `new`: the second of them.
pub(super) fn rename(
    dialect: Dialect,
    (old, new): (&str, &str),
    from: Option<&Relation>,
    to: Option<&Relation>,
    names: Names,
) -> Decided {
    let is_view = |relation: &&Relation| relation.kind == RelationKind::View;
    if let Some(view) = [from, to].into_iter().flatten().find(is_view) {
        return Err(format!("{} is a view, and no table", view.name));
    }
    let statement = |from: &str, to: &str| {
        let (from, to) = (dialect.quoted(from), dialect.quoted(to));
        format!("ALTER TABLE {from} RENAME TO {to}")
    };
    match (from, to, names) {
        (None, None, _) => Err(format!("there is neither a table {old} nor a table {new}")),
        (None, Some(_), _) => Ok(Decision::Nothing),
        (Some(from), _, Names::Same) if from.name == new => Ok(Decision::Nothing),
        (Some(from), _, Names::Same) => Ok(match dialect {
            // SQLite finds the name taken, by the table itself.
            Dialect::Sqlite => Decision::Run(vec![
                statement(&from.name, "upgrades_renamed"),
                statement("upgrades_renamed", new),
            ]),
            Dialect::Mysql => Decision::Run(vec![statement(&from.name, new)]),
        }),
        (Some(from), Some(to), Names::Different) => Err(format!(
            "there is a table {} already, and {} was to get that name",
            to.name, from.name
        )),
        (Some(from), None, Names::Different) => Ok(Decision::Run(vec![statement(&from.name, new)])),
    }
}

/// `referrers`: the foreign keys that refer to it.
pub(super) fn drop_table(
    dialect: Dialect,
    table: &Relation,
    referrers: &[Referrer],
    keys: Keys,
) -> Decided {
    let name = dialect.quoted(&table.name);
    let other = referrers
        .iter()
        .find(|referrer| referrer.table != table.name);
    match (table.kind, other, keys) {
        (RelationKind::View, _, _) => Err(format!("{} is a view, and no table", table.name)),
        (RelationKind::Table | RelationKind::VirtualTable, Some(referrer), Keys::Enforced) => {
            Err(format!(
                "a foreign key of {} refers to {}; drop that first, or write `-- upgrade: foreign_keys = off` at the top of \
                 the script",
                referrer.table, table.name
            ))
        }
        (RelationKind::TemporaryTable, _, _) => Ok(Decision::Run(vec![match dialect {
            Dialect::Sqlite => format!("DROP TABLE temp.{name}"),
            Dialect::Mysql => format!("DROP TEMPORARY TABLE {name}"),
        }])),
        (RelationKind::Table | RelationKind::VirtualTable, _, _) => {
            Ok(Decision::Run(vec![format!("DROP TABLE {name}")]))
        }
    }
}

pub(super) fn drop_view(dialect: Dialect, view: &Relation) -> Decided {
    match view.kind {
        RelationKind::View => {
            let name = dialect.quoted(&view.name);
            Ok(Decision::Run(vec![format!("DROP VIEW {name}")]))
        }
        RelationKind::Table | RelationKind::TemporaryTable | RelationKind::VirtualTable => {
            Err(format!("{} is a {}, and no view", view.name, view.what()))
        }
    }
}
