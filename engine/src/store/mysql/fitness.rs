//! Whether tables that are there can hold what the engine keeps.

use super::super::{StoreError, Value};
use super::link::Link;
use super::literal::{quoted, text};

/// Why one of these tables cannot be used, with the statement that mends it. The first needs a unique `name`.
///
/// # Errors
/// The server cannot be asked.
pub(super) fn unfit(
    link: &mut Link,
    schema: &str,
    tables: &[String],
) -> Result<Option<String>, StoreError> {
    let names: Vec<String> = tables.iter().map(|table| text(table)).collect();
    let rows = link.query(&format!(
        "SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME IN ({}) \
         AND (ENGINE IS NULL OR ENGINE <> 'InnoDB')",
        text(schema),
        names.join(", ")
    ))?;
    if let Some(row) = rows.into_iter().next() {
        let mut columns = row.into_iter().map(Value::into_text);
        let table = columns.next().flatten().unwrap_or_default();
        return Ok(Some(match columns.next().flatten() {
            None => format!("{table} is no table; drop or rename what has its name"),
            Some(engine) => format!(
                "{table} is a table of {engine}, which takes no part in transactions; \
                 run ALTER TABLE {} ENGINE = InnoDB",
                quoted(&table)
            ),
        }));
    }
    let Some(vars) = tables.first() else {
        return Ok(None);
    };
    let there = link.query(&format!(
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
        text(schema),
        text(vars)
    ))?;
    let unique = link.query(&format!(
        "SELECT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {} \
         AND NON_UNIQUE = 0 GROUP BY INDEX_NAME HAVING COUNT(*) = 1 AND MAX(COLUMN_NAME) = 'name'",
        text(schema),
        text(vars)
    ))?;
    let is_there = there
        .into_iter()
        .flatten()
        .any(|count| count.as_integer() == Some(1));
    Ok((is_there && unique.is_empty()).then(|| {
        format!(
            "{vars} has no unique name, so that two rows could contradict each other; \
             run ALTER TABLE {} ADD UNIQUE (name)",
            quoted(vars)
        )
    }))
}
