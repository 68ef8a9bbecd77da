//! [`Reader`]: what is heard of a script while it is split, token by token.

use crate::checksum::Checksums;
use crate::chunked;
use crate::directive;
use crate::sql::classifier::CAN_FAIL;
use crate::sql::lexer::TokenKind;
use crate::sql::splitter::Listener;

/// Listens for checksums, and for directives in comments.
#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) checksums: Checksums,
    pub(crate) said: Vec<Said>,
    in_code: bool,
    /// A token of the statement at hand has been read.
    pub(crate) in_statement: bool,
    pub(crate) asks_last_id: bool,
    /// A comment holds what its author may have seen in a line of its own.
    pub(crate) hides: bool,
}

/// A directive, and what stands before it.
pub(crate) struct Said {
    pub(crate) text: String,
    /// Code of the script.
    pub(crate) late: bool,
    /// Code of the statement.
    pub(crate) inside: bool,
    /// It is none, and meant as one.
    pub(crate) misspelt: bool,
}

/// The longest comment that may be meant as a directive.
const LONGEST_DIRECTIVE: usize = 1024;

impl Listener for Reader {
    fn token(&mut self, kind: TokenKind, text: &[u8]) {
        self.checksums.token(kind, text);
        self.in_code |= !kind.is_layout();
        self.in_statement |= !kind.is_layout() && kind != TokenKind::Command;
        self.asks_last_id |= kind == TokenKind::Word && asks_last_id(text);
        self.hides |= kind == TokenKind::LineComment && hides(text);
        if kind == TokenKind::LineComment && memchr::memchr(b':', text).is_some() {
            let comment = String::from_utf8_lossy(text);
            if let Some(directive) = directive::text_of(&comment)
                && directive != CAN_FAIL
                && !chunked::is_batch(directive)
            {
                self.said.push(Said {
                    text: directive.to_owned(),
                    late: self.in_code,
                    inside: self.in_statement,
                    misspelt: false,
                });
            }
        }
        let is_comment = matches!(kind, TokenKind::LineComment | TokenKind::BlockComment);
        if is_comment && text.len() <= LONGEST_DIRECTIVE && memchr::memchr(b':', text).is_some() {
            let comment = String::from_utf8_lossy(text);
            self.said
                .extend(directive::misspelt(&comment).map(|text| Said {
                    text: text.to_owned(),
                    late: false,
                    inside: false,
                    misspelt: true,
                }));
        }
    }
}

/// Whether a comment goes on behind a carriage return: SQL there never runs, though editors show it in a line of its own.
fn hides(comment: &[u8]) -> bool {
    memchr::memchr(b'\r', comment).is_some_and(|at| !comment[at..].trim_ascii().is_empty())
}

/// Whether a word is the function that tells the id of the last row inserted.
fn asks_last_id(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"last_insert_id") || word.eq_ignore_ascii_case(b"last_insert_rowid")
}
