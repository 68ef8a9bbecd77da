//! What it takes to add, drop, rename and change columns.

use super::{Decided, Decision, Rebuild, constraint, must_be_table, same_sql};
use crate::sql::table::{TableText, What};
use crate::sql::{Dialect, Syntax};
use crate::store::{Column, Referrer, Relation, Rule};

/// Whether a table has rows that stand in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    None,
    Some,
}

/// `wanted`: what the database would make of the definition.
pub(super) fn add(
    dialect: Dialect,
    table: &Relation,
    wanted: &Column,
    definition: &str,
    rows: Rows,
) -> Decided {
    must_be_table(table)?;
    let (name, column) = (&table.name, &wanted.name);
    if let Some(there) = table.column(dialect, column) {
        return match alike(dialect, table, there, wanted) {
            true => Ok(Decision::Nothing),
            false => Err(format!(
                "{name} has a column {} already, {there}, which was to be {wanted}",
                there.name
            )),
        };
    }
    let numbers_itself = definition.to_ascii_uppercase().contains("AUTO_INCREMENT");
    let is_filled = wanted.default.is_some() || wanted.generated.is_some() || numbers_itself;
    if rows == Rows::Some && !wanted.is_nullable && !is_filled {
        return Err(format!(
            "{name} has rows, in which {column} would be NULL: give it a DEFAULT, or add it without NOT NULL, fill it, and \
             call change_column then"
        ));
    }
    let definition = format!("{} {definition}", dialect.quoted(column));
    let alter = || {
        let table = dialect.quoted(name);
        Decision::Run(vec![format!("ALTER TABLE {table} ADD COLUMN {definition}")])
    };
    match dialect {
        Dialect::Mysql => Ok(alter()),
        Dialect::Sqlite if can_be_added(&definition) => Ok(alter()),
        Dialect::Sqlite => {
            let text = text(table)?;
            Ok(Rebuild::into(text.with_column(&definition)))
        }
    }
}

/// Whether SQLite's ALTER TABLE takes a column of this definition, whatever the rows are.
fn can_be_added(definition: &str) -> bool {
    let whole = format!("CREATE TABLE x ({definition})");
    let Some(table) = TableText::read(&whole, Syntax::SQLITE) else {
        return true;
    };
    let clauses = || table.items.iter().flat_map(|item| &item.clauses);
    let has = |what: What| clauses().any(|clause| clause.what == what);
    clauses().all(|clause| match clause.what {
        What::PrimaryKey | What::Unique => false,
        What::NotNull => has(What::Default) || has(What::Generated),
        What::ForeignKey => !has(What::Default),
        What::Generated => !table.has_word(clause, "stored"),
        What::Default => {
            let value = table.value(clause).to_ascii_lowercase();
            !value.starts_with('(') && !value.starts_with("current_")
        }
        What::Null | What::Check | What::Collate | What::Other => true,
    })
}

/// `referrers`: the foreign keys that refer to the table.
pub(super) fn drop(
    dialect: Dialect,
    table: &Relation,
    name: &str,
    referrers: &[Referrer],
) -> Decided {
    must_be_table(table)?;
    let Some(column) = table.column(dialect, name).map(|column| &column.name) else {
        return Ok(Decision::Nothing);
    };
    may_go(dialect, table, column, referrers)?;
    let is_it = |columns: &[String]| dialect.same_names(columns, &[column]);
    let (name, quoted) = (dialect.quoted(&table.name), dialect.quoted(column));
    match dialect {
        Dialect::Mysql => {
            let keys = table.constraints.iter().filter_map(|constraint| {
                let name = constraint.name.as_ref()?;
                let is_gone =
                    matches!(&constraint.rule, Rule::ForeignKey(key) if is_it(&key.columns));
                is_gone.then(|| format!("DROP FOREIGN KEY {}, ", dialect.quoted(name)))
            });
            let keys: String = keys.collect();
            Ok(Decision::Run(vec![format!(
                "ALTER TABLE {name} {keys}DROP COLUMN {quoted}"
            )]))
        }
        Dialect::Sqlite => {
            let own = table.indexes.iter().filter(|index| !index.is_constraint);
            let own = own.filter(|index| {
                let parts = index.parts.iter().filter_map(|part| part.column.clone());
                is_it(&parts.collect::<Vec<_>>()) && index.parts.len() == 1
            });
            let before = own.map(|index| format!("DROP INDEX {}", dialect.quoted(&index.name)));
            let before: Vec<String> = before.collect();
            let alter = format!("ALTER TABLE {name} DROP COLUMN {quoted}");
            let text = without_keys(table, column)?;
            Ok(match text == table.definition {
                true => Decision::Run(before.into_iter().chain([alter]).collect()),
                false => Decision::Rebuild(Rebuild {
                    before,
                    text,
                    after: vec![alter],
                }),
            })
        }
    }
}

/// Refuses to drop a column that more than itself goes by.
fn may_go(
    dialect: Dialect,
    table: &Relation,
    column: &str,
    referrers: &[Referrer],
) -> Result<(), String> {
    let name = &table.name;
    let has = |columns: &[String]| columns.iter().any(|other| dialect.same_name(other, column));
    let refuse = |reason: String| Err(format!("{name}.{column} cannot be dropped: {reason}"));
    if has(&table.primary_key) {
        return refuse("it is part of the primary key".to_owned());
    }
    if let Some(referrer) = referrers.iter().find(|r| has(&r.key.parent_columns)) {
        return refuse(format!(
            "a foreign key of {} refers to it; drop that first",
            referrer.table
        ));
    }
    for index in &table.indexes {
        let parts = index.parts.iter().filter_map(|part| part.column.clone());
        if index.parts.len() > 1 && has(&parts.collect::<Vec<_>>()) {
            return refuse(format!(
                "the index {} has other columns too; drop that first",
                index.name
            ));
        }
    }
    for constraint in &table.constraints {
        let (columns, what) = match &constraint.rule {
            Rule::Unique(columns) => (columns, "unique constraint"),
            Rule::ForeignKey(key) => (&key.columns, "foreign key"),
            Rule::PrimaryKey(_) | Rule::Check(_) => continue,
        };
        if columns.len() > 1 && has(columns) {
            let name = constraint.name.as_deref().unwrap_or("without a name");
            return refuse(format!(
                "the {what} {name} has other columns too; drop that first"
            ));
        }
    }
    Ok(())
}

