//! Directives: what the first comment lines of a script say about how it runs.

mod head;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::code::Code;
use crate::lint::rules;
use crate::requirement::Requirement;
use crate::sql::classifier::CAN_FAIL;
use crate::sql::render::Values;
use crate::store::Limits;

pub(crate) use head::{misspelt, text_of};

/// What a script says about itself: `-- upgrade: NAME = VALUE`, one a line, before the first statement.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directives {
    pub(crate) description: Option<String>,
    pub(crate) requires: Vec<Requirement>,
    pub(crate) min_app: Option<semver::Version>,
    pub(crate) transaction: Transaction,
    pub(crate) foreign_keys: ForeignKeys,
    pub(crate) placeholders: Values,
    pub(crate) timeout: Option<Duration>,
    pub(crate) lock_timeout: Option<Duration>,
    /// It may start over after anything that it does.
    pub(crate) idempotent: bool,
    /// What the review need not tell of the script.
    pub(crate) allow: Vec<Code>,
    seen: Vec<Name>,
}

/// Whether a script runs in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Transaction {
    #[default]
    Whole,
    /// Statement by statement, through the journal.
    Off,
}

/// Whether the database enforces foreign keys while a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ForeignKeys {
    #[default]
    Enforced,
    /// Not until its end, and checked before the commit.
    CheckedAtEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Description,
    Requires,
    MinApp,
    Transaction,
    ForeignKeys,
    Placeholders,
    Timeout,
    LockTimeout,
    Idempotent,
    Allow,
}

const IDEMPOTENT: &str = "idempotent";

const NAMES: [(&str, Name); 10] = [
    ("description", Name::Description),
    ("requires", Name::Requires),
    ("min_app", Name::MinApp),
    ("transaction", Name::Transaction),
    ("foreign_keys", Name::ForeignKeys),
    ("placeholders", Name::Placeholders),
    ("timeout", Name::Timeout),
    ("lock_timeout", Name::LockTimeout),
    (IDEMPOTENT, Name::Idempotent),
    ("allow", Name::Allow),
];

/// What only a script in SQL can say, and why.
const FOR_SQL: [(&str, &str); 3] = [
    (
        "transaction",
        "it runs in a transaction, but for batches and for what commits by itself",
    ),
    (
        "placeholders",
        "values come with each statement, and configured ones from `config`",
    ),
    (CAN_FAIL, "pcall tells whether a statement has failed"),
];

/// Why a directive cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DirectiveError {
    #[error("there is no directive {name:?}{}", suggestion(.suggested))]
    Unknown {
        name: String,
        suggested: Option<&'static str>,
    },
    #[error("a directive reads `-- upgrade: NAME = VALUE`, not {0:?}")]
    Form(String),
    #[error(
        "a directive is a line of its own that begins with `-- upgrade:`; this would be a comment that nobody follows"
    )]
    Head,
    #[error("{name} cannot be {value:?}: {reason}")]
    Value {
        name: &'static str,
        value: String,
        reason: String,
    },
    #[error("{0} is said twice")]
    Twice(&'static str),
    #[error("a directive stands before the first statement")]
    Late,
    #[error("{name} is nothing for a program: {reason}")]
    NotForPrograms {
        name: &'static str,
        reason: &'static str,
    },
    #[error("allow stands before the statement that it is for, or before the first one")]
    Inside,
    #[error(
        "foreign_keys = off needs the transaction that transaction = off gives up; \
         in such a script write PRAGMA foreign_keys = OFF itself"
    )]
    Conflict,
}

fn suggestion(name: &Option<&'static str>) -> String {
    match name {
        Some(name) => format!("; did you mean {name}?"),
        None => {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("; there are {}", names.join(", "))
        }
    }
}

impl Directives {
    /// How long the script's statements may take.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            statement: self.timeout,
            lock: self.lock_timeout,
        }
    }

    /// Whether they change something in the session.
    pub(crate) fn changes_session(&self) -> bool {
        self.foreign_keys == ForeignKeys::CheckedAtEnd || self.limits() != Limits::default()
    }

    /// Takes the next directive of a script that is a program.
    pub(crate) fn take_of_program(&mut self, text: &str) -> Result<(), DirectiveError> {
        let said = text.split_once('=').map_or(text, |(name, _)| name).trim();
        match FOR_SQL.iter().find(|(name, _)| *name == said) {
            Some((name, reason)) => Err(DirectiveError::NotForPrograms { name, reason }),
            None => self.take(text),
        }
    }

    /// Takes the next directive of a script.
    pub(crate) fn take(&mut self, text: &str) -> Result<(), DirectiveError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), value.trim()),
            None if text.trim() == IDEMPOTENT => (IDEMPOTENT, "on"),
            None => return Err(DirectiveError::Form(text.to_owned())),
        };
        let Some((known, which)) = NAMES.iter().find(|(known, _)| *known == name) else {
            return Err(DirectiveError::Unknown {
                name: name.to_owned(),
                suggested: nearest(name),
            });
        };
        let may_repeat = matches!(which, Name::Requires | Name::Allow);
        if self.seen.contains(which) && !may_repeat {
            return Err(DirectiveError::Twice(known));
        }
        self.seen.push(*which);
        let refuse = |reason: String| DirectiveError::Value {
            name: known,
            value: value.to_owned(),
            reason,
        };
        match which {
            Name::Description => self.description = Some(value.to_owned()),
            Name::Requires => {
                let requirement =
                    Requirement::from_str(value).map_err(|e| refuse(e.to_string()))?;
                self.requires.push(requirement);
            }
            Name::MinApp => {
                let version = semver::Version::parse(value)
                    .map_err(|e| refuse(format!("{e}; write it as in 3.2.0")))?;
                self.min_app = Some(version);
            }
            Name::Transaction => {
                self.transaction =
                    switch(value, Transaction::Whole, Transaction::Off).map_err(refuse)?;
            }
            Name::ForeignKeys => {
                self.foreign_keys = switch(value, ForeignKeys::Enforced, ForeignKeys::CheckedAtEnd)
                    .map_err(refuse)?;
            }
            Name::Idempotent => self.idempotent = switch(value, true, false).map_err(refuse)?,
            Name::Allow => self.allow.extend(codes(value).map_err(refuse)?),
            Name::Timeout => self.timeout = Some(duration(value).map_err(refuse)?),
            Name::LockTimeout => self.lock_timeout = Some(duration(value).map_err(refuse)?),
            Name::Placeholders => {
                self.placeholders =
                    switch(value, Values::Replaced, Values::Kept).map_err(refuse)?;
            }
        }
        match (self.transaction, self.foreign_keys) {
            (Transaction::Off, ForeignKeys::CheckedAtEnd) => Err(DirectiveError::Conflict),
            (Transaction::Off, ForeignKeys::Enforced) | (Transaction::Whole, _) => Ok(()),
        }
    }
}

