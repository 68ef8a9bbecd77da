//! How a statement is run, so that it can be kept together with its journal entry.

use crate::sql::Dialect;
use crate::sql::classifier::{Class, Kind};

/// How a statement of a script that runs statement by statement is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// In one transaction with its journal entry.
    Together,
    /// Outside a transaction, its journal entry after it: after a death in between it runs again, which does no harm.
    Bare,
    /// It commits by itself: the journal says before it that it is in flight, and what it would change.
    Flight,
    /// It begins the script's own transaction.
    Open,
    /// It belongs to the script's own transaction.
    Inside,
    /// It commits the script's own transaction, and the journal entry with it.
    Close,
    /// It rolls the script's own transaction back; its journal entry follows.
    Abandon,
    /// It is left out: the engine sees to what it is for, or it would have no effect.
    LeftOut,
}

/// How a statement of this kind is run. `own_transaction`: the script has begun one and not ended it; a step of
/// MySQL's that cannot be in one, [`Step::Flight`], [`Step::Bare`] or [`Step::Open`], commits it first.
///
/// # Errors
/// Why it cannot be run there, in words.
pub(crate) fn step(
    dialect: Dialect,
    kind: Kind,
    own_transaction: bool,
) -> Result<Step, &'static str> {
    match dialect {
        Dialect::Sqlite => step_on_sqlite(kind, own_transaction),
        Dialect::Mysql => step_on_mysql(kind, own_transaction),
    }
}

fn step_on_sqlite(kind: Kind, own_transaction: bool) -> Result<Step, &'static str> {
    match (kind, own_transaction) {
        (Kind::Begin, false) => Ok(Step::Open),
        (Kind::Begin, true) => Err("the transaction before it is not ended"),
        (Kind::Commit, true) => Ok(Step::Close),
        (Kind::Rollback, true) => Ok(Step::Abandon),
        (Kind::Commit | Kind::Rollback, false) => Err("there is no transaction that it could end"),
        (Kind::Savepoint, true) => Ok(Step::Inside),
        (Kind::Savepoint, false) => {
            Err("outside a transaction it would begin one; write BEGIN and COMMIT")
        }
        (Kind::Vacuum, true) => Err("SQLite cannot do it inside a transaction"),
        (Kind::ForeignKeysPragma, true) => {
            Err("inside a transaction SQLite ignores it without a word")
        }
        (
            Kind::Vacuum
            | Kind::Attach
            | Kind::Pragma
            | Kind::SessionPragma
            | Kind::ForeignKeysPragma,
            false,
        ) => Ok(Step::Bare),
        (Kind::Attach | Kind::Pragma | Kind::SessionPragma, true) => Ok(Step::Inside),
        (
            Kind::Empty
            | Kind::Ordinary
            | Kind::TempTable
            | Kind::TempDefinition
            | Kind::TempDrop
            | Kind::Definition
            | Kind::Repeatable
            | Kind::Untold
            | Kind::Setting
            | Kind::Autocommit
            | Kind::TableLock
            | Kind::Prepare
            | Kind::Execute
            | Kind::Call,
            _,
        ) => Ok(match own_transaction {
            true => Step::Inside,
            false => Step::Together,
        }),
    }
}

/// From the manuals' lists of statements that commit implicitly:
/// [MySQL](https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html),
/// [MariaDB](https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/).
fn step_on_mysql(kind: Kind, own_transaction: bool) -> Result<Step, &'static str> {
    match (kind, own_transaction) {
        (Kind::Begin, _) => Ok(Step::Open),
        (Kind::Commit, true) => Ok(Step::Close),
        (Kind::Rollback, true) => Ok(Step::Abandon),
        // Nothing to end, as the servers see it; but it would end the engine's own.
        (Kind::Commit | Kind::Rollback, false) => Ok(Step::LeftOut),
        (Kind::TableLock | Kind::Autocommit, _) => Ok(Step::LeftOut),
        (Kind::Savepoint, false) => {
            Err("outside a transaction it has no effect; write START TRANSACTION and COMMIT")
        }
        (Kind::Definition | Kind::Untold | Kind::Call, _) => Ok(Step::Flight),
        (Kind::Repeatable, _) => Ok(Step::Bare),
        (Kind::Setting | Kind::Prepare | Kind::TempTable | Kind::TempDrop, false) => Ok(Step::Bare),
        (
            Kind::Savepoint
            | Kind::Setting
            | Kind::Prepare
            | Kind::TempTable
            | Kind::TempDrop
            | Kind::Empty
            | Kind::Ordinary
            | Kind::Execute
            | Kind::TempDefinition
            | Kind::Pragma
            | Kind::SessionPragma
            | Kind::ForeignKeysPragma
            | Kind::Attach
            | Kind::Vacuum,
            true,
        ) => Ok(Step::Inside),
        (
            Kind::Empty
            | Kind::Ordinary
            | Kind::Execute
            | Kind::TempDefinition
            | Kind::Pragma
            | Kind::SessionPragma
            | Kind::ForeignKeysPragma
            | Kind::Attach
            | Kind::Vacuum,
            false,
        ) => Ok(Step::Together),
    }
}

