//! `-- upgrade: transaction = off`: statement by statement, each with its journal entry.

use rusqlite::Connection;
use upgrades::Resolution;
use upgrades_tests::picture;

use crate::lab::Lab;

pub(crate) const OFF: &str = "-- upgrade: transaction = off\n";

/// Twelve statements that a trap can stop at any.
fn twelve() -> String {
    let inserts = (1..=12).map(|n| format!("INSERT INTO log VALUES ({n});\n"));
    OFF.to_owned() + &inserts.collect::<String>()
}

fn trapped(at: u64) -> Lab {
    Lab::with(&format!(
        "CREATE TABLE log(a); CREATE TABLE trap AS SELECT {at} AS at;
         CREATE TRIGGER trapped BEFORE INSERT ON log WHEN NEW.a IN (SELECT at FROM trap)
            BEGIN SELECT RAISE(ABORT, 'trapped'); END;"
    ))
}

fn numbers(range: std::ops::RangeInclusive<u64>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

/// A failure at each statement, and each way to go on from it.
#[test]
fn a_failure_at_every_statement() {
    let script = twelve();
    let scripts: &[(&str, &str)] = &[("1.sql", &script), ("2.sql", "SELECT 1")];
    for k in 1..=12 {
        let check = |decide: &dyn Fn(&Lab), told: &str, log: Vec<String>| {
            let lab = trapped(k);
            let remains = match k {
                1 => "it was rolled back",
                _ => "the statements before it stay done",
            };
            let failed = format!(
                "script core/1.sql failed in statement {k}, line {}, column 1; {remains}, and later scripts were not run: trapped",
                k + 1
            );
            assert_eq!(lab.run(scripts), failed);
            assert_eq!(
                lab.rows("SELECT done FROM upgrade_journal"),
                (k - 1).to_string()
            );
            assert_eq!(
                lab.rows("SELECT statements FROM upgrade_history"),
                (k - 1).to_string()
            );
            lab.sql("DELETE FROM trap");
            decide(&lab);
            assert_eq!(lab.run(scripts), told, "{k}");
            assert_eq!(
                lab.rows("SELECT group_concat(a) FROM log"),
                log.join(","),
                "{k}"
            );
            assert_eq!(lab.rows("SELECT count(*) FROM upgrade_journal"), "0");
            assert_eq!(
                lab.rows("SELECT value FROM system_vars WHERE name = 'latest_update_version'"),
                "2.sql"
            );
        };
        let clear = |resolution| {
            move |lab: &Lab| {
                let cleared = format!(
                    "cleared: script core/1.sql failed in statement {k}, line {}, column 1",
                    k + 1
                );
                assert_eq!(lab.clear(resolution), cleared);
            }
        };
        let all = "Upgraded core/1.sql core/2.sql";
        check(&clear(Resolution::GoOn), all, numbers(1..=12));
        check(
            &clear(Resolution::StartOver),
            all,
            [numbers(1..=k - 1), numbers(1..=12)].concat(),
        );
        let before = if k == 1 {
            vec!["NULL".to_owned()]
        } else {
            numbers(1..=k - 1)
        };
        check(&clear(Resolution::MarkDone), "Upgraded core/2.sql", before);
        check(
            &|lab| {
                lab.sql("UPDATE system_vars SET value = '0' WHERE name = 'failed_update_detected'")
            },
            all,
            numbers(1..=12),
        );
        check(
            &|lab| lab.sql("DELETE FROM system_vars WHERE name = 'failed_update_detected'"),
            all,
            numbers(1..=12),
        );
    }
}

/// A transaction of the script's own is undone as a whole when the script fails in it, and begun again.
#[test]
fn the_scripts_own_transactions() {
    let check = |statements: &str, place: &str, before: &str, after: &str| {
        let lab = Lab::with(
            "CREATE TABLE log(a UNIQUE); CREATE TABLE child(p REFERENCES log(a) DEFERRABLE INITIALLY DEFERRED)",
        );
        let script = format!("{OFF}{statements}");
        let cause = match statements.contains("child") {
            true => "FOREIGN KEY constraint failed",
            false => "UNIQUE constraint failed: log.a",
        };
        assert_eq!(
            lab.run(&[("1.sql", &script)]),
            format!(
                "script core/1.sql failed in {place}; the statements before it stay done, and later scripts were \
                 not run: {cause}"
            )
        );
        assert_eq!(
            lab.rows("SELECT group_concat(a) FROM log"),
            before,
            "{statements}"
        );
        lab.sql("INSERT INTO log VALUES (4711)");
        lab.clear(Resolution::GoOn);
        let mended = script.replace("(1); -- twice", "(8);");
        assert_eq!(
            lab.run(&[("1.sql", &mended)]),
            "Upgraded core/1.sql",
            "{statements}"
        );
        assert_eq!(
            lab.rows("SELECT group_concat(a) FROM (SELECT a FROM log ORDER BY a)"),
            after,
            "{statements}"
        );
    };
    check(
        "INSERT INTO log VALUES (1);\nBEGIN;\nINSERT INTO log VALUES (2);\nINSERT INTO log VALUES (1); -- twice\nCOMMIT;",
        "statement 4, line 5, column 1",
        "1",
        "1,2,8,4711",
    );
    check(
        "INSERT INTO log VALUES (1);\nBEGIN;\nINSERT INTO log VALUES (2);\nINSERT OR ROLLBACK INTO log VALUES (1); -- twice\nCOMMIT;",
        "statement 4, line 5, column 1",
        "1",
        "1,2,8,4711",
    );
    check(
        "BEGIN;\nINSERT INTO log VALUES (1);\nROLLBACK;\nINSERT INTO log VALUES (1);\nINSERT INTO log VALUES (1); -- twice",
        "statement 5, line 6, column 1",
        "1",
        "1,8,4711",
    );
    check(
        "BEGIN;\nINSERT INTO log VALUES (1);\nSAVEPOINT s;\nINSERT INTO log VALUES (2);\nROLLBACK TO s;\nINSERT INTO child VALUES (4711);\nEND;",
        "statement 7, line 8, column 1",
        "NULL",
        "1,4711",
    );
    // The commit of a single statement is refused: that statement is blamed, not the one after it.
    check(
        "INSERT INTO log VALUES (1);\nINSERT INTO child VALUES (4711);\nINSERT INTO log VALUES (2);",
        "statement 2, line 3, column 1",
        "1",
        "1,2,4711",
    );
    check(
        "INSERT INTO log VALUES (1);\nINSERT INTO child VALUES (4711);",
        "statement 2, line 3, column 1",
        "1",
        "1,4711",
    );
}

/// The database as SQLite itself makes it of the same text.
pub(crate) fn without_engine(script: &str) -> String {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(script).unwrap();
    data(&connection)
}

/// A database but for what is the engine's.
pub(crate) fn data(connection: &Connection) -> String {
    picture(
        connection,
        &["upgrade_history", "upgrade_journal", "system_vars"],
    )
}

/// What a statement has changed is known to those behind it that ask.
#[test]
fn changes_are_what_sqlite_says() {
    let rows = [
        "CREATE TABLE l(a); INSERT INTO l VALUES (1), (2), (3); INSERT INTO l SELECT changes(); INSERT INTO l SELECT changes();",
        "CREATE TABLE l(a); INSERT INTO l VALUES (1), (2); INSERT INTO l SELECT changes(); UPDATE l SET a = changes();",
        "CREATE TABLE l(a); INSERT INTO l SELECT last_insert_rowid();",
        "CREATE TABLE l(a); BEGIN; INSERT INTO l VALUES (1), (2); INSERT INTO l SELECT changes(); COMMIT;",
    ];
    for statements in rows {
        let lab = Lab::new();
        assert_eq!(
            lab.run(&[("1.sql", &format!("{OFF}{statements}"))]),
            "Upgraded core/1.sql"
        );
        assert_eq!(
            data(&lab.open()),
            without_engine(statements),
            "{statements}"
        );
    }
}

/// Refused before anything runs.
#[test]
fn statements_that_have_no_place() {
    let check = |statements: &str, expected: &str| {
        let lab = Lab::new();
        let told = lab.run(&[("1.sql", &format!("{OFF}{statements}"))]);
        assert_eq!(
            told,
            format!("the scripts are not in order, and none was run: core/1.sql has {expected}")
        );
        assert!(!lab.database().exists(), "{statements}");
    };
    check(
        "COMMIT;",
        "\"COMMIT;\" at line 2, column 1: there is no transaction that it could end",
    );
    check(
        "ROLLBACK",
        "\"ROLLBACK\" at line 2, column 1: there is no transaction that it could end",
    );
    check(
        "BEGIN; BEGIN; COMMIT",
        "\"BEGIN;\" at line 2, column 8: the transaction before it is not ended",
    );
    check(
        "SELECT 1;\nBEGIN EXCLUSIVE; SELECT 2",
        "\"BEGIN\" at line 3, column 1: the transaction that it begins is not ended before the script is",
    );
    check(
        "BEGIN; VACUUM; COMMIT",
        "\"VACUUM;\" at line 2, column 8: SQLite cannot do it inside a transaction",
    );
    check(
        "BEGIN; PRAGMA foreign_keys = 0; COMMIT",
        "\"PRAGMA foreign_keys = 0;\" at line 2, column 8: inside a transaction SQLite ignores it without a word",
    );
    check(
        "SAVEPOINT s; RELEASE s",
        "\"SAVEPOINT s;\" at line 2, column 1: outside a transaction it would begin one; write BEGIN and COMMIT",
    );
}
