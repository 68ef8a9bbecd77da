//! Which objects a statement defines, so that they can be looked at before and after.

use crate::sql::cursor::Cursor;
use crate::sql::lexer::{TokenKind, tokens};
use crate::sql::{Object, ObjectKind, Syntax};

/// What a statement of [`Kind::Definition`](crate::sql::classifier::Kind::Definition) concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Definition {
    /// Each once, in the order of the statement; none when it cannot be told.
    pub(crate) objects: Vec<Object>,
}

/// A temporary table that a statement creates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TemporaryTable {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    pub(crate) filled: Filled,
}

/// Whether a table has rows when it is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    Empty,
    /// By a query: `CREATE TABLE ... SELECT`.
    ByQuery,
}

/// The objects whose definition a statement changes. The statement must be rendered: no `#__` is left in it.
pub(crate) fn read(statement: &str, syntax: Syntax) -> Definition {
    let mut cursor = Cursor::new(statement, syntax);
    let found = match cursor.takes_any(&["create", "alter", "drop", "rename"]) {
        Some("create") => create(&mut cursor),
        Some("alter") => alter(&mut cursor),
        Some("drop") => drop(&mut cursor),
        Some("rename") => rename(&mut cursor),
        _ => None,
    };
    let mut objects = Vec::new();
    for object in found.unwrap_or_default() {
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    Definition { objects }
}

/// The procedure that a CALL names.
pub(crate) fn called(statement: &str, syntax: Syntax) -> Option<Object> {
    let mut cursor = Cursor::new(statement, syntax);
    cursor
        .takes("call")
        .then(|| object(&mut cursor, ObjectKind::Procedure))?
}

/// The temporary table that a CREATE TEMPORARY TABLE makes.
pub(crate) fn temporary_table(statement: &str, syntax: Syntax) -> Option<TemporaryTable> {
    let mut cursor = Cursor::new(statement, syntax);
    if !cursor.takes("create") || !matches!(word(&mut cursor), Some("table" | "sequence")) {
        return None;
    }
    cursor.skip_condition();
    let (schema, name) = cursor.full_name()?;
    let asks = |(kind, text): &(TokenKind, &str)| {
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        *kind == TokenKind::Word && (is("select") || is("values") || is("table"))
    };
    let filled = match cursor.rest().iter().any(asks) {
        true => Filled::ByQuery,
        false => Filled::Empty,
    };
    Some(TemporaryTable {
        schema,
        name,
        filled,
    })
}

/// All words and quoted names of a statement, without quotes: whether it mentions a table.
pub(crate) fn words(statement: &str, syntax: Syntax) -> impl Iterator<Item = String> {
    tokens(statement, syntax).filter_map(|(kind, text)| match kind {
        TokenKind::Word => Some(text.to_owned()),
        TokenKind::Quoted => Some(crate::sql::cursor::unquoted(text)),
        _ => None,
    })
}

/// What CREATE, ALTER and DROP can be about, apart from what nobody compares.
const OBJECTS: [(&str, ObjectKind); 9] = [
    ("table", ObjectKind::Table),
    ("tables", ObjectKind::Table),
    ("sequence", ObjectKind::Table),
    ("view", ObjectKind::View),
    ("trigger", ObjectKind::Trigger),
    ("procedure", ObjectKind::Procedure),
    ("function", ObjectKind::Function),
    ("event", ObjectKind::Event),
    // Its table is what changes.
    ("index", ObjectKind::Table),
];

/// Takes what stands between the verb and the object's name: OR REPLACE, DEFINER = a@b, the object's kind.
fn word(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    let words = OBJECTS.map(|(word, _)| word);
    loop {
        if !matches!(cursor.before(), "=" | "@")
            && let Some(word) = cursor.takes_any(&words)
        {
            return Some(word);
        }
        cursor.next()?;
    }
}

fn kind_of(word: &str) -> Option<ObjectKind> {
    let found = OBJECTS.iter().find(|(known, _)| *known == word);
    found.map(|(_, kind)| *kind)
}

fn object(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Option<Object> {
    let (schema, name) = cursor.full_name()?;
    Some(Object { kind, schema, name })
}

fn create(cursor: &mut Cursor<'_>) -> Option<Vec<Object>> {
    let word = word(cursor)?;
    if word == "index" && !cursor.skip_to("on") {
        return None;
    }
    cursor.skip_condition();
    Some(vec![object(cursor, kind_of(word)?)?])
}

fn alter(cursor: &mut Cursor<'_>) -> Option<Vec<Object>> {
    let kind = kind_of(word(cursor)?)?;
    cursor.skip_condition();
    let mut objects = vec![object(cursor, kind)?];
    match kind {
        ObjectKind::Table => {
            cursor.takes("nowait");
            if cursor.takes("wait") {
                cursor.next();
            }
            alterations(cursor, &mut objects)?;
        }
        ObjectKind::Event => {
            // The body, which begins with DO, is not about the event.
            while !cursor.rest().is_empty() && !cursor.sees("do") {
                if cursor.takes("rename") && cursor.takes("to") {
                    objects.push(object(cursor, kind)?);
                }
                cursor.next();
            }
        }
        ObjectKind::View | ObjectKind::Trigger | ObjectKind::Procedure | ObjectKind::Function => {}
    }
    Some(objects)
}

/// What an ALTER TABLE makes of other names.
fn alterations(cursor: &mut Cursor<'_>, objects: &mut Vec<Object>) -> Option<()> {
    let mut depth = 0_u32;
    let mut first = true;
    while !cursor.rest().is_empty() {
        let begins = depth == 0 && (first || cursor.before() == ",");
        first = false;
        if begins && cursor.takes("rename") {
            if ["index", "key", "column"]
                .iter()
                .any(|word| cursor.sees(word))
            {
                continue;
            }
            let _ = cursor.takes_any(&["to", "as"]).is_some() || cursor.takes_sign("=");
            objects.push(object(cursor, ObjectKind::Table)?);
        } else if begins && cursor.takes("convert") {
            // MariaDB: CONVERT TABLE a TO PARTITION p, CONVERT PARTITION p TO TABLE a.
            if cursor.takes("partition") {
                cursor.name()?;
                cursor.takes("to");
            }
            if cursor.takes("table") {
                objects.push(object(cursor, ObjectKind::Table)?);
            }
        } else if cursor.takes_sign("(") {
            depth += 1;
        } else if cursor.takes_sign(")") {
            depth = depth.saturating_sub(1);
        } else {
            cursor.next();
        }
    }
    Some(())
}

fn drop(cursor: &mut Cursor<'_>) -> Option<Vec<Object>> {
    let word = word(cursor)?;
    if word == "index" && !cursor.skip_to("on") {
        return None;
    }
    cursor.skip_condition();
    let kind = kind_of(word)?;
    let mut objects = vec![object(cursor, kind)?];
    while cursor.takes_sign(",") {
        objects.push(object(cursor, kind)?);
    }
    Some(objects)
}

fn rename(cursor: &mut Cursor<'_>) -> Option<Vec<Object>> {
    cursor.takes_any(&["table", "tables"])?;
    cursor.skip_condition();
    let mut objects = Vec::new();
    loop {
        objects.push(object(cursor, ObjectKind::Table)?);
        cursor.takes("nowait");
        if cursor.takes("wait") {
            cursor.next();
        }
        if !cursor.takes("to") {
            return None;
        }
        objects.push(object(cursor, ObjectKind::Table)?);
        if !cursor.takes_sign(",") {
            return Some(objects);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(objects: &[Object]) -> String {
        let shown: Vec<_> = objects
            .iter()
            .map(|Object { kind, schema, name }| match schema {
                None => format!("{kind:?} {name}"),
                Some(schema) => format!("{kind:?} {schema}.{name}"),
            })
            .collect();
        shown.join(", ")
    }

    #[test]
    fn names_objects() {
        let rows = [
            ("CREATE TABLE t (a INT)", "Table t"),
            (
                "create table if not exists `a``b` . `t-1` (a INT)",
                "Table a`b.t-1",
            ),
            ("CREATE TABLE/*!50001 d*/./*!50001 t*/ (a INT)", "Table d.t"),
            ("CREATE OR REPLACE SEQUENCE s", "Table s"),
            ("CREATE TABLE t LIKE u", "Table t"),
            ("CREATE INDEX i ON d.t (a)", "Table d.t"),
            (
                "CREATE UNIQUE INDEX IF NOT EXISTS i USING BTREE ON t (a)",
                "Table t",
            ),
            ("DROP INDEX `on` ON t", "Table t"),
            ("DROP INDEX IF EXISTS i ON t", "Table t"),
            (
                "CREATE ALGORITHM=MERGE DEFINER=`table`@`view` SQL SECURITY INVOKER VIEW v AS SELECT 1",
                "View v",
            ),
            (
                "CREATE DEFINER = event@trigger TRIGGER IF NOT EXISTS d.t BEFORE INSERT ON x FOR EACH ROW SET @a = 1",
                "Trigger d.t",
            ),
            (
                "/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN END */",
                "Trigger t",
            ),
            ("CREATE PROCEDURE p() ALTER TABLE t RENAME u", "Procedure p"),
            (
                "CREATE AGGREGATE FUNCTION IF NOT EXISTS f(a INT) RETURNS INT RETURN 1",
                "Function f",
            ),
            (
                "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
                "Event e",
            ),
            ("ALTER TABLE t ADD a INT", "Table t"),
            ("ALTER ONLINE TABLE IF EXISTS t WAIT 1 ADD a INT", "Table t"),
            ("ALTER TABLE a RENAME b", "Table a, Table b"),
            ("ALTER TABLE a RENAME = b", "Table a, Table b"),
            (
                "ALTER TABLE a ADD rename INT, ENGINE=InnoDB, RENAME TO `c`.`b`",
                "Table a, Table c.b",
            ),
            (
                "ALTER TABLE a RENAME INDEX x TO y, RENAME COLUMN z TO w, RENAME AS b",
                "Table a, Table b",
            ),
            ("ALTER TABLE a ADD CHECK (b IN (1, rename))", "Table a"),
            (
                "ALTER TABLE a CONVERT PARTITION p TO TABLE b",
                "Table a, Table b",
            ),
            ("ALTER TABLE a CONVERT TO CHARACTER SET utf8mb4", "Table a"),
            ("ALTER VIEW v AS SELECT 1", "View v"),
            (
                "ALTER DEFINER=a@b EVENT e ON COMPLETION PRESERVE RENAME TO f",
                "Event e, Event f",
            ),
            ("ALTER EVENT e DO RENAME TABLE a TO b", "Event e"),
            ("ALTER PROCEDURE p COMMENT 'x'", "Procedure p"),
            ("ALTER SEQUENCE s RESTART 1", "Table s"),
            (
                "DROP TABLE a, `b`, c.d CASCADE",
                "Table a, Table b, Table c.d",
            ),
            ("DROP TABLES a", "Table a"),
            ("DROP VIEW a, b", "View a, View b"),
            ("DROP FUNCTION d.f", "Function d.f"),
            (
                "RENAME TABLE a TO b, c TO d, b TO a",
                "Table a, Table b, Table c, Table d",
            ),
            (
                "SET STATEMENT lock_wait_timeout = 1 FOR DROP TABLE a",
                "Table a",
            ),
            ("RENAME USER a TO b", ""),
            ("ALTER DATABASE d CHARACTER SET utf8mb4", ""),
            ("CREATE TABLE", ""),
            ("CREATE TABLE \"t\" (a INT)", ""),
            ("SELECT 1", ""),
        ];
        for (statement, expected) in rows {
            let found = read(statement, Syntax::mysql("")).objects;
            assert_eq!(shown(&found), expected, "{statement}");
        }
        let ansi = read(
            "CREATE TABLE \"a\"\"b\".\"t\" (a INT)",
            Syntax::mysql("ANSI"),
        );
        assert_eq!(shown(&ansi.objects), "Table a\"b.t");
    }

    #[test]
    fn names_what_is_called() {
        for (statement, expected) in [
            ("CALL p", "Procedure p"),
            ("/*!50001 call `d` . `p`(1) */", "Procedure d.p"),
            ("SELECT 1", ""),
        ] {
            let found: Vec<_> = called(statement, Syntax::mysql("")).into_iter().collect();
            assert_eq!(shown(&found), expected, "{statement}");
        }
    }

    #[test]
    fn names_temporary_tables() {
        let rows = [
            (
                "CREATE TEMPORARY TABLE t (a INT)",
                Some(("t", Filled::Empty)),
            ),
            (
                "CREATE TEMPORARY TABLE IF NOT EXISTS d.t LIKE u",
                Some(("t", Filled::Empty)),
            ),
            (
                "CREATE OR REPLACE TEMPORARY TABLE t SELECT 1",
                Some(("t", Filled::ByQuery)),
            ),
            (
                "CREATE TEMPORARY TABLE t (a INT) AS (SELECT 1)",
                Some(("t", Filled::ByQuery)),
            ),
            (
                "CREATE TEMPORARY TABLE t (a INT COMMENT 'select')",
                Some(("t", Filled::Empty)),
            ),
            ("DROP TEMPORARY TABLE t", None),
        ];
        for (statement, expected) in rows {
            let found = temporary_table(statement, Syntax::mysql(""));
            let found = found
                .as_ref()
                .map(|table| (table.name.as_str(), table.filled));
            assert_eq!(found, expected, "{statement}");
        }
    }

    #[test]
    fn names_words() {
        let found: Vec<_> = words("UPDATE `a``b`.c SET d = 'e' -- f", Syntax::mysql("")).collect();
        assert_eq!(found, ["UPDATE", "a`b", "c", "SET", "d"]);
    }
}
