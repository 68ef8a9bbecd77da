//! Tokens of SQLite's SQL, as its own [tokenizer](https://www.sqlite.org/lang.html) tells them apart, no finer than
//! splitting, classifying and substituting need. Text that is no SQL still comes out as tokens: SQLite judges it.

use memchr::{memchr, memchr2, memmem};

use super::Syntax;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// White space.
    Space,
    /// `-- ...` up to the end of its line.
    LineComment,
    /// `/* ... */`.
    BlockComment,
    /// A string literal: `'...'`.
    Text,
    /// A quoted name: `"..."`, `` `...` `` or `[...]`.
    Quoted,
    /// A keyword, a bare name or a number.
    Word,
    /// `;`
    Semicolon,
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

/// The token at the start of `text`, which must not be empty. `whole` says that the text ends with the buffer.
pub(crate) fn next(text: &[u8], whole: bool) -> Lexed {
    let run = |kind, length: usize| {
        if length == text.len() && !whole {
            Lexed::More
        } else {
            Lexed::Token(kind, length)
        }
    };
    match text[0] {
        b if is_space(b) => run(TokenKind::Space, count(text, is_space)),
        b'-' if text.get(1) == Some(&b'-') => match memchr(b'\n', text) {
            Some(end) => Lexed::Token(TokenKind::LineComment, end + 1),
            None => run(TokenKind::LineComment, text.len()),
        },
        b'/' if text.get(1) == Some(&b'*') => {
            let end = memmem::find(&text[2..], b"*/").map(|end| end + 4);
            closed(TokenKind::BlockComment, end, whole)
        }
        b'-' | b'/' if text.len() == 1 && !whole => Lexed::More,
        b'\'' => quoted(TokenKind::Text, text, b'\'', whole),
        quote @ (b'"' | b'`') => quoted(TokenKind::Quoted, text, quote, whole),
        b'[' => closed(
            TokenKind::Quoted,
            memchr(b']', text).map(|end| end + 1),
            whole,
        ),
        b';' => Lexed::Token(TokenKind::Semicolon, 1),
        b'#' if text.starts_with(b"#__") => Lexed::Token(TokenKind::Prefix, 3),
        b'#' if text.len() < 3 && !whole => Lexed::More,
        b'$' => match placeholder(text, whole) {
            Some(lexed) => lexed,
            None => run(TokenKind::Word, word(text)),
        },
        b if is_word(b) => run(TokenKind::Word, word(text)),
        _ => Lexed::Token(TokenKind::Other, 1),
    }
}

/// The tokens of a text that is all there, as kind and text.
pub(crate) fn tokens(text: &str, _syntax: Syntax) -> impl Iterator<Item = (TokenKind, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (kind, length) = match next(rest.as_bytes(), true) {
            Lexed::Token(kind, length) => (kind, length),
            Lexed::More | Lexed::Unclosed => (TokenKind::Other, rest.len()),
        };
        // A token ends before an ASCII byte or after one, and every run takes whole characters.
        let (token, later) = rest.split_at(length);
        rest = later;
        Some((kind, token))
    })
}

fn closed(kind: TokenKind, end: Option<usize>, whole: bool) -> Lexed {
    match end {
        Some(end) => Lexed::Token(kind, end),
        None if whole => Lexed::Unclosed,
        None => Lexed::More,
    }
}

/// A token between two quotes, in which the doubled quote stands for itself.
fn quoted(kind: TokenKind, text: &[u8], quote: u8, whole: bool) -> Lexed {
    let mut from = 1;
    while let Some(at) = memchr(quote, &text[from..]) {
        from += at + 1;
        match text.get(from) {
            Some(&next) if next == quote => from += 1,
            None if !whole => return Lexed::More,
            _ => return Lexed::Token(kind, from),
        }
    }
    closed(kind, None, whole)
}

/// `${name}` outside quotes; `None` where the `$` begins something else.
fn placeholder(text: &[u8], whole: bool) -> Option<Lexed> {
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
fn word(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len()
        && is_word(text[at])
        && !(text[at] == b'$' && text.get(at + 1) == Some(&b'{'))
    {
        at += 1;
    }
    at
}

fn count(text: &[u8], belongs: fn(u8) -> bool) -> usize {
    text.iter().position(|b| !belongs(*b)).unwrap_or(text.len())
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'$' || b >= 0x80
}

#[cfg(test)]
mod tests {
    use super::TokenKind::*;
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        tokens(text, Syntax::SQLITE).collect()
    }

    #[test]
    fn tells_tokens_apart() {
        let rows: &[(&str, &[(TokenKind, &str)])] = &[
            ("a b", &[(Word, "a"), (Space, " "), (Word, "b")]),
            ("'it''s'x", &[(Text, "'it''s'"), (Word, "x")]),
            ("'\\';", &[(Text, "'\\'"), (Semicolon, ";")]),
            ("\"a\"\"b\"", &[(Quoted, "\"a\"\"b\"")]),
            ("[a;b]`c;`", &[(Quoted, "[a;b]"), (Quoted, "`c;`")]),
            ("-- ;\n;", &[(LineComment, "-- ;\n"), (Semicolon, ";")]),
            ("/*/;*/;", &[(BlockComment, "/*/;*/"), (Semicolon, ";")]),
            (
                "1-2/3",
                &[
                    (Word, "1"),
                    (Other, "-"),
                    (Word, "2"),
                    (Other, "/"),
                    (Word, "3"),
                ],
            ),
            ("#__a", &[(Prefix, "#__"), (Word, "a")]),
            ("#_", &[(Other, "#"), (Word, "_")]),
            ("x${y}z", &[(Word, "x"), (Placeholder, "${y}"), (Word, "z")]),
            ("$1", &[(Word, "$1")]),
            ("é'", &[(Word, "é"), (Other, "'")]),
        ];
        for (text, expected) in rows {
            assert_eq!(kinds(text), *expected, "{text}");
        }
    }

    #[test]
    fn asks_for_more_where_a_buffer_cuts_a_token() {
        for cut in [
            "'a", "'a'", "-", "--", "/", "/*", "/* *", "#", "#_", "$", "${a", "ab", "  ", "\"", "[",
        ] {
            assert_eq!(next(cut.as_bytes(), false), Lexed::More, "{cut}");
        }
        for unclosed in ["'a", "/* *", "\"", "[a", "`"] {
            assert_eq!(
                next(unclosed.as_bytes(), true),
                Lexed::Unclosed,
                "{unclosed}"
            );
        }
    }
}
