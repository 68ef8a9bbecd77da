//! Scripts that share commits: what fails is rolled back alone, blamed alone, and all before it stays.

use std::sync::mpsc;

use upgrades::{Event, Resolution};

use crate::lab::{Lab, Scripts};

pub(crate) const BEHIND: &str = "it was rolled back, and later scripts were not run";

#[test]
fn the_last_of_four_hundred_fails() {
    let lab = Lab::new();
    let mut scripts: Vec<(String, String)> = (1..400)
        .map(|n| {
            (
                format!("{n}.sql"),
                format!("CREATE TABLE t{n}(a); INSERT INTO t{n} VALUES ({n});"),
            )
        })
        .collect();
    scripts.push((
        "400.sql".into(),
        "CREATE TABLE t400(a);\nINSERT INTO nowhere VALUES (1);".into(),
    ));
    let scripts: Vec<_> = scripts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_eq!(
        lab.run(&scripts),
        format!(
            "script core/400.sql failed in statement 2, line 2, column 1; {BEHIND}: no such table: nowhere"
        )
    );
    assert_eq!(
        lab.vars(),
        "failed_update_detected,1; latest_update_version,399.sql"
    );
    assert_eq!(
        lab.rows("SELECT count(*) FROM sqlite_schema WHERE name GLOB 't[0-9]*'"),
        "399"
    );
    assert_eq!(
        lab.rows("SELECT outcome, count(*), sum(statements) FROM upgrade_history GROUP BY outcome"),
        "applied,399,798; failed,1,1"
    );
}

/// Each row: three scripts of which one goes wrong in its own way; what is said; what is in the database then.
#[test]
fn the_right_script_is_blamed() {
    let check = |before: &str, scripts: Scripts<'_>, told: &str, rows: &str| {
        let lab = Lab::with(before);
        let mut repeated = Vec::new();
        let (send, receive) = mpsc::channel();
        let upgrader = lab.core(scripts).on_event(move |event| {
            if let Event::Repeated { scripts } = event {
                send.send(*scripts).unwrap();
            }
        });
        assert_eq!(lab.told(upgrader.run()), told);
        drop(upgrader);
        repeated.extend(receive);
        assert_eq!(
            lab.rows("SELECT group_concat(a) FROM log"),
            rows,
            "{told} {repeated:?}"
        );
    };
    const LOG: &str = "CREATE TABLE log(a UNIQUE)";
    let first = ("1.sql", "INSERT INTO log VALUES (1)");
    let third = ("3.sql", "INSERT INTO log VALUES (3)");
    let failed =
        |place: &str, cause: &str| format!("script core/2.sql failed{place}; {BEHIND}: {cause}");
    let rows = [
        (
            LOG,
            "INSERT INTO log VALUES (2);\nINSERT OR ROLLBACK INTO log VALUES (1);",
            failed(
                " in statement 2, line 2, column 1",
                "UNIQUE constraint failed: log.a",
            ),
        ),
        (
            LOG,
            "CREATE TRIGGER no AFTER INSERT ON log BEGIN SELECT RAISE(ROLLBACK, 'not you'); END;\nINSERT INTO log VALUES (2);",
            failed(" in statement 2, line 2, column 1", "not you"),
        ),
        (
            LOG,
            "CREATE TRIGGER no AFTER INSERT ON log BEGIN SELECT RAISE(ABORT, 'not you'); END; INSERT INTO log VALUES (2);",
            failed(" in statement 2, line 1, column 82", "not you"),
        ),
        (
            "CREATE TABLE log(a UNIQUE); CREATE TABLE child(p REFERENCES log(a) DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO log VALUES (2); INSERT INTO child VALUES (4711);",
            failed("", "FOREIGN KEY constraint failed"),
        ),
        // A statement before the last one fails, and the last one would not.
        (
            LOG,
            "INSERT INTO log VALUES (1); INSERT INTO log VALUES (2);",
            failed(
                " in statement 1, line 1, column 1",
                "UNIQUE constraint failed: log.a",
            ),
        ),
        // A SELECT that fails at its second row.
        (
            LOG,
            "INSERT INTO log VALUES (2);\n  SELECT abs(column1) FROM (VALUES (1), (-9223372036854775808));",
            failed(" in statement 2, line 2, column 3", "integer overflow"),
        ),
        (
            LOG,
            "INSERT INTO log VALUES (?)",
            failed(
                " in statement 1, line 1, column 25",
                "the statement has the parameter ?, for which a script has no value; it would be NULL",
            ),
        ),
        (
            LOG,
            "INSERT INTO log VALUES (2);\nUPDATE log SET a = 9 WHERE a = :old",
            failed(
                " in statement 2, line 2, column 32",
                "the statement has the parameter :old, for which a script has no value; it would be NULL",
            ),
        ),
        (
            LOG,
            "UPDATE log SET a = $new",
            failed(
                " in statement 1, line 1, column 20",
                "the statement has the parameter $new, for which a script has no value; it would be NULL",
            ),
        ),
        (
            LOG,
            "UPDATE log SET a = @new + ?2",
            failed(
                " in statement 1, line 1, column 20",
                "the statement has the parameter @new, for which a script has no value; it would be NULL",
            ),
        ),
        // Columns count characters; where something was put in, the place is that of the statement.
        (
            LOG,
            "\u{feff}SELECT 1;\r\n/* é */ SELECT 'ü🦀',\r\n  'ü' + missing;",
            failed(
                " in statement 2, line 3, column 9",
                "no such column: missing",
            ),
        ),
        (
            LOG,
            "SELECT 1;\n  SELECT '${prefix}',\n  missing;",
            failed(
                " in statement 2, line 2, column 3",
                "no such column: missing",
            ),
        ),
        (
            LOG,
            "SELEC 1;",
            failed(
                " in statement 1, line 1, column 1",
                "near \"SELEC\": syntax error",
            ),
        ),
    ];
    for (before, second, told) in rows {
        check(before, &[first, ("2.sql", second), third], &told, "1");
    }
}