/// What `-- upgrade: allow = CODE` before a later statement allows in it; `None`: the directive is another one.
///
/// # Errors
/// A code that is no rule's.
pub(crate) fn allowed(text: &str) -> Option<Result<Vec<Code>, DirectiveError>> {
    let (name, value) = text.split_once('=')?;
    let value = value.trim();
    let refuse = |reason: String| DirectiveError::Value {
        name: "allow",
        value: value.to_owned(),
        reason,
    };
    (name.trim() == "allow").then(|| codes(value).map_err(refuse))
}

fn codes(list: &str) -> Result<Vec<Code>, String> {
    list.split(',')
        .map(|name| rules::named(name.trim()))
        .collect()
}

fn switch<T>(value: &str, on: T, off: T) -> Result<T, String> {
    match value {
        "on" => Ok(on),
        "off" => Ok(off),
        _ => Err("it is on or off".to_owned()),
    }
}

fn duration(value: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(value);
    let duration = duration.map_err(|error| format!("{error}; write it as in 30s or 10m"))?;
    match duration.is_zero() {
        true => Err("it is more than nothing".to_owned()),
        false => Ok(duration),
    }
}

/// The known name that a misspelt one is likely to mean: at most two letters away.
fn nearest(name: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .map(|(known, _)| (strsim::levenshtein(name, known), *known))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, known)| known)
}

impl fmt::Display for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "on",
            Self::Off => "off",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_it_does_not_know() {
        let rows = [
            (
                &["tranaction = off"][..],
                "there is no directive \"tranaction\"; did you mean transaction?",
            ),
            (
                &["x = y"],
                "there is no directive \"x\"; there are description, requires, min_app, transaction, foreign_keys, placeholders, timeout, lock_timeout, idempotent, allow",
            ),
            (
                &["transaction off"],
                "a directive reads `-- upgrade: NAME = VALUE`, not \"transaction off\"",
            ),
            (
                &["transaction = no"],
                "transaction cannot be \"no\": it is on or off",
            ),
            (
                &["transaction = off", "transaction = on"],
                "transaction is said twice",
            ),
            (
                &["foreign_keys = off", "transaction = off"],
                "foreign_keys = off needs the transaction that transaction = off gives up; \
                 in such a script write PRAGMA foreign_keys = OFF itself",
            ),
            (
                &["allow = drop-table"],
                "allow cannot be \"drop-table\": there is no rule \"drop-table\"; did you mean drops-table?",
            ),
            (
                &["allow = drops-table, stray"],
                "allow cannot be \"drops-table, stray\": there is no rule \"stray\"; there are drops-table, drops-column, \
                 drops-object, drops-database, deletes-all-rows, updates-all-rows, rebuilds-table, indexes-large-table, \
                 required-column, column-for-empty-table, unique-on-rows, foreign-key-on-rows, narrows-column, forbids-null, \
                 renames-table, renames-column, drops-used, unprotected, not-repeatable, no-primary-key, inline-references, \
                 foreign-key-without-index, no-statement",
            ),
            (
                &["allow ="],
                "allow cannot be \"\": there is no rule \"\"; there are drops-table, drops-column, \
                 drops-object, drops-database, deletes-all-rows, updates-all-rows, rebuilds-table, indexes-large-table, \
                 required-column, column-for-empty-table, unique-on-rows, foreign-key-on-rows, narrows-column, forbids-null, \
                 renames-table, renames-column, drops-used, unprotected, not-repeatable, no-primary-key, inline-references, \
                 foreign-key-without-index, no-statement",
            ),
            (
                &["min_app = 2"],
                "min_app cannot be \"2\": unexpected end of input while parsing major version number; write it as in 3.2.0",
            ),
        ];
        for (lines, message) in rows {
            let mut directives = Directives::default();
            let outcome = lines.iter().try_for_each(|line| directives.take(line));
            assert_eq!(
                outcome.expect_err("refused").to_string(),
                message,
                "{lines:?}"
            );
        }
    }
}
