//! The words and signs that decide where a body ends.

use crate::sql::lexer::TokenKind;
use crate::sql::words::Words;

/// A token of a statement, as far as the end of a body depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Word {
    /// No token yet.
    #[default]
    None,
    Alter,
    At,
    Atomic,
    Begin,
    Case,
    Close,
    Colon,
    Comma,
    Create,
    Declare,
    Do,
    Dot,
    Each,
    Else,
    Elseif,
    End,
    Equals,
    Event,
    Exists,
    /// FOLLOWS and PRECEDES.
    Follows,
    For,
    Function,
    Handler,
    If,
    Loop,
    Not,
    Open,
    Or,
    Procedure,
    Repeat,
    Replace,
    Return,
    Row,
    Semicolon,
    Sqlstate,
    /// A string.
    Text,
    Then,
    /// What a routine's header says between its parameters and its body, and CREATE before its object.
    Trait,
    Trigger,
    Until,
    Value,
    When,
    While,
    /// A word behind which a value is expected: AND, LIKE, SELECT.
    Wants,
    /// Any other word, or a quoted name.
    Name,
    /// Any other sign.
    Sign,
}

/// Lower case, in their order.
const WORDS: &[(&str, Word)] = &[
    ("aggregate", Word::Trait),
    ("alter", Word::Alter),
    ("and", Word::Wants),
    ("as", Word::Trait),
    ("atomic", Word::Atomic),
    ("begin", Word::Begin),
    ("between", Word::Wants),
    ("by", Word::Wants),
    ("case", Word::Case),
    ("comment", Word::Trait),
    ("contains", Word::Trait),
    ("create", Word::Create),
    ("data", Word::Trait),
    ("declare", Word::Declare),
    ("definer", Word::Trait),
    ("deterministic", Word::Trait),
    ("distinct", Word::Wants),
    ("div", Word::Wants),
    ("do", Word::Do),
    ("each", Word::Each),
    ("else", Word::Else),
    ("elseif", Word::Elseif),
    ("end", Word::End),
    ("event", Word::Event),
    ("exists", Word::Exists),
    ("follows", Word::Follows),
    ("for", Word::For),
    ("function", Word::Function),
    ("handler", Word::Handler),
    ("if", Word::If),
    ("in", Word::Wants),
    ("invoker", Word::Trait),
    ("is", Word::Trait),
    ("language", Word::Trait),
    ("like", Word::Wants),
    ("loop", Word::Loop),
    ("mod", Word::Wants),
    ("modifies", Word::Trait),
    ("no", Word::Trait),
    ("not", Word::Not),
    ("or", Word::Or),
    ("precedes", Word::Follows),
    ("procedure", Word::Procedure),
    ("reads", Word::Trait),
    ("regexp", Word::Wants),
    ("repeat", Word::Repeat),
    ("replace", Word::Replace),
    ("return", Word::Return),
    ("row", Word::Row),
    ("security", Word::Trait),
    ("select", Word::Wants),
    ("sql", Word::Trait),
    ("sqlstate", Word::Sqlstate),
    ("then", Word::Then),
    ("trigger", Word::Trigger),
    ("until", Word::Until),
    ("value", Word::Value),
    ("when", Word::When),
    ("where", Word::Wants),
    ("while", Word::While),
    ("xor", Word::Wants),
];

impl Word {
    /// A token; a word behind a dot or an `@` is a name, whatever it is.
    pub(super) fn of(kind: TokenKind, text: &[u8], before: Self) -> Self {
        match kind {
            TokenKind::Semicolon => Self::Semicolon,
            TokenKind::Text => Self::Text,
            TokenKind::Word if !matches!(before, Self::Dot | Self::At) => bare(text),
            TokenKind::Word | TokenKind::Quoted | TokenKind::Prefix | TokenKind::Placeholder => {
                Self::Name
            }
            TokenKind::Space
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::Delimiter
            | TokenKind::Command
            | TokenKind::Mark
            | TokenKind::Other => match text {
                b"@" => Self::At,
                b":" => Self::Colon,
                b"," => Self::Comma,
                b"." => Self::Dot,
                b"=" => Self::Equals,
                b"(" => Self::Open,
                b")" => Self::Close,
                _ => Self::Sign,
            },
        }
    }

    /// Whether it opens a block where a statement may begin.
    pub(super) fn opens(self) -> bool {
        matches!(
            self,
            Self::Begin
                | Self::If
                | Self::Case
                | Self::Loop
                | Self::Repeat
                | Self::While
                | Self::For
        )
    }

    /// Whether a value has to follow, so that even END is one.
    pub(super) fn wants_value(self) -> bool {
        matches!(
            self,
            Self::Wants
                | Self::Case
                | Self::When
                | Self::Then
                | Self::Else
                | Self::Or
                | Self::Not
                | Self::Comma
                | Self::Dot
                | Self::Equals
                | Self::Open
                | Self::Sign
        )
    }
}

fn bare(word: &[u8]) -> Word {
    static KNOWN: Words<Word> = Words::new(WORDS);
    KNOWN.get(word).unwrap_or(Word::Name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_their_order() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
