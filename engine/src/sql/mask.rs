//! A statement without what may be private in it: literals, comments, accounts.

use super::Syntax;
use super::lexer::{Lexed, Lexer, TokenKind};

/// The statement with `?` for each literal and each quoted name that may be one. Of statements about accounts, and of
/// settings whose value is a bare word, only the first two words are left.
pub(crate) fn masked(statement: &str, syntax: Syntax) -> String {
    let mut lexer = Lexer::new(syntax);
    let mut rest = statement;
    let mut shown = String::new();
    while !rest.is_empty() {
        let (kind, length) = match lexer.next(rest.as_bytes(), true) {
            Lexed::Token(kind, length) => (kind, length),
            // A literal that is cut off.
            Lexed::More | Lexed::Unclosed => {
                shown.push('?');
                break;
            }
        };
        let Some((token, later)) = rest.split_at_checked(length) else {
            break;
        };
        rest = later;
        match kind {
            TokenKind::Space | TokenKind::LineComment | TokenKind::BlockComment => {
                if !shown.ends_with(' ') {
                    shown.push(' ');
                }
            }
            TokenKind::Text => shown.push('?'),
            TokenKind::Quoted if is_plain_name(token) => shown.push_str(token),
            TokenKind::Quoted => shown.push('?'),
            TokenKind::Word if token.starts_with(|c: char| c.is_ascii_digit()) => shown.push('?'),
            TokenKind::Word
            | TokenKind::Semicolon
            | TokenKind::Delimiter
            | TokenKind::Command
            | TokenKind::Mark
            | TokenKind::Prefix
            | TokenKind::Placeholder
            | TokenKind::Other => shown.push_str(token),
        }
    }
    let shown = shown.trim();
    match is_about_secrets(shown) {
        true => {
            let words: Vec<_> = shown.split(' ').take(2).collect();
            let words: Vec<_> = words.iter().map(|word| plain_word(word)).collect();
            format!("{} ...", words.join(" "))
        }
        false => shown.to_owned(),
    }
}

/// Names between `` ` `` are nothing else; `"..."` and `[...]` may be texts, of SQLite's and Lua's.
fn is_plain_name(token: &str) -> bool {
    let name = token
        .strip_prefix('`')
        .and_then(|name| name.strip_suffix('`'));
    name.is_some_and(|name| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '#'))
    })
}

fn plain_word(word: &str) -> &str {
    let end = word.find(|c: char| !c.is_ascii_alphabetic());
    &word[..end.unwrap_or(word.len())]
}

fn is_about_secrets(statement: &str) -> bool {
    const SECOND: [&str; 5] = ["user", "role", "server", "password", "default"];
    let lower = statement.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphabetic() && c != '_');
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    match first {
        "grant" | "revoke" | "pragma" | "change" | "attach" | "do" | "install" => true,
        "create" | "alter" | "drop" | "rename" | "set" => {
            let replaces = second == Some("or");
            replaces && lower.split_whitespace().any(|word| SECOND.contains(&word))
                || second.is_some_and(|second| SECOND.contains(&second))
                || names_accounts(&lower)
        }
        _ => names_accounts(&lower),
    }
}

fn names_accounts(lower: &str) -> bool {
    lower.contains("identified") || lower.contains("definer")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Dialect;

    #[test]
    fn leaves_nothing_private() {
        let rows = [
            (
                Dialect::Sqlite,
                "INSERT INTO #__a (n, `x`) VALUES (1, 'x@y.z', \"p\", x'ab', 1.5e3, [w])",
                "INSERT INTO #__a (n, `x`) VALUES (?, ?, ?, x?, ?.?, ?)",
            ),
            (
                Dialect::Sqlite,
                "SELECT -- secret\n a /* secret */ FROM ${name}",
                "SELECT a FROM ${name}",
            ),
            (
                Dialect::Sqlite,
                "UPDATE a SET n = 'sec",
                "UPDATE a SET n = ?",
            ),
            (Dialect::Sqlite, "PRAGMA key = secret", "PRAGMA key ..."),
            (
                Dialect::Mysql,
                "INSERT INTO a VALUES (\"x@y.z\", 'it\\'s secret', 0xAB, b'1')",
                "INSERT INTO a VALUES (?, ?, ?, b?)",
            ),
            (
                Dialect::Mysql,
                "CREATE USER shop@localhost IDENTIFIED BY 'secret'",
                "CREATE USER ...",
            ),
            (
                Dialect::Mysql,
                "create or replace user shop IDENTIFIED BY 'secret'",
                "create or ...",
            ),
            (
                Dialect::Mysql,
                "GRANT ALL ON shop.* TO shop@host",
                "GRANT ALL ...",
            ),
            (
                Dialect::Mysql,
                "SET PASSWORD = 'secret'",
                "SET PASSWORD ...",
            ),
            (
                Dialect::Mysql,
                "# secret\nALTER TABLE `a b` ADD `c` INT DEFAULT 7",
                "ALTER TABLE ? ADD `c` INT DEFAULT ?",
            ),
            (
                Dialect::Mysql,
                "CREATE DEFINER = shop@host VIEW v AS SELECT 1",
                "CREATE DEFINER ...",
            ),
        ];
        for (dialect, statement, expected) in rows {
            let shown = masked(statement, Syntax::of(dialect, ""));
            assert_eq!(shown, expected, "{statement}");
        }
    }
}
