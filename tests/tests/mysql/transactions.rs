//! What scripts say about transactions and locks, and what the engine makes of it.

use upgrades::Resolution;
use upgrades_tests::mariadb::Flavour;

use crate::lab::Lab;

const TABLE: (&str, &str) = ("1.sql", "CREATE TABLE t (a INT PRIMARY KEY);");

/// Statements that the engine sees to itself are left out with a warning; the rest of the script runs.
#[test]
fn left_out() {
    let journal =
        "the engine's own lock keeps other upgrades away, and its journal could not be written";
    let together = "the engine decides what is committed together";
    let rows = [
        ("LOCK TABLES t WRITE;", journal),
        ("LOCK TABLES t READ, t AS u WRITE;", journal),
        ("UNLOCK TABLES;", journal),
        ("FLUSH TABLES WITH READ LOCK;", journal),
        ("SET autocommit=0;", together),
        ("SET @@SESSION.autocommit = OFF;", together),
        ("COMMIT;", ""),
        ("ROLLBACK;", ""),
    ];
    for (statement, why) in rows {
        let lab = Lab::new();
        let script = format!(
            "INSERT INTO t VALUES (1);\n{statement}\nINSERT INTO t VALUES (2);\nCREATE TABLE u (a INT);\n"
        );
        let warned = match why {
            "" => String::new(),
            why => format!(
                " [left-out: core/2.sql, line 2, column 1: {} was left out: {why}]",
                statement.trim_end_matches(';')
            ),
        };
        assert_eq!(
            lab.run(&[TABLE, ("2.sql", &script)]),
            format!("Upgraded core/1.sql core/2.sql{warned}")
        );
        assert_eq!(lab.rows("SELECT a FROM t"), "1; 2");
        assert_eq!(lab.rows("SHOW TABLES LIKE 'u'"), "u");
    }
}

/// A dump as mysqldump writes it.
#[test]
fn a_dump() {
    let lab = Lab::new();
    let dump = "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n\
        /*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;\n\
        /*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;\n\
        /*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n\
        DROP TABLE IF EXISTS `u`;\n\
        CREATE TABLE `u` (`a` int(11) NOT NULL, PRIMARY KEY (`a`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n\
        LOCK TABLES `u` WRITE;\n/*!40000 ALTER TABLE `u` DISABLE KEYS */;\n\
        INSERT INTO `u` VALUES (0),(1);\n/*!40000 ALTER TABLE `u` ENABLE KEYS */;\nUNLOCK TABLES;\n\
        /*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;\n";
    let told = lab.run(&[("1.sql", dump)]);
    assert!(
        told.starts_with("Upgraded core/1.sql [left-out: "),
        "{told}"
    );
    assert_eq!(lab.rows("SELECT a FROM u"), "0; 1");
}

/// What the script's own transactions keep and take back.
#[test]
fn own_transactions() {
    let rows = [
        ("BEGIN; INSERT INTO t VALUES (1); COMMIT;", "1"),
        ("START TRANSACTION; INSERT INTO t VALUES (1); ROLLBACK;", ""),
        (
            "INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); ROLLBACK; INSERT INTO t VALUES (3);",
            "1; 3",
        ),
        (
            "BEGIN; INSERT INTO t VALUES (1); SAVEPOINT a; INSERT INTO t VALUES (2); ROLLBACK TO a; COMMIT;",
            "1",
        ),
        (
            "BEGIN; INSERT INTO t VALUES (1); CREATE TABLE u (a INT); ROLLBACK;",
            "1",
        ),
        (
            "BEGIN; INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); ROLLBACK;",
            "1",
        ),
        (
            "START TRANSACTION; INSERT INTO t VALUES (1); TRUNCATE TABLE t; INSERT INTO t VALUES (2); COMMIT;",
            "2",
        ),
        (
            "START TRANSACTION WITH CONSISTENT SNAPSHOT; INSERT INTO t VALUES (1); COMMIT WORK;",
            "1",
        ),
    ];
    for (script, expected) in rows {
        let lab = Lab::new();
        assert_eq!(
            lab.run(&[TABLE, ("2.sql", script)]),
            "Upgraded core/1.sql core/2.sql",
            "{script}"
        );
        assert_eq!(lab.rows("SELECT a FROM t ORDER BY a"), expected, "{script}");
        assert_eq!(lab.rows("SELECT count(*) FROM cb_upgrade_journal"), "0");
    }
}

/// Refused before anything runs, or by the server, in words that help.
#[test]
fn refused() {
    let rows = [
        (
            "BEGIN; INSERT INTO t VALUES (1);",
            "the transaction that it begins is not ended before the script is",
        ),
        (
            "SAVEPOINT a;",
            "outside a transaction it has no effect; write START TRANSACTION and COMMIT",
        ),
        (
            "SET SESSION TRANSACTION READ ONLY; INSERT INTO t VALUES (1);",
            "behind it nothing can be written, not even that the script ran; leave it out",
        ),
        (
            "SELECT 1; SET @@session.transaction_read_only = 1;",
            "behind it nothing can be written, not even that the script ran; leave it out",
        ),
        (
            "START TRANSACTION READ ONLY; SELECT 1; COMMIT;",
            "behind it nothing can be written, not even that the script ran; leave it out",
        ),
        (
            "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;",
            Flavour::choose("LOCAL", "Loading local data is disabled"),
        ),
    ];
    for (script, reason) in rows {
        let lab = Lab::new();
        let told = lab.run(&[TABLE, ("2.sql", script)]);
        assert!(told.contains(reason), "{told}");
    }
}

/// A data statement that fails takes nothing of its predecessors back, also behind an automatic repetition.
#[test]
fn predecessors_stay() {
    let lab = Lab::new();
    let script =
        "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2), (1);\nINSERT INTO t VALUES (3);";
    let told = lab.run(&[TABLE, ("2.sql", script)]);
    assert!(
        told.contains(Flavour::choose(
            "Duplicate entry '1' for key 'PRIMARY' (error 1062, 23000)",
            "Duplicate entry '1' for key 't.PRIMARY' (error 1062, 23000)",
        )),
        "{told}"
    );
    assert_eq!(lab.rows("SELECT a FROM t"), "1");
    lab.clear(Resolution::GoOn);
    let script = script.replace("(2), (1)", "(2)");
    assert_eq!(lab.run(&[TABLE, ("2.sql", &script)]), "Upgraded core/2.sql");
    assert_eq!(lab.rows("SELECT a FROM t"), "1; 2; 3");
}
