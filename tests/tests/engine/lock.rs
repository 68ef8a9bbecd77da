//! The lock: one works, the others see who, and wait no longer than they want to.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use upgrades::{Event, LockRecord, Resolution};

use crate::lab::{Lab, Scripts};

const SCRIPTS: Scripts<'static> = &[
    ("1.sql", "CREATE TABLE a(a);\nCREATE TABLE b(a);"),
    ("2.sql", "CREATE TABLE c(a)"),
];

/// Runs `others` while another upgrade stands behind its first statement.
fn while_another_works(lab: &Lab, others: impl FnOnce()) -> String {
    let (reached, wait_reached) = mpsc::channel();
    let (go_on, wait_go_on) = mpsc::channel::<()>();
    let wait_go_on = Mutex::new(wait_go_on);
    let upgrader = lab.core(SCRIPTS).app_version("1.2.3").on_event(move |event| {
        if matches!(event, Event::StatementDone { statement: 1, script, .. } if script.file == "1.sql") {
            reached.send(()).unwrap();
            wait_go_on.lock().unwrap().recv().unwrap();
        }
    });
    thread::scope(|scope| {
        let worker = scope.spawn(|| lab.told(upgrader.run()));
        wait_reached.recv().unwrap();
        others();
        go_on.send(()).unwrap();
        worker.join().unwrap()
    })
}

fn without_place(lab: &Lab, text: &str) -> String {
    let host = gethostname();
    lab.tidy(text).replace(
        &format!("process {} on {host}", std::process::id()),
        "[PROCESS]",
    )
}

fn gethostname() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .unwrap()
        .trim()
        .to_owned()
}

#[test]
fn the_others_see_who_works() {
    let lab = Lab::new();
    let told = while_another_works(&lab, || {
        let error = lab
            .core(SCRIPTS)
            .lock_wait(Duration::from_millis(0))
            .run()
            .unwrap_err();
        assert_eq!(error.code().as_str(), "locked");
        let told = without_place(&lab, &upgrades::chain(&error));
        let (told, waited) = told.rsplit_once("; gave up after ").unwrap();
        assert_eq!(
            told,
            "another process upgrades this database: [PROCESS] (version 1.2.3), working since [TIME], now at core/1.sql, \
             statement 1 of 2"
        );
        assert!(waited.ends_with('s'), "{waited}");
        // Who only reads, waits for nobody.
        let status = lab.core(SCRIPTS).status().unwrap();
        let holder = status.working.unwrap();
        assert_eq!(holder.holder.unwrap().program.as_deref(), Some("1.2.3"));
        assert_eq!(
            holder.at.unwrap().to_string(),
            "core/1.sql, statement 1 of 2"
        );
        assert_eq!(lab.core(SCRIPTS).critical_issues().unwrap(), []);
        assert_eq!(lab.core(SCRIPTS).plan().unwrap().scripts.len(), 2);
    });
    assert_eq!(told, "Upgraded core/1.sql core/2.sql");
    assert_eq!(lab.core(SCRIPTS).status().unwrap().working, None);
    let left: LockRecord =
        serde_json::from_str(lab.sandbox.read("shop.db-upgrade").lines().next().unwrap()).unwrap();
    assert_eq!(left, LockRecord::default());
}

/// They wait, are told for whom, and then find nothing to do.
#[test]
fn the_others_wait() {
    let lab = Lab::new();
    let waited = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&waited);
    let (waiting, is_waiting) = mpsc::channel();
    let upgrader = lab.core(SCRIPTS).on_event(move |event| {
        if let Event::Waiting { .. } = event {
            heard.lock().unwrap().push(event.to_string());
            waiting.send(()).unwrap();
        }
    });
    thread::scope(|scope| {
        let mut waiter = None;
        let told = while_another_works(&lab, || {
            waiter = Some(scope.spawn(|| lab.told(upgrader.run())));
            is_waiting.recv().unwrap();
        });
        assert_eq!(told, "Upgraded core/1.sql core/2.sql");
        assert_eq!(waiter.unwrap().join().unwrap(), "UpToDate");
    });
    assert_eq!(
        without_place(&lab, &waited.lock().unwrap()[0]),
        "waiting for another upgrade since 0 s: [PROCESS] (version 1.2.3), working since [TIME], now at core/1.sql, \
         statement 1 of 2"
    );
    assert_eq!(lab.history(), "applied core/1.sql; applied core/2.sql");
}

/// Waiting ends when the application wants to stop.
#[test]
fn a_wait_can_be_stopped() {
    let lab = Lab::new();
    let told = while_another_works(&lab, || {
        let stop = Arc::new(AtomicBool::new(true));
        assert_eq!(lab.told(lab.core(SCRIPTS).stop_when(stop).run()), "Stopped");
    });
    assert_eq!(told, "Upgraded core/1.sql core/2.sql");
}

/// A tripped latch is cleared under the lock only.
#[test]
fn clearing_waits_too() {
    let lab = Lab::new();
    let bad: Scripts<'_> = &[("0.sql", "SELECT * FROM nowhere")];
    assert!(lab.core(bad).run().is_err());
    lab.sql("UPDATE system_vars SET value = '0' WHERE name = 'failed_update_detected'");
    let told = while_another_works(&lab, || {
        assert_eq!(
            lab.core(bad).clear_failure("x", Resolution::GoOn).unwrap(),
            upgrades::Clearing::NothingToClear
        );
    });
    assert_eq!(told, "Upgraded core/1.sql core/2.sql");
}

/// A lock file that cannot be used: told, and no script is blamed.
#[test]
fn a_lock_that_cannot_be_used() {
    let lab = Lab::new();
    std::fs::create_dir(lab.sandbox.path("shop.db-upgrade")).unwrap();
    let error = lab.core(SCRIPTS).run().unwrap_err();
    assert_eq!(error.code().as_str(), "database-unreachable");
    assert_eq!(
        lab.tidy(&upgrades::chain(&error)),
        "the database cannot be used, and nothing more was run: the lock file [FOLDER]/shop.db-upgrade cannot be used: Is a \
         directory (os error 21)"
    );
    assert!(!lab.database().exists());
    // One that says nothing that can be read is no obstacle.
    let lab = Lab::new();
    lab.sandbox
        .write("shop.db-upgrade", b"\xff{\"holder\": nonsense");
    assert_eq!(lab.run(SCRIPTS), "Upgraded core/1.sql core/2.sql");
}

/// Twenty threads at once on one new database: all succeed, and every script runs once.
#[test]
fn many_starters() {
    let lab = Lab::new();
    let worked = AtomicBool::new(false);
    thread::scope(|scope| {
        let starters: Vec<_> = (0..20).map(|_| scope.spawn(|| lab.run(SCRIPTS))).collect();
        for starter in starters {
            match starter.join().unwrap().as_str() {
                "Upgraded core/1.sql core/2.sql" => assert!(!worked.swap(true, Ordering::SeqCst)),
                told => assert_eq!(told, "UpToDate"),
            }
        }
    });
    assert_eq!(lab.history(), "applied core/1.sql; applied core/2.sql");
}
