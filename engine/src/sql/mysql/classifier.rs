//! What kind of statement MySQL's and MariaDB's is.

use super::keyword::{Keyword, Seen};
use super::last::Last;
use super::target::Targets;
use crate::sql::classifier::{Class, Danger, Kind};
use crate::sql::lexer::TokenKind;

/// How many leading words decide what a statement is, apart from what it concerns.
const HEAD: usize = 3;

/// Collects what decides about one statement; [`Classifier::finish`] begins the next one.
#[derive(Debug, Default)]
pub(in crate::sql) struct Classifier {
    head: [Keyword; HEAD],
    head_length: usize,
    /// What CREATE, ALTER, DROP is about: the first such word that is not a name.
    object: Keyword,
    /// TEMPORARY before the object.
    temporary: bool,
    /// The words outside parentheses.
    seen: Seen,
    /// What a WITH is about, after its parentheses.
    verb: Keyword,
    depth: u32,
    last: Last,
    /// It begins with a parenthesis.
    in_parentheses: bool,
    /// It begins with `name:`.
    is_labelled: bool,
    drops_column: bool,
    reads_changes: bool,
    writes_file: bool,
    /// `:=`, or `INTO @x`.
    assigns: bool,
    /// It names a user variable.
    has_variable: bool,
    /// The last name is that of a user variable.
    at_variable: bool,
    targets: Targets,
}

impl Classifier {
    /// Takes the next token of the statement.
    pub(in crate::sql) fn token(&mut self, kind: TokenKind, text: &[u8]) {
        let before = self.last;
        let Some(token) = before.next(kind, text) else {
            return;
        };
        if kind == TokenKind::Semicolon {
            return;
        }
        self.last = token;
        let keyword = match token {
            Last::Name(keyword) => keyword,
            _ => Keyword::Other,
        };
        if self.head_length < HEAD {
            self.in_parentheses |= self.head_length == 0 && token == Last::Open;
            self.is_labelled |= self.head_length == 1 && token == Last::Colon;
            self.head[self.head_length] = keyword;
            self.head_length += 1;
        }
        match token {
            Last::Open => self.depth += 1,
            Last::Close => self.depth = self.depth.saturating_sub(1),
            Last::Equals => self.assigns |= before == Last::Colon && self.at_variable,
            Last::At => self.assigns |= before == Last::Name(Keyword::Into),
            Last::Name(_) => {
                self.at_variable = before == Last::At;
                self.has_variable |= self.at_variable;
            }
            _ => {}
        }
        if self.depth == 0 && self.head[0] == Keyword::Set && self.head_length > 1 {
            self.targets.take(before, token);
        }
        if before == Last::Name(Keyword::Drop) && matches!(token, Last::Name(_)) {
            self.drops_column |= is_column(keyword);
        }
        if keyword != Keyword::Other {
            self.word(before, keyword);
        }
    }

    fn word(&mut self, before: Last, word: Keyword) {
        use Keyword as K;
        match word {
            K::FoundRows | K::RowCount => self.reads_changes = true,
            K::Outfile | K::Dumpfile => self.writes_file = true,
            _ => {}
        }
        if self.depth > 0 {
            return;
        }
        // SET STATEMENT variables FOR statement: the statement counts.
        if word == K::For && self.head[..2] == [K::Set, K::Statement] {
            *self = Self::default();
            return;
        }
        self.seen.add(word);
        if self.verb == K::None && matches!(word, K::Select | K::Update | K::Delete | K::Table) {
            self.verb = word;
        }
        let is_name = matches!(before, Last::Equals | Last::At);
        if self.object == K::None && self.head_length > 1 && !is_name {
            self.temporary |= word == K::Temporary;
            self.object = object(word);
        }
    }

    /// Judges the statement whose tokens were taken, and begins the next one.
    pub(in crate::sql) fn finish(&mut self) -> Class {
        let this = std::mem::take(self);
        let kind = this.kind();
        use Keyword as K;
        let keeps_text = matches!(this.head[0], K::Create | K::Alter) && this.object != K::Table;
        let assigns = match this.head[0] {
            K::Set => this.targets.user || this.assigns,
            K::Call | K::Load | K::Get => this.has_variable,
            _ => this.assigns,
        };
        Class {
            kind,
            danger: this.danger(),
            sets_changes: matches!(
                this.head[0],
                K::Insert | K::Update | K::Delete | K::Replace | K::With | K::Load
            ),
            reads_changes: this.reads_changes && !keeps_text,
            sets_variables: assigns && !keeps_text,
            can_fail: false,
        }
    }

