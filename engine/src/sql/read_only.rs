//! Statements behind which the session writes nothing any more, not even what the engine keeps.

use super::classifier::Kind;
use super::cursor::Cursor;
use super::lexer::TokenKind;
use super::piece::Piece;
use super::{Dialect, Syntax};

const REASON: &str = "behind it nothing can be written, not even that the script ran; leave it out";

/// What the servers call the setting, now and in older releases.
const SETTINGS: [&str; 2] = ["transaction_read_only", "tx_read_only"];

/// Why a statement that makes the session or a transaction read-only cannot be run from a script; `None`: it is another.
///
/// From the manuals: [PRAGMA query_only](https://www.sqlite.org/pragma.html#pragma_query_only),
/// [SET TRANSACTION](https://dev.mysql.com/doc/refman/8.4/en/set-transaction.html).
pub(crate) fn makes_read_only(piece: &Piece<'_>) -> Option<&'static str> {
    let (statement, syntax) = (piece.statement(), piece.syntax);
    let found = match (syntax.dialect, piece.class.kind) {
        (Dialect::Sqlite, Kind::SessionPragma) => is_query_only(statement, syntax),
        (Dialect::Mysql, Kind::Begin) => says_read_only(&mut Cursor::new(statement, syntax)),
        (Dialect::Mysql, Kind::Setting) => is_setting(statement, syntax),
        (_, _) => false,
    };
    found.then_some(REASON)
}

fn is_query_only(statement: &str, syntax: Syntax) -> bool {
    let mut cursor = Cursor::new(statement, syntax);
    cursor.takes("pragma");
    let mut name = cursor.name();
    if cursor.takes_sign(".") {
        name = cursor.name();
    }
    let is_it = name.is_some_and(|name| name.eq_ignore_ascii_case("query_only"));
    is_it && (cursor.takes_sign("=") || cursor.takes_sign("(")) && !is_off(&mut cursor)
}

/// `SET TRANSACTION`, or an assignment among others. What is set for all sessions is the server's, and lasts.
fn is_setting(statement: &str, syntax: Syntax) -> bool {
    let mut cursor = Cursor::new(statement, syntax);
    let mut transaction = cursor.clone();
    transaction.takes("set");
    transaction.takes_any(&["session", "local"]);
    if transaction.takes("transaction") {
        return says_read_only(&mut transaction);
    }
    while !cursor.rest().is_empty() {
        if cursor.variable().is_some() {
            continue;
        }
        let is_it = match cursor.next() {
            Some((TokenKind::Word | TokenKind::Quoted, name)) => {
                let name = name.trim_matches(['`', '"']);
                SETTINGS.iter().any(|it| name.eq_ignore_ascii_case(it))
            }
            Some(_) | None => false,
        };
        if is_it {
            cursor.takes_sign(":");
            if cursor.takes_sign("=") && !is_off(&mut cursor) {
                return true;
            }
        }
    }
    false
}

fn says_read_only(cursor: &mut Cursor<'_>) -> bool {
    while !cursor.rest().is_empty() {
        if cursor.takes("read") && cursor.takes("only") {
            return true;
        }
        cursor.next();
    }
    false
}

fn is_off(cursor: &mut Cursor<'_>) -> bool {
    let value = cursor.next().map_or("", |(_, value)| value);
    let value = value.trim_matches(['\'', '"']);
    let off = ["0", "off", "false", "no", "default"];
    off.iter().any(|off| value.eq_ignore_ascii_case(off))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::splitter::Splitter;

    #[test]
    fn tells_what_makes_a_session_read_only() {
        use Dialect::{Mysql, Sqlite};
        let rows = [
            (Sqlite, "PRAGMA query_only = ON", true),
            (Sqlite, "pragma main . \"query_only\"(1)", true),
            (Sqlite, "PRAGMA query_only = 'yes'", true),
            (Sqlite, "PRAGMA query_only", false),
            (Sqlite, "PRAGMA query_only = OFF", false),
            (Sqlite, "PRAGMA cache_size = 1", false),
            (Sqlite, "SELECT 'PRAGMA query_only = ON'", false),
            (Mysql, "SET SESSION TRANSACTION READ ONLY", true),
            (
                Mysql,
                "set local transaction isolation level read committed, read only",
                true,
            ),
            (Mysql, "SET TRANSACTION READ ONLY", true),
            (Mysql, "SET GLOBAL TRANSACTION READ ONLY", false),
            (Mysql, "SET SESSION TRANSACTION READ WRITE", false),
            (
                Mysql,
                "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
                false,
            ),
            (Mysql, "SET @@session.transaction_read_only = 1", true),
            (Mysql, "SET @a = 1, transaction_read_only := ON", true),
            (Mysql, "SET SESSION `tx_read_only` = TRUE", true),
            (Mysql, "SET tx_read_only = 0", false),
            (Mysql, "SET transaction_read_only = DEFAULT", false),
            (Mysql, "SET @transaction_read_only = 1", false),
            (Mysql, "SET @a = @@transaction_read_only", false),
            (Mysql, "START TRANSACTION READ ONLY", true),
            (
                Mysql,
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
                true,
            ),
            (Mysql, "START TRANSACTION READ WRITE", false),
            (Mysql, "BEGIN", false),
        ];
        for (dialect, statement, expected) in rows {
            let mut splitter =
                Splitter::new(statement.as_bytes(), Syntax::of(dialect, "")).expect("it is read");
            let piece = splitter.next(&mut ()).expect("it is cut");
            let piece = piece.expect("there is one");
            assert_eq!(makes_read_only(&piece).is_some(), expected, "{statement}");
        }
    }
}
