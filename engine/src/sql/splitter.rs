//! [`Splitter`]: a script's text, one statement at a time, in flat memory.

use std::io::{self, Read};

use super::Syntax;
use super::classifier::Classifier;
use super::cutter::{Cutter, Found, Refused};
use super::lexer::{Lexed, Lexer, TokenKind, tokens};
use super::mysql::command::BadDelimiter;
use super::piece::{Piece, Position};

/// Why a script cannot be split.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SplitError {
    #[error("the script cannot be read")]
    Read(#[from] io::Error),
    #[error("it is not UTF-8 at {0}")]
    NotUtf8(Position),
    #[error("it is not UTF-8 at {0}; write such bytes as X'...'")]
    NotText(Position),
    #[error("it has a NUL byte at {0}, after which the database would read no further")]
    Nul(Position),
    #[error("it has a NUL byte at {0}, outside of quotes")]
    BareNul(Position),
    #[error(
        "a comment near {0} goes on behind a carriage return, which ends no line for the database; end lines with a line feed"
    )]
    Return(Position),
    #[error("what begins at {0} with {1} is never closed")]
    Unclosed(Position, String),
    #[error(
        "at {0} the client command {1} is not run by upgrades; only SQL, DELIMITER and USE are"
    )]
    Command(Position, &'static str),
    #[error("DELIMITER at {0} cannot be followed")]
    Delimiter(Position, #[source] BadDelimiter),
}

/// A text without the byte-order mark that it may begin with.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Who listens to the tokens while a script is split.
pub(crate) trait Listener {
    /// The next token, in the order of the script.
    fn token(&mut self, kind: TokenKind, text: &[u8]);
}

impl Listener for () {
    fn token(&mut self, _: TokenKind, _: &[u8]) {}
}

/// Reads a script and cuts it where its database's own client ends a statement.
///
/// In SQLite that is a semicolon, but for those inside the body of a CREATE TRIGGER. In MySQL it is the delimiter; under
/// `;` a body of a routine stays whole too, which the client needs DELIMITER for.
///
/// The memory it needs is that of the largest single statement.
pub(crate) struct Splitter<R> {
    input: R,
    buffer: Vec<u8>,
    /// How much of the buffer earlier pieces took.
    taken: usize,
    at_end: bool,
    position: Position,
    cutter: Cutter,
    classifier: Classifier,
    /// How much is read at once, at the least.
    chunk: usize,
}

const CHUNK: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A piece, and where its statement stands in it.
pub(super) struct Extent {
    /// Where its first token begins.
    pub(super) start: usize,
    /// Where its last token ends that is no delimiter.
    pub(super) end: usize,
    pub(super) length: usize,
}

impl<R: Read> Splitter<R> {
    /// Begins a script; a byte-order mark is passed over.
    pub(crate) fn new(input: R, syntax: Syntax) -> Result<Self, SplitError> {
        Self::in_chunks(input, syntax, CHUNK)
    }

    pub(crate) fn in_chunks(input: R, syntax: Syntax, chunk: usize) -> Result<Self, SplitError> {
        let mut splitter = Self {
            input,
            buffer: Vec::new(),
            taken: 0,
            at_end: false,
            position: Position::START,
            cutter: Cutter::new(syntax),
            classifier: Classifier::new(syntax),
            chunk,
        };
        while splitter.buffer.len() < BYTE_ORDER_MARK.len() && !splitter.at_end {
            splitter.fill()?;
        }
        if splitter.buffer.starts_with(BYTE_ORDER_MARK) {
            splitter.taken = BYTE_ORDER_MARK.len();
        }
        Ok(splitter)
    }

    /// The next piece; `None` at the end of the script.
    ///
    /// # Errors
    /// The script cannot be read, is no text, ends inside a quote, a comment or a body, or tells the client to do what
    /// only the client can.
    pub(crate) fn next(
        &mut self,
        listener: &mut impl Listener,
    ) -> Result<Option<Piece<'_>>, SplitError> {
        let syntax = self.cutter.syntax();
        let extent = self.extent(Lexer::new(syntax), listener)?;
        if extent.length == 0 {
            return Ok(None);
        }
        let class = self.classifier.finish();
        let piece = &self.buffer[self.taken..self.taken + extent.length];
        let begin = self.position;
        let text = self.cutter.text(piece, begin)?;
        let (start, end) = self.cutter.statement(&extent, class.kind);
        let class = self.cutter.finish(&text[start..end], class);
        self.position = begin.after(piece);
        self.taken += extent.length;
        Ok(Some(Piece {
            text,
            start,
            end,
            syntax,
            position: begin.after(&piece[..start]),
            class,
        }))
    }

    /// Reads on to the end of the next piece.
    fn extent(
        &mut self,
        mut lexer: Lexer,
        listener: &mut impl Listener,
    ) -> Result<Extent, SplitError> {
        let mut at = self.taken;
        let mut start = None;
        let mut end = 0;
        loop {
            if at == self.buffer.len() {
                if self.at_end {
                    match self.cutter.open() {
                        Some(open) => return Err(self.unclosed(self.taken + open)),
                        None => break,
                    }
                }
                at -= self.make_room();
                self.fill()?;
                continue;
            }
            let offset = at - self.taken;
            let first = start.is_none();
            let (text, before) = (&self.buffer[at..], &self.buffer[self.taken..at]);
            let found = self
                .cutter
                .look(text, self.at_end, before, self.position, first)
                .map_err(|refused| self.refused(at, refused))?;
            let lexed = match found {
                Found::Sql => lexer.next(text, self.at_end),
                Found::More => Lexed::More,
                Found::End(length) => Lexed::Token(TokenKind::Delimiter, length),
                Found::Followed(length) => Lexed::Token(TokenKind::Command, length),
                Found::Statement(length) => {
                    let line = String::from_utf8_lossy(&text[..length]);
                    for (kind, token) in tokens(line.trim_end(), self.cutter.syntax()) {
                        listener.token(kind, token.as_bytes());
                        self.classifier.token(kind, token.as_bytes());
                    }
                    start = Some(offset);
                    end = offset + text[..length].trim_ascii_end().len();
                    at += length;
                    break;
                }
            };
            let cut = match lexed {
                Lexed::Token(kind, length) => self
                    .cutter
                    .limit(kind, length, text, self.at_end)
                    .map(|length| (kind, length)),
                Lexed::More => None,
                Lexed::Unclosed => return Err(self.unclosed(at)),
            };
            let Some((kind, length)) = cut else {
                at -= self.make_room();
                self.fill()?;
                continue;
            };
            let token = &self.buffer[at..at + length];
            at += length;
            listener.token(kind, token);
            self.classifier.token(kind, token);
            if kind.is_layout() {
                continue;
            }
            start.get_or_insert(offset);
            if self.cutter.take(kind, token, offset) {
                break;
            }
            end = offset + length;
        }
        let length = at - self.taken;
        let start = start.unwrap_or(length);
        Ok(Extent {
            start,
            end: end.max(start),
            length,
        })
    }

    /// Forgets the pieces that were handed out, and tells by how much the rest moved.
    fn make_room(&mut self) -> usize {
        let moved = self.taken;
        self.buffer.drain(..moved);
        self.taken = 0;
        moved
    }

    /// Reads at least as much as the buffer holds, so that a long token is looked at a few times only.
    fn fill(&mut self) -> Result<(), SplitError> {
        let wanted = self.buffer.len().max(self.chunk) as u64;
        let read = self
            .input
            .by_ref()
            .take(wanted)
            .read_to_end(&mut self.buffer)?;
        self.at_end = (read as u64) < wanted;
        Ok(())
    }

    /// The memory of the buffer, in bytes.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.buffer.capacity()
    }

    fn position_of(&self, at: usize) -> Position {
        self.position.after(&self.buffer[self.taken..at])
    }

    fn refused(&self, at: usize, refused: Refused) -> SplitError {
        let position = self.position_of(at);
        match refused {
            Refused::Command(name) => SplitError::Command(position, name),
            Refused::Delimiter(why) => SplitError::Delimiter(position, why),
        }
    }

    fn unclosed(&self, at: usize) -> SplitError {
        let begin = String::from_utf8_lossy(&self.buffer[at..self.buffer.len().min(at + 60)]);
        let line = begin
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end_matches('\u{fffd}');
        SplitError::Unclosed(self.position_of(at), line.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &[u8]) -> Result<Vec<(String, Position)>, SplitError> {
        let mut splitter = Splitter::new(text, Syntax::SQLITE)?;
        let mut found = Vec::new();
        while let Some(piece) = splitter.next(&mut ())? {
            if !piece.is_empty() {
                found.push((piece.statement().to_owned(), piece.position));
            }
        }
        Ok(found)
    }

    #[test]
    fn cuts_where_a_statement_ends() {
        let trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM b; END;";
        let temporary = "create temp trigger t after insert on a begin select 1;;end";
        let explained =
            "EXPLAIN QUERY PLAN CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;";
        let rows: &[(&str, &[&str])] = &[
            ("", &[]),
            (" \n", &[]),
            ("-- nothing", &[]),
            (";;", &[]),
            ("a;b", &["a;", "b"]),
            ("a ; \r\nb;\r\n", &["a ;", "b;"]),
            ("a';';b", &["a';';", "b"]),
            ("a /* ; */; -- ;\nb", &["a /* ; */;", "b"]),
            ("\u{feff}a;", &["a;"]),
            ("a \"x;\" [y;] `z;`;", &["a \"x;\" [y;] `z;`;"]),
            (trigger, &[trigger]),
            (temporary, &[temporary]),
            (explained, &[explained]),
            (
                "CREATE TABLE trigger(a); b",
                &["CREATE TABLE trigger(a);", "b"],
            ),
            ("CREATE \"trigger\"; b", &["CREATE \"trigger\";", "b"]),
            ("SELECT 'BEGIN'; END", &["SELECT 'BEGIN';", "END"]),
        ];
        for (text, expected) in rows {
            let found = split(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            let found: Vec<_> = found
                .iter()
                .map(|(statement, _)| statement.as_str())
                .collect();
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn tells_where_a_statement_begins() {
        let found = split("\u{feff}-- é\r\n a;\n\n  é; b".as_bytes()).expect("text");
        let places: Vec<_> = found.iter().map(|(_, at)| (at.line, at.column)).collect();
        assert_eq!(places, [(2, 2), (4, 3), (4, 6)]);
    }

    #[test]
    fn refuses_what_is_no_script() {
        let rows: &[(&[u8], &str)] = &[
            (
                b"a;\n 'b",
                "what begins at line 2, column 2 with 'b is never closed",
            ),
            (
                b"/* a\n",
                "what begins at line 1, column 1 with /* a is never closed",
            ),
            (b"a;\n\xe9;", "it is not UTF-8 at line 2, column 1"),
            (
                b"a; b\0c",
                "it has a NUL byte at line 1, column 5, after which the database would read no further",
            ),
        ];
        for (text, message) in rows {
            let error = split(text).expect_err("refused");
            assert_eq!(error.to_string(), *message);
        }
    }

    fn join(text: &str, chunk: usize) -> Option<Vec<String>> {
        let mut splitter = Splitter::in_chunks(text.as_bytes(), Syntax::SQLITE, chunk).ok()?;
        let mut pieces = Vec::new();
        while let Some(piece) = splitter.next(&mut ()).ok()? {
            pieces.push(piece.text.to_owned());
        }
        Some(pieces)
    }

    proptest::proptest! {
        #[test]
        fn pieces_joined_are_the_script(parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "a", " ", "\n", "\r\n", ";", "'", "''", "\"", "[", "]", "`", "--", "/*", "*/", "#__", "#", "${", "}", "é",
                "CREATE", "TRIGGER", "BEGIN", "END", "TEMP", "EXPLAIN", "'x;y'", "$", "-", "/",
            ]), 0..60)
        ) {
            let text = parts.concat();
            let pieces = join(&text, CHUNK);
            if let Some(pieces) = &pieces {
                proptest::prop_assert_eq!(pieces.concat(), text.clone());
            }
            for chunk in 1..4 {
                proptest::prop_assert_eq!(join(&text, chunk), pieces.clone());
            }
        }
    }

    #[test]
    fn a_token_longer_than_the_buffer_stays_whole() {
        let long = format!("'{}';b", "x".repeat(5 * CHUNK));
        assert_eq!(split(long.as_bytes()).expect("text").len(), 2);
    }
}