    /// From the manuals' lists of statements that commit by themselves,
    /// [MySQL's](https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html) and
    /// [MariaDB's](https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/): what stands there, and
    /// what a transaction does not take back, is `Definition`, `Repeatable` or `Untold`.
    fn kind(&self) -> Kind {
        use Keyword as K;
        let [first, second, third] = self.head;
        match first {
            K::None => Kind::Empty,
            K::Create => self.create(),
            K::Alter => self.alter(),
            K::Drop => self.drop(),
            K::Rename if matches!(second, K::Table | K::Tables) => Kind::Definition,
            K::Truncate => Kind::Repeatable,
            // Statements about the tables' upkeep.
            K::Analyze
                if [second, third]
                    .iter()
                    .any(|word| matches!(word, K::Table | K::Tables)) =>
            {
                Kind::Repeatable
            }
            K::Optimize | K::Check | K::Repair | K::Cache => Kind::Repeatable,
            K::Load if second == K::Index => Kind::Repeatable,
            K::Flush if self.seen.has(K::Export) => Kind::TableLock,
            K::Flush if self.seen.has(K::Read) && self.seen.has(K::Lock) => Kind::TableLock,
            K::Flush => Kind::Repeatable,
            // Transactions and locks.
            K::Begin if second == K::Not => Kind::Call,
            K::Begin => Kind::Begin,
            K::Start if second == K::Transaction => Kind::Begin,
            K::Commit => Kind::Commit,
            K::Rollback if second == K::To || (second == K::Work && third == K::To) => {
                Kind::Savepoint
            }
            K::Rollback => Kind::Rollback,
            K::Savepoint | K::Release => Kind::Savepoint,
            K::Lock | K::Unlock => Kind::TableLock,
            // The session.
            K::Set => self.set(),
            K::Use => Kind::Setting,
            K::Prepare | K::Deallocate => Kind::Prepare,
            K::Execute => Kind::Execute,
            // https://mariadb.com/kb/en/programmatic-compound-statements/: they may stand outside of routines.
            K::Call | K::Case | K::If | K::Loop | K::Repeat | K::While | K::For | K::Declare => {
                Kind::Call
            }
            // https://dev.mysql.com/doc/refman/8.4/en/sql-data-manipulation-statements.html and what asks.
            K::Select | K::With | K::Values | K::Table if self.writes_file => Kind::Untold,
            K::Select | K::With | K::Values | K::Table => Kind::Ordinary,
            K::Insert | K::Update | K::Delete | K::Replace | K::Load | K::Do | K::Handler => {
                Kind::Ordinary
            }
            K::Show | K::Explain | K::Describe | K::Describes | K::Analyze | K::Checksum => {
                Kind::Ordinary
            }
            K::Get | K::Signal | K::Resignal => Kind::Ordinary,
            _ if self.in_parentheses && self.writes_file => Kind::Untold,
            _ if self.in_parentheses => Kind::Ordinary,
            _ if self.is_labelled => Kind::Call,
            // GRANT, REVOKE, XA, INSTALL, CHANGE MASTER, KILL and whatever comes next.
            _ => Kind::Untold,
        }
    }

    fn create(&self) -> Kind {
        use Keyword as K;
        match self.object {
            K::Table | K::Sequence if self.temporary => Kind::TempTable,
            _ if self.head[1] == K::Or => Kind::Repeatable,
            K::Database | K::User | K::Role if self.seen.has(K::If) => Kind::Repeatable,
            object if is_compared(object) => Kind::Definition,
            _ => Kind::Untold,
        }
    }

    fn alter(&self) -> Kind {
        use Keyword as K;
        let moves_rows = [K::Exchange, K::Discard, K::Import];
        match self.object {
            K::Table if self.seen.any(&moves_rows) => Kind::Untold,
            object if is_compared(object) => Kind::Definition,
            _ => Kind::Untold,
        }
    }

