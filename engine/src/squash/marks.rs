//! [`Marks`]: a prefix and values of placeholders that occur in no script, so that they are recognized again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use once_cell::sync::Lazy;
use regex::{Captures, Regex};

use super::SquashError;
use crate::catalog_error::CatalogError;
use crate::error::Error;
use crate::runnable::Runnable;
use crate::script::Script;
use crate::sql::Syntax;
use crate::sql::lexer::{self, TokenKind};
use crate::upgrader::Upgrader;

/// The placeholder that is the prefix, unless it is configured.
const PREFIX: &str = "prefix";

/// What a substitution would take for a placeholder.
static PLACEHOLDER: Lazy<Regex> =
    Lazy::new(|| Regex::new(r"\$\{[A-Za-z_][A-Za-z0-9_.-]*\}").expect("the pattern is valid"));

/// A prefix and values.
#[derive(Debug, Clone)]
pub(super) struct Marks {
    prefix: String,
    /// By name; each with the configured value.
    values: BTreeMap<String, (String, String)>,
    collation: Collation,
}

/// The collation that a schema aside has unless scripts say another: a rare one is known again in what they make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collation {
    /// The real schema's.
    Usual,
    Rare,
}

impl Collation {
    const RARE: &'static str = "CHARACTER SET utf8mb4 COLLATE utf8mb4_esperanto_ci";

    /// What a schema aside is set to.
    pub(super) fn said(self) -> Option<&'static str> {
        match self {
            Self::Usual => None,
            Self::Rare => Some(Self::RARE),
        }
    }

    /// SQL without what nobody said: the schema's own collation, as SHOW CREATE tells it of tables and parameters.
    fn without(self, sql: &str) -> Cow<'_, str> {
        static SAID: Lazy<Regex> = Lazy::new(|| {
            Regex::new(" (?:DEFAULT CHARSET=utf8mb4 COLLATE=|CHARSET utf8mb4 COLLATE )utf8mb4_esperanto_ci")
                .expect("the pattern is valid")
        });
        match self {
            Self::Usual => Cow::Borrowed(sql),
            Self::Rare => SAID.replace_all(sql, ""),
        }
    }
}

impl Marks {
    /// Such as occur in none of these scripts. `placeholders`: as configured, with `prefix`.
    pub(super) fn new(
        scripts: &[Script],
        placeholders: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut texts = String::new();
        for script in scripts {
            let script = Runnable::from(script.clone());
            let read = script.open().and_then(|mut text| {
                let mut bytes = Vec::new();
                text.read_to_end(&mut bytes).map(|_| bytes)
            });
            let bytes = read.map_err(|source| CatalogError::Unreadable {
                script: script.id().clone(),
                source,
            })?;
            texts.push_str(&String::from_utf8_lossy(&bytes).to_ascii_lowercase());
        }
        let free = |text: &String| !texts.contains(&text.to_ascii_lowercase());
        let prefix = (0u32..)
            .map(|number| format!("squash{number}q_"))
            .find(free)
            .expect("a text has no end of words that are not in it");
        let mut values = BTreeMap::new();
        for (name, real) in placeholders.iter().filter(|(name, _)| *name != PREFIX) {
            let other = (1..=25)
                .map(|by| turned(real, by))
                .find(|other| other != real && free(other));
            let Some(other) = other else {
                return Err(SquashError::Placeholder { name: name.clone() }.into());
            };
            values.insert(name.clone(), (other, real.clone()));
        }
        Ok(Self {
            prefix,
            values,
            collation: Collation::Usual,
        })
    }

    /// The same in a schema of this collation.
    pub(super) fn in_collation(&self, collation: Collation) -> Self {
        Self {
            collation,
            ..self.clone()
        }
    }

    pub(super) fn collation(&self) -> Collation {
        self.collation
    }

    /// Another prefix, and the values as they are configured.
    pub(super) fn real(&self) -> Self {
        let values = self.values.iter();
        Self {
            collation: Collation::Usual,
            prefix: format!("other{}", self.prefix),
            values: values
                .map(|(name, (_, real))| (name.clone(), (real.clone(), real.clone())))
                .collect(),
        }
    }

    /// An upgrade with them.
    pub(super) fn put<'u>(&self, upgrader: Upgrader<'u>) -> Upgrader<'u> {
        let upgrader = upgrader
            .prefix(&self.prefix)
            .placeholder(PREFIX, &self.prefix);
        let values = self.values.iter();
        values.fold(upgrader, |upgrader, (name, (value, _))| {
            upgrader.placeholder(name, value)
        })
    }

    /// SQL as a script would have it: where a mark stands, what it stands for.
    pub(super) fn script(&self, sql: &str, syntax: Syntax) -> String {
        let sql = self.collation.without(sql);
        let tokens = lexer::tokens(&sql, syntax);
        tokens
            .map(|(kind, token)| match kind {
                TokenKind::Word => self.word(token),
                TokenKind::Quoted | TokenKind::Text => self.quoted(kind, token),
                TokenKind::Space
                | TokenKind::LineComment
                | TokenKind::BlockComment
                | TokenKind::Semicolon
                | TokenKind::Delimiter
                | TokenKind::Command
                | TokenKind::Mark
                | TokenKind::Prefix
                | TokenKind::Placeholder
                | TokenKind::Other => Cow::Borrowed(token),
            })
            .collect()
    }

    fn word<'t>(&self, word: &'t str) -> Cow<'t, str> {
        let value = self.values.iter().find(|(_, (value, _))| value == word);
        match (value, word.contains(&self.prefix)) {
            (Some((name, _)), _) => Cow::Owned(format!("${{{name}}}")),
            (None, true) => Cow::Owned(word.replace(&self.prefix, "#__")),
            (None, false) => Cow::Borrowed(word),
        }
    }

    /// A literal or a quoted name. What looks like a placeholder and is none keeps its form by a second `$`.
    fn quoted<'t>(&self, kind: TokenKind, token: &'t str) -> Cow<'t, str> {
        let mut text =
            PLACEHOLDER.replace_all(token, |found: &Captures<'_>| format!("${}", &found[0]));
        let head = format!("{}{}", &token[..1], self.prefix);
        if kind == TokenKind::Quoted && text.starts_with(&head) {
            text = Cow::Owned(format!("{}#__{}", &token[..1], &text[head.len()..]));
        }
        if text.contains(&self.prefix) {
            text = Cow::Owned(text.replace(&self.prefix, "${prefix}"));
        }
        for (name, (value, _)) in &self.values {
            if text.contains(value.as_str()) {
                text = Cow::Owned(text.replace(value.as_str(), &format!("${{{name}}}")));
            }
        }
        text
    }
}

/// The same form with other letters and digits.
fn turned(value: &str, by: u8) -> String {
    let turn = |c: char| match c {
        'a'..='z' => char::from(b'a' + (c as u8 - b'a' + by) % 26),
        'A'..='Z' => char::from(b'A' + (c as u8 - b'A' + by) % 26),
        '1'..='9' => char::from(b'1' + (c as u8 - b'1' + by) % 9),
        other => other,
    };
    value.chars().map(turn).collect()
}
