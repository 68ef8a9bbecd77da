//! How large a table is, as far as can be told without reading all of it.

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

/// What a database has of what a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Nobody was asked, or nobody could tell.
    Unknown,
    Missing,
    /// A table without rows.
    Empty,
    Filled(Size),
}

/// How large a table is.
///
/// Serialized as `rows`, `counted` (`exactly`, `about` or `more-than`) and `bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How many rows it has.
    pub rows: Count,
    /// The bytes that it takes with its indexes, about; `None` where that cannot be told at once.
    pub bytes: Option<u64>,
}

/// A number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Count {
    /// They were counted.
    Exactly(u64),
    /// The database estimates it.
    About(u64),
    /// Counting ended there.
    MoreThan(u64),
}

impl Count {
    /// The number.
    pub(crate) fn least(self) -> u64 {
        match self {
            Self::Exactly(rows) | Self::About(rows) | Self::MoreThan(rows) => rows,
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counted = match self.rows {
            Count::Exactly(_) => "exactly",
            Count::About(_) => "about",
            Count::MoreThan(_) => "more-than",
        };
        let mut fields = serializer.serialize_struct("Size", 3)?;
        fields.serialize_field("rows", &self.rows.least())?;
        fields.serialize_field("counted", counted)?;
        fields.serialize_field("bytes", &self.bytes)?;
        fields.end()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows.least();
        f.write_str(match self.rows {
            Count::Exactly(_) => "",
            Count::About(_) => "about ",
            Count::MoreThan(_) => "more than ",
        })?;
        f.write_str(&grouped(rows))?;
        f.write_str(if rows == 1 { " row" } else { " rows" })?;
        match self.bytes {
            Some(bytes) if bytes >= 1 << 20 => write!(f, ", {} MB", grouped(bytes >> 20)),
            Some(_) | None => Ok(()),
        }
    }
}

/// A number as people read it: 1,204,331.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown() {
        let rows = [
            (Count::Exactly(1), None, "1 row"),
            (Count::Exactly(999), Some(8192), "999 rows"),
            (Count::MoreThan(100_000), None, "more than 100,000 rows"),
            (
                Count::About(1_204_331),
                Some(340 << 20),
                "about 1,204,331 rows, 340 MB",
            ),
        ];
        for (rows, bytes, expected) in rows {
            assert_eq!(Size { rows, bytes }.to_string(), expected);
        }
    }
}