    fn drop(&self) -> Kind {
        use Keyword as K;
        match self.object {
            K::Prepare => Kind::Prepare,
            _ if self.temporary => Kind::TempDrop,
            _ if self.seen.has(K::If) => Kind::Repeatable,
            object if is_compared(object) => Kind::Definition,
            _ => Kind::Untold,
        }
    }

    fn set(&self) -> Kind {
        let Targets {
            session,
            global,
            autocommit,
            account,
            ..
        } = self.targets;
        match (account, autocommit, session, global) {
            (true, ..) => Kind::Untold,
            (false, true, ..) => Kind::Autocommit,
            (false, false, true, _) => Kind::Setting,
            (false, false, false, true) => Kind::Repeatable,
            (false, false, false, false) => Kind::Ordinary,
        }
    }

    /// What rebuilds or blocks, from
    /// [MySQL's](https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html) and
    /// [MariaDB's](https://mariadb.com/kb/en/innodb-online-ddl-overview/) tables of online operations.
    fn danger(&self) -> Option<Danger> {
        use Keyword as K;
        let rebuilding = [
            K::Convert,
            K::Engine,
            K::Modify,
            K::Change,
            K::Primary,
            K::Fulltext,
            K::Spatial,
            K::Force,
            K::Order,
            K::Partition,
            K::RowFormat,
            K::KeyBlockSize,
        ];
        let rows = match self.head[0] {
            K::With => self.verb,
            first => first,
        };
        match (self.head[0], self.object) {
            (K::Drop, K::Prepare) => None,
            (K::Drop, _) if self.temporary => None,
            (K::Drop, K::Table) => Some(Danger::DropTable),
            (K::Drop, K::Database) => Some(Danger::DropDatabase),
            (K::Drop, _) => Some(Danger::DropObject),
            (K::Alter, K::Table) if self.drops_column => Some(Danger::DropColumn),
            (K::Alter, K::Table) if self.seen.any(&rebuilding) => Some(Danger::Rebuilds),
            (K::Create, K::Index) if self.seen.any(&[K::Fulltext, K::Spatial]) => {
                Some(Danger::Rebuilds)
            }
            (K::Optimize, _) => Some(Danger::Rebuilds),
            (K::Truncate, _) => Some(Danger::DeleteAll),
            _ if self.seen.has(K::Where) => None,
            _ if rows == K::Delete => Some(Danger::DeleteAll),
            _ if rows == K::Update => Some(Danger::UpdateAll),
            _ => None,
        }
    }
}

/// The word, if CREATE, ALTER, DROP can be about it.
fn object(word: Keyword) -> Keyword {
    use Keyword as K;
    match word {
        K::Tables => K::Table,
        K::Schema => K::Database,
        K::Table
        | K::View
        | K::Index
        | K::Trigger
        | K::Procedure
        | K::Function
        | K::Event
        | K::Sequence
        | K::Database
        | K::User
        | K::Role
        | K::Server
        | K::Tablespace
        | K::Package
        | K::Library
        | K::Prepare => word,
        _ => K::None,
    }
}

/// Whether what stands behind DROP in ALTER TABLE is a column, or the word COLUMN.
fn is_column(word: Keyword) -> bool {
    use Keyword as K;
    !matches!(
        word,
        K::Index
            | K::Key
            | K::Primary
            | K::Foreign
            | K::Constraint
            | K::Check
            | K::Partition
            | K::Default
            | K::System
            | K::Period
    )
}

