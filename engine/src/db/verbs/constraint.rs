//! What it takes to add and drop foreign keys, checks, and constraints by their names.

use super::{Decided, Decision, Rebuild, column, index, listed, must_be_table, same_sql};
use crate::sql::Dialect;
use crate::sql::table::{Clause, Item, TableText};
use crate::store::{Constraint, ForeignKey, KeyAction, Referrer, Relation, Rule};

/// `wanted`'s parent as the statement is to name it; `parent`: what stands there.
pub(super) fn add_foreign_key(
    dialect: Dialect,
    table: &Relation,
    name: &str,
    wanted: &ForeignKey,
    parent: Option<&Relation>,
) -> Decided {
    must_be_table(table)?;
    let on = &table.name;
    let same = |there: &ForeignKey| alike(dialect, there, wanted, parent);
    match table.constraint(dialect, name).map(|there| &there.rule) {
        Some(Rule::ForeignKey(there)) if same(there) => return Ok(Decision::Nothing),
        Some(there) => {
            return Err(format!(
                "{on} has {} {name} already, which was to be the foreign key {wanted}",
                shown(there)
            ));
        }
        None => {}
    }
    let columns: Vec<&str> = wanted.columns.iter().map(String::as_str).collect();
    if let Some((other, _)) = table
        .foreign_keys(dialect, &columns)
        .find(|(_, key)| same(key))
    {
        let other = other.unwrap_or("without a name");
        return Err(format!(
            "{on} has the same foreign key {wanted} already, {other}, which was to be called {name}"
        ));
    }
    fits(dialect, table, wanted, parent)?;
    let mut key = format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {}",
        dialect.quoted(name),
        listed(dialect, &wanted.columns),
        dialect.quoted(&wanted.parent)
    );
    let primary = parent.map(|parent| parent.primary_key.as_slice());
    let referred = match wanted.parent_columns.as_slice() {
        [] => primary.unwrap_or_default(),
        said => said,
    };
    key.push_str(&format!(" ({})", listed(dialect, referred)));
    for (event, action) in [("DELETE", wanted.on_delete), ("UPDATE", wanted.on_update)] {
        if action != KeyAction::NoAction {
            key.push_str(&format!(" ON {event} {}", action.as_str()));
        }
    }
    add(dialect, table, &key)
}

/// Refuses a key that no row could ever satisfy.
fn fits(
    dialect: Dialect,
    table: &Relation,
    wanted: &ForeignKey,
    parent: Option<&Relation>,
) -> Result<(), String> {
    let refuse = |reason: String| {
        Err(format!(
            "{} cannot have the foreign key {wanted}: {reason}",
            table.name
        ))
    };
    let lacks = |relation: &Relation, columns: &[String]| {
        let mut columns = columns.iter();
        columns
            .find(|name| relation.column(dialect, name).is_none())
            .cloned()
    };
    let Some(parent) = parent else {
        return refuse(format!("there is no table {}", wanted.parent));
    };
    if let Some(column) = lacks(table, &wanted.columns) {
        return refuse(format!("{} has no column {column}", table.name));
    }
    if let Some(column) = lacks(parent, &wanted.parent_columns) {
        return refuse(format!("{} has no column {column}", parent.name));
    }
    let referred = match wanted.parent_columns.as_slice() {
        [] => &parent.primary_key,
        _ => &wanted.parent_columns,
    };
    if referred.len() != wanted.columns.len() || referred.is_empty() {
        return refuse(format!(
            "{} columns would refer to {} of {}",
            wanted.columns.len(),
            referred.len(),
            parent.name
        ));
    }
    let columns: Vec<&str> = referred.iter().map(String::as_str).collect();
    match parent.is_unique(dialect, &columns) {
        true => Ok(()),
        false => refuse(format!(
            "several rows of {} may have the same {}",
            parent.name,
            referred.join(", ")
        )),
    }
}

/// `condition` as it was given, `noted` as the database would note it.
pub(super) fn add_check(
    dialect: Dialect,
    table: &Relation,
    name: &str,
    condition: &str,
    noted: &str,
) -> Decided {
    must_be_table(table)?;
    match table.constraint(dialect, name).map(|there| &there.rule) {
        Some(Rule::Check(there)) if same_sql(dialect, there, noted) => Ok(Decision::Nothing),
        Some(there) => Err(format!(
            "{} has {} {name} already, which was to be the check ({condition})",
            table.name,
            shown(there)
        )),
        None => {
            let check = format!("CONSTRAINT {} CHECK ({condition})", dialect.quoted(name));
            add(dialect, table, &check)
        }
    }
}

fn add(dialect: Dialect, table: &Relation, constraint: &str) -> Decided {
    match dialect {
        Dialect::Mysql => Ok(Decision::Run(vec![format!(
            "ALTER TABLE {} ADD {constraint}",
            dialect.quoted(&table.name)
        )])),
        Dialect::Sqlite => Ok(Rebuild::into(
            column::text(table)?.with_constraint(constraint),
        )),
    }
}

/// Drops a foreign key by its name.
pub(super) fn drop_foreign_key(dialect: Dialect, table: &Relation, name: &str) -> Decided {
    must_be_table(table)?;
    match table.constraint(dialect, name) {
        None => Ok(Decision::Nothing),
        Some(there) => match &there.rule {
            Rule::ForeignKey(_) => drop(dialect, table, name),
            rule @ (Rule::PrimaryKey(_) | Rule::Unique(_) | Rule::Check(_)) => Err(format!(
                "{} has {} {name}, and no foreign key",
                table.name,
                shown(rule)
            )),
        },
    }
}

