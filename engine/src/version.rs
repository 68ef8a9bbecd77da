//! [`Version`]: a script's place in its track.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Serialize, Serializer};
use smallvec::SmallVec;

/// A version of any number of parts, in the order of PHP's [`version_compare`].
///
/// The text is read as parts: runs of digits and runs of letters, separated by `.`, `-`, `_` or `+`, or by
/// nothing where a digit meets a letter. Parts are compared from the left. Numbers are compared as numbers of any
/// length; words by the list dev < alpha (a) < beta (b) < RC (rc) < *end of the version* < *any number* < pl (p),
/// each recognised by its beginning; every other word comes before dev, and all such words are equal.
///
/// Two versions are equal when nothing in that order tells them apart: `1.0-rc1` and `1.0RC1`, `7` and `007`.
///
/// ```
/// use upgrades::Version;
///
/// let version = |text: &str| text.parse::<Version>().unwrap();
/// assert!(version("3.3.3.9") < version("3.3.3.10"));
/// assert!(version("1.0-beta2") < version("1.0"));
/// assert!(version("1.0") < version("1.0.0"));
/// assert_eq!(version("007"), version("7"));
/// ```
///
/// [`version_compare`]: https://www.php.net/manual/en/function.version-compare.php
#[derive(Clone)]
pub struct Version {
    text: Box<str>,
    /// The parts, encoded so that the order of the bytes is the order of the versions.
    key: Key,
}

/// Most versions fit without memory of their own.
type Key = SmallVec<[u8; 24]>;

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// There is no character at all.
    #[error("a version cannot be empty")]
    Empty,
    /// A character that is no ASCII letter, digit or separator.
    #[error("a version cannot contain {0:?}")]
    Character(char),
    /// It begins or ends with a separator.
    #[error("a version cannot begin or end with {0:?}")]
    Edge(char),
}

// The first byte of an encoded part. END closes every key, which places it among the words as PHP does.
const UNKNOWN: u8 = 1;
const DEV: u8 = 2;
const ALPHA: u8 = 3;
const BETA: u8 = 4;
const CANDIDATE: u8 = 5;
const END: u8 = 6;
const NUMBER: u8 = 7;
const PATCH: u8 = 8;

impl Version {
    /// The version as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same place in the order, shown as `text`.
    pub(crate) fn written_as(self, text: &str) -> Self {
        Self {
            text: text.into(),
            ..self
        }
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let is_separator = |c: char| matches!(c, '.' | '-' | '_' | '+');
        for edge in [text.chars().next(), text.chars().next_back()] {
            match edge {
                None => return Err(VersionError::Empty),
                Some(c) if is_separator(c) => return Err(VersionError::Edge(c)),
                Some(_) => {}
            }
        }
        let mut key = Key::new();
        for run in text.split(is_separator) {
            if let Some(c) = run.chars().find(|c| !c.is_ascii_alphanumeric()) {
                return Err(VersionError::Character(c));
            }
            let mut rest = run;
            while let Some(first) = rest.bytes().next() {
                let digits = first.is_ascii_digit();
                let end = rest
                    .bytes()
                    .position(|b| b.is_ascii_digit() != digits)
                    .unwrap_or(rest.len());
                let (part, later) = rest.split_at(end);
                if digits {
                    push_number(&mut key, part);
                } else {
                    key.push(word_rank(part));
                }
                rest = later;
            }
        }
        key.push(END);
        Ok(Self {
            text: text.into(),
            key,
        })
    }
}

/// Appends the number so that a longer one sorts after a shorter one, and equal lengths by their digits.
fn push_number(key: &mut Key, digits: &str) {
    let digits = digits.trim_start_matches('0').as_bytes();
    key.push(NUMBER);
    match u8::try_from(digits.len()) {
        Ok(length) if length < u8::MAX => key.push(length),
        _ => {
            key.push(u8::MAX);
            key.extend_from_slice(&(digits.len() as u64).to_be_bytes());
        }
    }
    key.extend_from_slice(digits);
}

/// The place of a word, by its beginning and with regard to case, as PHP has it.
fn word_rank(word: &str) -> u8 {
    const RANKS: [(&str, u8); 7] = [
        ("dev", DEV),
        ("a", ALPHA),
        ("b", BETA),
        ("RC", CANDIDATE),
        ("rc", CANDIDATE),
        ("pl", PATCH),
        ("p", PATCH),
    ];
    RANKS
        .iter()
        .find(|(prefix, _)| word.starts_with(prefix))
        .map_or(UNKNOWN, |(_, rank)| *rank)
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({})", self.text)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_version() {
        let rows = [
            ("", VersionError::Empty),
            (".1", VersionError::Edge('.')),
            ("1.", VersionError::Edge('.')),
            ("1-", VersionError::Edge('-')),
            ("1 0", VersionError::Character(' ')),
            ("1.ü", VersionError::Character('ü')),
            ("1/2", VersionError::Character('/')),
        ];
        for (text, error) in rows {
            assert_eq!(text.parse::<Version>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn numbers_have_any_length() {
        let nines = |n: usize| "9".repeat(n).parse::<Version>().expect("digits");
        for pair in [
            (1, 2),
            (18, 19),
            (19, 20),
            (254, 255),
            (255, 256),
            (300, 70_000),
        ] {
            assert!(nines(pair.0) < nines(pair.1), "{pair:?}");
        }
    }
}
