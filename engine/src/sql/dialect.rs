//! [`Dialect`]: which database's SQL a script is written in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A database's way of writing SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// The dialect that a file name's last part before the extension means, as in `0042_add_vat.sqlite.sql`.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        [Self::Sqlite, Self::Mysql]
            .into_iter()
            .find(|dialect| suffix.eq_ignore_ascii_case(dialect.suffix()))
    }

    /// A name as a statement has it, whatever it is.
    pub fn quoted(self, name: &str) -> String {
        match self {
            Self::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// Whether two names of columns, indexes or keys are one: SQLite takes the letters of ASCII for equal, the servers
    /// all letters.
    pub(crate) fn same_name(self, one: &str, other: &str) -> bool {
        match self {
            Self::Sqlite => one.eq_ignore_ascii_case(other),
            Self::Mysql => one == other || one.to_lowercase() == other.to_lowercase(),
        }
    }

    /// Whether the names of two lists are the same, in the same order.
    pub(crate) fn same_names(self, one: &[impl AsRef<str>], other: &[impl AsRef<str>]) -> bool {
        let mut pairs = one.iter().zip(other);
        one.len() == other.len()
            && pairs.all(|(one, other)| self.same_name(one.as_ref(), other.as_ref()))
    }

    /// Why a name that begins with this, of ASCII letters, digits and `_`, is none where it stands without quotes; `None`:
    /// it is one.
    ///
    /// SQLite takes a word that begins with a digit for a number. The servers do so only where a number with an exponent
    /// could stand there; see <https://dev.mysql.com/doc/refman/8.4/en/identifiers.html>.
    pub(crate) fn unnameable(self, beginning: &str) -> Option<&'static str> {
        let rest = beginning.trim_start_matches(|c: char| c.is_ascii_digit());
        let has_digits = rest.len() < beginning.len();
        match self {
            Self::Sqlite => has_digits.then_some("on SQLite no name can begin with a digit"),
            Self::Mysql => {
                let exponent = rest.strip_prefix(['e', 'E']);
                let is_number = exponent.is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit())
                });
                (has_digits && is_number)
                    .then_some("the server would read its beginning as a number")
            }
        }
    }

    /// The name as a file name has it.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
        }
    }
}

/// How a text is to be read: in which dialect, and what SQL_MODE changes about quotes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syntax {
    pub(crate) dialect: Dialect,
    /// `"` quotes names, not strings.
    pub(crate) ansi_quotes: bool,
    /// A backslash in a string stands for itself.
    pub(crate) no_backslash_escapes: bool,
}

impl Syntax {
    pub(crate) const SQLITE: Self = Self {
        dialect: Dialect::Sqlite,
        ansi_quotes: true,
        no_backslash_escapes: true,
    };

    /// As `dialect` reads a script in a session that begins with this SQL_MODE.
    pub(crate) fn of(dialect: Dialect, sql_mode: &str) -> Self {
        match dialect {
            Dialect::Sqlite => Self::SQLITE,
            Dialect::Mysql => Self::mysql(sql_mode),
        }
    }

    /// As MySQL and MariaDB read it in this SQL_MODE, a list such as `ANSI_QUOTES,NO_BACKSLASH_ESCAPES`.
    pub(crate) fn mysql(sql_mode: &str) -> Self {
        let has = |wanted: &str| {
            let mut modes = sql_mode.split(',').map(str::trim);
            modes.any(|mode| mode.eq_ignore_ascii_case(wanted))
        };
        // The combinations that the servers' manuals list as containing ANSI_QUOTES.
        let combined = ["ANSI", "DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"];
        Self {
            dialect: Dialect::Mysql,
            ansi_quotes: has("ANSI_QUOTES") || combined.into_iter().any(has),
            no_backslash_escapes: has("NO_BACKSLASH_ESCAPES"),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Mysql => "MySQL",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_no_name_begins_with() {
        let rows = [
            ("", [true, true]),
            ("cb_", [true, true]),
            ("_9", [true, true]),
            ("e1_", [true, true]),
            ("9_", [false, true]),
            ("9", [false, true]),
            ("2nd_", [false, true]),
            ("9e_", [false, true]),
            ("0x1", [false, true]),
            ("9e1_", [false, false]),
            ("12E3", [false, false]),
            ("9e", [false, false]),
        ];
        for (beginning, expected) in rows {
            let told = [Dialect::Sqlite, Dialect::Mysql];
            let told = told.map(|dialect| dialect.unnameable(beginning).is_none());
            assert_eq!(told, expected, "{beginning}");
        }
    }
}
