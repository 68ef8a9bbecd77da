//! What a statement leaves in the session, or takes from it: variables, settings, prepared statements, the database.

use crate::sql::Syntax;
use crate::sql::cursor::Cursor;
use crate::sql::lexer::TokenKind;

/// Where the text of a prepared statement comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The text itself.
    Text(String),
    /// The user variable of this name.
    Variable(String),
    /// An expression, which MariaDB takes.
    Computed,
}

/// PREPARE or DEALLOCATE PREPARE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prepare {
    From { name: String, source: Source },
    Deallocate { name: String },
}

/// What an EXECUTE executes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Executed {
    /// The prepared statement of this name.
    Named(String),
    /// EXECUTE IMMEDIATE.
    Immediate(Source),
}

/// What a SET statement assigns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    /// User variables, as they are written.
    pub(crate) user: Vec<String>,
    /// The session's variables, in lower case. A routine's own look the same.
    pub(crate) session: Vec<String>,
    /// The server's variables, in lower case.
    pub(crate) global: Vec<String>,
    /// SET NAMES, SET CHARACTER SET.
    pub(crate) character_set: bool,
    /// SET SESSION TRANSACTION, which may be about the isolation level.
    pub(crate) isolation: bool,
    /// SET ROLE.
    pub(crate) role: bool,
}

/// What a PREPARE or DEALLOCATE PREPARE says.
pub(crate) fn prepared(statement: &str, syntax: Syntax) -> Option<Prepare> {
    let mut cursor = Cursor::new(statement, syntax);
    if cursor.takes_any(&["deallocate", "drop"]).is_some() {
        let name = cursor.takes("prepare").then(|| cursor.name())??;
        return Some(Prepare::Deallocate { name });
    }
    let name = cursor.takes("prepare").then(|| cursor.name())??;
    let source = cursor.takes("from").then(|| source(&mut cursor))?;
    Some(Prepare::From { name, source })
}

/// What an EXECUTE executes.
pub(crate) fn executed(statement: &str, syntax: Syntax) -> Option<Executed> {
    let mut cursor = Cursor::new(statement, syntax);
    if !cursor.takes("execute") {
        return None;
    }
    if cursor.takes("immediate") {
        return Some(Executed::Immediate(source(&mut cursor)));
    }
    cursor.name().map(Executed::Named)
}

fn source(cursor: &mut Cursor<'_>) -> Source {
    let found = match cursor.variable() {
        Some(name) => Some(Source::Variable(name)),
        None => cursor.text().map(Source::Text),
    };
    let ends = cursor.rest().is_empty() || cursor.sees("using");
    found.filter(|_| ends).unwrap_or(Source::Computed)
}

/// The database that a USE names.
pub(crate) fn use_target(statement: &str, syntax: Syntax) -> Option<String> {
    let mut cursor = Cursor::new(statement, syntax);
    cursor.takes("use").then(|| cursor.name())?
}

/// What a SET statement assigns; nothing for other statements.
pub(crate) fn settings(statement: &str, syntax: Syntax) -> Settings {
    let mut found = Settings::default();
    let mut cursor = Cursor::new(statement, syntax);
    if !cursor.takes("set") {
        return found;
    }
    if cursor.takes_any(&["names", "charset"]).is_some() || cursor.takes("character") {
        found.character_set = true;
    } else {
        assignment(&mut cursor, &mut found);
    }
    let mut depth = 0_u32;
    while let Some(token) = cursor.next() {
        match token {
            (TokenKind::Other, "(") => depth += 1,
            (TokenKind::Other, ")") => depth = depth.saturating_sub(1),
            (TokenKind::Other, ",") if depth == 0 => assignment(&mut cursor, &mut found),
            _ => {}
        }
    }
    found
}

fn assignment(cursor: &mut Cursor<'_>, found: &mut Settings) {
    if let Some(name) = cursor.variable() {
        found.user.push(name);
        return;
    }
    let is_system = cursor.takes_sign("@") && cursor.takes_sign("@");
    let scopes = ["global", "persist", "persist_only", "session", "local"];
    let scope = cursor.takes_any(&scopes);
    if is_system && scope.is_some() {
        cursor.takes_sign(".");
    }
    let Some(name) = cursor.name() else { return };
    let name = name.to_ascii_lowercase();
    match scope {
        // Without a scope it is for the next transaction only.
        Some("session" | "local") if name == "transaction" => found.isolation = true,
        None if name == "role" && !is_system && !cursor.sees_sign("=") => found.role = true,
        Some("global" | "persist" | "persist_only") => found.global.push(name),
        // NEW.a in a trigger.
        None if name == "new" && cursor.sees_sign(".") => {}
        // SET TRANSACTION and the like assign nothing.
        _ if !cursor.sees_sign("=") && !cursor.sees_sign(":") => {}
        _ => found.session.push(name),
    }
}

/// The user variables that a statement assigns, each once: by SET, `:=`, INTO, or as what CALL, LOAD DATA and GET
/// DIAGNOSTICS may write to.
pub(crate) fn assigned_variables(statement: &str, syntax: Syntax) -> Vec<String> {
    let mut found = settings(statement, syntax).user;
    let mut cursor = Cursor::new(statement, syntax);
    let any = ["call", "load", "get"].iter().any(|word| cursor.sees(word));
    let mut into = false;
    while !cursor.rest().is_empty() {
        if let Some(name) = cursor.variable() {
            if any || into || (cursor.sees_sign(":") && is_assigned(&cursor)) {
                found.push(name);
            }
            into &= cursor.takes_sign(",");
        } else {
            into = cursor.takes("into");
            if !into {
                // The second `@` of `@@name` begins no user variable.
                let at = cursor.takes_sign("@") && cursor.takes_sign("@");
                if !at || !cursor.rest().is_empty() {
                    cursor.next();
                }
            }
        }
    }
    let mut seen = Vec::new();
    found.retain(|name| {
        let lower = name.to_lowercase();
        let is_new = !seen.contains(&lower);
        seen.push(lower);
        is_new
    });
    found
}

