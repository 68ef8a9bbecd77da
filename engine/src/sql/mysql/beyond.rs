//! What a statement reaches beyond the schema that it runs in, as far as its text tells: other schemas, the server, files.

use super::routine::body_kinds;
use super::session::{self, Executed, Prepare, Source};
use crate::sql::Syntax;
use crate::sql::cursor::{Cursor, Token, unquoted};
use crate::sql::lexer::{TokenKind, tokens};

/// The schemas of a server, as somebody in one of them has to know them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Neighbours {
    own: String,
    /// In lower case: whether letters count is a matter of the server's file system.
    others: Vec<String>,
}

const SERVER: &str = "is about the server";
const UNREADABLE: &str = "executes a text that cannot be read before it does";
const FILE: &str = "reads or writes a file";
const FAR: &str = "makes a table whose rows are elsewhere";

/// Storage engines whose tables have their rows in another place than the schema's folder.
const FAR_ENGINES: [&str; 6] = [
    "federated",
    "federatedx",
    "connect",
    "spider",
    "s3",
    "sphinx",
];

impl Neighbours {
    /// Of the schema `own`, with the others that its user can see.
    pub(crate) fn new(own: impl Into<String>, others: impl IntoIterator<Item = String>) -> Self {
        let others = others.into_iter().map(|name| name.to_lowercase());
        Self {
            own: own.into().to_lowercase(),
            others: others.collect(),
        }
    }

    /// Whether a table's full name, as in `shop.orders`, is that of another schema's, which is not there for reading only.
    pub(crate) fn is_elsewhere(&self, full_name: &str) -> bool {
        let schema = full_name.split_once('.').map(|(schema, _)| schema);
        schema.is_some_and(|schema| {
            let schema = schema.to_lowercase();
            schema != self.own && schema != "information_schema"
        })
    }

    /// The first other schema that a text names: a name of one with a dot behind it.
    fn named_in<'t>(&self, tokens: &[Token<'t>]) -> Option<String> {
        let dot = (TokenKind::Other, ".");
        let is_behind = |at: usize, sign: &str| {
            at.checked_sub(1)
                .is_some_and(|before| tokens[before] == (TokenKind::Other, sign))
        };
        tokens.windows(2).enumerate().find_map(|(at, pair)| {
            let is_first = !is_behind(at, ".") && !is_behind(at, "@");
            let name = name(pair[0]).filter(|_| pair[1] == dot && is_first)?;
            let known = self
                .others
                .iter()
                .any(|other| *other == name.to_lowercase());
            known.then_some(name)
        })
    }
}

/// What a statement does beyond its schema, in words; `None`: nothing. `statement`: as the server gets it; what makes a
/// routine, a trigger or an event does what its body does.
pub(crate) fn beyond(statement: &str, syntax: Syntax, neighbours: &Neighbours) -> Option<String> {
    let read = Cursor::new(statement, syntax).rest().to_vec();
    if let Some(name) = neighbours.named_in(&read) {
        return Some(format!("names the database {name}"));
    }
    if let Some(what) = anywhere(&read) {
        return Some(what.to_owned());
    }
    let inner = body_kinds(statement, syntax).map(|inner| inner.sql);
    // Whoever puts a text together may end the statement in it and begin another one.
    let parts = between_semicolons(statement, syntax).into_iter();
    let mut all = std::iter::once(statement).chain(inner).chain(parts);
    all.find_map(|part| by_verb(part, syntax, neighbours))
}

fn between_semicolons(statement: &str, syntax: Syntax) -> Vec<&str> {
    let (mut parts, mut begin, mut at) = (Vec::new(), 0, 0);
    for (kind, text) in tokens(statement, syntax) {
        at += text.len();
        if kind == TokenKind::Semicolon {
            parts.push(&statement[begin..at - text.len()]);
            begin = at;
        }
    }
    parts.push(&statement[begin..]);
    parts
}

/// What a body of a view, a routine, a trigger or an event reaches.
#[cfg(any(feature = "mysql", test))]
pub(crate) fn beyond_body(body: &str, syntax: Syntax, neighbours: &Neighbours) -> Option<String> {
    beyond(&format!("CREATE PROCEDURE p() {body}"), syntax, neighbours)
}

