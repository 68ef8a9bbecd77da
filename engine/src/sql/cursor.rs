//! A statement's tokens without layout and marks, read one after the other.

use crate::sql::Syntax;
use crate::sql::lexer::{TokenKind, tokens};

/// A token and its text.
pub(in crate::sql) type Token<'s> = (TokenKind, &'s str);

/// What is left of a statement.
#[derive(Debug, Clone)]
pub(in crate::sql) struct Cursor<'s> {
    tokens: Vec<Token<'s>>,
    at: usize,
    syntax: Syntax,
}

impl<'s> Cursor<'s> {
    /// At the beginning of a statement; MariaDB's `SET STATEMENT ... FOR` is passed over.
    pub(in crate::sql) fn new(statement: &'s str, syntax: Syntax) -> Self {
        let counts = |kind: TokenKind| !kind.is_layout() && kind != TokenKind::Mark;
        let mut cursor = Self {
            tokens: tokens(statement, syntax)
                .filter(|(kind, _)| counts(*kind))
                .collect(),
            at: 0,
            syntax,
        };
        if cursor.takes("set") && cursor.takes("statement") {
            while !cursor.takes("for") && cursor.next().is_some() {}
        } else {
            cursor.at = 0;
        }
        cursor
    }

    /// At the beginning of a part of a statement.
    pub(in crate::sql) fn over(tokens: &[Token<'s>], syntax: Syntax) -> Self {
        Self {
            tokens: tokens.to_vec(),
            at: 0,
            syntax,
        }
    }

    /// How the statement is to be read.
    pub(in crate::sql) fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Leaves out what ends the statement.
    pub(in crate::sql) fn end(&mut self) {
        let ends = |kind: TokenKind| matches!(kind, TokenKind::Semicolon | TokenKind::Delimiter);
        while self.tokens.last().is_some_and(|(kind, _)| ends(*kind)) {
            self.tokens.pop();
        }
    }

    /// The next token, which is taken.
    pub(in crate::sql) fn next(&mut self) -> Option<(TokenKind, &'s str)> {
        let token = self.tokens.get(self.at).copied();
        self.at += usize::from(token.is_some());
        token
    }

    /// The tokens that were not taken.
    pub(in crate::sql) fn rest(&self) -> &[Token<'s>] {
        &self.tokens[self.at..]
    }

    /// The token before the next one.
    pub(in crate::sql) fn before(&self) -> &'s str {
        match self.at {
            0 => "",
            at => self.tokens[at - 1].1,
        }
    }

    /// Whether the next token is this bare word.
    pub(in crate::sql) fn sees(&self, word: &str) -> bool {
        let next = self.rest().first();
        next.is_some_and(|(kind, text)| *kind == TokenKind::Word && text.eq_ignore_ascii_case(word))
    }

    /// Whether the next token is this sign.
    pub(in crate::sql) fn sees_sign(&self, sign: &str) -> bool {
        let next = self.rest().first();
        next.is_some_and(|(kind, text)| *kind == TokenKind::Other && *text == sign)
    }

    /// Takes the next token if it is this bare word.
    pub(in crate::sql) fn takes(&mut self, word: &str) -> bool {
        let sees = self.sees(word);
        self.at += usize::from(sees);
        sees
    }

