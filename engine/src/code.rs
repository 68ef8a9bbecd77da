//! [`Code`]: the stable name of each thing that can be wrong, and what to do about it.

#[macro_use]
mod review;
#[macro_use]
mod table;

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// What kind of trouble a code stands for, which decides what a program ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The program was called or configured wrongly.
    Usage,
    /// A script failed, and a person has to act.
    Failed,
    /// Another process is at work.
    Locked,
    /// The program is too old for the database.
    TooOld,
    /// The database cannot be reached or used.
    Unreachable,
    /// The scripts are not in order.
    Findings,
    /// A backup could not be made, or not be brought back.
    Backup,
}

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// How it is written.
    pub name: &'static str,
    /// What kind of trouble it is.
    pub severity: Severity,
    /// What is wrong.
    pub problem: &'static str,
    /// Why that is so, most often.
    pub cause: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// Makes the codes and the table of their explanations, in one order.
macro_rules! codes {
    ($($code:ident $name:literal $severity:ident $problem:literal $cause:literal $remedy:literal)*) => {
        /// The stable name of something that can be wrong. Logs, pages and programs may rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $problem] $code,)*
        }

        static TABLE: &[Explanation] = &[
            $(Explanation {
                code: Code::$code,
                name: $name,
                severity: Severity::$severity,
                problem: $problem,
                cause: $cause,
                remedy: $remedy,
            },)*
        ];
    };
}

all_codes! { codes }

impl Code {
    /// Every code there is, with its explanation.
    pub fn all() -> &'static [Explanation] {
        TABLE
    }

    /// What the code means.
    pub fn explain(self) -> &'static Explanation {
        &TABLE[self as usize]
    }

    /// How the code is written.
    pub fn as_str(self) -> &'static str {
        self.explain().name
    }
}

/// A text that is no [`Code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no code {0:?}")]
pub struct UnknownCode(String);

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = TABLE
            .iter()
            .find(|explanation| explanation.name.eq_ignore_ascii_case(text));
        found
            .map(|explanation| explanation.code)
            .ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for explanation in Code::all() {
            assert_eq!(explanation.code.explain(), explanation);
            assert_eq!(explanation.name.parse(), Ok(explanation.code));
        }
    }
}
