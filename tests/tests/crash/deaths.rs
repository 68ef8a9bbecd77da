//! Deaths are counted: a script in which process after process dies is not started for ever.

use std::time::Instant;

use upgrades::{Clearing, Resolution};
use upgrades_tests::crash::say;

use crate::lab::{Lab, Outcome, strings};

/// Events: 1 started, 2 and 3 the first script, 4 to 7 the second, 8 to 10 the third.
const SCRIPTS: [(&str, &str); 3] = [
    ("1.0.0_first.sql", "CREATE TABLE #__t (n INTEGER);"),
    (
        "1.1.0_second.sql",
        "INSERT INTO #__t VALUES (1);\n  UPDATE #__t SET n = n + 1;\nINSERT INTO #__t VALUES (2);",
    ),
    (
        "1.2.0_third.sql",
        "INSERT INTO #__t VALUES (3);\nUPDATE #__t SET n = n * 2;",
    ),
];
const IN_SECOND: u64 = 6;
const IN_THIRD: u64 = 9;

fn lab(head: &str) -> Lab {
    let scripts = SCRIPTS.map(|(file, text)| (file, format!("{head}{text}")));
    let scripts = scripts.each_ref().map(|(file, text)| (*file, &**text));
    Lab::new(&scripts, &[])
}

const WHOLE: &str = "-- upgrade: transaction = on\n";
const JOURNALED: &str = "-- upgrade: transaction = off\n";

/// Three deaths at the second statement of the second script, and what the start after them says.
fn trip(lab: &Lab, head: &str) -> String {
    // Without a transaction the first script is done, and the first statement of the second, when the first start dies.
    let events = match head {
        JOURNALED => [7, 3, 3],
        _ => [IN_SECOND; 3],
    };
    lab.reset();
    for event in events {
        // A statement is told within 20 ms.
        lab.die_lingering(event, 100);
    }
    let end = lab.child(&[]);
    assert_eq!(end.code, Some(1), "{}", end.said);
    end.said
}

/// Schema and rows, but for the latch's, which is there once it was tripped.
fn rows(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.picture.lines();
    lines
        .filter(|line| !line.contains("failed_update_detected"))
        .collect()
}

#[test]
fn three_in_one_script_trip_the_latch() {
    let began = Instant::now();
    let mut kills = 0;
    for head in [WHOLE, JOURNALED] {
        let lab = lab(head);
        let (expected, _) = lab.undisturbed();
        let said = trip(&lab, head);
        kills += 3;
        let first_done = match head {
            JOURNALED => vec!["core/1.0.0_first.sql 1 applied"],
            _ => vec![],
        };
        // Told by the run that refuses, and by every one after it.
        assert_eq!(
            said.lines().last(),
            Some(
                "script-died: script core/1.1.0_second.sql waits for a decision at statement 2, line 3, column 3; \
                 neither it nor later scripts were run: \
                 3 processes in a row died in it, the last seen at core/1.1.0_second.sql, statement 2 of 3; find out what ends them"
            ),
            "{head}"
        );
        let again = lab.child(&[]);
        assert_eq!(again.code, Some(1));
        assert!(again.said.contains("latched: "), "{}", again.said);

        let history = lab.outcome().history;
        let mut story = first_done.clone();
        story.push("core/1.1.0_second.sql 1 died");
        assert_eq!(history, story, "{head}");
        assert_eq!(
            strings(
                &lab.open(),
                "SELECT value FROM cb_system_vars WHERE name = 'failed_update_detected'"
            ),
            ["1"]
        );

        let issues = lab.upgrader().critical_issues().unwrap();
        assert_eq!(issues.len(), 1);
        assert_eq!(issues[0].code.to_string(), "script-died");
        assert_eq!(
            (&*issues[0].title, &*issues[0].problem),
            (
                "An upgrade of this installation waits for a decision",
                "The script core/1.1.0_second.sql waits for a decision at statement 2, line 3, column 3: 3 processes in a row \
                 died in it, the last seen at core/1.1.0_second.sql, statement 2 of 3; find out what ends them. No upgrade runs until that is cleared."
            )
        );

        let cleared = lab
            .upgrader()
            .clear_failure("more memory", Resolution::GoOn)
            .unwrap();
        let Clearing::Cleared(Some(failure)) = cleared else {
            panic!("{cleared:?}");
        };
        assert_eq!(failure.script.file, "1.1.0_second.sql");
        lab.plain();
        story.push("core/1.1.0_second.sql 0 cleared");
        let rest = expected.history.iter().skip(first_done.len());
        story.extend(rest.map(String::as_str));
        let found = lab.outcome();
        assert_eq!(found.history, story, "{head}");
        assert_eq!(rows(&found), rows(&expected), "{head}");
        assert_eq!(found.complaints, [""; 0], "{head}");
        assert_eq!(lab.lock().deaths, None, "{head}");
    }
    say("three deaths", kills, began);
}

#[test]
fn a_latch_cleared_by_hand_means_go_on() {
    for head in [WHOLE, JOURNALED] {
        let lab = lab(head);
        let (expected, _) = lab.undisturbed();
        trip(&lab, head);
        let cleared = lab.open().execute(
            "UPDATE cb_system_vars SET value = '0' WHERE name = 'failed_update_detected'",
            [],
        );
        assert_eq!(cleared, Ok(1));
        lab.plain();
        assert_eq!(rows(&lab.outcome()), rows(&expected), "{head}");
    }
}

#[test]
fn a_success_forgets_them() {
    let lab = lab(WHOLE);
    lab.reset();
    for _ in 0..2 {
        lab.die_at(IN_SECOND);
    }
    assert_eq!(lab.child(&[]).code, Some(0));
    assert_eq!(lab.lock().deaths, None);
    // The same version again, as after a restored backup of the database alone.
    let lock = std::fs::read(lab.path("shop.db-upgrade")).unwrap();
    lab.reset();
    std::fs::write(lab.path("shop.db-upgrade"), lock).unwrap();
    for _ in 0..2 {
        lab.die_at(IN_SECOND);
    }
    lab.plain();
}

#[test]
fn in_different_scripts_they_do_not_add_up() {
    let lab = lab(WHOLE);
    let (expected, _) = lab.undisturbed();
    lab.reset();
    for event in [
        IN_SECOND, IN_SECOND, IN_THIRD, IN_SECOND, IN_THIRD, IN_THIRD,
    ] {
        lab.die_at(event);
    }
    assert_eq!(
        lab.lock().deaths_found().map(|deaths| deaths.count),
        Some(2)
    );
    lab.plain();
    lab.must_be(&expected, "deaths in turn");
}
