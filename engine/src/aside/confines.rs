//! What a statement reaches beyond the database that it runs in. Pure.

use crate::sql::classifier::{Class, Kind};
use crate::sql::facts::{Change, Facts};
use crate::sql::lexer::{self, TokenKind};
use crate::sql::{Dialect, Syntax};

/// What a statement does beyond its database, in words; `None`: nothing, as far as its text tells. `statement`: as the
/// database gets it.
pub(crate) fn beyond(statement: &str, class: Class, syntax: Syntax) -> Option<&'static str> {
    match syntax.dialect {
        Dialect::Sqlite => match class.kind {
            Kind::Attach => Some("opens another database"),
            Kind::Vacuum if words(statement, syntax).any(|word| word == "INTO") => {
                Some("writes a file")
            }
            _ => None,
        },
        Dialect::Mysql => on_a_server(statement, class, syntax),
    }
}

fn on_a_server(statement: &str, class: Class, syntax: Syntax) -> Option<&'static str> {
    let head: Vec<String> = words(statement, syntax).take(3).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    match head[..] {
        ["USE", ..] => return Some("goes to another database"),
        ["GRANT" | "REVOKE" | "FLUSH" | "RESET" | "PURGE" | "SHUTDOWN" | "KILL" | "INSTALL" | "UNINSTALL"
        | "CHANGE" | "START" | "STOP" | "CLONE" | "BINLOG" | "LOAD", ..]
        | ["SET", "GLOBAL" | "PERSIST" | "PERSIST_ONLY" | "PASSWORD", ..]
        | ["SET", "DEFAULT", "ROLE"]
        | ["CREATE" | "ALTER" | "DROP" | "RENAME", "USER" | "ROLE" | "DATABASE" | "SCHEMA" | "SERVER" | "TABLESPACE" | "LOGFILE", ..]
        // What a text that is made at run time says is not known.
        | ["EXECUTE" | "PREPARE", ..] => return Some("is about the server, or cannot be read"),
        _ => {}
    }
    if words(statement, syntax).any(|word| matches!(word.as_str(), "OUTFILE" | "DUMPFILE")) {
        return Some("writes a file");
    }
    let facts = Facts::read(statement, class, syntax);
    let changed = facts.changes.iter().map(Change::table);
    let elsewhere = changed
        .flatten()
        .chain(&facts.uses.tables)
        .any(|name| name.as_str().contains('.'));
    elsewhere.then_some("names a database")
}

/// The words of a statement in upper case, `@@GLOBAL.x` as GLOBAL and x.
fn words(statement: &str, syntax: Syntax) -> impl Iterator<Item = String> {
    lexer::tokens(statement, syntax).filter_map(|(kind, text)| match kind {
        TokenKind::Word => Some(text.to_ascii_uppercase()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::classifier::classify;

    #[test]
    fn what_reaches_out() {
        let (sqlite, mysql) = (Dialect::Sqlite, Dialect::Mysql);
        let rows = [
            (sqlite, "ATTACH 'x.db' AS x", true),
            (sqlite, "attach database ':memory:' as x", true),
            (sqlite, "VACUUM INTO 'x.db'", true),
            (sqlite, "VACUUM", false),
            (sqlite, "INSERT INTO a SELECT 'into'", false),
            (sqlite, "DELETE FROM main.a", false),
            (mysql, "USE shop", true),
            (mysql, "/* x */ use `shop`", true),
            (mysql, "INSERT INTO shop.a VALUES (1)", true),
            (mysql, "INSERT INTO a VALUES (1)", false),
            (mysql, "DROP TABLE shop.a", true),
            (mysql, "CREATE TABLE shop.a (n INT)", true),
            (mysql, "UPDATE a SET n = a.n + 1", false),
            (mysql, "UPDATE a SET n = (SELECT max(b.n) FROM b)", false),
            (mysql, "UPDATE a SET n = (SELECT max(n) FROM shop.b)", true),
            (mysql, "CREATE USER x", true),
            (mysql, "GRANT ALL ON *.* TO x", true),
            (mysql, "SET GLOBAL max_connections = 1", true),
            (mysql, "SET @@GLOBAL.max_connections = 1", true),
            (mysql, "SET NAMES utf8mb4", false),
            (mysql, "DROP DATABASE shop", true),
            (mysql, "FLUSH TABLES", true),
            (mysql, "SELECT 1 INTO OUTFILE '/tmp/x'", true),
        ];
        for (dialect, statement, expected) in rows {
            let syntax = Syntax::of(dialect, "");
            let found = beyond(statement, classify(statement, syntax), syntax);
            assert_eq!(
                found.is_some(),
                expected,
                "{dialect:?} {statement}: {found:?}"
            );
        }
    }
}