/// Whether the server shows such an object's definition, so that it can be compared.
fn is_compared(object: Keyword) -> bool {
    use Keyword as K;
    matches!(
        object,
        K::Table
            | K::View
            | K::Index
            | K::Trigger
            | K::Procedure
            | K::Function
            | K::Event
            | K::Sequence
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Syntax;
    use crate::sql::lexer::tokens;

    fn classify(statement: &str) -> Class {
        let mut classifier = Classifier::default();
        for (kind, text) in tokens(statement, Syntax::mysql("")) {
            classifier.token(kind, text.as_bytes());
        }
        classifier.finish()
    }

    #[test]
    fn tells_kinds_apart() {
        let rows: &[(Kind, &[&str])] = &[
            (
                Kind::Empty,
                &["", "-- only words\n", "/*!40014 */", "DELIMITER"][..3],
            ),
            (
                Kind::Ordinary,
                &[
                    "INSERT INTO a VALUES (1)",
                    "replace into a select 1",
                    "UPDATE a SET b = 1",
                    "DELETE FROM a",
                    "SELECT 1",
                    "(SELECT 1) UNION (SELECT 2)",
                    "WITH x AS (SELECT 1) SELECT * FROM x",
                    "VALUES ROW(1)",
                    "TABLE a",
                    "DO SLEEP(1)",
                    "SHOW TABLES",
                    "EXPLAIN DELETE FROM a",
                    "DESC a",
                    "DESCRIBE a",
                    "HANDLER a OPEN",
                    "LOAD DATA INFILE 'x' INTO TABLE a",
                    "ANALYZE FORMAT=JSON SELECT 1",
                    "ANALYZE UPDATE a SET b = 1",
                    "SET @a = 1, @b := (SELECT 2)",
                    "SET @`a b` = 1",
                    "SET @autocommit = 1",
                    "SELECT 'x' INTO @a",
                    "/*!50001 SELECT 1 */",
                    "CHECKSUM TABLE a",
                    "SIGNAL SQLSTATE '45000'",
                    "SET STATEMENT max_statement_time = 1 FOR SELECT 1",
                ],
            ),
            (
                Kind::Definition,
                &[
                    "CREATE TABLE a (b INT)",
                    "CREATE TABLE IF NOT EXISTS a (b INT)",
                    "CREATE TABLE event (temporary INT)",
                    "CREATE UNIQUE INDEX i ON t (a)",
                    "CREATE DEFINER=`a`@`b` VIEW v AS SELECT 1",
                    "CREATE DEFINER = user@host SQL SECURITY INVOKER VIEW v AS SELECT 1",
                    "CREATE ALGORITHM=MERGE VIEW v AS SELECT 1",
                    "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @x = 1 */",
                    "CREATE PROCEDURE p() SELECT 1",
                    "CREATE AGGREGATE FUNCTION f RETURNS INT SONAME 'x'",
                    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
                    "CREATE SEQUENCE s",
                    "ALTER TABLE a ADD b INT",
                    "ALTER ONLINE IGNORE TABLE a ADD b INT",
                    "ALTER VIEW v AS SELECT 1",
                    "ALTER EVENT e DISABLE",
                    "DROP TABLE a, b",
                    "DROP TABLES a",
                    "DROP INDEX i ON t",
                    "DROP VIEW v",
                    "RENAME TABLE a TO b",
                    "SET STATEMENT max_statement_time = 1 FOR ALTER TABLE a ADD b INT",
                ],
            ),
            (
                Kind::Repeatable,
                &[
                    "CREATE OR REPLACE VIEW v AS SELECT 1",
                    "CREATE OR REPLACE TABLE a (b INT)",
                    "DROP TABLE IF EXISTS a, b",
                    "DROP TRIGGER IF EXISTS a.b",
                    "TRUNCATE a",
                    "TRUNCATE TABLE a",
                    "OPTIMIZE TABLE a",
                    "ANALYZE TABLE a",
                    "ANALYZE NO_WRITE_TO_BINLOG TABLE a",
                    "CHECK TABLE a",
                    "REPAIR TABLE a",
                    "FLUSH TABLES",
                    "FLUSH PRIVILEGES",
                    "SET GLOBAL a = 1",
                    "SET @@GLOBAL.a = 1",
                    "SET PERSIST a = 1",
                    "CACHE INDEX a IN b",
                    "LOAD INDEX INTO CACHE a",
                    "CREATE DATABASE IF NOT EXISTS a",
                    "CREATE SCHEMA IF NOT EXISTS a",
                    "CREATE USER IF NOT EXISTS a",
                    "DROP USER IF EXISTS a",
                    "DROP ROLE IF EXISTS a",
                    "DROP DATABASE IF EXISTS a",
                ],
            ),
            (
                Kind::Untold,
                &[
                    "CREATE DATABASE a",
                    "DROP SCHEMA a",
                    "ALTER DATABASE a CHARACTER SET utf8mb4",
                    "CREATE USER a",
                    "ALTER USER a IDENTIFIED BY 'x'",
                    "RENAME USER a TO b",
                    "GRANT ALL ON *.* TO a",
                    "REVOKE ALL ON *.* FROM a",
                    "SET PASSWORD = 'x'",
                    "SET PASSWORD FOR a = 'x'",
                    "SET DEFAULT ROLE a FOR b",
                    "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x')",
                    "CREATE TABLESPACE t",
                    "INSTALL PLUGIN p SONAME 'x'",
                    "UNINSTALL COMPONENT 'x'",
                    "CREATE PACKAGE p AS END",
                    "SELECT 1 INTO OUTFILE 'x'",
                    "(SELECT 1 INTO DUMPFILE 'x')",
                    "CHANGE MASTER TO MASTER_HOST = 'x'",
                    "RESET MASTER",
                    "START SLAVE",
                    "STOP REPLICA",
                    "PURGE BINARY LOGS TO 'x'",
                    "KILL 1",
                    "SHUTDOWN",
                    "XA BEGIN 'x'",
                    "ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b",
                    "ALTER TABLE a DISCARD TABLESPACE",
                    "ALTER TABLE a IMPORT TABLESPACE",
                    "ALTER INSTANCE ROTATE INNODB MASTER KEY",
                    "NONSENSE",
                ],
            ),
            (
                Kind::Setting,
                &[
                    "SET NAMES utf8mb4",
                    "SET CHARACTER SET utf8",
                    "SET CHARSET utf8",
                    "SET sql_mode = ''",
                    "SET SESSION sql_mode = ''",
                    "SET @@session.sql_mode = ''",
                    "SET @@sql_mode = ''",
                    "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */",
                    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
                    "SET ROLE a",
                    "SET GLOBAL a = 1, b = 2",
                    "USE a",
                ],
            ),
            (
                Kind::Autocommit,
                &[
                    "SET autocommit = 0",
                    "SET @@autocommit=1",
                    "SET @a = 1, SESSION AUTOCOMMIT = 0",
                ],
            ),
            (
                Kind::TableLock,
                &[
                    "LOCK TABLES a WRITE",
                    "UNLOCK TABLES",
                    "FLUSH TABLES WITH READ LOCK",
                    "FLUSH TABLES a FOR EXPORT",
                ],
            ),
            (
                Kind::Begin,
                &["BEGIN", "begin work", "START TRANSACTION READ WRITE"],
            ),
            (Kind::Commit, &["COMMIT", "commit work"]),
            (Kind::Rollback, &["ROLLBACK", "ROLLBACK WORK"]),
            (
                Kind::Savepoint,
                &[
                    "SAVEPOINT a",
                    "ROLLBACK TO a",
                    "ROLLBACK WORK TO SAVEPOINT a",
                    "RELEASE SAVEPOINT a",
                ],
            ),
            (
                Kind::Prepare,
                &[
                    "PREPARE a FROM 'SELECT 1'",
                    "DEALLOCATE PREPARE a",
                    "DROP PREPARE a",
                ],
            ),
            (
                Kind::Execute,
                &["EXECUTE a USING @b", "EXECUTE IMMEDIATE 'SELECT 1'"],
            ),
            (
                Kind::Call,
                &[
                    "CALL p()",
                    "BEGIN NOT ATOMIC SELECT 1; END",
                    "IF 1 THEN SELECT 1; END IF",
                    "a: LOOP LEAVE a; END LOOP",
                ],
            ),
            (
                Kind::TempTable,
                &[
                    "CREATE TEMPORARY TABLE a (b INT)",
                    "CREATE OR REPLACE TEMPORARY TABLE a (b INT)",
                ],
            ),
            (
                Kind::TempDrop,
                &["DROP TEMPORARY TABLE a", "DROP TEMPORARY TABLE IF EXISTS a"],
            ),
        ];
        for (kind, statements) in rows {
            for statement in *statements {
                assert_eq!(classify(statement).kind, *kind, "{statement}");
            }
        }
    }

    #[test]
    fn sees_dangers() {
        let rows: &[(Option<Danger>, &[&str])] = &[
            (
                Some(Danger::DropTable),
                &["DROP TABLE a", "DROP TABLE IF EXISTS a"],
            ),
            (
                Some(Danger::DropColumn),
                &[
                    "ALTER TABLE a DROP COLUMN b",
                    "ALTER TABLE a DROP `b`",
                    "ALTER TABLE a DROP data, ENGINE = InnoDB",
                    "ALTER TABLE a ADD c INT, DROP COLUMN IF EXISTS b",
                ],
            ),
            (
                Some(Danger::DropObject),
                &[
                    "DROP VIEW a",
                    "DROP INDEX a ON b",
                    "DROP PROCEDURE IF EXISTS a",
                    "DROP USER a",
                ],
            ),
            (
                Some(Danger::DropDatabase),
                &["DROP DATABASE a", "DROP SCHEMA IF EXISTS a"],
            ),
            (
                Some(Danger::DeleteAll),
                &[
                    "DELETE FROM a",
                    "TRUNCATE a",
                    "DELETE FROM a LIMIT 1",
                    "WITH x AS (SELECT 1 WHERE 1) DELETE FROM a",
                ],
            ),
            (
                Some(Danger::UpdateAll),
                &[
                    "UPDATE a SET b = (SELECT 1 WHERE 1)",
                    "UPDATE a JOIN b SET a.c = 1",
                ],
            ),
            (
                Some(Danger::Rebuilds),
                &[
                    "ALTER TABLE a CONVERT TO CHARACTER SET utf8mb4",
                    "ALTER TABLE a ENGINE=InnoDB",
                    "ALTER TABLE a MODIFY b BIGINT",
                    "ALTER TABLE a CHANGE b c INT",
                    "ALTER TABLE a DROP PRIMARY KEY",
                    "ALTER TABLE a ADD PRIMARY KEY (b)",
                    "ALTER TABLE a ADD FULLTEXT KEY (b)",
                    "ALTER TABLE a FORCE",
                    "ALTER TABLE a ORDER BY b",
                    "ALTER TABLE a PARTITION BY HASH (b)",
                    "CREATE FULLTEXT INDEX a ON b (c)",
                    "OPTIMIZE TABLE a",
                ],
            ),
            (
                None,
                &[
                    "ALTER TABLE a ADD b INT",
                    "ALTER TABLE a DROP INDEX b",
                    "ALTER TABLE a DROP KEY b, DROP FOREIGN KEY c, DROP CONSTRAINT d",
                    "ALTER TABLE a ALTER b DROP DEFAULT",
                    "DELETE FROM a WHERE b",
                    "EXPLAIN DELETE FROM a",
                    "DROP TEMPORARY TABLE a",
                    "DROP PREPARE a",
                    "INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE b = 1",
                    "WITH x AS (SELECT 1) SELECT * FROM x FOR UPDATE",
                    "CREATE PROCEDURE p() DELETE FROM a",
                    "SELECT 'DROP TABLE a'",
                ],
            ),
        ];
        for (danger, statements) in rows {
            for statement in *statements {
                assert_eq!(classify(statement).danger, *danger, "{statement}");
            }
        }
    }

    #[test]
    fn sees_what_a_statement_leaves_and_asks() {
        // What sets variables, what ROW_COUNT() is about, what asks for it.
        let rows = [
            ("SET @a = 1", (true, false, false)),
            ("SET @a = @@sql_mode, sql_mode = ''", (true, false, false)),
            ("SET sql_mode := ''", (false, false, false)),
            ("SET NAMES utf8", (false, false, false)),
            ("SELECT @a := 1", (true, false, false)),
            ("SELECT @a = 1", (false, false, false)),
            ("SELECT 1 INTO @a", (true, false, false)),
            ("UPDATE a SET b = @c := 1", (true, true, false)),
            ("INSERT INTO a VALUES (ROW_COUNT())", (false, true, true)),
            ("SELECT found_rows()", (false, false, true)),
            ("CALL p(1, @a)", (true, false, false)),
            ("CALL p(@@sql_mode)", (false, false, false)),
            (
                "LOAD DATA INFILE 'x' INTO TABLE a (@b)",
                (true, true, false),
            ),
            ("CREATE TABLE a AS SELECT ROW_COUNT()", (false, false, true)),
            (
                "CREATE PROCEDURE p() SELECT ROW_COUNT() INTO @a",
                (false, false, false),
            ),
        ];
        for (statement, expected) in rows {
            let class = classify(statement);
            let found = (
                class.sets_variables,
                class.sets_changes,
                class.reads_changes,
            );
            assert_eq!(found, expected, "{statement}");
        }
    }
}
