//! What it takes to add and drop indexes.

use super::{Decided, Decision, constraint, listed, must_be_table};
use crate::sql::Dialect;
use crate::store::{Index, Part, Referrer, Relation, RelationKind};

/// `owner`: the table that has the name already, where names of indexes are not each table's own.
pub(super) fn add(
    dialect: Dialect,
    table: &Relation,
    wanted: &Index,
    owner: Option<&str>,
) -> Decided {
    must_be_table(table)?;
    let (name, index) = (&table.name, &wanted.name);
    if let Some(there) = table.index(dialect, index) {
        return match alike(dialect, there, wanted) {
            true => Ok(Decision::Nothing),
            false => Err(format!(
                "{name} has an index {} already, {there}, which was to be {wanted}",
                there.name
            )),
        };
    }
    if let Some(owner) = owner {
        return Err(format!(
            "the name {index} is taken by something of {owner}, and an index of {name} was to get it"
        ));
    }
    let columns = columns(dialect, table, wanted)?;
    Ok(Decision::Run(vec![format!(
        "CREATE {}INDEX {} ON {} ({})",
        if wanted.is_unique { "UNIQUE " } else { "" },
        dialect.quoted(index),
        dialect.quoted(name),
        listed(dialect, &columns)
    )]))
}

/// The columns of an index that is to be made, as the table calls them.
fn columns<'r>(
    dialect: Dialect,
    table: &'r Relation,
    wanted: &Index,
) -> Result<Vec<&'r str>, String> {
    let mut columns = Vec::new();
    for part in wanted.parts.iter().filter_map(|part| part.column.as_ref()) {
        match table.column(dialect, part) {
            Some(column) => columns.push(column.name.as_str()),
            None => return Err(format!("{} has no column {part}", table.name)),
        }
    }
    match columns.is_empty() {
        true => Err(format!(
            "the index {} of {} has no columns",
            wanted.name, table.name
        )),
        false => Ok(columns),
    }
}

/// `referrers`: the foreign keys that refer to the table.
pub(super) fn drop(
    dialect: Dialect,
    table: &Relation,
    name: &str,
    referrers: &[Referrer],
) -> Decided {
    must_be_table(table)?;
    let Some(index) = table.index(dialect, name) else {
        return match dialect.same_name(name, "PRIMARY") && !table.primary_key.is_empty() {
            true => Err(format!(
                "PRIMARY is the primary key of {}, and no index",
                table.name
            )),
            false => Ok(Decision::Nothing),
        };
    };
    if let Some(referrer) = needed_by(dialect, table, index, referrers) {
        return Err(format!(
            "the index {} of {} cannot be dropped: a foreign key of {} refers to what it keeps unique; drop that first",
            index.name, table.name, referrer.table
        ));
    }
    if index.is_constraint {
        return constraint::without_name(table, name);
    }
    let (index, on) = (dialect.quoted(&index.name), dialect.quoted(&table.name));
    Ok(Decision::Run(vec![match (dialect, table.kind) {
        (Dialect::Mysql, _) => format!("DROP INDEX {index} ON {on}"),
        (Dialect::Sqlite, RelationKind::TemporaryTable) => format!("DROP INDEX temp.{index}"),
        (Dialect::Sqlite, _) => format!("DROP INDEX main.{index}"),
    }]))
}

/// A key that refers to columns that nothing but this index keeps unique.
fn needed_by<'r>(
    dialect: Dialect,
    table: &Relation,
    index: &Index,
    referrers: &'r [Referrer],
) -> Option<&'r Referrer> {
    let is_named =
        |name: Option<&str>| name.is_some_and(|name| dialect.same_name(name, &index.name));
    let mut without = table.clone();
    without.indexes.retain(|other| other.name != index.name);
    without
        .constraints
        .retain(|constraint| !is_named(constraint.name.as_deref()));
    referrers.iter().find(|referrer| {
        let columns: Vec<&str> = referrer
            .key
            .parent_columns
            .iter()
            .map(String::as_str)
            .collect();
        !columns.is_empty()
            && table.is_unique(dialect, &columns)
            && !without.is_unique(dialect, &columns)
    })
}

/// An index of these columns.
pub(super) fn plain(name: String, columns: &[&str], is_unique: bool) -> Index {
    let parts = columns.iter().map(|column| Part {
        column: Some((*column).to_owned()),
        is_plain: true,
    });
    Index {
        name,
        parts: parts.collect(),
        is_unique,
        is_plain: true,
        is_constraint: false,
    }
}

fn alike(dialect: Dialect, there: &Index, wanted: &Index) -> bool {
    let same = |(one, other): (&Part, &Part)| match (&one.column, &other.column) {
        (Some(a), Some(b)) => dialect.same_name(a, b) && one.is_plain == other.is_plain,
        (None, _) | (_, None) => false,
    };
    there.is_unique == wanted.is_unique
        && there.is_plain == wanted.is_plain
        && there.parts.len() == wanted.parts.len()
        && there.parts.iter().zip(&wanted.parts).all(same)
}
