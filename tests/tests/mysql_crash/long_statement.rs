//! A statement that takes seconds goes on in the server when its client is killed. The next start waits for its end or
//! ends it, and only then finds out whether it has happened.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades_tests::crash::{Random, say, signal, until};
use upgrades_tests::mariadb::Server;

use crate::lab::{Lab, Outcome};

const CORE: &[(&str, &str)] = &[
    (
        "1.0.0_rows.sql",
        "CREATE TABLE #__rows (a INT, b VARCHAR(100)) ENGINE = InnoDB;
         INSERT INTO #__rows WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < 1000) SELECT seq, REPEAT('x', 90) FROM s;
         CREATE TABLE #__counter (n INT) ENGINE = InnoDB;
         INSERT INTO #__counter VALUES (0);",
    ),
    (
        "1.1.0_alter.sql",
        "UPDATE #__counter SET n = n + 1;
         ALTER TABLE #__rows ADD COLUMN c INT NOT NULL DEFAULT 5, ADD INDEX #__rows_b (b), ALGORITHM = COPY;
         UPDATE #__counter SET n = n * 2 + 1;
         UPDATE #__rows SET c = c + 1 WHERE a = 7;",
    ),
];

/// A lab whose first script is done, with many rows more in the table that the second one alters; and what that leaves.
fn lab(rows: u32) -> (Lab<'static>, Outcome) {
    let lab = Lab::new(Server::shared(), CORE, &[]);
    prepare(&lab, rows);
    lab.plain("undisturbed");
    let expected = lab.outcome();
    (lab, expected)
}

fn prepare(lab: &Lab<'_>, rows: u32) {
    lab.reset();
    // Events: started; the first script, its statements, applied.
    lab.die_at(7);
    assert_eq!(lab.strings("SELECT COUNT(*) FROM cb_rows"), ["1000"]);
    lab.database.query(&format!(
        "INSERT INTO cb_rows WITH RECURSIVE s (seq) AS (SELECT 1001 UNION ALL SELECT seq + 1 FROM s WHERE seq < {rows}) SELECT seq % 50, REPEAT('y', 90) FROM s"
    ));
}

/// Waits until the server is at the long statement, in a state like this one; and tells on which connection.
fn at_work(lab: &Lab<'_>, state: &str) -> String {
    let select = format!(
        "SELECT id FROM information_schema.processlist
          WHERE db = '{}' AND info LIKE 'ALTER TABLE%' AND state LIKE '{state}'",
        lab.database.name()
    );
    let client = lab.database.connect();
    until("the ALTER", || {
        client.query(&select).into_iter().flatten().flatten().next()
    })
}

#[test]
fn of_a_killed_client() {
    const ROWS: u32 = 300_000;
    let began = Instant::now();
    let mut random = Random::seeded("a long ALTER");
    let (lab, expected) = lab(ROWS);
    let kills = 4;
    for round in 0..kills {
        let story = format!("a long ALTER, round {round}");
        prepare(&lab, ROWS);
        let child = lab.start(&[]);
        at_work(&lab, "%");
        std::thread::sleep(random.moment(Duration::from_millis(1500)));
        signal(&child, Signal::KILL);
        lab.ended(child);
        lab.plain(&story);
        lab.must_be(&expected, &story);
    }
    say("a long ALTER", kills * 2, began);
}

/// The statement cannot end: another session holds a lock on what it is about.
#[test]
fn that_waits_for_a_lock() {
    let began = Instant::now();
    let (lab, expected) = lab(2_000);
    let kills = 3;
    for round in 0..kills {
        let story = format!("an ALTER that waits, round {round}");
        prepare(&lab, 2_000);
        let other = lab.database.connect();
        other.query("START TRANSACTION; SELECT COUNT(*) FROM cb_rows");
        let child = lab.start(&[]);
        let first = at_work(&lab, "%metadata lock");
        signal(&child, Signal::KILL);
        lab.ended(child);
        let next = lab.start(&[]);
        // It ends the statement of the first, and waits for the same lock.
        until("the second ALTER", || {
            (at_work(&lab, "%metadata lock") != first).then_some(())
        });
        if round > 0 {
            other.query("COMMIT");
        } else {
            drop(other);
        }
        let end = lab.ended(next);
        assert_eq!(end.code, Some(0), "{story}: {}", end.said);
        lab.must_be(&expected, &story);
    }
    say("an ALTER that waits for a lock", kills * 2, began);
}
