//! The table of rules: who is told, and what has to be there for a rule to matter.

use super::size::{Presence, Size};
use crate::code::Code;

/// A rule of the review. What it is about, why it hurts and what to do instead stands with its [`Code`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) code: Code,
    pub(crate) told: Told,
    needs: Needs,
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Whoever runs the script and whoever writes it: `plan` and `check`.
    Both,
    /// Whoever writes the script: `check`.
    Author,
}

/// What has to be in the database for a rule to matter there. Without a database, everything may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// The table, or whatever it is about.
    Thing,
    /// A row.
    Rows,
    /// A table that is known to be large.
    Large,
}

const fn rule(code: Code, told: Told, needs: Needs) -> Rule {
    Rule { code, told, needs }
}

/// Every rule. Others of the engine's codes cannot be allowed.
pub(crate) const RULES: [Rule; 23] = [
    rule(Code::DropsTable, Told::Both, Needs::Thing),
    rule(Code::DropsColumn, Told::Both, Needs::Thing),
    rule(Code::DropsObject, Told::Both, Needs::Thing),
    rule(Code::DropsDatabase, Told::Both, Needs::Nothing),
    rule(Code::DeletesAllRows, Told::Both, Needs::Rows),
    rule(Code::UpdatesAllRows, Told::Both, Needs::Rows),
    rule(Code::RebuildsTable, Told::Both, Needs::Rows),
    rule(Code::IndexesLargeTable, Told::Both, Needs::Large),
    rule(Code::RequiredColumn, Told::Both, Needs::Rows),
    rule(Code::ColumnForEmptyTable, Told::Both, Needs::Rows),
    rule(Code::UniqueOnRows, Told::Both, Needs::Rows),
    rule(Code::ForeignKeyOnRows, Told::Both, Needs::Rows),
    rule(Code::NarrowsColumn, Told::Both, Needs::Rows),
    rule(Code::ForbidsNull, Told::Both, Needs::Rows),
    rule(Code::RenamesTable, Told::Both, Needs::Thing),
    rule(Code::RenamesColumn, Told::Both, Needs::Thing),
    rule(Code::DropsUsed, Told::Both, Needs::Nothing),
    rule(Code::Unprotected, Told::Both, Needs::Nothing),
    rule(Code::NotRepeatable, Told::Author, Needs::Nothing),
    rule(Code::NoPrimaryKey, Told::Author, Needs::Nothing),
    rule(Code::InlineReferences, Told::Author, Needs::Nothing),
    rule(Code::KeyWithoutIndex, Told::Author, Needs::Nothing),
    rule(Code::NoStatement, Told::Author, Needs::Nothing),
];

/// The rule of a code; `None` where it is no rule's.
pub(crate) fn of(code: Code) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

impl Rule {
    /// Whether the rule matters for what is there.
    pub(crate) fn matters(self, presence: Presence) -> bool {
        match (self.needs, presence) {
            (Needs::Nothing, _) => true,
            (Needs::Thing | Needs::Rows, Presence::Unknown) => true,
            (Needs::Thing, Presence::Empty | Presence::Filled(_)) => true,
            (Needs::Rows, Presence::Filled(_)) => true,
            (Needs::Large, Presence::Filled(size)) => size.is_large(),
            (Needs::Large, Presence::Unknown | Presence::Empty) => false,
            (Needs::Rows, Presence::Empty) => false,
            (Needs::Thing | Needs::Rows | Needs::Large, Presence::Missing) => false,
        }
    }
}

impl Size {
    /// From here on, what reads the whole table is felt: some seconds on a slow disk.
    fn is_large(self) -> bool {
        self.rows.least() >= 100_000 || self.bytes.is_some_and(|bytes| bytes >= 64 << 20)
    }
}

/// The code of a rule, as `-- upgrade: allow` names it.
///
/// # Errors
/// What to write instead.
pub(crate) fn named(name: &str) -> Result<Code, String> {
    if let Some(rule) = RULES.iter().find(|rule| rule.code.as_str() == name) {
        return Ok(rule.code);
    }
    let near = RULES
        .iter()
        .map(|rule| rule.code.as_str())
        .map(|known| (strsim::levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= 3)
        .min();
    Err(match near {
        Some((_, known)) => format!("there is no rule {name:?}; did you mean {known}?"),
        None => {
            let names: Vec<_> = RULES.iter().map(|rule| rule.code.as_str()).collect();
            format!("there is no rule {name:?}; there are {}", names.join(", "))
        }
    })
}
