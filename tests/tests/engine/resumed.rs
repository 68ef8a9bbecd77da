//! A script without a transaction that was interrupted, and the next start: what it goes on from, and what it asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use upgrades::{Event, Resolution};

use crate::journaled::{OFF, data, without_engine};
use crate::lab::Lab;

/// Statements of every kind, among them such as ask what the one before has done.
const MIXED: [&str; 14] = [
    "CREATE TABLE m(a INTEGER PRIMARY KEY AUTOINCREMENT, b)",
    "INSERT INTO m(b) VALUES ('x'), ('y'), ('z')",
    "CREATE TABLE asked AS SELECT changes() AS changes, last_insert_rowid() AS id",
    "INSERT INTO asked SELECT -1, last_insert_rowid()",
    "UPDATE m SET b = b || '!' WHERE a < 3",
    "INSERT INTO asked VALUES (changes(), last_insert_rowid())",
    "PRAGMA user_version = 7",
    "INSERT INTO asked VALUES (-2, last_insert_rowid())",
    "BEGIN",
    "DELETE FROM m WHERE a = 1",
    "INSERT INTO asked VALUES (changes(), last_insert_rowid())",
    "COMMIT",
    "VACUUM",
    "ALTER TABLE m RENAME COLUMN b TO c",
];

fn mixed() -> String {
    OFF.to_owned() + &MIXED.join(";\n") + ";\n"
}

/// A statement that cannot run is replaced by the one that was meant: an edited future is a repair.
#[test]
fn the_statement_that_failed_is_repaired() {
    let right = mixed();
    for k in 0..MIXED.len() {
        let lab = Lab::new();
        let mut statements = MIXED;
        // A statement that fails and asks for changes() takes the one before it along, and both run again.
        statements[k] = match MIXED[k].contains("changes()") {
            true => "SELECT changes() FROM nowhere",
            false => "DELETE FROM nowhere",
        };
        let wrong = OFF.to_owned() + &statements.join(";\n") + ";\n";
        let told = lab.run(&[("1.sql", &wrong)]);
        // Without its BEGIN or its COMMIT the script is refused as a whole.
        if matches!(MIXED[k], "BEGIN" | "COMMIT") {
            assert!(
                told.starts_with("the scripts are not in order, and none was run"),
                "{told}"
            );
            assert!(!lab.database().exists());
            continue;
        }
        assert!(told.ends_with("no such table: nowhere"), "{told}");
        let cleared = lab.clear(Resolution::GoOn);
        let expected = format!(
            "cleared: script core/1.sql failed in statement {}, line {}, column 1",
            k + 1,
            k + 2
        );
        assert_eq!(cleared, expected);
        assert_eq!(lab.run(&[("1.sql", &right)]), "Upgraded core/1.sql");
        assert_eq!(
            data(&lab.open()),
            without_engine(&right),
            "statement {}",
            k + 1
        );
        assert_eq!(lab.rows("PRAGMA user_version"), "7");
    }
}

/// Runs until this many statements are done, then asks to stop.
fn stopped_after(lab: &Lab, name: &str, script: &str, statements: u64) -> String {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let upgrader = lab
        .core(&[(name, script)])
        .stop_when(stop)
        .on_event(move |event| {
            if matches!(event, Event::StatementDone { statement, .. } if *statement == statements) {
                flag.store(true, Ordering::Relaxed);
            }
        });
    lab.told(upgrader.run())
}

/// A stop between any two statements, and the next start goes on.
#[test]
fn a_stop_at_every_statement() {
    let script = mixed();
    let expected = without_engine(&script);
    for k in 1..MIXED.len() as u64 {
        let lab = Lab::new();
        assert_eq!(stopped_after(&lab, "1.sql", &script, k), "Stopped", "{k}");
        assert_eq!(
            lab.rows("SELECT * FROM system_vars WHERE name = 'failed_update_detected'"),
            ""
        );
        assert_eq!(lab.run(&[("1.sql", &script)]), "Upgraded core/1.sql", "{k}");
        assert_eq!(data(&lab.open()), expected, "{k}");
        assert_eq!(lab.history(), "applied core/1.sql");
    }
}

