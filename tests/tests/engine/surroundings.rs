//! What is around a script: other users of the database, room on the disk, the session, a wish to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use upgrades::{Event, Resolution, Track, Upgrader};

use crate::lab::{Lab, Scripts, rows, shown, source};
use crate::transactions::BEHIND;

/// The file may not grow beyond so many pages: the script that does not fit is blamed, and those before it are in.
#[test]
fn a_full_database() {
    let filling = "CREATE TABLE b(a); INSERT INTO b SELECT randomblob(4000) FROM \
                   (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i FROM n)";
    let scripts: Scripts<'_> = &[
        ("1.sql", "CREATE TABLE a(a)"),
        ("2.sql", filling),
        ("3.sql", "CREATE TABLE c(a)"),
    ];
    let lab = Lab::with("PRAGMA page_size = 4096; VACUUM");
    let mut connection = lab.open();
    connection
        .pragma_update(None, "max_page_count", 40)
        .unwrap();
    let told = {
        let upgrader =
            Upgrader::new(upgrades::sqlite_connection(&mut connection)).without_failure_log();
        lab.told(upgrader.track(Track::core(source(scripts))).run())
    };
    assert_eq!(
        told,
        format!(
            "script core/2.sql failed in statement 2, line 1, column 20; {BEHIND}: database or disk is full"
        )
    );
    assert!(connection.is_autocommit());
    assert_eq!(lab.history(), "applied core/1.sql; failed core/2.sql");
    connection
        .pragma_update(None, "max_page_count", 4000)
        .unwrap();
    assert_eq!(
        lab.clear(Resolution::GoOn),
        "cleared: script core/2.sql failed in statement 2, line 1, column 20"
    );
    assert_eq!(lab.run(scripts), "Upgraded core/2.sql core/3.sql");
}

/// No room even for the record of the failure: the next start tries again, and nothing else is lost.
#[test]
fn a_database_too_full_to_say_so() {
    let lab = Lab::with("PRAGMA page_size = 4096; VACUUM");
    assert_eq!(
        lab.run(&[("1.sql", "CREATE TABLE a(a)")]),
        "Upgraded core/1.sql"
    );
    let scripts: Scripts<'_> = &[
        ("1.sql", "CREATE TABLE a(a)"),
        ("2.sql", "INSERT INTO a SELECT randomblob(20000)"),
    ];
    let mut connection = lab.open();
    let pages: i64 = connection
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    connection
        .pragma_update(None, "max_page_count", pages)
        .unwrap();
    let row = "INSERT INTO upgrade_history (id, run, track, version, file_name, started_at, took_ms, statements, outcome, host)
        SELECT max(id) + 1, 'r', 'core', '0', '0.sql', '2020-01-01T00:00:00.000Z', 0, 0, 'cleared', 'h' FROM upgrade_history";
    while connection.execute(row, []).is_ok() {}
    let told = {
        let upgrader =
            Upgrader::new(upgrades::sqlite_connection(&mut connection)).without_failure_log();
        lab.told(upgrader.track(Track::core(source(scripts))).run())
    };
    assert_eq!(
        told,
        "script core/2.sql failed in statement 1, line 1, column 1, which could not be recorded in the database \
         (database or disk is full); the next start tries it again: database or disk is full"
    );
    assert_eq!(lab.vars(), "latest_update_version,1.sql");
    drop(connection);
    assert_eq!(lab.run(scripts), "Upgraded core/2.sql");
}

/// Another program's transaction is in the way: no script's fault, so nothing is latched.
#[test]
fn a_busy_database() {
    let scripts: Scripts<'_> = &[("1.sql", "CREATE TABLE a(a)")];
    let short = Duration::from_millis(20);
    let check = |blocking: &str, code: &str| {
        let lab = Lab::with("CREATE TABLE other(a); INSERT INTO other VALUES (1)");
        let blocker = lab.open();
        blocker.execute_batch(blocking).unwrap();
        let mut selected = blocker.prepare("SELECT a FROM other").unwrap();
        let mut held = selected.query([]).unwrap();
        held.next().unwrap();
        let upgrader = || {
            let store = upgrades::sqlite(lab.database()).busy_timeout(short);
            Upgrader::new(store)
                .without_failure_log()
                .track(Track::core(source(scripts)))
        };
        let error = upgrader().run().unwrap_err();
        assert_eq!(
            (
                error.code().as_str(),
                lab.tidy(&upgrades::chain(&error)).as_str()
            ),
            ("database-busy", code),
            "{blocking}"
        );
        drop(held);
        drop(selected);
        drop(blocker);
        assert_eq!(shown(&upgrader().run().unwrap()), "Upgraded core/1.sql");
        assert_eq!(lab.history(), "applied core/1.sql");
    };
    check(
        "BEGIN IMMEDIATE",
        "the database cannot be used, and nothing more was run: what upgrades keeps in the database cannot be written: \
         database is locked",
    );
    // A reader lets us write, but not commit.
    check(
        "SELECT 1",
        "the database cannot be used, and nothing more was run: what upgrades keeps in the database cannot be written: \
         database is locked",
    );
    check(
        "BEGIN EXCLUSIVE",
        "the database cannot be used, and nothing more was run: what upgrades keeps in the database cannot be read: \
         database is locked",
    );
}

