//! Values as SQL literals that every session reads alike, whatever its character set and SQL_MODE are.

use mysql_async::consts::ColumnType;
use mysql_async::{Column, Value as Driver};

use super::super::Value;

/// The statement with a literal in place of each `?`, none of which may stand inside quotes; without values, it as it is.
pub(super) fn filled(sql: &str, parameters: &[Value]) -> String {
    if parameters.is_empty() {
        return sql.to_owned();
    }
    let mut filled = String::with_capacity(sql.len() + 32 * parameters.len());
    let mut parts = sql.split('?');
    filled.push_str(parts.next().unwrap_or_default());
    for (part, value) in parts.zip(parameters) {
        push(&mut filled, value);
        filled.push_str(part);
    }
    filled
}

fn push(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("NULL"),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Real(number) => out.push_str(&format!("{number:e}")),
        Value::Text(text) => push_text(out, text),
        Value::Blob(bytes) => push_bytes(out, bytes),
    }
}

/// Letters, digits and what needs no escape are said as they are; all else in hexadecimal.
fn push_text(out: &mut String, text: &str) {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b" _-.,:;/()=+*".contains(&b);
    if text.bytes().all(plain) {
        out.push('\'');
        out.push_str(text);
        out.push('\'');
    } else {
        out.push_str("_utf8mb4 ");
        push_bytes(out, text.as_bytes());
    }
}

fn push_bytes(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push_str("X'");
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            out.push(DIGITS[usize::from(half)].into());
        }
    }
    out.push('\'');
}

/// A name in backticks.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as a literal.
pub(super) fn text(text: &str) -> String {
    let mut out = String::new();
    push_text(&mut out, text);
    out
}

/// What is asked about an expression so that [`of_answer`] can tell its value.
pub(super) fn question(expression: &str) -> String {
    format!(
        "{expression}, HEX(CONVERT({expression} USING utf8mb4)), HEX({expression}), COLLATION({expression})"
    )
}

/// The literal that has the value and the type of an expression, by the answer to its [`question`].
pub(super) fn of_answer(column: &Column, answer: &[Driver]) -> String {
    use ColumnType as T;
    let text = |value: &Driver| match value {
        Driver::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    let [value @ Driver::Bytes(_), converted, raw, collation] = answer else {
        return "NULL".to_owned();
    };
    let number = text(value);
    match column.column_type() {
        T::MYSQL_TYPE_TINY
        | T::MYSQL_TYPE_SHORT
        | T::MYSQL_TYPE_LONG
        | T::MYSQL_TYPE_LONGLONG
        | T::MYSQL_TYPE_INT24
        | T::MYSQL_TYPE_DECIMAL
        | T::MYSQL_TYPE_NEWDECIMAL => number,
        T::MYSQL_TYPE_FLOAT | T::MYSQL_TYPE_DOUBLE if number.contains(['e', 'E']) => number,
        T::MYSQL_TYPE_FLOAT | T::MYSQL_TYPE_DOUBLE => format!("{number}e0"),
        _ => {
            let collation = text(collation);
            match collation.split_once('_') {
                Some((character_set, _)) => {
                    let text = text(converted);
                    format!("CONVERT(_utf8mb4 X'{text}' USING {character_set}) COLLATE {collation}")
                }
                None => format!("X'{}'", text(raw)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in() {
        let rows: [(&str, &[Value], &str); 5] = [
            ("DO 1", &[], "DO 1"),
            ("SELECT 1 FROM `a?b`", &[], "SELECT 1 FROM `a?b`"),
            ("a ? b ?", &[Value::Null, Value::Integer(-7)], "a NULL b -7"),
            ("?", &["1.0.0_a b.sql".into()], "'1.0.0_a b.sql'"),
            ("?", &["it's ?".into()], "_utf8mb4 X'69742773203F'"),
        ];
        for (sql, parameters, expected) in rows {
            assert_eq!(filled(sql, parameters), expected);
        }
    }
}