/// What lives in the session is made again before the script goes on.
#[test]
fn sessions_are_replayed() {
    let check = |statements: &[&str], found: &str, expected: &str| {
        for k in 1..statements.len() as u64 {
            let lab = Lab::with("CREATE TABLE log(a)");
            let other = lab.sandbox.path("other.db");
            let script = OFF.to_owned()
                + &statements
                    .join(";\n")
                    .replace("[OTHER]", other.to_str().unwrap());
            assert_eq!(
                stopped_after(&lab, "1.sql", &script, k),
                "Stopped",
                "{script} {k}"
            );
            assert_eq!(
                lab.run(&[("1.sql", &script)]),
                "Upgraded core/1.sql",
                "{script} {k}"
            );
            assert_eq!(lab.rows(found), expected, "{script} {k}");
        }
    };
    check(
        &[
            "PRAGMA recursive_triggers = ON",
            "CREATE TABLE x(a)",
            "INSERT INTO log SELECT recursive_triggers FROM pragma_recursive_triggers",
        ],
        "SELECT * FROM log",
        "1",
    );
    check(
        &[
            "PRAGMA foreign_keys = OFF",
            "CREATE TABLE c(a REFERENCES log(a))",
            "INSERT INTO c VALUES (7)",
            "INSERT INTO log SELECT foreign_keys FROM pragma_foreign_keys",
        ],
        "SELECT * FROM log",
        "0",
    );
    // It takes effect with the VACUUM, and is forgotten until then with the session.
    check(
        &[
            "PRAGMA auto_vacuum = FULL",
            "CREATE TABLE x(a)",
            "VACUUM",
            "CREATE TABLE y(a)",
        ],
        "PRAGMA auto_vacuum",
        "1",
    );
    check(
        &["PRAGMA page_size = 8192", "CREATE TABLE x(a)", "VACUUM"],
        "PRAGMA page_size",
        "8192",
    );
    check(
        &[
            "ATTACH '[OTHER]' AS other",
            "CREATE TABLE other.o(a)",
            "INSERT INTO other.o VALUES (1), (2)",
            "INSERT INTO log SELECT sum(a) FROM other.o",
            "DETACH other",
            "INSERT INTO log SELECT count(*) FROM pragma_database_list WHERE name = 'other'",
        ],
        "SELECT * FROM log",
        "3; 0",
    );
    check(
        &[
            "CREATE TEMP VIEW v AS SELECT 5 AS a",
            "CREATE TEMP TRIGGER t AFTER INSERT ON log WHEN NEW.a < 7 BEGIN INSERT INTO log VALUES (NEW.a + 10); END",
            "INSERT INTO log SELECT a FROM v",
            "INSERT INTO log SELECT a + 1 FROM v",
        ],
        "SELECT * FROM log",
        "5; 15; 6; 16",
    );
}

/// What only a person can decide. Each row: what ran and how far, what comes then, and why the engine asks.
#[test]
fn what_a_restart_cannot_tell() {
    let check = |first: (&str, &str), done: u64, then: (&str, &str), reason: &str| {
        let lab = Lab::with("CREATE TABLE log(a)");
        let text = format!("{OFF}{}", first.1);
        assert_eq!(stopped_after(&lab, first.0, &text, done), "Stopped");
        let (name, _) = then;
        assert_eq!(
            lab.run(&[then]),
            format!(
                "script core/{name} waits for a decision; neither it nor later scripts were run: {reason}"
            )
        );
        // To go on changes nothing, to start over does.
        assert_eq!(
            lab.clear(Resolution::GoOn),
            format!("cleared: script core/{name} waits for a decision")
        );
        assert!(lab.run(&[then]).ends_with(reason));
        assert_eq!(
            lab.clear(Resolution::StartOver),
            format!("cleared: script core/{name} waits for a decision")
        );
        assert_eq!(lab.run(&[then]), format!("Upgraded core/{name}"));
    };
    let edited = "what is done of it, statements 1 to 2, was changed after it ran; restore it, or start the script over";
    let script =
        "INSERT INTO log VALUES (1); INSERT INTO log VALUES (2); INSERT INTO log VALUES (3);";
    let off = |script: &str| format!("{OFF}{script}");
    check(
        ("1.sql", script),
        2,
        ("1.sql", &off(&script.replace("(1)", "(9)"))),
        edited,
    );
    check(
        ("1.sql", script),
        2,
        ("1.sql", &off("INSERT INTO log VALUES (1);")),
        edited,
    );
    check(
        ("1.sql", script),
        2,
        (
            "1.sql",
            &off(&format!("-- upgrade: description = x\n{script}")),
        ),
        edited,
    );
    // Now it wants to run as a whole.
    check(("1.sql", script), 2, ("1.sql", script), edited);
    let other = "1.sql of this track is under way, and another script is next; put 1.sql back, or start over";
    check(("1.sql", script), 2, ("0.5.sql", &off(script)), other);
    check(("1.sql", script), 2, ("1_renamed.sql", &off(script)), other);
    check(("1.sql", script), 2, ("1_renamed.sql", script), other);
    let temporary = |n| {
        format!(
            "statement {n} made a temporary table, view or trigger that is gone with the process that was interrupted; start \
             the script over"
        )
    };
    let script = "INSERT INTO log VALUES (1); CREATE TEMP TABLE t(a); INSERT INTO t VALUES (2); INSERT INTO log SELECT a FROM t;";
    check(("1.sql", script), 3, ("1.sql", &off(script)), &temporary(2));
    let script =
        "CREATE TABLE temp.t(a); INSERT INTO t VALUES (2); INSERT INTO log SELECT a FROM t;";
    check(("1.sql", script), 2, ("1.sql", &off(script)), &temporary(1));
    let script = "INSERT INTO log VALUES (1); CREATE TEMP VIEW v AS SELECT 2 AS a; DROP VIEW v; INSERT INTO log VALUES (3);";
    check(("1.sql", script), 3, ("1.sql", &off(script)), &temporary(2));
}

/// Comments in what is done may change, and anything in what is not.
#[test]
fn what_may_be_edited() {
    let lab = Lab::with("CREATE TABLE log(a)");
    let script = format!(
        "{OFF}INSERT INTO log VALUES (1);\nINSERT INTO log VALUES (2);\nINSERT INTO log VALUES (3);"
    );
    assert_eq!(stopped_after(&lab, "1.sql", &script, 2), "Stopped");
    let edited = "/* why */ -- upgrade: transaction = off\r\nINSERT INTO log -- here\r\n VALUES (1);\n\n INSERT INTO log VALUES (2);\n\
                  INSERT INTO log VALUES (33); INSERT INTO log VALUES (4)";
    assert_eq!(lab.run(&[("1.sql", edited)]), "Upgraded core/1.sql");
    assert_eq!(lab.rows("SELECT group_concat(a) FROM log"), "1,2,33,4");
}
