//! What kind of statement SQLite's is, from SQLite's documentation of each statement.

use super::keyword::{Keyword, keyword};
use crate::sql::classifier::{Class, Danger, Kind};
use crate::sql::lexer::TokenKind;

/// How many leading words decide what a statement is.
const HEAD: usize = 4;

/// Collects what decides about one statement; [`Classifier::finish`] begins the next one.
#[derive(Debug, Default)]
pub(in crate::sql) struct Classifier {
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
    pub(in crate::sql) fn token(&mut self, kind: TokenKind, text: &[u8]) {
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
    pub(in crate::sql) fn finish(&mut self) -> Class {
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
