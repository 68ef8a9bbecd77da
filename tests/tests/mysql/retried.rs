//! Somebody else is in the way: what was not committed is repeated as a whole, a bounded number of times, and no script
//! is blamed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use upgrades::Event;
use upgrades_tests::mariadb::{Client, Database};

use crate::lab::Lab;

const TABLE: (&str, &str) = (
    "1.sql",
    "CREATE TABLE t (id INT PRIMARY KEY, n INT); INSERT INTO t VALUES (1, 0), (2, 0), (3, 0);
     CREATE TABLE heavy (id INT PRIMARY KEY);",
);
const SCRIPT: &str = "UPDATE t SET n = n + 1 WHERE id = 1;\nUPDATE t SET n = n + 1 WHERE id = 2;\nUPDATE t SET n = n + 1 WHERE id = 3;";

/// A transaction that changes so much that the other one is the victim of a deadlock, and holds row 2.
fn holds_two(database: &Database<'_>) -> Client {
    let other = database.connect();
    other.query("BEGIN; INSERT INTO heavy WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 500) \
         SELECT n FROM s; UPDATE t SET n = n + 100 WHERE id = 2");
    other
}

#[test]
fn deadlocks() {
    for script in [
        SCRIPT.to_owned(),
        format!("BEGIN;\n{SCRIPT}\nCOMMIT;"),
        format!(
            "SET @x = 1;\nINSERT INTO t VALUES (4, @x);\n{SCRIPT}\nCREATE TABLE u (a INT);\nINSERT INTO t VALUES (5, @x);"
        ),
    ] {
        let lab = Lab::new();
        assert_eq!(lab.run(&[TABLE]), "Upgraded core/1.sql");
        let other = holds_two(&lab.database);
        let admin = lab.database.connect();
        let first = SCRIPT.lines().next().unwrap();
        let number = script.lines().position(|line| line == first).unwrap() as u64 + 1;
        let shared = Arc::new(Mutex::new(Some(other)));
        let threads = Arc::new(Mutex::new(Vec::new()));
        let started = threads.clone();
        let upgrader = lab.core(&[TABLE, ("2.sql", &script)]).on_event(move |event| {
            let Event::StatementDone { statement, .. } = event else {
                return;
            };
            if *statement != number {
                return;
            }
            if let Some(other) = shared.lock().unwrap().take() {
                let waits = other.begin("UPDATE t SET n = n + 100 WHERE id = 1; COMMIT");
                let id = other.id();
                while admin.query(&format!("SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id = {id} AND trx_state = 'LOCK WAIT'")).is_empty() {
                    // What is asked for more often than every 100 ms is answered from a cache.
                    std::thread::sleep(Duration::from_millis(150));
                }
                started.lock().unwrap().push(std::thread::spawn(move || {
                    waits.wait().unwrap();
                    drop(other);
                }));
            }
        });
        let told = lab.told(upgrader.run());
        drop(upgrader);
        for thread in threads.lock().unwrap().drain(..) {
            thread.join().unwrap();
        }
        assert_eq!(told, "Upgraded core/2.sql", "{script}");
        assert_eq!(
            lab.rows("SELECT id, n FROM t WHERE id < 4"),
            "1,101; 2,101; 3,1",
            "{script}"
        );
        assert_eq!(lab.history(), "applied core/1.sql; applied core/2.sql");
    }
}

/// Row locks and table locks that do not come within their time: nothing is recorded as failed, and a later start goes on.
#[test]
fn locks_that_do_not_come() {
    let rows = [
        (SCRIPT, "BEGIN; UPDATE t SET n = 0 WHERE id = 2"),
        (
            "UPDATE t SET n = n + 1 WHERE id < 3; UPDATE t SET n = n + 1 WHERE id = 3;",
            "BEGIN; UPDATE t SET n = 0 WHERE id = 2",
        ),
        (
            "UPDATE t SET n = n + 1;\nALTER TABLE t ADD b INT;",
            "BEGIN; SELECT * FROM heavy; SELECT * FROM t",
        ),
        (
            "UPDATE t SET n = n + 1;\nALTER TABLE heavy ADD b INT;",
            "BEGIN; SELECT * FROM heavy",
        ),
        ("UPDATE t SET n = n + 1;", "LOCK TABLES t WRITE"),
    ];
    for (script, held) in rows {
        let lab = Lab::new();
        assert_eq!(lab.run(&[TABLE]), "Upgraded core/1.sql");
        let other = lab.database.connect();
        other.query(held);
        let store = || lab.store().lock_wait_timeout(Duration::from_secs(1));
        let scripts = [TABLE, ("2.sql", script)];
        let error = lab.with(store(), &scripts).run().unwrap_err();
        assert_eq!(error.code().as_str(), "database-busy", "{script}: {error}");
        let told = lab.tidy(&upgrades::chain(&error));
        assert!(told.contains("Lock wait timeout exceeded"), "{told}");
        assert_eq!(lab.history(), "applied core/1.sql", "{script}");
        let status = lab.core(&scripts).status().unwrap();
        assert!(status.failure.is_none() && status.issues.is_empty());
        drop(other);
        assert_eq!(
            lab.told(lab.with(store(), &scripts).run()),
            "Upgraded core/2.sql",
            "{script}"
        );
        assert_eq!(lab.rows("SELECT id, n FROM t"), "1,1; 2,1; 3,1", "{script}");
        assert_eq!(lab.history(), "applied core/1.sql; applied core/2.sql");
    }
}

/// A lock that comes late is waited for again.
#[test]
fn locks_that_come_late() {
    let lab = Lab::new();
    assert_eq!(lab.run(&[TABLE]), "Upgraded core/1.sql");
    let other = lab.database.connect();
    other.query("BEGIN; UPDATE t SET n = 0 WHERE id = 2");
    let late = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(1700));
        other.query("COMMIT");
    });
    let store = lab.store().lock_wait_timeout(Duration::from_secs(1));
    let told = lab.told(lab.with(store, &[TABLE, ("2.sql", SCRIPT)]).run());
    late.join().unwrap();
    assert_eq!(told, "Upgraded core/2.sql");
    assert_eq!(lab.rows("SELECT id, n FROM t"), "1,1; 2,1; 3,1");
}
