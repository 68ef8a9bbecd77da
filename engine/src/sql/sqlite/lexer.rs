//! Tokens of SQLite's SQL, as its own [tokenizer](https://www.sqlite.org/lang.html) tells them apart.

use memchr::{memchr, memmem};

use crate::sql::lexer::{Lexed, TokenKind, closed, count, is_word, placeholder, word};

/// The token at the start of `text`, which must not be empty. `whole` says that the text ends with the buffer.
pub(in crate::sql) fn next(text: &[u8], whole: bool) -> Lexed {
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

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Syntax;
    use crate::sql::lexer::TokenKind::*;
    use crate::sql::lexer::tokens;

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