/// What words say wherever they stand.
fn anywhere(tokens: &[Token<'_>]) -> Option<&'static str> {
    let word = |at: usize| match tokens.get(at) {
        Some((TokenKind::Word, text)) => text.to_ascii_lowercase(),
        _ => String::new(),
    };
    let value = |at: usize| {
        let behind = at + 1 + usize::from(tokens.get(at + 1).map(|token| token.1) == Some("="));
        tokens.get(behind).copied()
    };
    let makes = matches!(word(0).as_str(), "create" | "alter");
    (0..tokens.len()).find_map(|at| {
        let before = at.checked_sub(1).map(|at| tokens[at].1);
        match word(at).as_str() {
            "engine" | "storage_engine" | "default_storage_engine" => {
                let engine = value(at).and_then(name).unwrap_or_default();
                is_far(&engine).then_some(FAR)
            }
            _ if matches!(before, Some("." | "@")) => None,
            "connection" if makes && matches!(value(at), Some((TokenKind::Text, _))) => Some(FAR),
            "outfile" | "infile" => Some(FILE),
            "dumpfile" if before.is_some_and(|word| word.eq_ignore_ascii_case("into")) => {
                Some(FILE)
            }
            "soname" if word(0) == "create" => Some(SERVER),
            _ => None,
        }
    })
}

/// Whether the rows of such a table are elsewhere.
pub(crate) fn is_far(engine: &str) -> bool {
    FAR_ENGINES
        .iter()
        .any(|far| engine.eq_ignore_ascii_case(far))
}

/// What a statement does by what it begins with.
fn by_verb(statement: &str, syntax: Syntax, neighbours: &Neighbours) -> Option<String> {
    let mut cursor = Cursor::new(statement, syntax);
    let (TokenKind::Word, verb) = cursor.next()? else {
        return None;
    };
    let inner = |source: Source| match source {
        Source::Text(text) => beyond(&text, syntax, neighbours),
        Source::Variable(_) | Source::Computed => Some(UNREADABLE.to_owned()),
    };
    let what = match verb.to_ascii_lowercase().as_str() {
        "use" => Some("goes to another database"),
        "load" => Some(FILE),
        "grant" | "revoke" | "flush" | "reset" | "purge" | "shutdown" | "restart" | "kill"
        | "install" | "uninstall" | "change" | "stop" | "clone" | "binlog" | "cache" | "backup"
        | "import" => Some(SERVER),
        "start" => cursor
            .takes_any(&["slave", "replica", "all", "group_replication"])
            .map(|_| SERVER),
        "lock" => cursor.takes("instance").then_some(SERVER),
        "set" => {
            let of_the_server = cursor.sees("password")
                || cursor.takes("default") && cursor.sees("role")
                || cursor.takes("resource") && cursor.sees("group");
            let settings = session::settings(statement, syntax);
            (of_the_server || !settings.global.is_empty()).then_some(SERVER)
        }
        "create" | "alter" | "drop" | "rename" => of_the_server(&mut cursor).then_some(SERVER),
        "prepare" => {
            return match session::prepared(statement, syntax) {
                Some(Prepare::From { source, .. }) => inner(source),
                Some(Prepare::Deallocate { .. }) => None,
                None => Some(UNREADABLE.to_owned()),
            };
        }
        "execute" => {
            return match session::executed(statement, syntax) {
                Some(Executed::Immediate(source)) => inner(source),
                // What it was prepared from was read there.
                Some(Executed::Named(_)) => None,
                None => Some(UNREADABLE.to_owned()),
            };
        }
        _ => None,
    };
    what.map(str::to_owned)
}

/// Whether what is made, changed or dropped belongs to the server; the cursor stands behind the verb.
fn of_the_server(cursor: &mut Cursor<'_>) -> bool {
    while cursor.takes_any(&["or", "replace", "undo"]).is_some() {}
    let kinds = [
        "user",
        "role",
        "server",
        "tablespace",
        "logfile",
        "instance",
        "resource",
    ];
    if cursor.takes_any(&kinds).is_some() {
        return true;
    }
    if cursor.takes("spatial") {
        return cursor.sees("reference");
    }
    // Without a name it is about the schema at hand; these words can be no names.
    let unnamed = |cursor: &mut Cursor<'_>| {
        cursor
            .takes_any(&["character", "collate", "default"])
            .is_some()
    };
    cursor.takes_any(&["database", "schema"]).is_some() && !unnamed(cursor)
}

/// A name in any quotes: which of them quote names is a matter of the mode. No number.
fn name((kind, text): Token<'_>) -> Option<String> {
    match kind {
        TokenKind::Word if text.bytes().all(|byte| byte.is_ascii_digit()) => None,
        TokenKind::Word => Some(text.to_owned()),
        TokenKind::Quoted | TokenKind::Text => Some(unquoted(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_out() {
        let neighbours = Neighbours::new("aside", ["Shop", "other", "mysql"].map(str::to_owned));
        let shop = "names the database";
        let rows = [
            ("SELECT shop.id FROM `SHOP` . x", shop),
            ("SELECT \"shop\".f()", shop),
            ("CREATE VIEW v AS SELECT * FROM other.t", shop),
            (
                "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN INSERT INTO shop/**/.b VALUES (1); END",
                shop,
            ),
            ("DO NEXTVAL(shop.s)", shop),
            ("UPDATE a SET b = 'shop.c'", ""),
            ("SELECT a.shop.c, a.shop FROM a", ""),
            ("SELECT @shop.x, 1.5", ""),
            ("SELECT shops.x FROM shops", ""),
            ("SELECT aside.x.y FROM aside.x", ""),
            ("use shop", "goes to"),
            (
                "SET STATEMENT max_statement_time = 1 FOR GRANT ALL ON x TO y",
                SERVER,
            ),
            ("SET @a = 1, GLOBAL max_connections = 1", SERVER),
            ("SET @a = @@GLOBAL.max_connections", ""),
            ("SET GLOBAL TRANSACTION READ ONLY", SERVER),
            ("SET SESSION TRANSACTION READ ONLY", ""),
            ("SET PASSWORD = 'x'", SERVER),
            ("SET DEFAULT ROLE a FOR b", SERVER),
            ("SET ROLE a", ""),
            ("SET PERSIST max_connections = 1", SERVER),
            ("SET @@PERSIST_ONLY.max_connections = 1", SERVER),
            ("SET RESOURCE GROUP a FOR 7", SERVER),
            ("SET resource = 1", ""),
            ("START TRANSACTION", ""),
            ("START SLAVE", SERVER),
            ("CREATE OR REPLACE USER x", SERVER),
            ("CREATE OR REPLACE DATABASE x", SERVER),
            ("ALTER DATABASE `x` CHARACTER SET utf8mb4", SERVER),
            ("ALTER DATABASE CHARACTER SET utf8mb4", ""),
            ("ALTER SCHEMA DEFAULT COLLATE utf8mb4_bin", ""),
            ("DROP SCHEMA x", SERVER),
            ("RENAME USER a TO b", SERVER),
            ("RENAME TABLE a TO b", ""),
            ("CREATE SPATIAL INDEX i ON a (g)", ""),
            ("CREATE FUNCTION f RETURNS INT SONAME 'x.so'", SERVER),
            (
                "CREATE TABLE a (n INT) ENGINE = 'Federated' CONNECTION = 'x'",
                FAR,
            ),
            ("CREATE TABLE a (n INT) ENGINE InnoDB", ""),
            ("SET default_storage_engine = SPIDER", FAR),
            ("SET @@SESSION.default_storage_engine = 'federated'", FAR),
            ("CREATE TABLE a (n INT) CONNECTION = 'mysql://x/y'", FAR),
            ("UPDATE a SET connection = 'x', engine = 'x'", ""),
            ("LOAD DATA LOCAL INFILE 'x' INTO TABLE a", FILE),
            ("LOAD XML LOCAL x", FILE),
            ("SELECT 1 INTO DUMPFILE 'x'", FILE),
            ("SELECT a.outfile FROM a", ""),
            ("PREPARE s FROM 'INSERT INTO shop.a VALUES (1)'", shop),
            ("PREPARE s FROM 'INSERT INTO a VALUES (1)'", ""),
            ("PREPARE s FROM @x", UNREADABLE),
            ("PREPARE s FROM CONCAT('USE ', 'x')", UNREADABLE),
            ("EXECUTE s", ""),
            ("EXECUTE IMMEDIATE 'DROP USER x'", SERVER),
            ("EXECUTE IMMEDIATE @x", UNREADABLE),
            (
                "CREATE PROCEDURE p() BEGIN IF 1 THEN SET GLOBAL max_connections = 1; END IF; END",
                SERVER,
            ),
            (
                "CREATE PROCEDURE p() BEGIN DECLARE global INT; SET global = 1; END",
                "",
            ),
            ("CREATE PROCEDURE p() FLUSH TABLES", SERVER),
            (
                "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN PREPARE s FROM @x; EXECUTE s; END",
                UNREADABLE,
            ),
            (
                "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.n = 1",
                "",
            ),
            ("BEGIN NOT ATOMIC KILL 1; END", SERVER),
            ("l: BEGIN NOT ATOMIC DROP USER x; END", SERVER),
            ("/*!50003 DROP DATABASE */ x", SERVER),
            ("CALL p(1)", ""),
            ("KILL 7", SERVER),
            (
                "CREATE TEMPORARY TABLE t (a INT); FLUSH TABLES; -- )",
                SERVER,
            ),
            ("INSERT INTO a VALUES ('; FLUSH TABLES')", ""),
        ];
        for (statement, expected) in rows {
            let found = beyond(statement, Syntax::mysql(""), &neighbours).unwrap_or_default();
            assert!(
                found.starts_with(expected) && found.is_empty() == expected.is_empty(),
                "{statement}: {found:?}, not {expected:?}"
            );
        }
        let body = "BEGIN IF a THEN UPDATE other.t SET n = 1; END IF; END";
        assert!(beyond_body(body, Syntax::mysql(""), &neighbours).is_some());
        assert!(
            beyond_body(
                "BEGIN SET GLOBAL x = 1; END",
                Syntax::mysql(""),
                &neighbours
            )
            .is_some()
        );
        assert!(
            beyond_body(
                "select `aside`.`a`.`n` AS `n` from `aside`.`a`",
                Syntax::mysql(""),
                &neighbours
            )
            .is_none()
        );
    }
}
