//! What kind of statement this is. Fed with tokens while the splitter reads them; each dialect has its own table.

use super::lexer::TokenKind;
use super::{Dialect, Syntax, mysql, sqlite};

/// What a statement means for the way it has to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    /// No statement at all: white space, comments, a lone semicolon.
    #[default]
    Empty,
    /// A statement that may run inside a transaction and leaves nothing in the session.
    Ordinary,
    /// BEGIN.
    Begin,
    /// COMMIT or END.
    Commit,
    /// ROLLBACK, but not ROLLBACK TO.
    Rollback,
    /// SAVEPOINT, RELEASE or ROLLBACK TO.
    Savepoint,
    /// PRAGMA that asks, or sets what is kept in the database file.
    Pragma,
    /// PRAGMA that sets something of the session, or what a VACUUM of the same session has yet to put into the file.
    SessionPragma,
    /// PRAGMA foreign_keys with a value: without effect inside a transaction, silently.
    ForeignKeysPragma,
    /// ATTACH or DETACH.
    Attach,
    /// VACUUM: only outside a transaction.
    Vacuum,
    /// CREATE TEMP TABLE: data that is gone with the session.
    TempTable,
    /// CREATE TEMP VIEW, TRIGGER: definitions that are gone with the session.
    TempDefinition,
    /// DROP TEMPORARY TABLE.
    TempDrop,
    /// It commits by itself, and what it concerns can be compared before and after: CREATE, ALTER, DROP, RENAME of
    /// tables, views, triggers, procedures, functions, events.
    Definition,
    /// It commits by itself or is not kept in a transaction, and is harmless to repeat: TRUNCATE, OPTIMIZE, FLUSH,
    /// `CREATE OR REPLACE`, `DROP ... IF EXISTS`, SET GLOBAL.
    Repeatable,
    /// It commits by itself, and whether it has happened cannot be told: users, grants, databases, partitions exchanged.
    Untold,
    /// It sets something of the session: SET NAMES, SET of session variables, USE.
    Setting,
    /// SET autocommit, which the engine decides on.
    Autocommit,
    /// LOCK TABLES, UNLOCK TABLES, FLUSH TABLES WITH READ LOCK: the engine's own lock takes their place.
    TableLock,
    /// PREPARE, and DEALLOCATE PREPARE.
    Prepare,
    /// EXECUTE: what its prepared text is.
    Execute,
    /// CALL, and MariaDB's compound statements: what their body is.
    Call,
}

/// Something in a statement that deserves a second look before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Danger {
    /// DROP TABLE.
    DropTable,
    /// ALTER TABLE ... DROP COLUMN.
    DropColumn,
    /// DROP VIEW, INDEX or TRIGGER, and of MySQL's other objects.
    DropObject,
    /// DROP DATABASE.
    DropDatabase,
    /// DELETE without WHERE, and TRUNCATE.
    DeleteAll,
    /// UPDATE without WHERE.
    UpdateAll,
    /// It makes a table that no transaction protects, of MyISAM or Aria.
    Unprotected,
    /// It copies the table or keeps writers out while it works, for as long as the table is large.
    Rebuilds,
}

impl Danger {
    /// In words, where the statement tells no more.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::DropTable => "drops a table",
            Self::DropColumn => "drops a column",
            Self::DropObject => "drops a view, index or trigger",
            Self::DropDatabase => "drops a database",
            Self::DeleteAll => "deletes every row",
            Self::UpdateAll => "updates every row",
            Self::Unprotected => "makes a table that no transaction protects",
            Self::Rebuilds => "may rebuild or lock a table",
        }
    }
}

/// What the classifier found out about one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Class {
    pub(crate) kind: Kind,
    pub(crate) danger: Option<Danger>,
    /// It inserts, updates or deletes rows, so that `changes()` is about it.
    pub(crate) sets_changes: bool,
    /// It asks `changes()` or `total_changes()`, which the statement before it has set.
    pub(crate) reads_changes: bool,
    /// It sets user variables: `SET @x`, `@x :=`, `INTO @x`.
    pub(crate) sets_variables: bool,
    /// Its failure does not stop the script: `-- upgrade: can_fail` before it, or `/** CAN FAIL **/` in it.
    pub(crate) can_fail: bool,
}

