//! What kind of statement this is: the one place that knows. Fed with tokens while the splitter reads them.

use serde::Serialize;

use super::keyword::{Keyword, keyword};
use super::lexer::TokenKind;

/// What a statement means for the way it has to be run. From SQLite's documentation of each statement.
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
    /// `CREATE OR REPLACE`, `DROP ... IF EXISTS` of several, SET GLOBAL, SHOW.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Danger {
    /// DROP TABLE.
    DropTable,
    /// ALTER TABLE ... DROP COLUMN.
    DropColumn,
    /// DROP VIEW, INDEX or TRIGGER.
    DropObject,
    /// DELETE without WHERE.
    DeleteAll,
    /// UPDATE without WHERE.
    UpdateAll,
}

impl Danger {
    /// A word or two for a table.
    pub fn describe(self) -> &'static str {
        match self {
            Self::DropTable => "drops a table",
            Self::DropColumn => "drops a column",
            Self::DropObject => "drops a view, index or trigger",
            Self::DeleteAll => "deletes every row",
            Self::UpdateAll => "updates every row",
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

/// How many leading words decide what a statement is.
const HEAD: usize = 4;

/// Collects what decides about one statement; [`Classifier::finish`] begins the next one.
#[derive(Debug, Default)]
pub(crate) struct Classifier {
    head: [Keyword; HEAD],
    head_length: usize,
    /// Parentheses that are open.
    depth: u32,
    /// The first DELETE or UPDATE outside parentheses, which a WITH may precede.
    verb: Option<Keyword>,
    has_where: bool,
    drops_column: bool,
    reads_changes: bool,
    assigns: bool,
    /// The last two tokens.
    before: [Keyword; 2],
    /// It names what it creates in the schema temp, as in CREATE TABLE temp.x.
    in_temp: bool,
}

impl Classifier {
    /// Takes the next token of the statement.
    pub(crate) fn token(&mut self, kind: TokenKind, text: &[u8]) {
        if kind.is_layout() || kind == TokenKind::Semicolon {
            return;
        }
        let keyword = match kind {
            TokenKind::Word => keyword(text),
            TokenKind::Quoted if text[1..text.len() - 1].eq_ignore_ascii_case(b"temp") => {
                Keyword::Temp
            }
            _ => Keyword::Other,
        };
        if let [Keyword::Table | Keyword::Introduces, Keyword::Temp] = self.before
            && text == b"."
        {
            self.in_temp = true;
        }
        self.before = [self.before[1], keyword];
        match (kind, text) {
            (TokenKind::Other, b"(") => {
                self.depth += 1;
                self.assigns = true;
            }
            (TokenKind::Other, b")") => self.depth = self.depth.saturating_sub(1),
            (TokenKind::Other, b"=") => self.assigns = true,
            _ => {}
        }
        // A schema's name before a pragma's is passed over: PRAGMA main.foreign_keys.
        if kind == TokenKind::Other && text == b"." && self.head_length == 2 {
            self.head_length = 1;
            return;
        }
        if self.head_length < HEAD {
            self.head[self.head_length] = keyword;
            self.head_length += 1;
        }
        match keyword {
            Keyword::Update | Keyword::Delete if self.depth == 0 && self.verb.is_none() => {
                self.verb = Some(keyword);
            }
            Keyword::Where if self.depth == 0 => self.has_where = true,
            Keyword::Drop if self.head_length > 1 => self.drops_column = true,
            Keyword::Changes => self.reads_changes = true,
            _ => {}
        }
    }

    /// Judges the statement whose tokens were taken, and begins the next one.
    pub(crate) fn finish(&mut self) -> Class {
        let this = std::mem::take(self);
        Class {
            kind: this.kind(),
            danger: this.danger(),
            sets_changes: matches!(
                this.head[0],
                Keyword::Insert | Keyword::Update | Keyword::Delete | Keyword::With
            ),
            // What a trigger or a view asks, it asks when it is used.
            reads_changes: this.reads_changes
                && (this.head[0] != Keyword::Create || this.head[1..3].contains(&Keyword::Table)),
            sets_variables: false,
            can_fail: false,
        }
    }

    fn kind(&self) -> Kind {
        use Keyword as K;
        match self.head {
            [K::None, ..] => Kind::Empty,
            [K::Begin, ..] => Kind::Begin,
            [K::Commit | K::End, ..] => Kind::Commit,
            [K::Rollback, K::To, ..] | [K::Rollback, K::Transaction, K::To, _] => Kind::Savepoint,
            [K::Rollback, ..] => Kind::Rollback,
            [K::Savepoint | K::Release, ..] => Kind::Savepoint,
            [K::Pragma, K::ForeignKeys, ..] if self.assigns => Kind::ForeignKeysPragma,
            [K::Pragma, K::Lasting | K::ForeignKeys, ..] => Kind::Pragma,
            [K::Pragma, ..] if self.assigns => Kind::SessionPragma,
            [K::Pragma, ..] => Kind::Pragma,
            [K::Attach | K::Detach, ..] => Kind::Attach,
            [K::Vacuum, ..] => Kind::Vacuum,
            [K::Create, K::Temp, K::Table, _] => Kind::TempTable,
            [K::Create, K::Introduces, ..] if self.in_temp => Kind::TempDefinition,
            [K::Create, ..] if self.in_temp => Kind::TempTable,
            [K::Create, K::Temp, ..] => Kind::TempDefinition,
            _ => Kind::Ordinary,
        }
    }

    fn danger(&self) -> Option<Danger> {
        use Keyword as K;
        match (self.head, self.verb) {
            ([K::Explain, ..], _) => None,
            ([K::Drop, K::Table, ..], _) => Some(Danger::DropTable),
            ([K::Drop, ..], _) => Some(Danger::DropObject),
            ([K::Alter, ..], _) if self.drops_column => Some(Danger::DropColumn),
            ([K::Delete | K::With, ..], Some(K::Delete)) if !self.has_where => {
                Some(Danger::DeleteAll)
            }
            ([K::Update | K::With, ..], Some(K::Update)) if !self.has_where => {
                Some(Danger::UpdateAll)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Syntax;
    use crate::sql::lexer::tokens;

    fn classify(statement: &str) -> Class {
        let mut classifier = Classifier::default();
        for (kind, text) in tokens(statement, Syntax::SQLITE) {
            classifier.token(kind, text.as_bytes());
        }
        classifier.finish()
    }

    #[test]
    fn tells_kinds_apart() {
        let rows = [
            ("", Kind::Empty),
            (" -- only words\n;", Kind::Empty),
            ("begin immediate", Kind::Begin),
            ("END;", Kind::Commit),
            ("/* x */ COMMIT", Kind::Commit),
            ("ROLLBACK", Kind::Rollback),
            ("rollback transaction", Kind::Rollback),
            ("ROLLBACK TO x", Kind::Savepoint),
            ("ROLLBACK TRANSACTION TO SAVEPOINT x", Kind::Savepoint),
            ("RELEASE x", Kind::Savepoint),
            ("PRAGMA foreign_keys", Kind::Pragma),
            ("PRAGMA foreign_keys=OFF", Kind::ForeignKeysPragma),
            ("PRAGMA main . foreign_keys(0)", Kind::ForeignKeysPragma),
            ("PRAGMA user_version = 3", Kind::Pragma),
            ("PRAGMA auto_vacuum", Kind::Pragma),
            ("PRAGMA auto_vacuum = FULL", Kind::SessionPragma),
            ("PRAGMA table_info(x)", Kind::Pragma),
            ("PRAGMA recursive_triggers = 1", Kind::SessionPragma),
            ("PRAGMA journal_mode", Kind::Pragma),
            ("PRAGMA temp.cache_size = 1", Kind::SessionPragma),
            ("ATTACH 'x' AS y", Kind::Attach),
            ("VACUUM", Kind::Vacuum),
            ("CREATE TEMP TABLE x(a)", Kind::TempTable),
            ("CREATE TEMPORARY VIEW x AS SELECT 1", Kind::TempDefinition),
            ("CREATE TABLE temp(a)", Kind::Ordinary),
            ("CREATE TABLE \"temp\"(a)", Kind::Ordinary),
            ("CREATE TABLE a AS SELECT b FROM temp.c", Kind::Ordinary),
            ("CREATE TABLE temp.x(a)", Kind::TempTable),
            ("create table if not exists [Temp] . x(a)", Kind::TempTable),
            ("CREATE VIRTUAL TABLE temp.x USING fts5(a)", Kind::TempTable),
            ("CREATE VIEW temp.x AS SELECT 1", Kind::TempDefinition),
            ("SELECT 1", Kind::Ordinary),
        ];
        for (statement, kind) in rows {
            assert_eq!(classify(statement).kind, kind, "{statement}");
        }
    }

    #[test]
    fn sees_dangers() {
        let rows = [
            ("DROP TABLE IF EXISTS a", Some(Danger::DropTable)),
            ("DROP VIEW a", Some(Danger::DropObject)),
            ("ALTER TABLE a DROP COLUMN b", Some(Danger::DropColumn)),
            ("ALTER TABLE a ADD COLUMN b", None),
            ("DELETE FROM a", Some(Danger::DeleteAll)),
            ("DELETE FROM a WHERE b", None),
            (
                "DELETE FROM a RETURNING (SELECT 1 WHERE 1)",
                Some(Danger::DeleteAll),
            ),
            (
                "UPDATE a SET b = (SELECT c FROM d WHERE e)",
                Some(Danger::UpdateAll),
            ),
            (
                "WITH x AS (SELECT 1 WHERE 1) UPDATE a SET b = 1",
                Some(Danger::UpdateAll),
            ),
            ("WITH x AS (DELETE FROM y) SELECT 1", None),
            (
                "INSERT INTO a SELECT 1 ON CONFLICT DO UPDATE SET b = 1",
                None,
            ),
            (
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END",
                None,
            ),
            ("EXPLAIN DELETE FROM a", None),
            ("SELECT 'DROP TABLE a'", None),
        ];
        for (statement, danger) in rows {
            assert_eq!(classify(statement).danger, danger, "{statement}");
        }
    }

    #[test]
    fn sees_who_asks_for_changes() {
        for (statement, reads) in [
            ("UPDATE a SET b = changes() WHERE 1", true),
            ("SELECT Total_Changes()", true),
            ("CREATE TEMP TABLE t AS SELECT changes()", true),
            ("SELECT 'changes()'", false),
            (
                "CREATE TRIGGER t AFTER UPDATE ON a BEGIN SELECT changes(); END",
                false,
            ),
        ] {
            assert_eq!(classify(statement).reads_changes, reads, "{statement}");
        }
    }
}
