//! Tokens of MySQL's and MariaDB's SQL, as the servers and their clients tell them apart:
//! [comments](https://dev.mysql.com/doc/refman/8.4/en/comments.html),
//! [MariaDB's](https://mariadb.com/kb/en/comment-syntax/), and
//! [strings](https://dev.mysql.com/doc/refman/8.4/en/string-literals.html).

use memchr::{memchr, memchr2, memmem};

use crate::sql::Syntax;
use crate::sql::lexer::{Lexed, TokenKind, closed, count, is_word, placeholder, run, word};

/// Where in a piece the next token stands, as far as that decides what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::sql) struct Place {
    /// Inside `/*! ... */`, which does not nest: the first `*/` ends it.
    executed: bool,
    /// A token of the statement stands before it.
    inside: bool,
}

impl Place {
    /// The token at the start of `text`, which must not be empty. `whole` says that the text ends with the buffer.
    pub(in crate::sql) fn next(&mut self, text: &[u8], whole: bool, syntax: Syntax) -> Lexed {
        let lexed = self.look(text, whole, syntax);
        if let Lexed::Token(kind, _) = lexed {
            self.inside |= !kind.is_layout();
            if kind == TokenKind::Mark {
                self.executed = text[0] == b'/';
            }
        }
        lexed
    }

    fn look(self, text: &[u8], whole: bool, syntax: Syntax) -> Lexed {
        match text[0] {
            b if is_space(b) => run(TokenKind::Space, count(text, is_space), text, whole),
            b'-' => self.dash(text, whole),
            b'/' => slash(text, whole),
            b'*' if self.executed => match text.get(1) {
                Some(b'/') => Lexed::Token(TokenKind::Mark, 2),
                None if !whole => Lexed::More,
                _ => Lexed::Token(TokenKind::Other, 1),
            },
            b'\'' => string(TokenKind::Text, text, whole, !syntax.no_backslash_escapes),
            b'"' if syntax.ansi_quotes => string(TokenKind::Quoted, text, whole, false),
            b'"' => string(TokenKind::Text, text, whole, !syntax.no_backslash_escapes),
            b'`' => string(TokenKind::Quoted, text, whole, false),
            b';' => Lexed::Token(TokenKind::Semicolon, 1),
            b'#' if text.starts_with(b"#__") => Lexed::Token(TokenKind::Prefix, 3),
            b'#' if text.len() < 3 && !whole => Lexed::More,
            b'#' => line(text, whole),
            b'$' => match placeholder(text, whole) {
                Some(lexed) => lexed,
                None => run(TokenKind::Word, word(text), text, whole),
            },
            b if is_word(b) => run(TokenKind::Word, word(text), text, whole),
            _ => Lexed::Token(TokenKind::Other, 1),
        }
    }

    /// `--` is a comment where white space follows: `5--5` is a sum. Where a statement may begin it always is one, as
    /// for the servers' own client.
    fn dash(self, text: &[u8], whole: bool) -> Lexed {
        match (text.get(1), text.get(2)) {
            (None, _) | (Some(b'-'), None) if !whole => Lexed::More,
            (Some(b'-'), None) => line(text, whole),
            (Some(b'-'), Some(next))
                if !self.inside || is_space(*next) || next.is_ascii_control() =>
            {
                line(text, whole)
            }
            _ => Lexed::Token(TokenKind::Other, 1),
        }
    }
}

/// A comment up to the end of its line.
fn line(text: &[u8], whole: bool) -> Lexed {
    match memchr(b'\n', text) {
        Some(end) => Lexed::Token(TokenKind::LineComment, end + 1),
        None => run(TokenKind::LineComment, text.len(), text, whole),
    }
}

/// A comment, or the mark that begins one whose content is executed: `/*!`, `/*M!`, either with a version of five or
/// six digits.
fn slash(text: &[u8], whole: bool) -> Lexed {
    let mark = match text {
        [b'/'] | [b'/', b'*'] | [b'/', b'*', b'M'] if !whole => return Lexed::More,
        [b'/', b'*', b'!', ..] => 3,
        [b'/', b'*', b'M', b'!', ..] => 4,
        [b'/', b'*', ..] => return comment(text, whole),
        _ => return Lexed::Token(TokenKind::Other, 1),
    };
    let version = &text[mark..text.len().min(mark + 6)];
    let digits = count(version, |b| b.is_ascii_digit());
    if digits == version.len() && digits < 6 && !whole {
        return Lexed::More;
    }
    let length = if digits < 5 { mark } else { mark + digits };
    if NEVER.contains(&&text[mark..length]) {
        return comment(text, whole);
    }
    Lexed::Token(TokenKind::Mark, length)
}

/// Versions that no server will have. The dumps of MariaDB begin with such a comment, whose content only its client
/// heeds: `/*M!999999\- enable the sandbox mode */`.
const NEVER: [&[u8]; 2] = [b"99999", b"999999"];

/// `/* ... */`
fn comment(text: &[u8], whole: bool) -> Lexed {
    let end = memmem::find(&text[2..], b"*/").map(|end| end + 4);
    closed(TokenKind::BlockComment, end, whole)
}

/// A token between two quotes, in which the doubled quote stands for itself, and so does, where `escapes` says so, a
/// character after a backslash.
fn string(kind: TokenKind, text: &[u8], whole: bool, escapes: bool) -> Lexed {
    let quote = text[0];
    let mut from = 1;
    let find = |rest: &[u8]| match escapes {
        true => memchr2(quote, b'\\', rest),
        false => memchr(quote, rest),
    };
    while let Some(at) = text.get(from..).and_then(find) {
        from += at + 1;
        if text[from - 1] == b'\\' {
            from += 1;
            continue;
        }
        match text.get(from) {
            Some(&next) if next == quote => from += 1,
            None if !whole => return Lexed::More,
            _ => return Lexed::Token(kind, from),
        }
    }
    closed(kind, None, whole)
}

