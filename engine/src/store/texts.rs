//! Rows of texts, as questions about a schema are answered.

use super::{Session, StoreError, Value};

/// What a query finds, as rows of so many texts; NULL is an empty one.
pub(crate) fn texts<const COLUMNS: usize>(
    session: &mut dyn Session,
    sql: &str,
) -> Result<Vec<[String; COLUMNS]>, StoreError> {
    Ok(as_texts(session.query(sql, &[])?))
}

/// Rows as so many texts each; NULL is an empty one.
pub(crate) fn as_texts<const COLUMNS: usize>(rows: Vec<Vec<Value>>) -> Vec<[String; COLUMNS]> {
    let row = |row: Vec<Value>| {
        let mut values = row.into_iter().map(Value::into_text);
        std::array::from_fn(|_| values.next().flatten().unwrap_or_default())
    };
    rows.into_iter().map(row).collect()
}
