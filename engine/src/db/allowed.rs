//! What a program's statement means for the transaction that is open.

use crate::sql::Dialect;
use crate::sql::classifier::Kind;

/// How a statement of a program is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// In the transaction that is open.
    Inside,
    /// It commits by itself: what is open is committed before it, with the journal.
    Committing,
}

/// How a statement of this kind is run.
///
/// # Errors
/// Why a program must not, in words.
pub(super) fn how(dialect: Dialect, kind: Kind) -> Result<How, &'static str> {
    match kind {
        Kind::Empty => Err("there is no statement in it"),
        Kind::Begin | Kind::Commit | Kind::Rollback => Err(
            "the engine begins and ends the transactions; use a savepoint to take something back",
        ),
        Kind::Savepoint => Err("use the program's own savepoint function"),
        Kind::ForeignKeysPragma => Err("inside a transaction SQLite ignores it without a word; \
             write `-- upgrade: foreign_keys = off` at the top of the script"),
        Kind::Vacuum | Kind::Attach => Err(
            "SQLite cannot do it inside a transaction; put it into an SQL script with \
             `-- upgrade: transaction = off`",
        ),
        Kind::TableLock => Err("the engine's own lock sees to it that nobody else upgrades"),
        Kind::Autocommit => Err("the engine decides on it"),
        Kind::Prepare | Kind::Execute => Err("statements with values are prepared by themselves"),
        Kind::Ordinary
        | Kind::Pragma
        | Kind::SessionPragma
        | Kind::Setting
        | Kind::TempTable
        | Kind::TempDefinition
        | Kind::TempDrop => Ok(How::Inside),
        Kind::Definition | Kind::Repeatable | Kind::Untold | Kind::Call => Ok(match dialect {
            Dialect::Sqlite => How::Inside,
            Dialect::Mysql => How::Committing,
        }),
    }
}
