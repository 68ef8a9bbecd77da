//! Checksums of scripts: one of the text, one of what the text says.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::sql::lexer::TokenKind;
use crate::sql::splitter::Listener;

/// A SHA-256, shown as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Checksum(Box<str>);

impl Checksum {
    pub(crate) fn of(hasher: Sha256) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(64);
        for byte in hasher.finalize() {
            for half in [byte >> 4, byte & 15] {
                text.push(DIGITS[usize::from(half)].into());
            }
        }
        Self(text.into())
    }

    /// Takes what the ledger holds.
    pub(crate) fn recorded(text: &str) -> Self {
        Self(text.into())
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Both checksums of a script, taken while it is split.
///
/// The text's ignores line endings and a byte-order mark, which tools change by themselves. The other is taken of the
/// tokens alone, so that it ignores comments and white space too, but for directives: they say how a script runs.
#[derive(Default)]
pub(crate) struct Checksums {
    text: Sha256,
    code: Code,
}

impl Checksums {
    /// Takes the next part of the raw text; a line ending must not be cut.
    pub(crate) fn text(&mut self, mut text: &[u8]) {
        while let Some(at) = memchr::memmem::find(text, b"\r\n") {
            self.text.update(&text[..at]);
            text = &text[at + 1..];
        }
        self.text.update(text);
    }

    /// What the script says, so far.
    pub(crate) fn so_far(&self) -> Said {
        Said(self.code.clone())
    }

    /// The checksums of the text and of what it says.
    pub(crate) fn finish(self) -> (Checksum, Checksum) {
        (Checksum::of(self.text), self.code.finish())
    }
}

impl Listener for Checksums {
    fn token(&mut self, kind: TokenKind, text: &[u8]) {
        match kind {
            TokenKind::Space | TokenKind::BlockComment => {}
            TokenKind::LineComment => {
                let comment = String::from_utf8_lossy(text);
                if let Some(directive) = crate::directive::text_of(&comment)
                    // It changes what the review tells, and nothing about how the script runs.
                    && crate::directive::allowed(directive).is_none()
                {
                    self.code.take(directive.as_bytes());
                }
            }
            _ => self.code.take(text),
        }
    }
}

impl Listener for Option<Box<Checksums>> {
    fn token(&mut self, kind: TokenKind, text: &[u8]) {
        if let Some(checksums) = self {
            checksums.token(kind, text);
        }
    }
}

/// What a script says up to some statement.
#[derive(Clone)]
pub(crate) struct Said(Code);

impl Said {
    /// Its checksum.
    pub(crate) fn checksum(self) -> Checksum {
        self.0.finish()
    }
}

/// Tokens, each ended by a byte that no token holds, hashed in larger pieces.
#[derive(Default, Clone)]
struct Code {
    hasher: Sha256,
    waiting: Vec<u8>,
}

impl Code {
    const ENOUGH: usize = 4096;

    fn take(&mut self, token: &[u8]) {
        self.waiting.extend_from_slice(token);
        self.waiting.push(0);
        if self.waiting.len() >= Self::ENOUGH {
            self.hasher.update(&self.waiting);
            self.waiting.clear();
        }
    }

    fn finish(mut self) -> Checksum {
        self.hasher.update(&self.waiting);
        Checksum::of(self.hasher)
    }
}
