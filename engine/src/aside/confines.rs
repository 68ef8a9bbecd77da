//! What a statement reaches beyond the database that it runs in. Pure.

use crate::sql::classifier::{Class, Kind};
use crate::sql::facts::{Change, Facts};
use crate::sql::lexer::{self, TokenKind};
use crate::sql::mysql::beyond::{self, Neighbours};
use crate::sql::{Dialect, Syntax};

/// What a statement does beyond its database, in words; `None`: nothing, as far as its text tells. `statement`: as the
/// database gets it. `neighbours`: the other databases of its server.
pub(crate) fn beyond(
    statement: &str,
    class: Class,
    syntax: Syntax,
    neighbours: &Neighbours,
) -> Option<String> {
    match syntax.dialect {
        Dialect::Sqlite => match class.kind {
            Kind::Attach => Some("opens another database".to_owned()),
            Kind::Vacuum if words(statement, syntax).any(|word| word == "INTO") => {
                Some("writes a file".to_owned())
            }
            _ => None,
        },
        Dialect::Mysql => beyond::beyond(statement, syntax, neighbours)
            .or_else(|| elsewhere(statement, class, syntax, neighbours)),
    }
}

/// A table that is named with a schema, whether that is there or not.
fn elsewhere(
    statement: &str,
    class: Class,
    syntax: Syntax,
    neighbours: &Neighbours,
) -> Option<String> {
    let facts = Facts::read(statement, class, syntax);
    let changed = facts.changes.iter().filter_map(Change::table);
    let mut tables = changed.chain(&facts.uses.tables);
    let named = tables.find(|name| neighbours.is_elsewhere(name.as_str()))?;
    Some(format!("names a database: {}", named.as_str()))
}

/// The words of a statement in upper case.
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
            (mysql, "INSERT INTO aside.a VALUES (1)", false),
            (
                mysql,
                "INSERT INTO a SELECT 1 FROM information_schema.TABLES",
                false,
            ),
            (mysql, "START TRANSACTION", false),
            (mysql, "SELECT 1 INTO OUTFILE '/tmp/x'", true),
        ];
        for (dialect, statement, expected) in rows {
            let syntax = Syntax::of(dialect, "");
            let found = beyond(
                statement,
                classify(statement, syntax),
                syntax,
                &Neighbours::new("aside", []),
            );
            assert_eq!(
                found.is_some(),
                expected,
                "{dialect:?} {statement}: {found:?}"
            );
        }
    }
}