pub(in crate::sql) fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::lexer::TokenKind::*;
    use crate::sql::lexer::tokens;

    fn kinds<'t>(text: &'t str, sql_mode: &str) -> Vec<(TokenKind, &'t str)> {
        tokens(text, Syntax::mysql(sql_mode)).collect()
    }

    #[test]
    fn tells_tokens_apart() {
        let rows: &[(&str, &[(TokenKind, &str)])] = &[
            ("'it''s'x", &[(Text, "'it''s'"), (Word, "x")]),
            (r"'\';';", &[(Text, r"'\';'"), (Semicolon, ";")]),
            (r#""a\"b""c""#, &[(Text, r#""a\"b""c""#)]),
            (r"'\\';", &[(Text, r"'\\'"), (Semicolon, ";")]),
            ("`a``b;\\`;", &[(Quoted, "`a``b;\\`"), (Semicolon, ";")]),
            ("`a-b`", &[(Quoted, "`a-b`")]),
            ("'-- x # y'", &[(Text, "'-- x # y'")]),
            ("'&amp;'", &[(Text, "'&amp;'")]),
            ("'a\nb'", &[(Text, "'a\nb'")]),
            ("N'a'", &[(Word, "N"), (Text, "'a'")]),
            ("_utf8'a'", &[(Word, "_utf8"), (Text, "'a'")]),
            ("-- ;'\n;", &[(LineComment, "-- ;'\n"), (Semicolon, ";")]),
            ("--\n;", &[(LineComment, "--\n"), (Semicolon, ";")]),
            ("a--", &[(Word, "a"), (LineComment, "--")]),
            (
                "5--5",
                &[(Word, "5"), (Other, "-"), (Other, "-"), (Word, "5")],
            ),
            ("--5\n", &[(LineComment, "--5\n")]),
            ("a--\t5", &[(Word, "a"), (LineComment, "--\t5")]),
            ("a--\u{1}5", &[(Word, "a"), (LineComment, "--\u{1}5")]),
            ("# it's\n;", &[(LineComment, "# it's\n"), (Semicolon, ";")]),
            ("#1360858500", &[(LineComment, "#1360858500")]),
            ("#__a", &[(Prefix, "#__"), (Word, "a")]),
            ("#_a", &[(LineComment, "#_a")]),
            ("a#b", &[(Word, "a"), (LineComment, "#b")]),
            ("/*/;*/;", &[(BlockComment, "/*/;*/"), (Semicolon, ";")]),
            ("/*+ BKA(a) */", &[(BlockComment, "/*+ BKA(a) */")]),
            (
                "/*!40014 a */;",
                &[
                    (Mark, "/*!40014"),
                    (Space, " "),
                    (Word, "a"),
                    (Space, " "),
                    (Mark, "*/"),
                    (Semicolon, ";"),
                ],
            ),
            (
                "/*M!100401a*/*2",
                &[
                    (Mark, "/*M!100401"),
                    (Word, "a"),
                    (Mark, "*/"),
                    (Other, "*"),
                    (Word, "2"),
                ],
            ),
            (
                "/*!4/*;*/*/",
                &[
                    (Mark, "/*!"),
                    (Word, "4"),
                    (BlockComment, "/*;*/"),
                    (Mark, "*/"),
                ],
            ),
            (
                "/*M!999999\\- it's */;",
                &[(BlockComment, "/*M!999999\\- it's */"), (Semicolon, ";")],
            ),
            (
                "2*/*a*/3",
                &[
                    (Word, "2"),
                    (Other, "*"),
                    (BlockComment, "/*a*/"),
                    (Word, "3"),
                ],
            ),
            ("x${y}z", &[(Word, "x"), (Placeholder, "${y}"), (Word, "z")]),
            (r"\N", &[(Other, "\\"), (Word, "N")]),
            ("\u{b};", &[(Space, "\u{b}"), (Semicolon, ";")]),
        ];
        for (text, expected) in rows {
            assert_eq!(kinds(text, ""), *expected, "{text}");
        }
    }

    #[test]
    fn follows_the_sql_mode() {
        type Row = (
            &'static str,
            &'static str,
            &'static [(TokenKind, &'static str)],
        );
        let rows: &[Row] = &[
            (
                "ANSI_QUOTES",
                r#""a\";"#,
                &[(Quoted, r#""a\""#), (Semicolon, ";")],
            ),
            ("ansi", r"'\';'", &[(Text, r"'\';'")]),
            (
                "NO_BACKSLASH_ESCAPES",
                r#"'\';"\";"#,
                &[
                    (Text, r"'\'"),
                    (Semicolon, ";"),
                    (Text, r#""\""#),
                    (Semicolon, ";"),
                ],
            ),
        ];
        for (mode, text, expected) in rows {
            assert_eq!(kinds(text, mode), *expected, "{mode} {text}");
        }
    }

    #[test]
    fn asks_for_more_where_a_buffer_cuts_a_token() {
        let next =
            |text: &str, whole| Place::default().next(text.as_bytes(), whole, Syntax::mysql(""));
        for cut in [
            "'a", "'a'", "'\\", "'\\'", "-", "--", "-- ", "/", "/*", "/*M", "/*!", "/*!4001",
            "/*!40014", "/* *", "#", "#_", "#a", "$", "${a", "ab", "  ", "\"", "`",
        ] {
            assert_eq!(next(cut, false), Lexed::More, "{cut}");
        }
        for unclosed in ["'a", "'\\", "'\\'", "/* *", "\"", "`"] {
            assert_eq!(next(unclosed, true), Lexed::Unclosed, "{unclosed}");
        }
    }
}
