//! Statements, and what is told of them.

use super::classifier::Classifier;
use crate::sql::Syntax;
use crate::sql::classifier::{Class, Danger, Kind};
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
            &[
                "DROP TABLE a",
                "DROP TABLE IF EXISTS a",
                "CREATE OR REPLACE TABLE a (b INT)",
            ],
        ),
        (
            Some(Danger::Unprotected),
            &[
                "CREATE TABLE a (b INT) ENGINE=MyISAM",
                "ALTER TABLE a ENGINE = Aria",
            ],
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
