//! Where a statement of a script for MySQL ends, and what stands between the statements.

use memchr::{memchr, memmem};

use super::body::{Body, Step};
use super::command::{self, BadDelimiter, Line, Short};
use super::mode::Mode;
use crate::sql::Syntax;
use crate::sql::classifier::{Class, Kind};
use crate::sql::lexer::TokenKind;

/// Follows one script.
#[derive(Debug)]
pub(in crate::sql) struct Cutter {
    delimiter: String,
    body: Body,
    mode: Mode,
    /// How much of the statement has been read, as the server would cut it.
    count: Count,
    /// What stood before a DELIMITER line says that the next statement can fail.
    can_fail: bool,
}

/// How many statements a piece holds. With another delimiter than `;` it may be several, which a server runs one after
/// the other if its session lets it: how far it came cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    One,
    /// One, and its semicolon.
    Ended,
    Several,
}

/// Where in a script the next token stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::sql) struct Ahead<'a> {
    /// The text from there on, as far as it has been read.
    pub(in crate::sql) text: &'a [u8],
    /// The script ends with `text`.
    pub(in crate::sql) whole: bool,
    /// The piece from its beginning to the token.
    pub(in crate::sql) before: &'a [u8],
    /// The piece begins with its line.
    pub(in crate::sql) at_line: bool,
    /// Nothing but layout stands before it in its piece.
    pub(in crate::sql) first: bool,
}

/// What stands at a place besides tokens of SQL.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sql) enum Found {
    /// A token of SQL.
    Sql,
    /// More of the text decides.
    More,
    /// The end of the statement, in so many bytes.
    End(usize),
    /// A line for the client, in so many bytes, that has been followed.
    Followed(usize),
    /// A statement that ends with its line, in so many bytes.
    Statement(usize),
}

/// Why a script cannot be cut.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sql) enum Refused {
    /// A command of the client's, by its name.
    Command(&'static str),
    Delimiter(BadDelimiter),
}

impl Cutter {
    pub(in crate::sql) fn new(syntax: Syntax) -> Self {
        Self {
            delimiter: ";".to_owned(),
            body: Body::default(),
            mode: Mode::new(syntax),
            count: Count::One,
            can_fail: false,
        }
    }

    /// How the next piece is to be read.
    pub(in crate::sql) fn syntax(&self) -> Syntax {
        self.mode.now()
    }

    /// Looks for what the client would not send to the server.
    #[inline]
    pub(in crate::sql) fn look(&mut self, ahead: Ahead<'_>) -> Result<Found, Refused> {
        if self.delimiter == ";" && !ahead.first && ahead.text[0] != b'\\' {
            return Ok(Found::Sql);
        }
        self.look_closely(ahead)
    }

    fn look_closely(&mut self, ahead: Ahead<'_>) -> Result<Found, Refused> {
        let text = ahead.text;
        let delimiter = self.delimiter.as_bytes();
        if text[0] == b'\\' {
            return match text.get(1) {
                None if !ahead.whole => Ok(Found::More),
                None => Ok(Found::Sql),
                Some(letter) => self.short(command::short(*letter), ahead),
            };
        }
        if delimiter != b";" {
            if text.starts_with(delimiter) {
                return Ok(Found::End(delimiter.len()));
            }
            if delimiter.starts_with(text) && !ahead.whole {
                return Ok(Found::More);
            }
        }
        if ahead.first && (text[0].is_ascii_alphabetic() || text[0] == b'?') {
            return self.line(ahead);
        }
        Ok(Found::Sql)
    }

    fn short(&mut self, short: Short, ahead: Ahead<'_>) -> Result<Found, Refused> {
        match short {
            Short::Go => Ok(Found::End(2)),
            Short::None => Ok(Found::Sql),
            Short::Other(name) => Err(Refused::Command(name)),
            Short::Delimiter if !ahead.first => Err(Refused::Command("delimiter")),
            Short::Delimiter => {
                let Some(length) = line_length(ahead) else {
                    return Ok(Found::More);
                };
                let line = &ahead.text[2..length];
                self.set_delimiter(&String::from_utf8_lossy(line))?;
                // What follows the new delimiter in its line is SQL again.
                let end = memmem::find(line, self.delimiter.as_bytes());
                Ok(Found::Followed(
                    end.map_or(length, |end| 2 + end + self.delimiter.len()),
                ))
            }
        }
    }