/// Collects what decides about one statement; [`Classifier::finish`] begins the next one.
#[derive(Debug)]
pub(crate) struct Classifier {
    dialect: By,
    can_fail: bool,
    /// A token of the statement has been taken.
    inside: bool,
}

#[derive(Debug)]
enum By {
    Sqlite(sqlite::classifier::Classifier),
    Mysql(Box<mysql::classifier::Classifier>),
}

impl Classifier {
    pub(crate) fn new(syntax: Syntax) -> Self {
        Self {
            dialect: match syntax.dialect {
                Dialect::Sqlite => By::Sqlite(sqlite::classifier::Classifier::default()),
                Dialect::Mysql => By::Mysql(Box::default()),
            },
            can_fail: false,
            inside: false,
        }
    }

    /// Takes the next token of the statement.
    pub(crate) fn token(&mut self, kind: TokenKind, text: &[u8]) {
        match kind {
            TokenKind::Space => return,
            TokenKind::LineComment => self.can_fail |= !self.inside && line_says_can_fail(text),
            TokenKind::BlockComment => self.can_fail |= block_says_can_fail(text),
            _ => self.inside = true,
        }
        match &mut self.dialect {
            By::Sqlite(classifier) => classifier.token(kind, text),
            By::Mysql(classifier) => classifier.token(kind, text),
        }
    }

    /// Judges the statement whose tokens were taken, and begins the next one.
    pub(crate) fn finish(&mut self) -> Class {
        let class = match &mut self.dialect {
            By::Sqlite(classifier) => classifier.finish(),
            By::Mysql(classifier) => classifier.finish(),
        };
        self.inside = false;
        Class {
            can_fail: std::mem::take(&mut self.can_fail),
            ..class
        }
    }
}

/// The class of a statement that is all there.
pub(crate) fn classify(statement: &str, syntax: Syntax) -> Class {
    let mut classifier = Classifier::new(syntax);
    for (kind, text) in super::lexer::tokens(statement, syntax) {
        classifier.token(kind, text.as_bytes());
    }
    classifier.finish()
}

/// `-- upgrade: can_fail`, or with MySQL's `#`.
fn line_says_can_fail(comment: &[u8]) -> bool {
    let says = |comment: &str| crate::directive::text_of(comment) == Some(CAN_FAIL);
    memchr::memchr(b':', comment).is_some() && std::str::from_utf8(comment).is_ok_and(says)
}

/// What `-- upgrade: ...` says before a statement that may fail.
pub(crate) const CAN_FAIL: &str = "can_fail";

/// `/** CAN FAIL **/`, as Joomla's scripts have it.
fn block_says_can_fail(comment: &[u8]) -> bool {
    comment.len() < 40
        && comment
            .strip_prefix(b"/**")
            .and_then(|rest| rest.strip_suffix(b"**/"))
            .is_some_and(|words| words.trim_ascii().eq_ignore_ascii_case(b"can fail"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::lexer::tokens;

    #[test]
    fn sees_what_can_fail() {
        let rows = [
            ("ALTER TABLE a ADD b INT /** CAN FAIL **/", true),
            ("/** can fail **/ DROP TABLE a", true),
            ("ALTER TABLE a ADD b INT /* CAN FAIL */", false),
            ("-- upgrade: can_fail\nDROP TABLE a", true),
            ("-- words\n--upgrade:can_fail\n/* x */ DROP TABLE a", true),
            ("DROP -- upgrade: can_fail\nTABLE a", false),
            ("-- upgrade: can_fail = 1\nDROP TABLE a", false),
            ("SELECT '/** CAN FAIL **/'", false),
        ];
        for syntax in [Syntax::SQLITE, Syntax::mysql("")] {
            let mut classifier = Classifier::new(syntax);
            for (text, expected) in rows {
                for (kind, token) in tokens(text, syntax) {
                    classifier.token(kind, token.as_bytes());
                }
                assert_eq!(classifier.finish().can_fail, expected, "{text}");
            }
            for (kind, token) in tokens("# upgrade: can_fail\nSELECT 1", syntax) {
                classifier.token(kind, token.as_bytes());
            }
            assert_eq!(
                classifier.finish().can_fail,
                syntax.dialect == Dialect::Mysql
            );
        }
    }
}
