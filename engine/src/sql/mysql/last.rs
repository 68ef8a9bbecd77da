//! A token, as far as the one behind it needs to know.

use super::keyword::{Keyword, keyword};
use crate::sql::lexer::TokenKind;

/// A token that is neither layout nor a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Last {
    /// None yet.
    #[default]
    None,
    /// A word, a quoted name or a string; only a bare word is a keyword, and not behind a dot or an `@`.
    Name(Keyword),
    /// `@`, the first or the only one.
    At,
    /// The second of `@@`.
    AtAt,
    Equals,
    Colon,
    Comma,
    Dot,
    Open,
    Close,
    Other,
}

impl Last {
    /// What the next token is; `None` for one that does not count.
    pub(super) fn next(self, kind: TokenKind, text: &[u8]) -> Option<Self> {
        Some(match kind {
            TokenKind::Space
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::Mark
            | TokenKind::Command
            | TokenKind::Delimiter => return None,
            TokenKind::Word if matches!(self, Self::Dot | Self::At) => Self::Name(Keyword::Other),
            TokenKind::Word => Self::Name(keyword(text)),
            TokenKind::Text | TokenKind::Quoted | TokenKind::Prefix | TokenKind::Placeholder => {
                Self::Name(Keyword::Other)
            }
            TokenKind::Semicolon => Self::Other,
            TokenKind::Other => match text {
                b"@" if self == Self::At => Self::AtAt,
                b"@" => Self::At,
                b"=" => Self::Equals,
                b":" => Self::Colon,
                b"," => Self::Comma,
                b"." => Self::Dot,
                b"(" => Self::Open,
                b")" => Self::Close,
                _ => Self::Other,
            },
        })
    }
}
