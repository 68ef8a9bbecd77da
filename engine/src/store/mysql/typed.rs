//! Values of a program's statements, which are bound and come back with their types.

use mysql_async::consts::{ColumnFlags, ColumnType};
use mysql_async::{Column, Params, Value as Driver};

use super::super::Value;

/// The character set that says that a text is none.
const BINARY: u16 = 63;

pub(super) fn parameters(values: &[Value]) -> Params {
    if values.is_empty() {
        return Params::Empty;
    }
    let bound = |value: &Value| match value {
        Value::Null => Driver::NULL,
        Value::Integer(number) => Driver::Int(*number),
        Value::Real(number) => Driver::Double(*number),
        Value::Text(text) => Driver::Bytes(text.clone().into_bytes()),
        Value::Blob(bytes) => Driver::Bytes(bytes.clone()),
    };
    Params::Positional(values.iter().map(bound).collect())
}

/// A value of the binary protocol: integers that no `i64` holds, decimals, dates and times become text.
pub(super) fn value(column: &Column, value: Driver) -> Value {
    use ColumnType as T;
    match value {
        Driver::NULL => Value::Null,
        Driver::Int(number) => Value::Integer(number),
        Driver::UInt(number) => match i64::try_from(number) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Text(number.to_string()),
        },
        Driver::Float(number) => Value::Real(number.into()),
        Driver::Double(number) => Value::Real(number),
        Driver::Date(year, month, day, hour, minute, second, micros) => {
            let date = format!("{year:04}-{month:02}-{day:02}");
            Value::Text(match column.column_type() {
                T::MYSQL_TYPE_DATE | T::MYSQL_TYPE_NEWDATE => date,
                _ => {
                    let fraction = fraction(column, micros);
                    format!("{date} {hour:02}:{minute:02}:{second:02}{fraction}")
                }
            })
        }
        Driver::Time(negative, days, hours, minutes, seconds, micros) => {
            let sign = if negative { "-" } else { "" };
            let hours = days * 24 + u32::from(hours);
            let fraction = fraction(column, micros);
            Value::Text(format!(
                "{sign}{hours:02}:{minutes:02}:{seconds:02}{fraction}"
            ))
        }
        Driver::Bytes(bytes) => of_bytes(column, bytes),
    }
}

fn of_bytes(column: &Column, bytes: Vec<u8>) -> Value {
    use ColumnType as T;
    let text = |bytes| match String::from_utf8(bytes) {
        Ok(text) => Value::Text(text),
        // In a character set that the session has chosen.
        Err(error) => Value::Blob(error.into_bytes()),
    };
    match column.column_type() {
        T::MYSQL_TYPE_BIT if bytes.len() <= 8 => {
            let bits = bytes
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            Value::from(bits)
        }
        T::MYSQL_TYPE_BIT | T::MYSQL_TYPE_GEOMETRY => Value::Blob(bytes),
        T::MYSQL_TYPE_STRING
        | T::MYSQL_TYPE_VAR_STRING
        | T::MYSQL_TYPE_VARCHAR
        | T::MYSQL_TYPE_TINY_BLOB
        | T::MYSQL_TYPE_BLOB
        | T::MYSQL_TYPE_MEDIUM_BLOB
        | T::MYSQL_TYPE_LONG_BLOB
            if column.character_set() == BINARY
                && !column.flags().contains(ColumnFlags::ENUM_FLAG) =>
        {
            Value::Blob(bytes)
        }
        _ => text(bytes),
    }
}

/// The digits behind the second, as many as the column has.
fn fraction(column: &Column, micros: u32) -> String {
    match column.decimals() {
        0 => String::new(),
        digits @ 1..=6 => format!(".{micros:06}")[..=usize::from(digits)].to_owned(),
        // An expression's, which has none.
        _ if micros == 0 => String::new(),
        _ => format!(".{micros:06}"),
    }
}