fn is_assigned(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.rest(), [(_, ":"), (TokenKind::Other, "="), ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_prepared_statements() {
        let text = |text: &str| Source::Text(text.into());
        let from = |source| Prepare::From {
            name: "s".into(),
            source,
        };
        let rows = [
            (
                "PREPARE s FROM 'DROP TABLE `it''s`'",
                Some(from(text("DROP TABLE `it's`"))),
            ),
            (
                "prepare `s` from @`a b`",
                Some(from(Source::Variable("a b".into()))),
            ),
            (
                "PREPARE s FROM @a",
                Some(from(Source::Variable("a".into()))),
            ),
            (
                "PREPARE s FROM CONCAT('a', 'b')",
                Some(from(Source::Computed)),
            ),
            ("PREPARE s FROM 'a' || 'b'", Some(from(Source::Computed))),
            (
                "DEALLOCATE PREPARE s",
                Some(Prepare::Deallocate { name: "s".into() }),
            ),
            (
                "DROP PREPARE s",
                Some(Prepare::Deallocate { name: "s".into() }),
            ),
            ("DROP TABLE s", None),
        ];
        for (statement, expected) in rows {
            assert_eq!(
                prepared(statement, Syntax::mysql("")),
                expected,
                "{statement}"
            );
        }
        let rows = [
            ("EXECUTE s USING @a", Some(Executed::Named("s".into()))),
            (
                "EXECUTE IMMEDIATE 'a' USING 1",
                Some(Executed::Immediate(text("a"))),
            ),
            (
                "EXECUTE IMMEDIATE @a",
                Some(Executed::Immediate(Source::Variable("a".into()))),
            ),
            ("SELECT 1", None),
        ];
        for (statement, expected) in rows {
            assert_eq!(
                executed(statement, Syntax::mysql("")),
                expected,
                "{statement}"
            );
        }
    }

    #[test]
    fn reads_settings() {
        // User variables, the session's, the server's, and whether it is about character sets; isolation; roles.
        let rows = [
            ("SET @a = 1, @'b c' := 2", "a,b c;;;false"),
            ("SET @OLD=@@SQL_MODE, SQL_MODE='a,b'", "OLD;sql_mode;;false"),
            (
                "SET SESSION a = 1, @@b = f(1, 2), @@local.c = 3, LOCAL d = 4",
                ";a,b,c,d;;false",
            ),
            (
                "SET GLOBAL a = 1, @@persist.b = 2, PERSIST_ONLY c = 3",
                ";;a,b,c;false",
            ),
            ("SET NAMES utf8mb4, @a = 1", "a;;;true"),
            ("SET CHARACTER SET utf8", ";;;true"),
            ("SET NEW.a = 1", ";;;false"),
            ("SET `a` = 1", ";a;;false"),
            (
                "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                ";;;false;isolation",
            ),
            (
                "set local transaction read only, isolation level read committed",
                ";;;false;isolation",
            ),
            ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", ";;;false"),
            ("SET ROLE a", ";;;false;role"),
            ("SET ROLE `a`@`b`, c", ";;;false;role"),
            ("SET role = 1", ";role;;false"),
            ("SET DEFAULT ROLE a FOR b", ";;;false"),
            ("SELECT 1", ";;;false"),
        ];
        for (statement, expected) in rows {
            let found = settings(statement, Syntax::mysql(""));
            let lists = [&found.user, &found.session, &found.global].map(|names| names.join(","));
            let mut shown = format!("{};{}", lists.join(";"), found.character_set);
            shown += if found.isolation { ";isolation" } else { "" };
            shown += if found.role { ";role" } else { "" };
            assert_eq!(shown, expected, "{statement}");
        }
    }

    #[test]
    fn reads_variables() {
        let rows: &[(&str, &[&str])] = &[
            ("SET @a = 1, @b = @c", &["a", "b"]),
            ("SET @a = (@b := 1)", &["a", "b"]),
            ("SELECT @a := @a + 1, @A, @c", &["a"]),
            ("SELECT 1, 2 INTO @a, @`b`", &["a", "b"]),
            ("SELECT a INTO @x FROM t WHERE b = @y", &["x"]),
            ("SELECT @@sql_mode INTO @'m'", &["m"]),
            ("CALL p(@a, @@b, 1)", &["a"]),
            (
                "LOAD DATA INFILE 'x' INTO TABLE t (@a, b) SET c = @a",
                &["a"],
            ),
            ("SELECT 'a@b', @", &[]),
            ("SELECT @@", &[]),
        ];
        for (statement, expected) in rows {
            let found = assigned_variables(statement, Syntax::mysql(""));
            assert_eq!(found, *expected, "{statement}");
        }
    }

    #[test]
    fn reads_the_database() {
        for (statement, expected) in [
            ("USE `a-b`", Some("a-b")),
            ("use a", Some("a")),
            ("SELECT 1", None),
        ] {
            let found = use_target(statement, Syntax::mysql(""));
            assert_eq!(found.as_deref(), expected, "{statement}");
        }
    }
}
