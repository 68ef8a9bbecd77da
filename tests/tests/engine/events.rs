//! What a run tells while it works, and what observers may do to it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use rusqlite::Connection;
use upgrades::{Event, Track, Upgrader};

use crate::lab::{Lab, Scripts, rows, source};

/// Every event in its order, as the log has it.
#[test]
fn a_run_tells_what_it_does() {
    let check = |scripts: Scripts<'_>, expected: &[&str]| {
        let lab = Lab::new();
        let told = Mutex::new(Vec::new());
        let upgrader = lab.core(scripts).on_event(|event| {
            let text = match event {
                Event::Applied(applied) => format!("{} applied", applied.script),
                Event::ScriptRan { script, rows, .. } => format!("{script} ran: {rows:?}"),
                event => event.to_string(),
            };
            told.lock().unwrap().push(lab.tidy(&text));
        });
        let _ = upgrader.run();
        drop(upgrader);
        assert_eq!(told.into_inner().unwrap(), expected);
    };
    check(&[], &["0 scripts applied"]);
    check(
        &[
            ("1.sql", "CREATE TABLE a(a); INSERT INTO a VALUES (1)"),
            ("2.sql", "-- nothing to do"),
            (
                "3.sql",
                "-- upgrade: transaction = off\nINSERT INTO a VALUES (2); VACUUM",
            ),
            ("4.sql", "INSERT INTO a VALUES (3); SELECT * FROM nowhere"),
        ],
        &[
            "run [RUN]: 4 scripts with 6 statements",
            "core/1.sql: 2 statements",
            "core/1.sql: statement 1 of 2 done",
            "core/1.sql: statement 2 of 2 done",
            "core/1.sql ran: Some(1)",
            "core/2.sql: 0 statements",
            "core/2.sql ran: Some(0)",
            "core/1.sql applied",
            "core/2.sql applied",
            "core/3.sql: 2 statements",
            "core/3.sql: statement 1 of 2 done",
            "core/3.sql: statement 2 of 2 done",
            "core/3.sql ran: Some(1)",
            "core/3.sql applied",
            "core/4.sql: 2 statements",
            "core/4.sql: statement 1 of 2 done",
            "script core/4.sql failed in statement 2, line 1, column 27: no such table: nowhere",
        ],
    );
}

/// An observer that panics ends the run; nothing half-done stays, nobody is locked out, no script is blamed.
#[test]
fn an_observer_that_panics() {
    let scripts: Scripts<'_> = &[
        ("1.sql", "CREATE TABLE a(a); CREATE TABLE b(a);"),
        ("2.sql", "CREATE TABLE c(a)"),
    ];
    fn panics(event: &Event<'_>) {
        if matches!(event, Event::StatementDone { statement: 2, .. }) {
            std::panic::panic_any("observed");
        }
    }
    let lab = Lab::new();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        lab.core(scripts).on_event(panics).run()
    }))
    .unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"observed"));
    assert_eq!(
        lab.rows("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')"),
        ""
    );
    assert_eq!(lab.core(scripts).status().unwrap().working, None);
    assert_eq!(lab.run(scripts), "Upgraded core/1.sql core/2.sql");
    assert_eq!(lab.history(), "applied core/1.sql; applied core/2.sql");

    for script in [
        "",
        "-- upgrade: foreign_keys = off\n",
        "-- upgrade: transaction = off\n",
    ] {
        let script = format!("{script}CREATE TABLE a(a); CREATE TABLE b(a);");
        let mut own = Connection::open_in_memory().unwrap();
        own.pragma_update(None, "foreign_keys", true).unwrap();
        let run = |own: &mut Connection, observer: fn(&Event<'_>)| {
            catch_unwind(AssertUnwindSafe(|| {
                let upgrader =
                    Upgrader::new(upgrades::sqlite_connection(own)).without_failure_log();
                upgrader
                    .track(Track::core(source(&[("1.sql", &script)])))
                    .on_event(observer)
                    .run()
            }))
        };
        let outcome = run(&mut own, panics);
        assert!(outcome.is_err());
        assert!(own.is_autocommit(), "{script}");
        assert_eq!(rows(&own, "PRAGMA foreign_keys"), "1", "{script}");
        assert_eq!(run(&mut own, |_| {}).unwrap().unwrap().applied.len(), 1);
        assert_eq!(
            rows(
                &own,
                "SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')"
            ),
            "2"
        );
    }
}

/// A hook that panics does so after the failure is safe in the database.
#[test]
fn a_hook_that_panics() {
    let lab = Lab::new();
    let scripts: Scripts<'_> = &[("1.sql", "SELECT * FROM nowhere")];
    let upgrader = lab
        .core(scripts)
        .on_critical_issue(|_| std::panic::panic_any("hooked"));
    assert!(catch_unwind(AssertUnwindSafe(|| upgrader.run())).is_err());
    assert_eq!(lab.history(), "failed core/1.sql");
    assert_eq!(lab.vars(), "failed_update_detected,1");
    assert!(lab.sandbox.read("errors.log").contains("[script-failed]"));
}

thread_local! {
    static LOGGED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what the engine logs, for each thread.
struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        if record.target().starts_with("upgrades") {
            LOGGED.with_borrow_mut(|logged| {
                logged.push(format!("{} {}", record.level(), record.args()))
            });
        }
    }
    fn flush(&self) {}
}

/// The log has what the observers are told, and the critical issues.
#[test]
fn the_log_says_the_same() {
    log::set_logger(&Logger).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let lab = Lab::new();
    let told = Mutex::new(Vec::new());
    let upgrader = lab
        .core(&[
            ("1.sql", "CREATE TABLE a(a)"),
            ("2.sql", "SELECT * FROM nowhere"),
        ])
        .on_event(|event| told.lock().unwrap().push(event.to_string()));
    assert!(upgrader.run().is_err());
    drop(upgrader);
    let logged: Vec<_> = LOGGED.take();
    let told = told.into_inner().unwrap();
    let levels = ["INFO", "DEBUG", "TRACE", "TRACE", "DEBUG", "INFO", "ERROR"];
    let mut expected: Vec<_> = levels
        .iter()
        .zip(&told)
        .map(|(level, text)| format!("{level} {text}"))
        .collect();
    assert_eq!(told.len(), levels.len());
    expected.push(
        "ERROR An upgrade of this installation has failed: The script core/2.sql failed in statement 1, line 1, column 1: no \
         such table: nowhere. No upgrade runs until that is cleared. Mend the cause: the data that the script met, or the \
         script; then `upgrades clear-failure --reason \"...\"`, and start the application again."
            .to_owned(),
    );
    assert_eq!(logged, expected);
}