/// SQLite gives up the whole transaction: what shared it runs again, one by one, and is told so.
#[test]
fn a_lost_transaction_is_repeated() {
    let lab = Lab::with("CREATE TABLE log(a UNIQUE)");
    let (send, receive) = mpsc::channel();
    let upgrader = lab
        .core(&[
            ("1.sql", "INSERT INTO log VALUES (1)"),
            ("2.sql", "INSERT INTO log VALUES (2)"),
            ("3.sql", "INSERT OR ROLLBACK INTO log VALUES (1)"),
        ])
        .on_event(move |event| {
            let text = match event {
                Event::ScriptStarted { script, .. } => format!("started {script}"),
                Event::Applied(applied) => format!("applied {}", applied.script),
                Event::Repeated { .. } | Event::Failed(_) => event.to_string(),
                _ => return,
            };
            send.send(text).unwrap();
        });
    assert!(upgrader.run().is_err());
    drop(upgrader);
    assert_eq!(
        receive.iter().collect::<Vec<_>>(),
        [
            "started core/1.sql",
            "started core/2.sql",
            "started core/3.sql",
            "3 scripts were rolled back together; running them one by one",
            "started core/1.sql",
            "applied core/1.sql",
            "started core/2.sql",
            "applied core/2.sql",
            "started core/3.sql",
            "script core/3.sql failed in statement 1, line 1, column 1: UNIQUE constraint failed: log.a",
        ]
    );
    assert_eq!(
        lab.history(),
        "applied core/1.sql; applied core/2.sql; failed core/3.sql"
    );
}

