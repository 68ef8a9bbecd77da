//! What of a database's error may be posted publicly: its shape, when it is one of those that are known.
//!
//! Errors quote rows ("Duplicate entry 'x@y.z'") and whatever a trigger wants to say, so that only known texts are let
//! through, and of these only what names things of the schema.

/// Known texts. `%` is a name of the schema, which is kept; `?` is anything, which is not.
const SHAPES: &[&str] = &[
    "no such table: %",
    "no such column: ?",
    "no such function: %",
    "table % already exists",
    "index % already exists",
    "view % already exists",
    "duplicate column name: %",
    "UNIQUE constraint failed: %",
    "NOT NULL constraint failed: %",
    "CHECK constraint failed: ?",
    "FOREIGN KEY constraint failed",
    "datatype mismatch",
    "database is locked",
    "disk I/O error",
    "database or disk is full",
    "near ?: syntax error",
    "Table '%' doesn't exist",
    "Table '%' already exists",
    "Unknown column '?' in '?'",
    "Unknown table '%'",
    "Duplicate column name '%'",
    "Duplicate key name '%'",
    "Duplicate entry '?' for key '%'",
    "Column '%' cannot be null",
    "Field '%' doesn't have a default value",
    "Data too long for column '%' at row ?",
    "Data truncated for column '%' at row ?",
    "Out of range value for column '%' at row ?",
    "Incorrect ? value: ? for column ? at row ?",
    "Cannot add or update a child row: a foreign key constraint fails ?",
    "Cannot delete or update a parent row: a foreign key constraint fails ?",
    "Lock wait timeout exceeded; try restarting transaction",
    "Deadlock found when trying to get lock; try restarting transaction",
    "You have an error in your SQL syntax; ?",
    "Query execution was interrupted ?",
];

/// What the names in an error may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Names of the schema, as the script says them.
    OfTheSchema,
    /// Perhaps the value of a placeholder.
    Perhaps,
}

/// The error as it may be posted, line by line.
pub(super) fn shape(error: &str, names: Names) -> String {
    let lines = error.lines().map(|line| {
        let (text, code) = without_code(line);
        let known = SHAPES.iter().find_map(|shape| match names {
            Names::OfTheSchema => fitted(text, shape),
            Names::Perhaps => fitted(text, &shape.replace('%', "?")),
        });
        let shown = known.unwrap_or_else(|| "[text left out]".to_owned());
        format!("{shown}{code}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The server's number of the error, which stands behind its text as in `(error 1146, 42S02)`.
fn without_code(line: &str) -> (&str, &str) {
    let at = line.rfind(" (error ").filter(|at| {
        let code = &line[at + 8..];
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ',' | ' ');
        code.strip_suffix(')')
            .is_some_and(|code| code.len() < 16 && code.chars().all(plain))
    });
    line.split_at(at.unwrap_or(line.len()))
}

/// The text by its shape, when it has that; the last of several places that would fit is taken, as what is quoted may look
/// like the text around it.
fn fitted(text: &str, shape: &str) -> Option<String> {
    let Some(hole) = shape.rfind(['%', '?']) else {
        return (text == shape).then(|| text.to_owned());
    };
    let (before, after) = (&shape[..hole], &shape[hole + 1..]);
    let text = text.strip_suffix(after)?;
    let keeps = shape[hole..].starts_with('%');
    let fixed = &before[before.rfind(['%', '?']).map_or(0, |at| at + 1)..];
    let start = match before.len() == fixed.len() {
        true => text.starts_with(fixed).then_some(fixed.len())?,
        false => text.rfind(fixed)? + fixed.len(),
    };
    let value = &text[start..];
    if keeps && !is_name(value) {
        return None;
    }
    let shown = match keeps {
        true => value,
        false => "?",
    };
    let rest = match before.len() == fixed.len() {
        true => before.to_owned(),
        false => {
            let earlier = fitted(
                &text[..start - fixed.len()],
                &before[..before.len() - fixed.len()],
            )?;
            earlier + fixed
        }
    };
    Some(format!("{rest}{shown}{after}"))
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | ',' | ' ');
    !text.is_empty() && text.len() <= 200 && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_and_rows_are_not() {
        let rows = [
            ("no such table: cb_customer", "no such table: cb_customer"),
            ("no such column: hunter2", "no such column: ?"),
            (
                "UNIQUE constraint failed: cb_a.n, cb_a.m",
                "UNIQUE constraint failed: cb_a.n, cb_a.m",
            ),
            ("near \"secret\": syntax error", "near ?: syntax error"),
            (
                "Duplicate entry 'x@y.z' for key 'email' (error 1062, 23000)",
                "Duplicate entry '?' for key 'email' (error 1062, 23000)",
            ),
            (
                "Duplicate entry 'a' for key 'b' for key 'email'",
                "Duplicate entry '?' for key 'email'",
            ),
            ("Duplicate entry 'a' for key 'x@y.z'", "[text left out]"),
            (
                "Table 'shop.cb_a' doesn't exist (error 1146, 42S02)",
                "Table 'shop.cb_a' doesn't exist (error 1146, 42S02)",
            ),
            (
                "Unknown column 'x@y.z' in 'field list'",
                "Unknown column '?' in '?'",
            ),
            (
                "Incorrect integer value: 'x@y.z' for column `shop`.`a`.`n` at row 1",
                "Incorrect ? value: ? for column ? at row ?",
            ),
            (
                "the customer x@y.z owes us (error 1644, 45000)",
                "[text left out] (error 1644, 45000)",
            ),
            ("x@y.z (error x@y.z)", "[text left out]"),
            (
                "no such table: a\nx@y.z",
                "no such table: a\n[text left out]",
            ),
            ("", ""),
        ];
        for (error, expected) in rows {
            assert_eq!(shape(error, Names::OfTheSchema), expected, "{error}");
        }
    }

    #[test]
    fn names_that_may_be_values_are_not_kept() {
        let rows = [
            ("no such table: hunter2", "no such table: ?"),
            ("table hunter2 already exists", "table ? already exists"),
            (
                "Duplicate entry 'a' for key 'hunter2' (error 1062, 23000)",
                "Duplicate entry '?' for key '?' (error 1062, 23000)",
            ),
            ("hunter2", "[text left out]"),
        ];
        for (error, expected) in rows {
            assert_eq!(shape(error, Names::Perhaps), expected, "{error}");
        }
    }
}
