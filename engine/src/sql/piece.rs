//! [`Piece`]: one statement of a script and where it stands.

use serde::Serialize;

use super::Syntax;
use super::classifier::{Class, Kind};

/// A place in a script; both counts begin with 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The character in the line.
    pub column: u64,
}

impl Position {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// The place after `text`, which begins here.
    pub(crate) fn after(self, text: &[u8]) -> Self {
        let characters = |text: &[u8]| text.iter().filter(|b| (**b & 0xc0) != 0x80).count() as u64;
        match memchr::memrchr(b'\n', text) {
            None => Self {
                column: self.column + characters(text),
                ..self
            },
            Some(last) => Self {
                line: self.line + memchr::memchr_iter(b'\n', text).count() as u64,
                column: 1 + characters(&text[last + 1..]),
            },
        }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// One statement of a script with all that stands before it.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    /// From the end of the last statement to the end of this one, its semicolon included. All pieces joined are the
    /// script, but for a byte-order mark.
    pub(crate) text: &'a str,
    /// Where in `text` the first token of the statement begins; the text's end when there is none.
    pub(crate) start: usize,
    /// Where in `text` the statement ends, without its delimiter.
    pub(crate) end: usize,
    /// Where the statement begins in the script.
    pub(crate) position: Position,
    /// How it is to be read.
    pub(crate) syntax: Syntax,
    /// What kind of statement it is; [`Kind::Empty`] when the piece holds none.
    pub(crate) class: Class,
}

/// Where a piece ended and what it was, for reading a text again that has not changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    length: usize,
    start: usize,
    end: usize,
    position: Position,
    syntax: Syntax,
    class: Class,
}

impl Cut {
    /// The piece at the beginning of `text`, and what follows it; `None` where `text` is another one.
    pub(crate) fn take<'t>(&self, text: &'t str) -> Option<(Piece<'t>, &'t str)> {
        let (text, rest) = text.split_at_checked(self.length)?;
        let piece = Piece {
            text,
            start: self.start,
            end: self.end,
            position: self.position,
            syntax: self.syntax,
            class: self.class,
        };
        Some((piece, rest))
    }
}

impl Piece<'_> {
    /// Where the piece ends and what it is.
    pub(crate) fn cut(&self) -> Cut {
        Cut {
            length: self.text.len(),
            start: self.start,
            end: self.end,
            position: self.position,
            syntax: self.syntax,
            class: self.class,
        }
    }

    /// The statement without what stands before it and what ends it.
    pub(crate) fn statement(&self) -> &str {
        &self.text[self.start..self.end]
    }

    /// Where in the script a byte of `text` stands, or the statement's beginning for what stands before it.
    pub(crate) fn position_of(&self, offset: usize) -> Position {
        match self.text.as_bytes().get(self.start..offset) {
            Some(before) => self.position.after(before),
            None => self.position,
        }
    }

    /// Whether there is nothing to run.
    pub(crate) fn is_empty(&self) -> bool {
        self.class.kind == Kind::Empty
    }
}