/// The text of a table without the keys that a column alone has.
fn without_keys(table: &Relation, column: &str) -> Result<String, String> {
    constraint::without(table, |text, item, clause| match clause.what {
        What::Unique | What::ForeignKey => {
            let of = text.columns_of(item, clause);
            Dialect::Sqlite.same_names(&of, &[column])
        }
        What::PrimaryKey | What::NotNull | What::Null | What::Check => false,
        What::Default | What::Collate | What::Generated | What::Other => false,
    })
}

pub(super) fn rename(dialect: Dialect, table: &Relation, from: &str, to: &str) -> Decided {
    must_be_table(table)?;
    let name = &table.name;
    match (table.column(dialect, from), table.column(dialect, to)) {
        (None, None) => Err(format!(
            "{name} has neither a column {from} nor a column {to}"
        )),
        (None, Some(_)) => Ok(Decision::Nothing),
        (Some(one), Some(other)) if one != other => Err(format!(
            "{name} has a column {} already, and {from} was to get that name",
            other.name
        )),
        (Some(there), _) if there.name == to => Ok(Decision::Nothing),
        (Some(there), _) => Ok(Decision::Run(vec![format!(
            "ALTER TABLE {} RENAME COLUMN {} TO {}",
            dialect.quoted(name),
            dialect.quoted(&there.name),
            dialect.quoted(to)
        )])),
    }
}

/// `rows`: whether rows are NULL there.
pub(super) fn change(
    dialect: Dialect,
    table: &Relation,
    wanted: &Column,
    definition: &str,
    rows: Rows,
) -> Decided {
    must_be_table(table)?;
    let name = &table.name;
    let Some(there) = table.column(dialect, &wanted.name) else {
        return Err(format!("{name} has no column {}", wanted.name));
    };
    if alike(dialect, table, there, wanted) {
        return Ok(Decision::Nothing);
    }
    if rows == Rows::Some && !wanted.is_nullable {
        return Err(format!(
            "{name} has rows whose {} is NULL, and it was to be {wanted}: fill it first",
            there.name
        ));
    }
    match dialect {
        Dialect::Mysql => {
            let checks = inline_checks(table, &there.name);
            Ok(Decision::Run(vec![format!(
                "ALTER TABLE {} MODIFY COLUMN {} {definition}{checks}",
                dialect.quoted(name),
                dialect.quoted(&there.name)
            )]))
        }
        Dialect::Sqlite => {
            let text = text(table)?;
            match text.column(&there.name) {
                Some(item) => Ok(Rebuild::into(text.with_definition(item, definition))),
                None => Err(unread(table)),
            }
        }
    }
}

/// Why a definition is none for [`change`]: a changed column keeps its keys and its checks.
pub(super) fn must_be_bare(dialect: Dialect, definition: &str) -> Result<(), String> {
    let whole = format!("CREATE TABLE x (y {definition})");
    let table = TableText::read(&whole, Syntax::of(dialect, ""));
    let items = table.as_ref().map(|table| table.items.as_slice());
    let mut clauses = items.into_iter().flatten().flat_map(|item| &item.clauses);
    match clauses.any(|clause| clause.what.is_constraint()) {
        true => Err(format!(
            "{definition:?} cannot stand here: a changed column keeps its keys and its checks, which have verbs of their own"
        )),
        false => Ok(()),
    }
}

/// The checks of a column's own, which the servers forget with its definition.
fn inline_checks(table: &Relation, column: &str) -> String {
    let text = TableText::read(&table.definition, Syntax::of(Dialect::Mysql, ""));
    let checks = text.iter().flat_map(|text| {
        let items = text.items.iter().filter(|item| {
            let own = item.column.as_ref();
            own.is_some_and(|own| own.name == column)
        });
        let clauses = items.flat_map(|item| &item.clauses);
        let checks = clauses.filter(|clause| clause.what == What::Check);
        checks.map(|clause| format!(" {}", text.text_of(clause)))
    });
    checks.collect()
}

/// Whether a column is as it was to be.
fn alike(dialect: Dialect, table: &Relation, there: &Column, wanted: &Column) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => same_sql(dialect, one, other),
        (Some(_), None) | (None, Some(_)) => false,
    };
    let is_key = table.primary_key.contains(&there.name);
    same_sql(dialect, &there.type_name, &wanted.type_name)
        && (there.is_nullable == wanted.is_nullable || is_key)
        && same(&there.default, &wanted.default)
        && same(&there.generated, &wanted.generated)
        && same(&there.collation, &wanted.collation)
        && there.extra == wanted.extra
}

/// The definition of a table, read.
pub(super) fn text(table: &Relation) -> Result<TableText<'_>, String> {
    read(table, &table.definition)
}

pub(super) fn read<'t>(table: &Relation, text: &'t str) -> Result<TableText<'t>, String> {
    TableText::read(text, Syntax::SQLITE).ok_or_else(|| unread(table))
}

fn unread(table: &Relation) -> String {
    format!("the definition of {} cannot be read", table.name)
}
