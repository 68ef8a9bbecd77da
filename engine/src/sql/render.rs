//! What a script's `#__` and `${name}` stand for in one installation.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memmem;
use once_cell::sync::Lazy;
use regex::{Captures, Regex};

use super::Syntax;
use super::lexer::{self, TokenKind};

/// The table prefix, the configured values, and how a script is read at its beginning.
#[derive(Debug, Clone)]
pub(crate) struct Substitution {
    pub(crate) syntax: Syntax,
    pub(crate) prefix: String,
    pub(crate) placeholders: BTreeMap<String, String>,
}

/// A `${name}` that nobody configured.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) name: String,
    /// Where the `${` stands, in bytes from the start of the text.
    pub(crate) offset: usize,
}

/// `${name}` inside quotes; with a second `$` before it, it stands for itself.
static IN_QUOTES: Lazy<Regex> = Lazy::new(|| {
    Regex::new(r"(\$?)\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}").expect("the pattern is valid")
});

impl Substitution {
    /// The same, with one more value.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut more = self.clone();
        more.placeholders.insert(name.to_owned(), value.to_owned());
        more
    }

    /// The text as the database gets it. `#__` is replaced outside string literals and comments; `${name}` outside
    /// comments, with quotes and, in MySQL's strings, backslashes doubled where it stands inside quotes, so that the
    /// value arrives as it was configured.
    ///
    /// # Errors
    /// The first `${name}` without a value.
    pub(crate) fn render<'a>(
        &self,
        text: &'a str,
        syntax: Syntax,
        values: Values,
    ) -> Result<Cow<'a, str>, Unknown> {
        let has = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
        let values = match values {
            Values::Replaced => has("${"),
            Values::Kept => false,
        };
        if !values && !has("#__") {
            return Ok(Cow::Borrowed(text));
        }
        let mut out = String::with_capacity(text.len() + 64);
        let mut offset = 0;
        for (kind, token) in lexer::tokens(text, syntax) {
            match kind {
                TokenKind::Prefix => out.push_str(&self.prefix),
                TokenKind::Placeholder if values => {
                    let name = &token[2..token.len() - 1];
                    out.push_str(self.value(name, offset)?);
                }
                TokenKind::Text | TokenKind::Quoted if values => {
                    let escapes = kind == TokenKind::Text && !syntax.no_backslash_escapes;
                    let token = self.in_quotes(token, offset, escapes)?;
                    out.push_str(&self.prefixed(kind, &token));
                }
                TokenKind::Quoted => out.push_str(&self.prefixed(kind, token)),
                _ => out.push_str(token),
            }
            offset += token.len();
        }
        Ok(Cow::Owned(out))
    }

    fn prefixed<'a>(&self, kind: TokenKind, token: &'a str) -> Cow<'a, str> {
        match kind {
            TokenKind::Quoted if token[1..].starts_with("#__") => {
                Cow::Owned(format!("{}{}{}", &token[..1], self.prefix, &token[4..]))
            }
            _ => Cow::Borrowed(token),
        }
    }

    fn in_quotes<'a>(
        &self,
        token: &'a str,
        offset: usize,
        escapes: bool,
    ) -> Result<Cow<'a, str>, Unknown> {
        let quote = &token[..1];
        let mut unknown = None;
        let replaced = IN_QUOTES.replace_all(token, |found: &Captures<'_>| {
            if !found[1].is_empty() {
                return found[0][1..].to_owned();
            }
            let at = offset + found.get(0).map_or(0, |whole| whole.start());
            match self.value(&found[2], at) {
                Ok(value) if escapes => value.replace('\\', r"\\").replace(quote, &quote.repeat(2)),
                Ok(value) => value.replace(quote, &quote.repeat(2)),
                Err(error) => {
                    unknown.get_or_insert(error);
                    String::new()
                }
            }
        });
        unknown.map_or(Ok(replaced), Err)
    }

    fn value(&self, name: &str, offset: usize) -> Result<&str, Unknown> {
        self.placeholders
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| Unknown {
                name: name.to_owned(),
                offset,
            })
    }
}

