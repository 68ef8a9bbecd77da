//! [`Splitter`]: a script's text, one statement at a time, in flat memory.

use std::io::{self, Read};

use super::Syntax;
use super::classifier::Classifier;
use super::lexer::{self, Lexed, TokenKind};
use super::piece::{Piece, Position};

/// Why a script cannot be split.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SplitError {
    #[error("the script cannot be read")]
    Read(#[from] io::Error),
    #[error("it is not UTF-8 at {0}")]
    NotUtf8(Position),
    #[error("it has a NUL byte at {0}, after which the database would read no further")]
    Nul(Position),
    #[error("what begins at {0} with {1} is never closed")]
    Unclosed(Position, String),
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

/// Reads a script and cuts it where SQLite ends a statement: at a semicolon, but for those inside the body of a
/// CREATE TRIGGER, which ends with `; END ;` (the rule of `sqlite3_complete`).
///
/// The memory it needs is that of the largest single statement.
pub(crate) struct Splitter<R> {
    input: R,
    buffer: Vec<u8>,
    /// How much of the buffer earlier pieces took.
    taken: usize,
    at_end: bool,
    position: Position,
    syntax: Syntax,
    classifier: Classifier,
    /// How much is read at once, at the least.
    chunk: usize,
}

const CHUNK: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<R: Read> Splitter<R> {
    /// Begins a script; a byte-order mark is passed over.
    pub(crate) fn new(input: R, syntax: Syntax) -> Result<Self, SplitError> {
        Self::in_chunks(input, syntax, CHUNK)
    }

    fn in_chunks(input: R, syntax: Syntax, chunk: usize) -> Result<Self, SplitError> {
        let mut splitter = Self {
            input,
            buffer: Vec::new(),
            taken: 0,
            at_end: false,
            position: Position::START,
            syntax,
            classifier: Classifier::default(),
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
    /// The script cannot be read, is no text, or ends inside a quote or a comment.
    pub(crate) fn next(
        &mut self,
        listener: &mut impl Listener,
    ) -> Result<Option<Piece<'_>>, SplitError> {
        let mut body = Body::Start;
        let mut at = self.taken;
        let mut start = None;
        loop {
            if at == self.buffer.len() {
                if self.at_end {
                    break;
                }
                at -= self.make_room();
                self.fill()?;
                continue;
            }
            let (kind, length) = match lexer::next(&self.buffer[at..], self.at_end) {
                Lexed::Token(kind, length) => (kind, length),
                Lexed::More => {
                    at -= self.make_room();
                    self.fill()?;
                    continue;
                }
                Lexed::Unclosed => return Err(self.unclosed(at)),
            };
            let offset = at - self.taken;
            let token = &self.buffer[at..at + length];
            at += length;
            listener.token(kind, token);
            self.classifier.token(kind, token);
            if kind.is_layout() {
                continue;
            }
            start.get_or_insert(offset);
            body = body.next(kind, token);
            if body == Body::Complete {
                break;
            }
        }
        if at == self.taken {
            return Ok(None);
        }
        let class = self.classifier.finish();
        let piece = &self.buffer[self.taken..at];
        let begin = self.position;
        if let Some(nul) = memchr::memchr(0, piece) {
            return Err(SplitError::Nul(begin.after(&piece[..nul])));
        }
        let text = std::str::from_utf8(piece)
            .map_err(|e| SplitError::NotUtf8(begin.after(&piece[..e.valid_up_to()])))?;
        self.position = begin.after(piece);
        self.taken = at;
        let start = start.unwrap_or(text.len());
        Ok(Some(Piece {
            text,
            start,
            end: text.len(),
            syntax: self.syntax,
            position: begin.after(&piece[..start]),
            class,
        }))
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

    fn unclosed(&self, at: usize) -> SplitError {
        let position = self.position.after(&self.buffer[self.taken..at]);
        let begin = String::from_utf8_lossy(&self.buffer[at..self.buffer.len().min(at + 60)]);
        let line = begin
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end_matches('\u{fffd}');
        SplitError::Unclosed(position, line.to_owned())
    }
}

/// How far a statement is, as far as its semicolons go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Start,
    Explain,
    Create,
    Trigger,
    TriggerSemicolon,
    TriggerEnd,
    Plain,
    Complete,
}

impl Body {
    fn next(self, kind: TokenKind, token: &[u8]) -> Self {
        let is =
            |word: &str| kind == TokenKind::Word && token.eq_ignore_ascii_case(word.as_bytes());
        let ends = kind == TokenKind::Semicolon;
        match self {
            Self::Start | Self::Explain | Self::Create | Self::Plain | Self::TriggerEnd if ends => {
                Self::Complete
            }
            Self::Start if is("explain") => Self::Explain,
            Self::Explain if is("query") || is("plan") => Self::Explain,
            Self::Start | Self::Explain if is("create") => Self::Create,
            Self::Create if is("temp") || is("temporary") => Self::Create,
            Self::Create if is("trigger") => Self::Trigger,
            Self::Trigger | Self::TriggerSemicolon if ends => Self::TriggerSemicolon,
            Self::TriggerSemicolon if is("end") => Self::TriggerEnd,
            Self::Trigger | Self::TriggerSemicolon | Self::TriggerEnd => Self::Trigger,
            Self::Start | Self::Explain | Self::Create | Self::Plain | Self::Complete => {
                Self::Plain
            }
        }
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
