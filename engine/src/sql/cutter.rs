//! What cuts a script into statements, by dialect.

use super::classifier::{Class, Kind};
use super::lexer::{TokenKind, tokens};
use super::mysql::cutter::Ahead;
pub(super) use super::mysql::cutter::{Found, Refused};
use super::piece::Position;
use super::splitter::{Extent, SplitError};
use super::{Dialect, Syntax, mysql, sqlite};

#[derive(Debug)]
pub(super) enum Cutter {
    Sqlite(sqlite::body::Body),
    Mysql(Box<mysql::cutter::Cutter>),
}

impl Cutter {
    pub(super) fn new(syntax: Syntax) -> Self {
        match syntax.dialect {
            Dialect::Sqlite => Self::Sqlite(sqlite::body::Body::default()),
            Dialect::Mysql => Self::Mysql(Box::new(mysql::cutter::Cutter::new(syntax))),
        }
    }

    /// How the next piece is to be read.
    pub(super) fn syntax(&self) -> Syntax {
        match self {
            Self::Sqlite(_) => Syntax::SQLITE,
            Self::Mysql(cutter) => cutter.syntax(),
        }
    }

    /// Looks, before a token is read, for what is none of SQL's. `before` is the piece up to there, which begins at
    /// `position`; `first` says that it is all layout.
    pub(super) fn look(
        &mut self,
        text: &[u8],
        whole: bool,
        before: &[u8],
        position: Position,
        first: bool,
    ) -> Result<Found, Refused> {
        match self {
            Self::Sqlite(_) => Ok(Found::Sql),
            Self::Mysql(cutter) => cutter.look(Ahead {
                text,
                whole,
                before,
                at_line: position.column == 1,
                first,
            }),
        }
    }

    /// How much of a token counts; `None` where more of the text decides.
    pub(super) fn limit(
        &self,
        kind: TokenKind,
        length: usize,
        text: &[u8],
        whole: bool,
    ) -> Option<usize> {
        match self {
            Self::Sqlite(_) => Some(length),
            Self::Mysql(cutter) => cutter.limit(kind, length, text, whole),
        }
    }

    /// Takes a token that is no layout and begins at `offset` in its piece; tells whether it ends the piece.
    pub(super) fn take(&mut self, kind: TokenKind, text: &[u8], offset: usize) -> bool {
        match self {
            Self::Sqlite(body) => {
                *body = body.next(kind, text);
                *body == sqlite::body::Body::Complete
            }
            Self::Mysql(_) if matches!(kind, TokenKind::Delimiter | TokenKind::Command) => true,
            Self::Mysql(cutter) => cutter.take(kind, text, offset),
        }
    }

    /// Where the body began that the piece has not closed yet.
    pub(super) fn open(&self) -> Option<usize> {
        match self {
            Self::Sqlite(_) => None,
            Self::Mysql(cutter) => cutter.open(),
        }
    }

    /// Where the statement of a piece begins and ends; what ends it belongs to it in SQLite.
    pub(super) fn statement(&self, extent: &Extent, kind: Kind) -> (usize, usize) {
        match (self, kind) {
            (Self::Sqlite(_), _) => (extent.start, extent.length),
            (Self::Mysql(_), Kind::Empty) => (extent.length, extent.length),
            (Self::Mysql(_), _) => (extent.start, extent.end),
        }
    }

    /// Ends a piece, and tells what becomes of its class.
    pub(super) fn finish(&mut self, statement: &str, class: Class) -> Class {
        match self {
            Self::Sqlite(body) => {
                *body = sqlite::body::Body::default();
                class
            }
            Self::Mysql(cutter) => cutter.finish(statement, class),
        }
    }

    /// The piece that begins at `position` as text.
    pub(super) fn text<'p>(
        &self,
        piece: &'p [u8],
        position: Position,
    ) -> Result<&'p str, SplitError> {
        let text = std::str::from_utf8(piece);
        let nul = memchr::memchr(0, piece);
        let after = |length: usize| position.after(&piece[..length]);
        match (self, text, nul) {
            (Self::Sqlite(_), _, Some(nul)) => Err(SplitError::Nul(after(nul))),
            (Self::Sqlite(_), Err(bad), None) => Err(SplitError::NotUtf8(after(bad.valid_up_to()))),
            (Self::Mysql(_), Err(bad), _) => Err(SplitError::NotText(after(bad.valid_up_to()))),
            (_, Ok(text), None) => Ok(text),
            (Self::Mysql(cutter), Ok(text), Some(_)) => match bare_nul(text, cutter.syntax()) {
                Some(nul) => Err(SplitError::BareNul(after(nul))),
                None => Ok(text),
            },
        }
    }
}

/// Where a NUL byte stands that is not inside quotes.
fn bare_nul(text: &str, syntax: Syntax) -> Option<usize> {
    let mut offset = 0;
    for (kind, token) in tokens(text, syntax) {
        let is_quoted = matches!(kind, TokenKind::Text | TokenKind::Quoted);
        if let Some(at) = memchr::memchr(0, token.as_bytes())
            && !is_quoted
        {
            return Some(offset + at);
        }
        offset += token.len();
    }
    None
}