/// Whether `changes()` in the next statement can answer about a statement of the script: nothing that the engine writes
/// may come between them. `known`: whether it can in this one.
pub(crate) fn knows_changes(known: bool, step: Step, class: Class) -> bool {
    match step {
        // Without a question in it, the statement begins a transaction of its own, behind a journal entry.
        Step::Together => class.sets_changes || (class.reads_changes && known),
        Step::Inside => class.sets_changes || known,
        Step::LeftOut => known,
        Step::Bare | Step::Flight | Step::Open | Step::Close | Step::Abandon => false,
    }
}

/// Whether a statement that is done has to run again in a new session, to make it what the old one was.
pub(crate) fn is_replayed(kind: Kind) -> bool {
    match kind {
        Kind::SessionPragma | Kind::ForeignKeysPragma | Kind::Attach | Kind::TempDefinition => true,
        Kind::Empty
        | Kind::Ordinary
        | Kind::Begin
        | Kind::Commit
        | Kind::Rollback
        | Kind::Savepoint
        | Kind::Pragma
        | Kind::Vacuum
        | Kind::TempTable
        | Kind::TempDrop
        | Kind::Definition
        | Kind::Repeatable
        | Kind::Untold
        | Kind::Setting
        | Kind::Autocommit
        | Kind::TableLock
        | Kind::Prepare
        | Kind::Execute
        | Kind::Call => false,
    }
}

/// Why a statement of this kind is left out, where a person should know.
pub(crate) fn why_left_out(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::TableLock => Some(
            "the engine's own lock keeps other upgrades away, and its journal could not be written",
        ),
        Kind::Autocommit => Some("the engine decides what is committed together"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        let rows = [
            (Kind::Ordinary, false, Some(Step::Together)),
            (Kind::Ordinary, true, Some(Step::Inside)),
            (Kind::Begin, false, Some(Step::Open)),
            (Kind::Begin, true, None),
            (Kind::Commit, true, Some(Step::Close)),
            (Kind::Commit, false, None),
            (Kind::Rollback, true, Some(Step::Abandon)),
            (Kind::Rollback, false, None),
            (Kind::Savepoint, true, Some(Step::Inside)),
            (Kind::Savepoint, false, None),
            (Kind::Vacuum, false, Some(Step::Bare)),
            (Kind::Vacuum, true, None),
            (Kind::Pragma, false, Some(Step::Bare)),
            (Kind::SessionPragma, true, Some(Step::Inside)),
            (Kind::ForeignKeysPragma, false, Some(Step::Bare)),
            (Kind::ForeignKeysPragma, true, None),
            (Kind::Attach, false, Some(Step::Bare)),
            (Kind::TempTable, false, Some(Step::Together)),
        ];
        for (kind, own_transaction, expected) in rows {
            assert_eq!(
                step(Dialect::Sqlite, kind, own_transaction).ok(),
                expected,
                "{kind:?} {own_transaction}"
            );
        }
    }

    #[test]
    fn changes_are_known_right_behind_what_made_them() {
        let sets = Class {
            sets_changes: true,
            ..Class::default()
        };
        let reads = Class {
            reads_changes: true,
            ..Class::default()
        };
        let other = Class::default();
        let rows = [
            (false, Step::Together, sets, true),
            (true, Step::Together, reads, true),
            (false, Step::Together, reads, false),
            (true, Step::Together, other, false),
            (true, Step::Inside, other, true),
            (false, Step::Inside, other, false),
            (false, Step::Inside, sets, true),
            (true, Step::Bare, other, false),
            (true, Step::Open, other, false),
            (true, Step::Close, other, false),
            (true, Step::Abandon, other, false),
        ];
        for (known, step, class, expected) in rows {
            assert_eq!(
                knows_changes(known, step, class),
                expected,
                "{known} {step:?} {class:?}"
            );
        }
    }
}
