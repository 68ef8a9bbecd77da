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
}

/// A directive, and what stands before it.
pub(crate) struct Said {
    pub(crate) text: String,
    /// Code of the script.
    pub(crate) late: bool,
    /// Code of the statement.
    pub(crate) inside: bool,
}

impl Listener for Reader {
    fn token(&mut self, kind: TokenKind, text: &[u8]) {
        self.checksums.token(kind, text);
        self.in_code |= !kind.is_layout();
        self.in_statement |= !kind.is_layout() && kind != TokenKind::Command;
        self.asks_last_id |= kind == TokenKind::Word && asks_last_id(text);
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
                });
            }
        }
    }
}

/// Whether a word is the function that tells the id of the last row inserted.
fn asks_last_id(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"last_insert_id") || word.eq_ignore_ascii_case(b"last_insert_rowid")
}
