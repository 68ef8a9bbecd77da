//! [`FromValue`]: what a column's value becomes in Rust.

use crate::store::Value;

/// A type that a value of the database can be read as, without loss.
pub trait FromValue: Sized {
    /// What the type holds, for an error.
    const WHAT: &'static str;

    /// Reads a value; `None` when it is something else.
    fn from_value(value: Value) -> Option<Self>;
}

impl FromValue for Value {
    const WHAT: &'static str = "a value";

    fn from_value(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl FromValue for i64 {
    const WHAT: &'static str = "an integer";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }
}

impl FromValue for bool {
    const WHAT: &'static str = "0 or 1";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            _ => None,
        }
    }
}

impl FromValue for f64 {
    const WHAT: &'static str = "a number";

    /// An integer is one too, up to 2 to the power of 53.
    fn from_value(value: Value) -> Option<Self> {
        const EXACT: i64 = 1 << 53;
        match value {
            Value::Real(number) => Some(number),
            Value::Integer(number) if number.abs() <= EXACT => Some(number as Self),
            _ => None,
        }
    }
}

impl FromValue for String {
    const WHAT: &'static str = "a text";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    const WHAT: &'static str = "bytes";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const WHAT: &'static str = T::WHAT;

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}
