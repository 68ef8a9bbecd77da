//! Values of MySQL's and MariaDB's, each as a literal that means the same in any SQL_MODE.

/// How a column's values are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Number,
    Real,
    Bits,
    Bytes,
    Text,
    /// What the server reads from a text that has nothing to escape.
    Plain,
}

impl Form {
    /// That of a type; `None`: an unknown one.
    pub(crate) fn of(data_type: &str) -> Option<Self> {
        Some(match data_type {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "year" => {
                Self::Number
            }
            "float" | "double" => Self::Real,
            "bit" => Self::Bits,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob"
            | "geometry" | "point" | "linestring" | "polygon" | "multipoint"
            | "multilinestring" | "multipolygon" | "geometrycollection" | "geomcollection"
            | "vector" => Self::Bytes,
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum"
            | "set" | "json" => Self::Text,
            "date" | "time" | "datetime" | "timestamp" | "uuid" | "inet4" | "inet6" => Self::Plain,
            _ => return None,
        })
    }

    /// What selects a value.
    pub(crate) fn selected(self, column: &str) -> String {
        match self {
            Self::Number | Self::Plain => format!("CAST({column} AS CHAR)"),
            // All digits, which a FLOAT itself does not show.
            Self::Real => format!("CAST({column} * 1e0 AS CHAR)"),
            Self::Bits => format!("BIN({column} + 0)"),
            Self::Bytes => format!("HEX({column})"),
            Self::Text => format!("CONVERT({column} USING utf8mb4)"),
        }
    }

    /// A value that was selected so.
    pub(crate) fn literal(self, value: &str) -> String {
        match self {
            Self::Number => value.to_owned(),
            Self::Real if value.contains('e') => value.to_owned(),
            // Without it, -0 is an integer, which has no sign.
            Self::Real => format!("{value}e0"),
            Self::Bits => format!("b'{value}'"),
            Self::Bytes => format!("X'{value}'"),
            Self::Plain => format!("'{value}'"),
            Self::Text => text(value),
        }
    }
}

/// A text as SQL has it: what some modes escape, and what does not survive every editor, is said in hexadecimal.
pub(crate) fn text(value: &str) -> String {
    let is_special = |c: char| matches!(c, '\\' | '\0' | '\r' | '\u{1a}');
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find(is_special) {
        if at > 0 {
            parts.push(quoted(&rest[..at]));
        }
        let length = rest[at..]
            .find(|c: char| !is_special(c))
            .unwrap_or(rest.len() - at);
        let bytes = rest.as_bytes()[at..at + length].iter();
        let digits: String = bytes.map(|byte| format!("{byte:02X}")).collect();
        parts.push(format!("_utf8mb4 X'{digits}'"));
        rest = &rest[at + length..];
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(quoted(rest));
    }
    match parts.as_slice() {
        [only] => only.clone(),
        parts => format!("CONCAT({})", parts.join(", ")),
    }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_values() {
        let rows = [
            (Form::Number, "-7", "-7"),
            (Form::Real, "-0", "-0e0"),
            (Form::Real, "1e300", "1e300"),
            (Form::Bits, "101", "b'101'"),
            (Form::Bytes, "", "X''"),
            (Form::Plain, "2026-01-01", "'2026-01-01'"),
            (Form::Text, "", "''"),
            (Form::Text, "it's\nü", "'it''s\nü'"),
            (Form::Text, "\\", "_utf8mb4 X'5C'"),
            (
                Form::Text,
                "a\\\0b\r",
                "CONCAT('a', _utf8mb4 X'5C00', 'b', _utf8mb4 X'0D')",
            ),
        ];
        for (form, value, expected) in rows {
            assert_eq!(form.literal(value), expected);
        }
    }
}