    /// Takes the first of these bare words that comes next.
    pub(in crate::sql) fn takes_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().copied().find(|word| self.takes(word))
    }

    /// Takes the next token if it is this sign.
    pub(in crate::sql) fn takes_sign(&mut self, sign: &str) -> bool {
        let sees = self.sees_sign(sign);
        self.at += usize::from(sees);
        sees
    }

    /// Takes IF EXISTS and IF NOT EXISTS.
    pub(in crate::sql) fn skip_condition(&mut self) {
        if self.takes("if") {
            self.takes("not");
            self.takes("exists");
        }
    }

    /// Takes tokens up to `word` outside parentheses, which is taken too; tells whether it was there.
    pub(in crate::sql) fn skip_to(&mut self, word: &str) -> bool {
        let mut depth = 0_u32;
        while !self.rest().is_empty() {
            if depth == 0 && self.takes(word) {
                return true;
            }
            match self.next() {
                Some((TokenKind::Other, "(")) => depth += 1,
                Some((TokenKind::Other, ")")) => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        false
    }

    /// Takes a group in parentheses and hands out what stands in it; `None` where no parenthesis opens.
    pub(in crate::sql) fn group(&mut self) -> Option<Vec<Token<'s>>> {
        if !self.takes_sign("(") {
            return None;
        }
        let begin = self.at;
        let mut depth = 1_u32;
        while let Some(token) = self.next() {
            match token {
                (TokenKind::Other, "(") => depth += 1,
                (TokenKind::Other, ")") => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(self.tokens[begin..self.at - 1].to_vec());
            }
        }
        Some(self.tokens[begin..].to_vec())
    }

    /// The name that comes next, without its quotes.
    pub(in crate::sql) fn peek(&self) -> Option<String> {
        let (kind, text) = *self.rest().first()?;
        match kind {
            TokenKind::Word => Some(text.to_owned()),
            TokenKind::Quoted => Some(unquoted(text)),
            _ => None,
        }
    }

    /// Takes a name, without its quotes.
    pub(in crate::sql) fn name(&mut self) -> Option<String> {
        let name = self.peek()?;
        self.at += 1;
        Some(name)
    }

    /// Takes `name` or `schema.name`.
    pub(in crate::sql) fn full_name(&mut self) -> Option<(Option<String>, String)> {
        let first = self.name()?;
        if !self.takes_sign(".") {
            return Some((None, first));
        }
        Some((Some(first), self.name()?))
    }

    /// Takes `@name`, in any of its quotes.
    pub(in crate::sql) fn variable(&mut self) -> Option<String> {
        let [(TokenKind::Other, "@"), (kind, text), ..] = *self.rest() else {
            return None;
        };
        let name = match kind {
            TokenKind::Word => text.to_owned(),
            TokenKind::Quoted => unquoted(text),
            TokenKind::Text => text_of(text, self.syntax),
            _ => return None,
        };
        self.at += 2;
        Some(name)
    }

    /// Takes a string, or several in a row, which are one.
    pub(in crate::sql) fn text(&mut self) -> Option<String> {
        let mut found: Option<String> = None;
        while let Some((TokenKind::Text, text)) = self.rest().first() {
            found
                .get_or_insert_default()
                .push_str(&text_of(text, self.syntax));
            self.at += 1;
        }
        found
    }
}

/// A quoted name without its quotes. SQLite's `[name]` knows no doubled bracket.
pub(in crate::sql) fn unquoted(quoted: &str) -> String {
    let (quote, inside) = (&quoted[..1], &quoted[1..quoted.len() - 1]);
    match quote {
        "[" => inside.to_owned(),
        _ => inside.replace(&quote.repeat(2), quote),
    }
}

/// What a string literal stands for, from the manual's
/// [table of escapes](https://dev.mysql.com/doc/refman/8.4/en/string-literals.html).
fn text_of(literal: &str, syntax: Syntax) -> String {
    if syntax.no_backslash_escapes {
        return unquoted(literal);
    }
    let quote = literal.chars().next().unwrap_or('\'');
    let mut found = String::with_capacity(literal.len());
    let mut characters = literal[1..literal.len() - 1].chars();
    while let Some(character) = characters.next() {
        if character == quote {
            // The other half of a doubled quote.
            characters.next();
        }
        if character != '\\' {
            found.push(character);
            continue;
        }
        match characters.next() {
            Some('0') => found.push('\0'),
            Some('b') => found.push('\u{8}'),
            Some('n') => found.push('\n'),
            Some('r') => found.push('\r'),
            Some('t') => found.push('\t'),
            Some('Z') => found.push('\u{1a}'),
            Some(wildcard @ ('%' | '_')) => found.extend(['\\', wildcard]),
            Some(itself) => found.push(itself),
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_strings() {
        let rows = [
            ("", "'it''s'", "it's"),
            ("", r"'it\'s \n \% \x \\'", "it's \n \\% x \\"),
            ("", r#""a""b'c" 'd'"#, "a\"b'cd"),
            ("NO_BACKSLASH_ESCAPES", r"'a\''b'", r"a\'b"),
        ];
        for (mode, text, expected) in rows {
            let found = Cursor::new(text, Syntax::mysql(mode)).text();
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
    }
}
