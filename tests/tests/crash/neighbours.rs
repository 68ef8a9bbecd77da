//! Others who use the database at the same time, or the same process.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use rusqlite::Connection;
use upgrades::{Ending, Event, Track, Upgrader};
use upgrades_tests::crash::{ended, until};

use crate::lab::{Lab, strings};
use crate::scripts::{CORE, CUSTOMIZATION};

#[test]
fn two_threads_of_one_process() {
    let core: Vec<_> = CORE
        .iter()
        .copied()
        // It would attach a file of the test's own working directory.
        .filter(|(file, _)| !file.contains("attached"))
        .collect();
    let lab = Lab::new(&core, CUSTOMIZATION);
    let (expected, _) = lab.undisturbed();
    for round in 0..5 {
        lab.reset();
        let upgraders = [lab.upgrader(), lab.upgrader()];
        let mut endings = std::thread::scope(|scope| {
            let runs = upgraders
                .each_ref()
                .map(|upgrader| scope.spawn(|| upgrader.run().unwrap().ending));
            runs.map(|run| run.join().unwrap())
        });
        endings.sort_by_key(|ending| *ending == Ending::Upgraded);
        assert_eq!(
            endings,
            [Ending::UpToDate, Ending::Upgraded],
            "round {round}"
        );
        lab.must_be(&expected, &format!("two threads, round {round}"));
    }
}

/// A database whose next script waits for a reader, who has begun to read.
fn with_a_reader(script: &str) -> (Lab, Connection) {
    let first = "CREATE TABLE #__t (n INTEGER); INSERT INTO #__t VALUES (1);";
    let lab = Lab::new(&[("1.0.0.sql", first)], &[]);
    lab.reset();
    lab.plain();
    lab.write("core/1.1.0_next.sql", script);
    let reader = lab.open();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(strings(&reader, "SELECT n FROM cb_t"), ["1"]);
    (lab, reader)
}

const NEXT: &str = "INSERT INTO #__t VALUES (2); UPDATE #__t SET n = n + 1;";

#[test]
fn a_reader_who_makes_the_commit_wait() {
    for head in [
        "",
        "-- upgrade: transaction = off\n",
        "-- upgrade: foreign_keys = off\n",
    ] {
        let (lab, reader) = with_a_reader(&format!("{head}{NEXT}"));
        let mut child = lab.start(&[]);
        until("the work", || lab.lock().holder);
        std::thread::sleep(Duration::from_millis(500));
        assert!(
            child.try_wait().unwrap().is_none(),
            "{head}: it did not wait"
        );
        // It reads what it has read before.
        assert_eq!(strings(&reader, "SELECT n FROM cb_t"), ["1"], "{head}");
        reader.execute_batch("COMMIT").unwrap();
        let end = ended(child);
        assert_eq!(end.code, Some(0), "{head}: {}", end.said);
        assert_eq!(strings(&reader, "SELECT n FROM cb_t"), ["2", "3"], "{head}");
        assert_eq!(lab.outcome().complaints, [""; 0], "{head}");
    }
}

#[test]
fn a_reader_who_stays_too_long_trips_nothing() {
    for head in [
        "",
        "-- upgrade: transaction = off\n",
        "-- upgrade: foreign_keys = off\n",
    ] {
        let (lab, reader) = with_a_reader(&format!("{head}{NEXT}"));
        let end = lab.child(&["--busy", "50"]);
        assert_eq!(end.code, Some(1), "{head}: {}", end.said);
        assert!(end.said.contains("database-busy: "), "{head}: {}", end.said);
        drop(reader);
        assert_eq!(
            lab.outcome().history,
            ["core/1.0.0.sql 2 applied"],
            "{head}"
        );
        assert_eq!(lab.lock().deaths_found(), None, "{head}");
        lab.plain();
        assert_eq!(
            strings(&lab.open(), "SELECT n FROM cb_t"),
            ["2", "3"],
            "{head}"
        );
        assert_eq!(lab.outcome().complaints, [""; 0], "{head}");
    }
}

/// The failure is told even where it cannot be recorded.
#[test]
fn a_reader_who_keeps_a_failure_from_being_recorded() {
    for head in ["", "-- upgrade: transaction = off\n"] {
        let (lab, reader) = with_a_reader(&format!("{head}INSERT INTO #__nothing VALUES (1);"));
        let end = lab.child(&["--busy", "50"]);
        assert_eq!(end.code, Some(1), "{head}: {}", end.said);
        let (code, told) = match head {
            "" => ("latch-unwritten", true),
            // It did not come to the statement, as the journal cannot be begun.
            _ => ("database-busy", false),
        };
        assert!(
            end.said.contains(&format!("{code}: ")),
            "{head}: {}",
            end.said
        );
        assert_eq!(
            end.said.contains("no such table: cb_nothing"),
            told,
            "{}",
            end.said
        );
        drop(reader);
        assert_eq!(lab.outcome().complaints, [""; 0], "{head}");
        let end = lab.child(&[]);
        assert!(end.said.contains("script-failed: "), "{head}: {}", end.said);
    }
}

/// An observer that panics leaves the application's own connection as it was.
#[test]
fn an_observer_who_panics() {
    let scripts = [
        (
            "1.0.0.sql",
            "CREATE TABLE a (n INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a); INSERT INTO a VALUES (1);",
        ),
        (
            "1.1.0.sql",
            "-- upgrade: foreign_keys = off\nDELETE FROM b; INSERT INTO b VALUES (1);",
        ),
        (
            "1.2.0.sql",
            "-- upgrade: transaction = off\nPRAGMA foreign_keys = OFF; INSERT INTO b VALUES (1); PRAGMA foreign_keys = ON; INSERT INTO b VALUES (1);",
        ),
        ("1.3.0.sql", "INSERT INTO b VALUES (1);"),
    ];
    let state = |connection: &Connection| {
        let enforced = strings(connection, "SELECT foreign_keys FROM pragma_foreign_keys");
        (connection.is_autocommit(), enforced[0] == "1")
    };
    let mut panics = 0;
    for enforced in [true, false] {
        for at in 1..100 {
            let mut connection = Connection::open_in_memory().unwrap();
            connection
                .pragma_update(None, "foreign_keys", enforced)
                .unwrap();
            let seen = std::sync::atomic::AtomicU32::new(0);
            let run = |connection: &mut Connection, at: u32| {
                Upgrader::new(upgrades::sqlite_connection(connection))
                    .track(Track::core(scripts))
                    .without_failure_log()
                    .on_event(|event: &Event<'_>| {
                        let now = seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                        if now == at {
                            // As a panic, without its message.
                            resume_unwind(Box::new(format!("no patience for {event}")));
                        }
                    })
                    .run()
                    .unwrap()
                    .applied
                    .len()
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| run(&mut connection, at)));
            assert_eq!(state(&connection), (true, enforced), "event {at}");
            if outcome.is_ok() {
                break;
            }
            panics += 1;
            run(&mut connection, 0);
            assert_eq!(
                strings(&connection, "SELECT a FROM b"),
                ["1"; 4],
                "event {at}"
            );
            let applied =
                "SELECT file_name FROM upgrade_history WHERE outcome = 'applied' ORDER BY id";
            let files = scripts.map(|(file, _)| file);
            assert_eq!(strings(&connection, applied), files, "event {at}");
            assert_eq!(state(&connection), (true, enforced), "event {at}");
        }
    }
    assert!(panics > 30, "{panics}");
}
