//! Tokens, no finer than splitting, classifying and substituting need. Text that is no SQL still comes out as tokens:
//! the database judges it.

use memchr::memchr2;

use super::{Dialect, Syntax, mysql, sqlite};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// White space.
    Space,
    /// `-- ...` up to the end of its line; MySQL's `# ...` too.
    LineComment,
    /// `/* ... */`.
    BlockComment,
    /// A string literal: `'...'`, and `"..."` where it quotes no names.
    Text,
    /// A quoted name: `` `...` ``, `"..."` or, in SQLite, `[...]`.
    Quoted,
    /// A keyword, a bare name or a number.
    Word,
    /// `;`
    Semicolon,
    /// What ends a statement of MySQL's instead of `;`: what DELIMITER says, `\g` or `\G`.
    Delimiter,
    /// A line for MySQL's client alone: `DELIMITER //`.
    Command,
    /// `/*!50001`, `/*M!`, and the `*/` that ends such a comment, whose content MySQL executes.
    Mark,
    /// `#__`, which stands for the installation's table prefix.
    Prefix,
    /// `${name}`, which stands for a configured value.
    Placeholder,
    /// Any other character.
    Other,
}

impl TokenKind {
    /// Whether a reader may leave the token out without changing what the script does.
    pub(crate) fn is_layout(self) -> bool {
        matches!(self, Self::Space | Self::LineComment | Self::BlockComment)
    }
}

/// The next token of a text that may go on beyond the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lexed {
    /// A token of so many bytes.
    Token(TokenKind, usize),
    /// The buffer ends inside the token, and the text goes on.
    More,
    /// The text ends inside a quoted token or a block comment.
    Unclosed,
}

/// Reads the tokens of one piece, in their order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexer {
    syntax: Syntax,
    mysql: mysql::lexer::Place,
}

impl Lexer {
    /// At the beginning of a piece.
    pub(super) fn new(syntax: Syntax) -> Self {
        Self {
            syntax,
            mysql: mysql::lexer::Place::default(),
        }
    }

    /// The token at the start of `text`, which must not be empty. `whole` says that the text ends with the buffer.
    pub(super) fn next(&mut self, text: &[u8], whole: bool) -> Lexed {
        match self.syntax.dialect {
            Dialect::Sqlite => sqlite::lexer::next(text, whole),
            Dialect::Mysql => self.mysql.next(text, whole, self.syntax),
        }
    }
}

/// The tokens of a text that is all there, as kind and text.
pub(crate) fn tokens(text: &str, syntax: Syntax) -> impl Iterator<Item = (TokenKind, &str)> {
    let mut lexer = Lexer::new(syntax);
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (kind, length) = match lexer.next(rest.as_bytes(), true) {
            Lexed::Token(kind, length) => (kind, length),
            Lexed::More | Lexed::Unclosed => (TokenKind::Other, rest.len()),
        };
        // A token ends before an ASCII byte or after one, and every run takes whole characters.
        let (token, later) = rest.split_at(length);
        rest = later;
        Some((kind, token))
    })
}

/// A token that goes as far as `length` says, if the buffer does not end there.
pub(super) fn run(kind: TokenKind, length: usize, text: &[u8], whole: bool) -> Lexed {
    if length == text.len() && !whole {
        Lexed::More
    } else {
        Lexed::Token(kind, length)
    }
}

/// A token that ends where it is closed.
pub(super) fn closed(kind: TokenKind, end: Option<usize>, whole: bool) -> Lexed {
    match end {
        Some(end) => Lexed::Token(kind, end),
        None if whole => Lexed::Unclosed,
        None => Lexed::More,
    }
}

/// `${name}` outside quotes; `None` where the `$` begins something else.
pub(super) fn placeholder(text: &[u8], whole: bool) -> Option<Lexed> {
    match text.get(1) {
        None if !whole => Some(Lexed::More),
        Some(b'{') => match memchr2(b'}', b'\n', text) {
            Some(end) if text[end] == b'}' => Some(Lexed::Token(TokenKind::Placeholder, end + 1)),
            None if !whole => Some(Lexed::More),
            _ => None,
        },
        _ => None,
    }
}

/// The length of a word: up to a `$` that begins a placeholder.
pub(super) fn word(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len()
        && is_word(text[at])
        && !(text[at] == b'$' && text.get(at + 1) == Some(&b'{'))
    {
        at += 1;
    }
    at
}

pub(super) fn count(text: &[u8], belongs: fn(u8) -> bool) -> usize {
    text.iter().position(|b| !belongs(*b)).unwrap_or(text.len())
}

pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'$' || b >= 0x80
}