/// Whether `${name}` means anything in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Values {
    /// It stands for a configured value.
    #[default]
    Replaced,
    /// It stands for itself: `-- upgrade: placeholders = off`.
    Kept,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn substitution() -> Substitution {
        let values = [("currency", "EUR"), ("owner", "O'Hara \"x\""), ("n", "7")];
        Substitution {
            syntax: Syntax::SQLITE,
            prefix: "cb_".into(),
            placeholders: values.map(|(k, v)| (k.into(), v.into())).into(),
        }
    }

    #[test]
    fn renders() {
        let rows = [
            ("SELECT 1", "SELECT 1"),
            (
                "SELECT * FROM #__a, \"#__b\", [#__c], `#__d`",
                "SELECT * FROM cb_a, \"cb_b\", [cb_c], `cb_d`",
            ),
            (
                "SELECT '#__a' -- #__b ${n}\n/* #__c */",
                "SELECT '#__a' -- #__b ${n}\n/* #__c */",
            ),
            ("SELECT ${n}, '${currency}'", "SELECT 7, 'EUR'"),
            ("SELECT '<${owner}>'", "SELECT '<O''Hara \"x\">'"),
            ("SELECT \"${owner}\"", "SELECT \"O'Hara \"\"x\"\"\""),
            ("SELECT '$${currency} ${} $'", "SELECT '${currency} ${} $'"),
            (
                "CREATE TABLE \"#__${currency}\"(a)",
                "CREATE TABLE \"cb_EUR\"(a)",
            ),
            ("SELECT x${n}", "SELECT x7"),
        ];
        for (text, expected) in rows {
            let rendered = substitution().render(text, Syntax::SQLITE, Values::Replaced);
            assert_eq!(rendered.as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn renders_for_mysql() {
        let rows = [
            (
                "",
                "UPDATE #__a, `#__b` # #__c\n",
                "UPDATE cb_a, `cb_b` # #__c\n",
            ),
            ("", "SELECT '#__a', \"#__b\"", "SELECT '#__a', \"#__b\""),
            (
                "ANSI_QUOTES",
                "SELECT '#__a', \"#__b\"",
                "SELECT '#__a', \"cb_b\"",
            ),
            (
                "",
                "/*!40014 DROP TABLE #__a */",
                "/*!40014 DROP TABLE cb_a */",
            ),
            ("", "SELECT '${path}'", r#"SELECT 'C:\\o''x"'"#),
            ("", "SELECT \"${path}\"", r#"SELECT "C:\\o'x""""#),
            (
                "NO_BACKSLASH_ESCAPES",
                "SELECT '${path}'",
                r#"SELECT 'C:\o''x"'"#,
            ),
            ("ANSI_QUOTES", "SELECT \"${path}\"", r#"SELECT "C:\o'x""""#),
            ("", "SELECT `${path}`", r#"SELECT `C:\o'x"`"#),
            ("", "SELECT ${n}--1", "SELECT 7--1"),
        ];
        let mut substitution = substitution();
        let path = r#"C:\o'x""#.to_owned();
        substitution.placeholders.insert("path".to_owned(), path);
        for (mode, text, expected) in rows {
            let rendered = substitution.render(text, Syntax::mysql(mode), Values::Replaced);
            assert_eq!(rendered.as_deref(), Ok(expected), "{mode} {text}");
        }
    }

    #[test]
    fn names_the_first_unknown() {
        for (text, name, offset) in [
            ("SELECT ${curency}", "curency", 7),
            ("SELECT 'a ${x} ${y}'", "x", 10),
        ] {
            let unknown = Unknown {
                name: name.into(),
                offset,
            };
            assert_eq!(
                substitution().render(text, Syntax::SQLITE, Values::Replaced),
                Err(unknown)
            );
        }
    }

    #[test]
    fn keeps_values_where_they_are_off() {
        let rendered = substitution().render(
            "SELECT ${x}, '${n}' FROM #__a",
            Syntax::SQLITE,
            Values::Kept,
        );
        assert_eq!(rendered.as_deref(), Ok("SELECT ${x}, '${n}' FROM cb_a"));
    }
}
