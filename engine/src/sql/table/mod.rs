//! What the text of a CREATE TABLE says, and where it says it: names that the database does not tell in any other way,
//! and places to change one thing at while all else, comments too, stays as it was written.

mod edit;
mod key;
mod read;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::lexer::{TokenKind, tokens};
use super::{Dialect, Syntax};

/// The text of a CREATE TABLE, read.
#[derive(Debug)]
pub(crate) struct TableText<'t> {
    text: &'t str,
    dialect: Dialect,
    tokens: Vec<Token>,
    /// The tokens of the name, without its schema.
    pub(crate) name: String,
    pub(crate) items: Vec<Item>,
    /// What stands behind the closing parenthesis.
    options: Range<usize>,
}

/// What stands between two commas: a column, or constraints of the table.
#[derive(Debug)]
pub(crate) struct Item {
    /// Which tokens.
    tokens: Range<usize>,
    pub(crate) column: Option<ColumnText>,
    pub(crate) clauses: Vec<Clause>,
}

/// The name of a column, and its type.
#[derive(Debug)]
pub(crate) struct ColumnText {
    pub(crate) name: String,
    /// As it is written, with single blanks.
    pub(crate) type_name: String,
}

/// A part of a column's definition, or a constraint of the table.
#[derive(Debug)]
pub(crate) struct Clause {
    tokens: Range<usize>,
    /// What CONSTRAINT calls it.
    pub(crate) name: Option<String>,
    pub(crate) what: What,
}

/// What a clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    PrimaryKey,
    NotNull,
    Null,
    Unique,
    Check,
    Default,
    Collate,
    ForeignKey,
    Generated,
    Other,
}

/// A token that is no layout.
#[derive(Debug, Clone)]
struct Token {
    kind: TokenKind,
    span: Range<usize>,
}

impl What {
    /// Whether it stays with a column that gets another type, another default, or leave to be NULL.
    pub(crate) fn is_constraint(self) -> bool {
        match self {
            Self::PrimaryKey | Self::Unique | Self::Check | Self::ForeignKey => true,
            Self::NotNull
            | Self::Null
            | Self::Default
            | Self::Collate
            | Self::Generated
            | Self::Other => false,
        }
    }
}

impl<'t> TableText<'t> {
    /// The column of this name, as SQLite compares names.
    pub(crate) fn column(&self, name: &str) -> Option<&Item> {
        let is_it = |item: &&Item| {
            let column = item.column.as_ref();
            column.is_some_and(|column| column.name.eq_ignore_ascii_case(name))
        };
        self.items.iter().find(is_it)
    }

    /// The column of exactly this name.
    #[cfg(feature = "mysql")]
    pub(crate) fn exact(&self, name: &str) -> Option<&Item> {
        let is_it = |item: &&Item| item.column.as_ref().is_some_and(|c| c.name == name);
        self.items.iter().find(is_it)
    }

    /// What stands behind the columns, such as WITHOUT ROWID.
    pub(crate) fn has_option(&self, word: &str) -> bool {
        self.options
            .clone()
            .any(|at| self.word(at).is_some_and(|found| found == word))
    }

    /// What a clause says behind its first word: the value of a default, the name of a collation.
    pub(crate) fn value(&self, clause: &Clause) -> String {
        let from = clause.tokens.start + 1;
        self.joined(from.min(clause.tokens.end)..clause.tokens.end)
    }

    /// What stands in the first parentheses of a clause: the condition of a CHECK, what a column is generated as.
    pub(crate) fn expression(&self, clause: &Clause) -> String {
        match self.parentheses(clause.tokens.clone()) {
            Some(inside) => self.joined(inside),
            None => String::new(),
        }
    }

    /// Whether a clause has this word.
    pub(crate) fn has_word(&self, clause: &Clause, word: &str) -> bool {
        let mut words = clause.tokens.clone().filter_map(|at| self.word(at));
        words.any(|found| found == word)
    }

