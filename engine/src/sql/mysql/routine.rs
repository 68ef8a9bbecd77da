//! What the statements inside a routine's body are, to know what a CALL does.

use std::collections::HashSet;

use super::body::{Body, Step};
use super::session;
use crate::sql::Syntax;
use crate::sql::classifier::{Class, Kind, classify};
use crate::sql::lexer::{TokenKind, tokens};

/// A statement of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inner<'t> {
    pub(crate) class: Class,
    /// Its text, for [`called`](super::definition::called) and the like.
    pub(crate) sql: &'t str,
}

/// The statements inside a routine's definition, as SHOW CREATE gives it, or inside a compound statement, in their
/// order. What steers (IF, LOOP, FETCH, LEAVE, RETURN) and what sets the routine's own variables is `Ordinary` or
/// left out; a CALL is `Call`.
pub(crate) fn body_kinds(text: &str, syntax: Syntax) -> impl Iterator<Item = Inner<'_>> {
    let mut found = Vec::new();
    let mut own = HashSet::new();
    let mut body = Body::default();
    let mut part: Option<(usize, usize)> = None;
    let mut offset = 0;
    for (kind, token) in tokens(text, syntax) {
        let start = offset;
        offset += token.len();
        if kind.is_layout() || kind == TokenKind::Mark {
            continue;
        }
        match body.take(kind, token.as_bytes(), start) {
            Step::Part => part = Some((part.map_or(start, |(start, _)| start), offset)),
            Step::Cut | Step::Complete => found.extend(part.take()),
            Step::Around => part = None,
            Step::Declares => {
                part = None;
                own.insert(token.trim_matches('`').to_ascii_lowercase());
            }
        }
    }
    found.extend(part);
    found.into_iter().map(move |(start, end)| {
        let sql = &text[start..end];
        Inner {
            class: class(sql, syntax, &own),
            sql,
        }
    })
}

/// What steers a routine: it changes nothing itself.
const STEERING: [&str; 6] = ["close", "fetch", "iterate", "leave", "open", "return"];

fn class(sql: &str, syntax: Syntax, own: &HashSet<String>) -> Class {
    let class = classify(sql, syntax);
    let first = sql.split(|c: char| !c.is_ascii_alphabetic()).next();
    let steers =
        first.is_some_and(|first| STEERING.iter().any(|word| first.eq_ignore_ascii_case(word)));
    let sets_own = || {
        let settings = session::settings(sql, syntax);
        !settings.character_set && settings.session.iter().all(|name| own.contains(name))
    };
    let kind = match class.kind {
        Kind::Untold if steers => Kind::Ordinary,
        Kind::Setting | Kind::Autocommit if sets_own() => Kind::Ordinary,
        kind => kind,
    };
    Class { kind, ..class }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_statements_of_a_body() {
        let rows: &[(&str, &[(Kind, &str)])] = &[
            (
                "CREATE PROCEDURE p() UPDATE a SET b = 1",
                &[(Kind::Ordinary, "UPDATE a SET b = 1")],
            ),
            (
                "CREATE DEFINER=`r`@`%` PROCEDURE `p`(IN x INT)\nBEGIN\n DECLARE y, z INT;\n DECLARE EXIT HANDLER FOR NOT FOUND SET y = 1;\n SET y = x, x = 2;\n l: LOOP LEAVE l; END LOOP;\n IF y THEN DELETE FROM a; ELSE CALL d.q(1); END IF;\nEND",
                &[
                    (Kind::Ordinary, "SET y = 1"),
                    (Kind::Ordinary, "SET y = x, x = 2"),
                    (Kind::Ordinary, "LEAVE l"),
                    (Kind::Ordinary, "DELETE FROM a"),
                    (Kind::Call, "CALL d.q(1)"),
                ],
            ),
            (
                "BEGIN NOT ATOMIC SET sql_mode = ''; SET @a = 1; ALTER TABLE a ADD b INT; COMMIT; END",
                &[
                    (Kind::Setting, "SET sql_mode = ''"),
                    (Kind::Ordinary, "SET @a = 1"),
                    (Kind::Definition, "ALTER TABLE a ADD b INT"),
                    (Kind::Commit, "COMMIT"),
                ],
            ),
            (
                "CREATE PROCEDURE p() BEGIN FOR i IN (SELECT 1) DO SET i = 2; END FOR; SET autocommit = 0; END",
                &[
                    (Kind::Ordinary, "SET i = 2"),
                    (Kind::Autocommit, "SET autocommit = 0"),
                ],
            ),
            (
                "CREATE FUNCTION f() RETURNS INT RETURN IF(1, 2, 3)",
                &[(Kind::Ordinary, "RETURN IF(1, 2, 3)")],
            ),
            (
                "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1",
                &[(Kind::Ordinary, "SET NEW.b = 1")],
            ),
            (
                "CREATE PROCEDURE p() BEGIN PREPARE s FROM @a; EXECUTE s; END",
                &[
                    (Kind::Prepare, "PREPARE s FROM @a"),
                    (Kind::Execute, "EXECUTE s"),
                ],
            ),
        ];
        for (text, expected) in rows {
            let found: Vec<_> = body_kinds(text, Syntax::mysql(""))
                .map(|inner| (inner.class.kind, inner.sql))
                .collect();
            assert_eq!(found, *expected, "{text}");
        }
    }
}
