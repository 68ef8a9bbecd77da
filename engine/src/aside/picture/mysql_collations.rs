//! What MySQL's SHOW CREATE TABLE says of collations, so that equal tables have equal texts. Pure.

use once_cell::sync::Lazy;
use regex::Regex;

use crate::sql::Syntax;
use crate::sql::lexer::{TokenKind, tokens};

/// The collation that a table gives its columns.
static OWN: Lazy<Regex> =
    Lazy::new(|| Regex::new(r"\n\) [^\n]*?\bCOLLATE=(\w+)").expect("the pattern is valid"));

/// The text of a CREATE TABLE, in which no column says the collation that it has of its table anyway. MySQL says it of
/// columns that have another one than their character set's usual one, with the character set where whoever made the column
/// did; so a table that is made from this text would have another one.
pub(super) fn without_own(sql: &str) -> String {
    let Some(own) = OWN.captures(sql).and_then(|found| found.get(1)) else {
        return sql.to_owned();
    };
    let mut depth = 0_usize;
    let mut out: Vec<&str> = Vec::new();
    for (kind, text) in tokens(sql, Syntax::mysql("")) {
        match text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        out.push(text);
        let is_word = kind == TokenKind::Word && text == own.as_str();
        if depth == 1 && is_word && out.ends_with(&[" ", "COLLATE", " ", text]) {
            out.truncate(out.len() - 4);
            let set = out.last().copied().unwrap_or_default();
            if out.ends_with(&[" ", "CHARACTER", " ", "SET", " ", set]) {
                out.truncate(out.len() - 6);
            }
        }
    }
    out.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_it_once() {
        let rows = [
            (
                "varchar(9) COLLATE utf8mb4_bin NOT NULL",
                "varchar(9) NOT NULL",
            ),
            ("text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "text"),
            (
                "text CHARACTER SET latin1 COLLATE latin1_bin",
                "text CHARACTER SET latin1 COLLATE latin1_bin",
            ),
            (
                "text COMMENT ' COLLATE utf8mb4_bin'",
                "text COMMENT ' COLLATE utf8mb4_bin'",
            ),
            (
                "text COLLATE utf8mb4_bin GENERATED ALWAYS AS ((`b` COLLATE utf8mb4_bin)) VIRTUAL",
                "text GENERATED ALWAYS AS ((`b` COLLATE utf8mb4_bin)) VIRTUAL",
            ),
        ];
        for (column, expected) in rows {
            let table = |column: &str| {
                format!(
                    "CREATE TABLE `t` (\n  `a` {column}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
                )
            };
            assert_eq!(without_own(&table(column)), table(expected));
        }
        let plain = "CREATE TABLE `t` (\n  `a` text CHARACTER SET latin1 COLLATE latin1_bin\n) ENGINE=InnoDB";
        assert_eq!(without_own(plain), plain);
    }
}