    fn line(&mut self, ahead: Ahead<'_>) -> Result<Found, Refused> {
        let text = &ahead.text[..ahead.text.len().min(command::LONGEST_NAME)];
        let letters = |b: &u8| !(b.is_ascii_alphabetic() || *b == b'?' || *b == b'_');
        let name = match text.iter().position(letters) {
            Some(end) => &text[..end],
            None if text.len() < command::LONGEST_NAME && !ahead.whole => return Ok(Found::More),
            None => text,
        };
        if !command::may_begin(name) {
            return Ok(Found::Sql);
        }
        let Some(length) = line_length(ahead) else {
            return Ok(Found::More);
        };
        let first_in_line = {
            let start = memchr::memrchr(b'\n', ahead.before);
            let before = start.map_or(ahead.before, |start| &ahead.before[start + 1..]);
            (start.is_some() || ahead.at_line) && before.trim_ascii().is_empty()
        };
        let line = String::from_utf8_lossy(&ahead.text[..length]);
        match command::line(&line, &self.delimiter, first_in_line) {
            None => Ok(Found::Sql),
            Some(Line::Use) => Ok(Found::Statement(length)),
            Some(Line::Other(name)) => Err(Refused::Command(name)),
            Some(Line::Delimiter(rest)) => {
                self.set_delimiter(rest)?;
                Ok(Found::Followed(length))
            }
        }
    }

    fn set_delimiter(&mut self, rest: &str) -> Result<(), Refused> {
        self.delimiter = command::delimiter(rest).map_err(Refused::Delimiter)?;
        Ok(())
    }

    /// How much of a token of SQL stands before a delimiter, which the client sees in the middle of a word too; `None`
    /// where more of the text decides.
    pub(in crate::sql) fn limit(
        &self,
        kind: TokenKind,
        length: usize,
        text: &[u8],
        whole: bool,
    ) -> Option<usize> {
        let delimiter = self.delimiter.as_bytes();
        if delimiter == b";" || !matches!(kind, TokenKind::Word | TokenKind::Space) {
            return Some(length);
        }
        if memchr(delimiter[0], &text[1..length]).is_none() {
            return Some(length);
        }
        let end = length + delimiter.len() - 1;
        if end > text.len() && !whole {
            return None;
        }
        let window = &text[1..end.min(text.len())];
        Some(memmem::find(window, delimiter).map_or(length, |at| at + 1))
    }

    /// Takes a token of SQL that begins at `offset` in its piece; tells whether it ends the statement.
    pub(in crate::sql) fn take(&mut self, kind: TokenKind, text: &[u8], offset: usize) -> bool {
        if self.count == Count::Ended {
            self.count = Count::Several;
        }
        if self.count == Count::Several || self.body.take(kind, text, offset) != Step::Complete {
            return false;
        }
        if self.delimiter != ";" {
            self.count = Count::Ended;
        }
        self.delimiter == ";"
    }

    /// Where the body began that the piece does not close; behind DELIMITER the server judges that.
    pub(in crate::sql) fn open(&self) -> Option<usize> {
        self.body.open().filter(|_| self.delimiter == ";")
    }

    /// Ends a piece, and tells what becomes of its class.
    pub(in crate::sql) fn finish(&mut self, statement: &str, class: Class) -> Class {
        self.body = Body::default();
        let count = std::mem::replace(&mut self.count, Count::One);
        if class.kind == Kind::Empty {
            self.can_fail |= class.can_fail;
            return class;
        }
        if matches!(class.kind, Kind::Setting | Kind::Autocommit)
            || (class.kind == Kind::Ordinary && class.sets_variables)
        {
            self.mode.follow(statement);
        }
        Class {
            kind: match count {
                Count::One | Count::Ended => class.kind,
                Count::Several => Kind::Untold,
            },
            can_fail: class.can_fail | std::mem::take(&mut self.can_fail),
            ..class
        }
    }
}

/// The length of the line that begins here, without its end; `None` where it has not been read.
fn line_length(ahead: Ahead<'_>) -> Option<usize> {
    match memchr(b'\n', ahead.text) {
        Some(end) => Some(end),
        None => ahead.whole.then_some(ahead.text.len()),
    }
}
