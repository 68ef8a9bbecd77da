//! SIGTERM: the statement finishes, what is whole stays, nothing trips, and the next start goes on.

use std::sync::{Arc, Mutex};

use rustix::process::Signal;
use upgrades::Event;
use upgrades_tests::crash::{ended, signal, until};

use crate::lab::Lab;
use crate::race::{SLOW, slow_lab, start_until};

/// Stops a child in the slow statement, which is the `statement`-th of its script.
fn stop_in(lab: &Lab, statement: u64) {
    lab.reset();
    let child = start_until(lab, &[], statement);
    signal(&child, Signal::TERM);
    let end = ended(child);
    assert_eq!(end.code, Some(0), "{}", end.said);
    assert!(end.said.contains("ending: Stopped"), "{}", end.said);
}

/// Goes on in this process, and tells behind which statement of the slow script.
fn go_on(lab: &Lab) -> u64 {
    let behind = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&behind);
    let folder = lab.path("");
    let upgrader = lab.upgrader().on_event(move |event| {
        if let Event::ScriptStarted { script, done, .. } = event
            && script.file.contains("slow")
        {
            *seen.lock().unwrap() = Some(*done);
        }
    });
    assert!(folder.exists());
    upgrader.run().unwrap();
    behind.lock().unwrap().unwrap()
}

#[test]
fn in_a_script_with_its_transaction() {
    let slow = format!("CREATE TABLE #__slow (n);\n{SLOW}\nINSERT INTO #__slow VALUES (1);");
    let lab = Lab::new(
        &[
            (
                "1.0.0_first.sql",
                "CREATE TABLE #__first (n); INSERT INTO #__first VALUES (1);",
            ),
            ("1.1.0_slow.sql", &slow),
            ("1.2.0_last.sql", "INSERT INTO #__first VALUES (2);"),
        ],
        &[],
    );
    let (expected, _) = lab.undisturbed();
    lab.reset();
    let child = lab.start(&[]);
    until("the slow statement", || {
        let at = lab.lock().at?;
        (at.script == "core/1.1.0_slow.sql" && at.statement == 2).then_some(())
    });
    signal(&child, Signal::TERM);
    let end = ended(child);
    assert_eq!(end.code, Some(0), "{}", end.said);
    assert!(end.said.contains("ending: Stopped"), "{}", end.said);

    let stopped = lab.outcome();
    assert_eq!(stopped.history, ["core/1.0.0_first.sql 2 applied"]);
    assert_eq!(stopped.complaints, [""; 0]);
    assert!(!stopped.picture.contains("cb_slow"), "{}", stopped.picture);
    assert_eq!(lab.lock().deaths_found(), None);
    assert_eq!(go_on(&lab), 0);
    lab.must_be(&expected, "stopped in the transaction");
}

#[test]
fn in_a_script_without_a_transaction() {
    let off = "-- upgrade: transaction = off\n";
    // What stands before the slow statement, where that is, and how many statements are done when it is stopped there.
    let rows = [
        ("", 2, 2),
        (
            "BEGIN; INSERT INTO #__slow VALUES (7); COMMIT; VACUUM;",
            6,
            6,
        ),
        ("PRAGMA recursive_triggers = ON;", 3, 3),
    ];
    for (head, statement, done) in rows {
        let lab = slow_lab(off, head);
        let (expected, _) = lab.undisturbed();
        stop_in(&lab, statement);
        let stopped = lab.outcome();
        assert_eq!(stopped.history, [""; 0], "{head}");
        assert_eq!(stopped.complaints, ["journal: 1.0.0_slow.sql"], "{head}");
        assert_eq!(lab.lock().deaths_found(), None, "{head}");
        assert_eq!(go_on(&lab), done, "{head}");
        lab.must_be(&expected, &format!("stopped behind {head:?}"));
    }
}

/// What belongs together runs again together: the script's own transaction, and changes() with what it asks about.
#[test]
fn in_what_belongs_together() {
    let rows = [
        (
            format!(
                "BEGIN; INSERT INTO #__slow VALUES (1); {SLOW} INSERT INTO #__slow VALUES (2); COMMIT;"
            ),
            4,
            1,
        ),
        (
            format!(
                "{SLOW} INSERT INTO #__slow VALUES (8), (9); INSERT INTO #__slow SELECT changes();
                 {} INSERT INTO #__slow SELECT 100 + changes();",
                SLOW.replace(
                    "SELECT count(*) FROM i",
                    "SELECT n FROM i WHERE n % 1000000 = 0"
                )
            ),
            5,
            4,
        ),
    ];
    for (text, statement, done) in rows {
        let text = format!("-- upgrade: transaction = off\nCREATE TABLE #__slow (n);\n{text}");
        let lab = Lab::new(&[("1.0.0_slow.sql", &text)], &[]);
        let (expected, _) = lab.undisturbed();
        stop_in(&lab, statement);
        assert_eq!(go_on(&lab), done, "{text}");
        lab.must_be(&expected, &format!("stopped in {text}"));
    }
}

#[test]
fn while_it_waits_for_another() {
    let lab = slow_lab("", "");
    let (expected, _) = lab.undisturbed();
    lab.reset();
    let working = start_until(&lab, &[], 2);
    let waiting = lab.start(&["--wait-for", lab.path("start").to_str().unwrap()]);
    until("the second child", || {
        lab.path(&format!("start.{}", waiting.id()))
            .exists()
            .then_some(())
    });
    std::fs::write(lab.path("start"), "").unwrap();
    signal(&waiting, Signal::TERM);
    let end = ended(waiting);
    assert_eq!(end.code, Some(0), "{}", end.said);
    assert!(end.said.contains("ending: Stopped"), "{}", end.said);
    assert_eq!(ended(working).code, Some(0));
    lab.must_be(&expected, "another was stopped");
}