/// Drops all foreign keys of these columns.
pub(super) fn drop_foreign_keys_on(
    dialect: Dialect,
    table: &Relation,
    columns: &[&str],
) -> Decided {
    must_be_table(table)?;
    let names: Vec<_> = table
        .foreign_keys(dialect, columns)
        .map(|(name, _)| name)
        .collect();
    if names.is_empty() {
        return Ok(Decision::Nothing);
    }
    match dialect {
        Dialect::Mysql => {
            let names = names.into_iter().flatten();
            let drops = names.map(|name| format!("DROP FOREIGN KEY {}", dialect.quoted(name)));
            let drops: Vec<_> = drops.collect();
            let on = dialect.quoted(&table.name);
            Ok(Decision::Run(vec![format!(
                "ALTER TABLE {on} {}",
                drops.join(", ")
            )]))
        }
        Dialect::Sqlite => {
            let text = without(table, |text, item, clause| {
                text.references(clause).is_some()
                    && dialect.same_names(&text.columns_of(item, clause), columns)
            })?;
            Ok(Rebuild::into(text))
        }
    }
}

/// Drops a constraint of any kind by its name.
pub(super) fn drop_constraint(
    dialect: Dialect,
    table: &Relation,
    name: &str,
    referrers: &[Referrer],
) -> Decided {
    must_be_table(table)?;
    let there = table.constraint(dialect, name).map(|there| &there.rule);
    match there {
        Some(Rule::PrimaryKey(_)) => Err(format!(
            "{name} is the primary key of {}, which cannot be dropped",
            table.name
        )),
        Some(Rule::ForeignKey(_) | Rule::Check(_)) => drop(dialect, table, name),
        Some(Rule::Unique(_)) => index::drop(dialect, table, name, referrers),
        // An index stays, such as MySQL makes for a foreign key, under its name.
        None => match table.index(dialect, name).filter(|index| index.is_unique) {
            Some(_) => index::drop(dialect, table, name, referrers),
            None => Ok(Decision::Nothing),
        },
    }
}

fn drop(dialect: Dialect, table: &Relation, name: &str) -> Decided {
    let is_it = |constraint: &&Constraint| {
        let own = constraint.name.as_deref();
        own.is_some_and(|own| dialect.same_name(own, name))
    };
    match dialect {
        Dialect::Mysql => {
            let there = table
                .constraints
                .iter()
                .find(is_it)
                .map(|there| &there.rule);
            let what = match there {
                Some(Rule::ForeignKey(_)) => "FOREIGN KEY",
                Some(_) | None => "CONSTRAINT",
            };
            let (on, name) = (dialect.quoted(&table.name), dialect.quoted(name));
            Ok(Decision::Run(vec![format!(
                "ALTER TABLE {on} DROP {what} {name}"
            )]))
        }
        Dialect::Sqlite => without_name(table, name),
    }
}

/// The table without the constraint of this name.
pub(super) fn without_name(table: &Relation, name: &str) -> Decided {
    let text = without(table, |_, _, clause| {
        let own = clause.name.as_deref();
        own.is_some_and(|own| Dialect::Sqlite.same_name(own, name))
    })?;
    Ok(Rebuild::into(text))
}

/// The text of a table of SQLite's without the clauses that fit.
pub(super) fn without(
    table: &Relation,
    fits: impl Fn(&TableText<'_>, &Item, &Clause) -> bool,
) -> Result<String, String> {
    let mut text = table.definition.clone();
    loop {
        let read = column::read(table, &text)?;
        let found = read.items.iter().find_map(|item| {
            let clauses = item
                .clauses
                .iter()
                .filter(|clause| fits(&read, item, clause));
            let clauses: Vec<&Clause> = clauses.collect();
            (!clauses.is_empty()).then(|| read.without(item, &clauses))
        });
        match found {
            Some(shorter) => text = shorter,
            None => return Ok(text),
        }
    }
}

/// Whether a key is as it was to be.
fn alike(
    dialect: Dialect,
    there: &ForeignKey,
    wanted: &ForeignKey,
    parent: Option<&Relation>,
) -> bool {
    let primary = parent.map(|parent| parent.primary_key.as_slice());
    let referred = |key: &ForeignKey| match key.parent_columns.as_slice() {
        [] => primary.unwrap_or_default().to_vec(),
        said => said.to_vec(),
    };
    // The servers make no difference there.
    let action = |action: KeyAction| match (dialect, action) {
        (Dialect::Mysql, KeyAction::Restrict) => KeyAction::NoAction,
        (_, action) => action,
    };
    let same_parent = match dialect {
        Dialect::Sqlite => dialect.same_name(&there.parent, &wanted.parent),
        Dialect::Mysql => {
            let parent = parent.map(|parent| parent.name.as_str());
            there.parent == wanted.parent || Some(there.parent.as_str()) == parent
        }
    };
    same_parent
        && dialect.same_names(&there.columns, &wanted.columns)
        && dialect.same_names(&referred(there), &referred(wanted))
        && action(there.on_delete) == action(wanted.on_delete)
        && action(there.on_update) == action(wanted.on_update)
}

/// A rule, for an error.
fn shown(rule: &Rule) -> String {
    match rule {
        Rule::PrimaryKey(columns) => format!("the primary key ({})", columns.join(", ")),
        Rule::Unique(columns) => format!("the unique constraint ({})", columns.join(", ")),
        Rule::ForeignKey(key) => format!("the foreign key {key}"),
        Rule::Check(condition) => format!("the check ({condition})"),
    }
}