/// After the cause is mended, the same scripts go through.
#[test]
fn after_clearing_the_rest_runs() {
    let lab = Lab::with(
        "CREATE TABLE log(a UNIQUE); CREATE TABLE child(p REFERENCES log(a) DEFERRABLE INITIALLY DEFERRED)",
    );
    let scripts: Scripts<'_> = &[
        ("1.sql", "INSERT INTO log VALUES (1)"),
        ("2.sql", "INSERT INTO child VALUES (7)"),
        ("3.sql", "INSERT INTO log VALUES (3)"),
    ];
    let told = lab.run(scripts);
    assert!(told.ends_with(": FOREIGN KEY constraint failed"), "{told}");
    lab.sql("INSERT INTO log VALUES (7)");
    assert_eq!(
        lab.clear(Resolution::GoOn),
        "cleared: script core/2.sql failed"
    );
    assert_eq!(lab.run(scripts), "Upgraded core/2.sql core/3.sql");
    assert_eq!(lab.run(scripts), "UpToDate");
    assert_eq!(
        lab.history(),
        "applied core/1.sql; failed core/2.sql; cleared core/2.sql; applied core/2.sql; applied core/3.sql"
    );
}

/// Refused before anything runs: the first script is in order, and still is not applied.
#[test]
fn statements_that_no_transaction_can_have() {
    let check = |script: &str, expected: &str| {
        let lab = Lab::new();
        let told = lab.run(&[("1.sql", "CREATE TABLE a(a)"), ("2.sql", script)]);
        assert_eq!(
            told,
            format!("the scripts are not in order, and none was run: core/2.sql has {expected}")
        );
        assert!(!lab.database().exists(), "{script}");
    };
    const OWN: &str = "the script runs in a transaction of the engine's already; with `-- upgrade: transaction = off` it may have its own";
    const KEYS: &str = "inside a transaction SQLite ignores it without a word; write `-- upgrade: foreign_keys = off` at \
                        the top of the script instead";
    const READ_ONLY: &str =
        "behind it nothing can be written, not even that the script ran; leave it out";
    let rows = [
        ("SELECT 1;\n  BEGIN;", format!("\"BEGIN;\" at line 2, column 3: {OWN}")),
        ("/* now */ COMMIT", format!("\"COMMIT\" at line 1, column 11: {OWN}")),
        ("end transaction;", format!("\"end transaction;\" at line 1, column 1: {OWN}")),
        ("Rollback;", format!("\"Rollback;\" at line 1, column 1: {OWN}")),
        (
            "PRAGMA foreign_keys = OFF;",
            format!("\"PRAGMA foreign_keys = OFF;\" at line 1, column 1: {KEYS}"),
        ),
        (
            "PRAGMA main.foreign_keys(off)",
            format!("\"PRAGMA main.foreign_keys(off)\" at line 1, column 1: {KEYS}"),
        ),
        (
            "VACUUM;",
            "\"VACUUM;\" at line 1, column 1: SQLite cannot do it inside a transaction; write `-- upgrade: transaction = \
             off` at the top of the script"
                .to_owned(),
        ),
        (
            "PRAGMA query_only = ON;",
            format!("\"PRAGMA query_only = ON;\" at line 1, column 1: {READ_ONLY}"),
        ),
        (
            "-- upgrade: transaction = off\nPRAGMA main.query_only(1);",
            format!("\"PRAGMA main.query_only(1);\" at line 2, column 1: {READ_ONLY}"),
        ),
    ];
    for (script, expected) in rows {
        check(script, &expected);
    }
}

/// Words of that kind inside a trigger, a string or a name are none of these statements, and savepoints are allowed.
#[test]
fn statements_that_only_look_so() {
    let lab = Lab::new();
    let script = "CREATE TABLE \"commit\"(\"BEGIN\");
        CREATE TRIGGER t AFTER INSERT ON \"commit\" BEGIN SELECT CASE WHEN 1 THEN 2 END; END;
        INSERT INTO \"commit\" VALUES ('COMMIT; ROLLBACK');
        SAVEPOINT mine; DELETE FROM \"commit\"; ROLLBACK TO mine; RELEASE mine;
        SAVEPOINT left_open; INSERT INTO \"commit\" VALUES (2);";
    assert_eq!(
        lab.run(&[("1.sql", script), ("2.sql", "SELECT 1")]),
        "Upgraded core/1.sql core/2.sql"
    );
    assert_eq!(lab.rows("SELECT * FROM \"commit\""), "COMMIT; ROLLBACK; 2");
}
