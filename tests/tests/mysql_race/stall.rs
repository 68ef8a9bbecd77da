//! A holder that is held still for longer than its expiry, and goes on when another has finished its work.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades_tests::mariadb::Database;

use crate::lab::{
    End, Lab, Outcome, ended, must_be, say, server, share_the_machine, signal, until_halted,
    until_runs,
};
use crate::scripts::{CORE, CUSTOMIZATION};

/// Whether the child ended because another has overtaken it, and said so.
fn is_overtaken(end: &End) -> bool {
    let said = end.said.trim_end();
    end.code == Some(1)
        && said.contains(
            "
overtaken: the database cannot be used, and nothing more was run: ",
        )
        && said.ends_with(
            "another process has taken the upgrade's lock over, as this one gave no sign of life",
        )
}

/// Another process takes over from this one, which is held still, and finishes; then this one goes on.
fn overtake(lab: &Lab, database: &Database<'_>, still: Child, expected: &Outcome, story: &str) {
    until_halted(&still);
    let end = ended(lab.start(&database.url(), &["--expiry", "600"]));
    assert_eq!(end.code, Some(0), "{story}, the other: {}", end.said);
    must_be(database, expected, &format!("{story}, overtaken"));
    signal(&still, Signal::CONT);
    let end = ended(still);
    assert!(is_overtaken(&end), "{story}: {end:?}");
    must_be(database, expected, &format!("{story}, continued"));
}

#[test]
fn in_a_statement() {
    let _machine = share_the_machine();
    let began = Instant::now();
    let rows = [
        (
            "a data group",
            "INSERT INTO #__t SELECT SLEEP(0.3);",
            "SLEEP",
        ),
        (
            "a long statement",
            "INSERT INTO #__t SELECT SLEEP(3);",
            "SLEEP",
        ),
        (
            "a long definition",
            // MySQL goes on with a definition whose SLEEP was ended, which is 1 then.
            "CREATE TABLE #__new AS SELECT 0 * SLEEP(3) AS n;",
            "SLEEP",
        ),
        (
            "an ALTER",
            "ALTER TABLE #__big ADD COLUMN text VARCHAR(40) NOT NULL DEFAULT 'x', ALGORITHM=COPY;",
            "ALTER TABLE",
        ),
    ];
    thread::scope(|scope| {
        for (story, statement, text) in rows {
            scope.spawn(move || in_one(story, statement, text));
        }
    });
    say("stalls in statements", began);
}

fn in_one(story: &str, statement: &str, text: &str) {
    let script = format!(
        "CREATE TABLE #__t (n BIGINT);
         CREATE TABLE #__big (n BIGINT);
         INSERT INTO #__big WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < 200000) SELECT seq FROM s;
         INSERT INTO #__t VALUES (1);
         UPDATE #__t SET n = n * 2 + 1;
         {statement}
         UPDATE #__t SET n = n * 2 + 1;
         DROP TABLE #__big;
         UPDATE #__t SET n = n * 2 + 1;"
    );
    let lab = Lab::new(&[("1.0.0.sql", &script)], &[]);
    let (expected, _) = lab.undisturbed();
    for expiry in ["600", "1500"] {
        let database = server().database();
        let child = lab.start(&database.url(), &["--expiry", expiry]);
        until_runs(&database.connect(), text);
        signal(&child, Signal::STOP);
        let story = format!("{story}, expiry {expiry}");
        overtake(&lab, &database, child, &expected, &story);
    }
}

/// The holder halts at every event that it tells of, from the first to the last.
#[test]
fn between_statements() {
    let _machine = share_the_machine();
    let began = Instant::now();
    let lab = &Lab::new(&CORE[..4], CUSTOMIZATION.get(..1).unwrap());
    let (expected, events) = &lab.undisturbed();
    thread::scope(|scope| {
        // Behind the last commit it is overtaken by nobody: there is nothing to do.
        for event in 1..*events - 1 {
            // Not all at the same time.
            thread::sleep(Duration::from_millis(100));
            scope.spawn(move || {
                let database = server().database();
                let at = event.to_string();
                let child = lab.start(&database.url(), &["--expiry", "800", "--halt-at", &at]);
                let story = format!("halted at event {event} of {events}");
                until_halted(&child);
                let end = ended(lab.start(&database.url(), &["--expiry", "800"]));
                assert_eq!(end.code, Some(0), "{story}, the other: {}", end.said);
                must_be(&database, expected, &format!("{story}, overtaken"));
                signal(&child, Signal::CONT);
                let end = ended(child);
                assert!(is_overtaken(&end), "{story}: {end:?}");
                must_be(&database, expected, &format!("{story}, continued"));
            });
        }
    });
    say(&format!("stalls at {events} events"), began);
}

/// Between the last check of its right and the commit, it keeps the lock's row to itself: until its session ends.
#[test]
fn before_a_commit() {
    let _machine = share_the_machine();
    let script =
        "CREATE TABLE #__t (n BIGINT); INSERT INTO #__t SELECT SLEEP(0.5); DROP TABLE #__t;";
    let lab = Lab::new(&[("1.0.0.sql", script)], &[]);
    let (expected, _) = lab.undisturbed();
    let database = server().database();
    let child = lab.start(&database.url(), &["--expiry", "1500"]);
    let client = database.connect();
    until_runs(&client, "SLEEP");
    client.query(
        "START TRANSACTION; SELECT * FROM cb_upgrade_lock WHERE name = 'upgrade' FOR UPDATE",
    );
    until_runs(&database.connect(), "UPDATE%upgrade_lock%writes%record");
    signal(&child, Signal::STOP);
    until_halted(&child);
    client.query("COMMIT");
    overtake(&lab, &database, child, &expected, "before a commit");
}