/// The reader comes when the engine's tables are there already, and stays until the commit is refused.
#[test]
fn a_reader_at_the_commit() {
    let check = |directives: &str, told: &str| {
        let lab = Lab::new();
        let first = ("1.sql", "CREATE TABLE a(a); INSERT INTO a VALUES (1)");
        assert_eq!(lab.run(&[first]), "Upgraded core/1.sql");
        let second = format!("{directives}INSERT INTO a VALUES (2); INSERT INTO a VALUES (3)");
        let scripts: Scripts<'_> = &[first, ("2.sql", &second)];
        let reader = lab.open();
        let mut selected = reader.prepare("SELECT a FROM a").unwrap();
        let mut held = selected.query([]).unwrap();
        held.next().unwrap();
        let store = upgrades::sqlite(lab.database()).busy_timeout(Duration::from_millis(20));
        let upgrader = Upgrader::new(store)
            .without_failure_log()
            .track(Track::core(source(scripts)));
        let error = upgrader.run().unwrap_err();
        assert_eq!(error.code().as_str(), "database-busy");
        assert_eq!(upgrades::chain(&error), told);
        drop(held);
        drop(selected);
        assert_eq!(rows(&reader, "SELECT a FROM a"), "1");
        drop(reader);
        assert_eq!(lab.history(), "applied core/1.sql");
        assert_eq!(shown(&upgrader.run().unwrap()), "Upgraded core/2.sql");
        assert_eq!(lab.rows("SELECT a FROM a"), "1; 2; 3");
    };
    let told = "the database cannot be used, and nothing more was run: database is locked";
    check("", told);
    check("-- upgrade: foreign_keys = off\n", told);
    check("\u{feff}-- upgrade: transaction = off\r\n", told);
}

/// What one script does to its session, the next one does not meet.
#[test]
fn sessions_are_not_inherited() {
    let lab = Lab::new();
    let other = lab.sandbox.path("other.db");
    let attach = format!(
        "ATTACH '{}' AS other; CREATE TABLE other.o(a);",
        other.display()
    );
    let seen = "CREATE TABLE IF NOT EXISTS seen(pragma, databases, temporary);
        INSERT INTO seen VALUES ((SELECT recursive_triggers FROM pragma_recursive_triggers),
            (SELECT group_concat(name) FROM pragma_database_list WHERE name <> 'temp'), (SELECT count(*) FROM sqlite_temp_schema));";
    let scripts: &[(&str, &str)] = &[
        ("1.sql", seen),
        ("2.sql", "PRAGMA recursive_triggers = ON;"),
        ("3.sql", seen),
        (
            "4.sql",
            "CREATE TEMP TABLE t(a); CREATE TEMP VIEW v AS SELECT 1;",
        ),
        ("5.sql", seen),
        ("6.sql", "CREATE TABLE temp.t(a);"),
        ("7.sql", seen),
        ("8.sql", "CREATE VIEW IF NOT EXISTS temp.v AS SELECT 1;"),
        ("9.sql", seen),
        ("10.sql", &attach),
        ("11.sql", seen),
        (
            "12.sql",
            "-- upgrade: transaction = off\nPRAGMA recursive_triggers = ON; CREATE TEMP TABLE t(a);",
        ),
        ("13.sql", seen),
        (
            "14.sql",
            "-- upgrade: transaction = off\nPRAGMA foreign_keys = OFF;",
        ),
        (
            "15.sql",
            "INSERT INTO seen SELECT foreign_keys, 'foreign keys', 0 FROM pragma_foreign_keys",
        ),
    ];
    let told = lab.run(scripts);
    assert!(told.starts_with("Upgraded core/1.sql"), "{told}");
    assert_eq!(
        lab.rows("SELECT DISTINCT * FROM seen"),
        "0,main,0; 1,foreign keys,0"
    );
    assert_eq!(
        rows(
            &Connection::open(other).unwrap(),
            "SELECT name FROM sqlite_schema"
        ),
        "o"
    );
}

/// Once asked to stop, a run commits the scripts that are whole, and the next start goes on.
#[test]
fn a_stop_between_statements() {
    let scripts: Scripts<'_> = &[
        ("1.sql", "CREATE TABLE a(a)"),
        ("2.sql", "CREATE TABLE b(a); CREATE TABLE c(a)"),
        ("3.sql", "CREATE TABLE d(a)"),
    ];
    let check = |file: &'static str, statement: u64, told: &str, then: &str| {
        let lab = Lab::new();
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let upgrader = lab.core(scripts).stop_when(stop).on_event(move |event| {
            if matches!(event, Event::StatementDone { script, statement: done, .. } if script.file == file && *done == statement) {
                flag.store(true, Ordering::Relaxed);
            }
        });
        assert_eq!(lab.told(upgrader.run()), told);
        assert_eq!(
            lab.rows("SELECT name FROM system_vars WHERE name = 'failed_update_detected'"),
            ""
        );
        assert_eq!(lab.run(scripts), then);
        assert_eq!(
            lab.history(),
            "applied core/1.sql; applied core/2.sql; applied core/3.sql"
        );
    };
    check(
        "1.sql",
        1,
        "Stopped core/1.sql",
        "Upgraded core/2.sql core/3.sql",
    );
    check(
        "2.sql",
        1,
        "Stopped core/1.sql",
        "Upgraded core/2.sql core/3.sql",
    );
    check(
        "2.sql",
        2,
        "Stopped core/1.sql core/2.sql",
        "Upgraded core/3.sql",
    );
    let lab = Lab::new();
    let stopped = lab.core(scripts).stop_when(Arc::new(AtomicBool::new(true)));
    assert_eq!(lab.told(stopped.run()), "Stopped");
    assert_eq!(
        lab.run(scripts),
        "Upgraded core/1.sql core/2.sql core/3.sql"
    );
}