    /// Tokens with single blanks where something stood between them.
    fn joined(&self, range: Range<usize>) -> String {
        let mut joined = String::new();
        let mut end = None;
        for token in &self.tokens[range] {
            if end.is_some_and(|end| end < token.span.start) {
                joined.push(' ');
            }
            joined.push_str(&self.text[token.span.clone()]);
            end = Some(token.span.end);
        }
        joined
    }

    fn token(&self, at: usize) -> &'t str {
        self.tokens
            .get(at)
            .map_or("", |token| &self.text[token.span.clone()])
    }

    /// A word, in lower case; `None`: the token is something else.
    fn word(&self, at: usize) -> Option<String> {
        match self.tokens.get(at)?.kind {
            TokenKind::Word => Some(self.token(at).to_ascii_lowercase()),
            TokenKind::Space
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::Text
            | TokenKind::Quoted
            | TokenKind::Semicolon
            | TokenKind::Delimiter
            | TokenKind::Command
            | TokenKind::Mark
            | TokenKind::Prefix
            | TokenKind::Placeholder
            | TokenKind::Other => None,
        }
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.token(at).eq_ignore_ascii_case(text)
    }

    fn name_at(&self, at: usize) -> String {
        unquoted(self.token(at))
    }

    /// The tokens between the first parentheses of a range.
    fn parentheses(&self, range: Range<usize>) -> Option<Range<usize>> {
        let open = range.clone().find(|at| self.is(*at, "("))?;
        let mut depth = 0;
        for at in open..range.end {
            match self.token(at) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(open + 1..at);
            }
        }
        None
    }

    /// The ranges between the commas outside of parentheses.
    fn parts(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let (mut parts, mut from, mut depth) = (Vec::new(), range.start, 0);
        for at in range.clone() {
            match self.token(at) {
                "(" => depth += 1,
                ")" => depth -= 1,
                "," if depth == 0 => {
                    parts.push(from..at);
                    from = at + 1;
                }
                _ => {}
            }
        }
        parts.push(from..range.end);
        parts
    }
}

/// A name without its quotes.
pub(crate) fn unquoted(token: &str) -> String {
    let mut characters = token.chars();
    match characters.next() {
        Some(quote @ ('"' | '`' | '\'')) => {
            let inside = token.strip_suffix(quote).unwrap_or(token);
            let inside = inside.get(1..).unwrap_or_default();
            inside.replace(&quote.to_string().repeat(2), &quote.to_string())
        }
        Some('[') => token.trim_matches(['[', ']']).to_owned(),
        _ => token.to_owned(),
    }
}

/// The definition of a column, or a condition, as it can stand in a statement: without comments.
///
/// # Errors
/// It would end the statement, or be more than one definition.
pub(crate) fn part(text: &str, syntax: Syntax) -> Result<String, &'static str> {
    const UNCLOSED: &str = "a quote, a comment or a parenthesis in it is not closed";
    let (mut out, mut depth) = (String::with_capacity(text.len()), 0_u32);
    for (kind, token) in tokens(text, syntax) {
        match (kind, token) {
            (TokenKind::Space | TokenKind::LineComment | TokenKind::BlockComment, _) => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                continue;
            }
            (TokenKind::Semicolon | TokenKind::Delimiter | TokenKind::Command, _) => {
                return Err("it would end the statement");
            }
            (TokenKind::Other, "(") => depth += 1,
            (TokenKind::Other, ")") => depth = depth.checked_sub(1).ok_or(UNCLOSED)?,
            (TokenKind::Other, ",") if depth == 0 => return Err("there is more than one in it"),
            (TokenKind::Other, rest)
                if rest.starts_with(['\'', '"', '`', '[', '/']) && rest != "/" =>
            {
                return Err(UNCLOSED);
            }
            (_, _) => {}
        }
        out.push_str(token);
    }
    match depth {
        0 => Ok(out.trim_end().to_owned()),
        _ => Err(UNCLOSED),
    }
}
