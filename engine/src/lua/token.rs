//! Tokens of Lua, as far as a checksum and directives need them: comments, white space, strings, and the rest.

use crate::sql::lexer::TokenKind;

/// Cuts a text into tokens, which joined are the text. What is no Lua is cut somehow; the compiler refuses it.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (kind, length) = first(rest);
        let (token, behind) = rest.split_at(length);
        rest = behind;
        Some((kind, token))
    })
}

/// The first token of a text that is not empty, and its length in bytes.
fn first(text: &str) -> (TokenKind, usize) {
    let bytes = text.as_bytes();
    let in_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let run = |of: &dyn Fn(u8) -> bool| bytes.iter().take_while(|b| of(**b)).count();
    match bytes[0] {
        b if is_space(b) => (TokenKind::Space, run(&is_space)),
        b if in_word(b) => (TokenKind::Word, run(&in_word)),
        b'-' if bytes.get(1) == Some(&b'-') => match long(&text[2..]) {
            Some(length) => (TokenKind::BlockComment, 2 + length),
            None => {
                let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
                (TokenKind::LineComment, end)
            }
        },
        quote @ (b'"' | b'\'') => (TokenKind::Text, quoted(bytes, quote)),
        b'[' => match long(text) {
            Some(length) => (TokenKind::Text, length),
            None => (TokenKind::Other, 1),
        },
        _ => {
            let length = text.chars().next().map_or(1, char::len_utf8);
            (TokenKind::Other, length)
        }
    }
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// The length of what begins here as `[[` or `[==[`, up to its end or that of the text; `None`: nothing does.
fn long(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let level = inside.bytes().take_while(|b| *b == b'=').count();
    if inside.as_bytes().get(level) != Some(&b'[') {
        return None;
    }
    let closing = format!("]{}]", "=".repeat(level));
    let begin = level + 2;
    let end = text[begin..].find(&closing);
    Some(end.map_or(text.len(), |at| begin + at + closing.len()))
}

/// The length of a string in quotes; a line's end that no backslash precedes ends it too.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => match &bytes[at + 1..] {
                [b'z', ..] => {
                    let spaces = bytes[at + 2..].iter().take_while(|b| is_space(**b)).count();
                    at += 2 + spaces;
                }
                [b'\r', b'\n', ..] => at += 3,
                _ => at += 2,
            },
            b'\n' => return at,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    // A backslash may be the text's last character, or stand before one of several bytes.
    let text_end = bytes.len();
    at.min(text_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
        use TokenKind::{BlockComment, LineComment, Other, Space, Text, Word};
        let rows: [(&str, &[(TokenKind, &str)]); 13] = [
            ("", &[]),
            (
                "a =1",
                &[(Word, "a"), (Space, " "), (Other, "="), (Word, "1")],
            ),
            (
                "-- x\ny",
                &[(LineComment, "-- x"), (Space, "\n"), (Word, "y")],
            ),
            ("--[[ x\n]]y", &[(BlockComment, "--[[ x\n]]"), (Word, "y")]),
            ("--[==[ ]] ]==]", &[(BlockComment, "--[==[ ]] ]==]")]),
            (
                "--[=x\ny",
                &[(LineComment, "--[=x"), (Space, "\n"), (Word, "y")],
            ),
            ("--[[ never closed", &[(BlockComment, "--[[ never closed")]),
            ("[[ -- ]]", &[(Text, "[[ -- ]]")]),
            ("[=[ ]] ]=]", &[(Text, "[=[ ]] ]=]")]),
            (
                "t[1]",
                &[(Word, "t"), (Other, "["), (Word, "1"), (Other, "]")],
            ),
            (
                r#"'it\'s' "--""#,
                &[(Text, r"'it\'s'"), (Space, " "), (Text, "\"--\"")],
            ),
            ("'a\\\nb\\z \n c'", &[(Text, "'a\\\nb\\z \n c'")]),
            ("é'\\", &[(Other, "é"), (Text, "'\\")]),
        ];
        for (text, expected) in rows {
            assert_eq!(tokens(text).collect::<Vec<_>>(), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn joined_they_are_the_text(text in r#"(?s)[-\[\]='"\\z\n\r aé]{0,40}"#) {
            let joined: String = tokens(&text).map(|(_, token)| token).collect();
            proptest::prop_assert_eq!(joined, text);
        }
    }
}
