//! Statements of which nobody can tell, after a death, whether they have happened: a person is asked, each time in words
//! that name the statement and the reason.

use upgrades::{FailureKind, Resolution};
use upgrades_tests::mariadb::Flavour;

use crate::lab::Lab;

/// A death behind the last statement of `before` and `statement`, the question, and what follows when the person says
/// that it is to run again.
#[track_caller]
fn check(lab: &Lab, before: &[&str], statement: &str, reason: &str, again: &str) {
    let script = format!(
        "{}\n{statement};\nDO 0;",
        before
            .iter()
            .map(|sql| format!("{sql};"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    let number = before.len() as u64 + 1;
    lab.die_behind(&script, number);
    asks(lab, &script, number, reason);
    assert!(
        lab.clear(Resolution::GoOn)
            .starts_with("cleared: script core/1.sql waits for a decision")
    );
    assert_eq!(lab.run(&[("1.sql", &script)]), again);
}

#[track_caller]
fn asks(lab: &Lab, script: &str, number: u64, reason: &str) {
    let told = lab.run(&[("1.sql", script)]);
    let begin = "script core/1.sql waits for a decision";
    let question = format!(
        "statement {number} was under way when its process was interrupted, and whether it has happened cannot be told: "
    );
    assert!(
        told.starts_with(begin) && told.contains(&question) && told.contains(reason),
        "{told}"
    );
    assert_eq!(lab.history(), "died core/1.sql");
    let status = lab.core(&[("1.sql", script)]).status().unwrap();
    let failure = status.failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Died);
    assert!(failure.error.contains(reason), "{}", failure.error);
    let issue = &status.issues[0];
    assert_eq!(issue.code.as_str(), "script-died");
    assert!(issue.problem.contains(&question), "{}", issue.problem);
    // It stays so until somebody decides.
    assert!(
        lab.run(&[("1.sql", script)])
            .starts_with("an earlier upgrade")
    );
}

const AGAIN: &str = "Upgraded core/1.sql";

#[test]
fn users_and_rights() {
    let lab = Lab::new();
    let user = format!("u_{}@localhost", lab.database.name());
    let trace = "the server keeps no trace of it that could be compared";
    lab.rows(&format!("CREATE USER {user}"));
    check(
        &lab,
        &["CREATE TABLE t (a INT)"],
        &format!("GRANT SELECT ON t TO {user}"),
        trace,
        AGAIN,
    );
    lab.rows(&format!("DROP USER {user}"));
    let lab = Lab::new();
    let user = format!("u_{}@localhost", lab.database.name());
    let there = format!(
        "script core/1.sql failed in statement 1, line 1, column 1; it was rolled back, and later scripts \
         were not run: Operation CREATE USER failed for '{}'@'localhost'{} (error 1396, HY000)",
        lab.tidy(user.strip_suffix("@localhost").unwrap()),
        Flavour::choose("", " (User account already exists)")
    );
    check_first(&lab, &format!("CREATE USER {user}"), trace, &there);
    lab.rows(&format!("DROP USER {user}"));
}

#[track_caller]
fn check_first(lab: &Lab, statement: &str, reason: &str, again: &str) {
    let script = format!("{statement};\nDO 0;");
    lab.die_behind(&script, 1);
    asks(lab, &script, 1, reason);
    lab.clear(Resolution::GoOn);
    assert_eq!(lab.run(&[("1.sql", &script)]), again);
}

/// A script that says that it may be done twice asks nobody.
#[test]
fn of_an_idempotent_script() {
    let lab = Lab::new();
    let user = format!("u_{}@localhost", lab.database.name());
    let script = format!(
        "-- upgrade: idempotent\nCREATE TABLE t (a INT);\nGRANT SELECT ON t TO {user};\nINSERT INTO t VALUES (1);"
    );
    lab.rows(&format!("CREATE USER {user}"));
    lab.die_behind(&script, 2);
    assert_eq!(lab.run(&[("1.sql", &script)]), AGAIN);
    assert_eq!(lab.rows("SELECT count(*) FROM t"), "1");
    lab.rows(&format!("DROP USER {user}"));
    let rows = "-- upgrade: idempotent\nCREATE TEMPORARY TABLE s AS SELECT 1 AS a;\nCREATE TABLE IF NOT EXISTS v (a INT);\n\
                INSERT INTO v SELECT a FROM s;\nDROP TEMPORARY TABLE s;";
    let lab = Lab::new();
    lab.die_behind(rows, 2);
    assert_eq!(lab.run(&[("1.sql", rows)]), AGAIN);
    assert_eq!(lab.rows("SELECT count(*) FROM v"), "1");
}

#[test]
fn partitions_exchanged() {
    let lab = Lab::new();
    check(
        &lab,
        &[
            "CREATE TABLE p (a INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10))",
            "CREATE TABLE t (a INT)",
            "INSERT INTO t VALUES (1)",
        ],
        "ALTER TABLE p EXCHANGE PARTITION p0 WITH TABLE t",
        "the server keeps no trace of it that could be compared",
        AGAIN,
    );
    // Exchanged twice, as the person has said.
    assert_eq!(
        lab.rows("SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM t)"),
        "0,1"
    );
}

#[test]
fn equal_tables_swapped() {
    let lab = Lab::new();
    check(
        &lab,
        &[
            "CREATE TABLE a (id INT)",
            "CREATE TABLE b (id INT)",
            "INSERT INTO a VALUES (1)",
        ],
        "RENAME TABLE a TO tmp, b TO a, tmp TO b",
        "it swaps objects that are equal but for their rows",
        AGAIN,
    );
}

#[test]
fn procedures_with_definitions() {
    let lab = Lab::new();
    let define = Flavour::choose(
        "CREATE OR REPLACE TABLE x (a INT)",
        "CREATE TABLE IF NOT EXISTS x (a INT)",
    );
    check(
        &lab,
        &[
            "CREATE TABLE t (a INT)",
            &format!("CREATE PROCEDURE p() BEGIN {define}; INSERT INTO t VALUES (1); END"),
        ],
        "CALL p()",
        &format!("the procedure does more than data statements: {define}"),
        AGAIN,
    );
}

#[test]
fn compound_statements() {
    // The other one has none outside of routines.
    if Flavour::MariaDb.is_absent() {
        return;
    }
    let lab = Lab::new();
    check(
        &lab,
        &["CREATE TABLE t (a INT)"],
        "BEGIN NOT ATOMIC CREATE OR REPLACE TABLE x (a INT); INSERT INTO t VALUES (1); END",
        "CREATE OR REPLACE TABLE x (a INT)",
        AGAIN,
    );
}

#[test]
fn tables_that_no_transaction_protects() {
    let engines: &[&str] = Flavour::choose(&["MyISAM", "Aria", "MEMORY"], &["MyISAM", "MEMORY"]);
    for engine in engines {
        let lab = Lab::new();
        let create = format!("CREATE TABLE m (a INT) ENGINE = {engine}");
        check(
            &lab,
            &[&create],
            "INSERT INTO m VALUES (1)",
            "no transaction protects table m",
            AGAIN,
        );
        assert_eq!(lab.rows("SELECT count(*) FROM m"), "2");
        let lab = Lab::new();
        let again = "script core/1.sql failed in statement 2, line 2, column 1; the statements before it stay done, and later \
                     scripts were not run: Duplicate column name 'b' (error 1060, 42S21)";
        check(
            &lab,
            &[&create],
            "ALTER TABLE m ADD b INT",
            "no transaction protects table m",
            again,
        );
    }
}

#[test]
fn texts_that_are_computed() {
    // The other one has no EXECUTE IMMEDIATE.
    if Flavour::MariaDb.is_absent() {
        return;
    }
    let lab = Lab::new();
    check(
        &lab,
        &["CREATE TABLE t (a INT)"],
        "EXECUTE IMMEDIATE CONCAT('INSERT INTO t', ' VALUES (1)')",
        "the text that it executes is not known",
        AGAIN,
    );
    assert_eq!(lab.rows("SELECT count(*) FROM t"), "2");
}

#[test]
fn databases() {
    let lab = Lab::new();
    let other = format!("{}_other", lab.database.name());
    let again = format!(
        "script core/1.sql failed in statement 1, line 1, column 1; it was rolled back, and later scripts \
         were not run: Can't create database '{}'; database exists (error 1007, HY000)",
        lab.tidy(&other)
    );
    check_first(
        &lab,
        &format!("CREATE DATABASE {other}"),
        "the server keeps no trace of it that could be compared",
        &again,
    );
    lab.rows(&format!("DROP DATABASE {other}"));
}

/// What the engine may not see it cannot compare.
#[test]
fn definitions_that_may_not_be_seen() {
    let lab = Lab::new();
    let name = lab.database.name();
    let user = format!("v_{name}");
    // MySQL lets nobody touch what belongs to root.
    lab.rows("CREATE DEFINER = nobody@localhost PROCEDURE p() SELECT 1");
    lab.rows(&format!(
        "CREATE USER {user} IDENTIFIED BY 'secret'; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, CREATE ROUTINE, \
         ALTER ROUTINE ON {name}.* TO {user}"
    ));
    let url = lab
        .database
        .url()
        .replace("root@", &format!("{user}:secret@"));
    let script = "CREATE TABLE t (a INT);\nALTER PROCEDURE p COMMENT 'one';\n";
    lab.die_behind_as(&url, script, 2);
    let store = upgrades::mysql(&url).unwrap();
    let told = lab.told(lab.with(store, &[("1.sql", script)]).run());
    assert!(
        told.contains("statement 2 was under way") && told.contains("procedure p cannot be seen"),
        "{told}"
    );
    assert!(!told.contains("secret"), "{told}");
    lab.rows(&format!("DROP USER {user}"));
}

/// The rows of a temporary table are gone with the process.
#[test]
fn temporary_tables_with_rows() {
    let lab = Lab::new();
    let script = "CREATE TEMPORARY TABLE t (a INT);\nINSERT INTO t VALUES (1);\nCREATE TABLE x (a INT);\nINSERT INTO x SELECT a FROM t;\n";
    lab.die_behind(script, 3);
    let told = lab.run(&[("1.sql", script)]);
    assert!(
        told.starts_with("script core/1.sql waits for a decision")
            && told.contains("statement 1 made a temporary table"),
        "{told}"
    );
    lab.clear(Resolution::StartOver);
    lab.rows("DROP TABLE x");
    assert_eq!(lab.run(&[("1.sql", script)]), AGAIN);
    assert_eq!(lab.rows("SELECT a FROM x"), "1");
}

/// Without rows it is made again.
#[test]
fn temporary_tables_without_rows() {
    let lab = Lab::new();
    let script = "CREATE TEMPORARY TABLE t (a INT);\nCREATE TABLE x (a INT);\nINSERT INTO t VALUES (1);\nINSERT INTO x SELECT a FROM t;\n";
    lab.die_behind(script, 2);
    let told = lab.run(&[("1.sql", script)]);
    assert!(told.starts_with("Upgraded core/1.sql [landed: "), "{told}");
    assert_eq!(lab.rows("SELECT a FROM x"), "1");
}

/// A procedure that changes rows only is part of a transaction, so that nobody has to be asked.
#[test]
fn procedures_with_data() {
    let lab = Lab::new();
    let script = "CREATE TABLE t (a INT);\nCREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (1); END;\nCALL p();\nDO 0;\n";
    lab.die_behind(script, 3);
    let told = lab.run(&[("1.sql", script)]);
    assert!(told.starts_with(AGAIN), "{told}");
    assert_eq!(lab.rows("SELECT count(*) FROM t"), "1");
}
