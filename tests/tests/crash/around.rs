//! SIGKILL around repeatable scripts and callbacks: each script that repeats has run once for each of its contents, no
//! after-run callback is lost, and none runs twice that is committed.

use std::time::Instant;

use upgrades_tests::crash::{Random, say};

use crate::lab::{Lab, Mode, strings};

const OFF: &str = "-- upgrade: transaction = off\n";

const CORE: &[(&str, &str)] = &[
    (
        "1.0.0_tables.sql",
        "CREATE TABLE #__items (n INTEGER NOT NULL);
         CREATE TABLE #__counter (n INTEGER NOT NULL);
         INSERT INTO #__counter VALUES (0);
         CREATE TABLE #__log (what TEXT, n INTEGER);",
    ),
    (
        "1.1.0_items.sql",
        "-- upgrade: transaction = off
         INSERT INTO #__items VALUES (1), (2), (3);
         UPDATE #__counter SET n = n + 1;",
    ),
    ("repeat/a_view.sql", VIEW),
    (
        "repeat/b_seed.sql",
        "-- upgrade: transaction = off
         INSERT INTO #__items SELECT n + 10 FROM #__sums;
         UPDATE #__counter SET n = n * 2 + 1;
         INSERT INTO #__log SELECT 'seeded', n FROM #__counter;",
    ),
    ("repeat/c_more.sql", "UPDATE #__counter SET n = n * 3;"),
    // It begins a run, and there may be several: what it does may be done again.
    (
        "before-run.sql",
        "CREATE TABLE IF NOT EXISTS #__before (n INTEGER); DELETE FROM #__before; INSERT INTO #__before VALUES (1);",
    ),
    (
        "after-run.sql",
        "INSERT INTO #__log SELECT 'after', n FROM #__counter; UPDATE #__counter SET n = n + 1;",
    ),
    (
        "after-failure.sql",
        "INSERT INTO #__log VALUES ('failed', 0);",
    ),
];

const VIEW: &str =
    "DROP VIEW IF EXISTS #__sums; CREATE VIEW #__sums AS SELECT sum(n) AS n FROM #__items;";
const OTHER_VIEW: &str =
    "DROP VIEW IF EXISTS #__sums; CREATE VIEW #__sums AS SELECT sum(n) * 2 AS n FROM #__items;";

const CUSTOMIZATION: &[(&str, &str)] = &[
    (
        "1.0.0_own.sql",
        "INSERT INTO #__items SELECT n + 100 FROM #__sums; UPDATE #__counter SET n = n + 1;",
    ),
    (
        "repeat/own_view.sql",
        "DROP VIEW IF EXISTS #__own; CREATE VIEW #__own AS SELECT max(n) AS n FROM #__items;",
    ),
    (
        "after-run.sql",
        "-- upgrade: transaction = off
         INSERT INTO #__log SELECT 'own after', n FROM #__counter;
         UPDATE #__counter SET n = n * 2;",
    ),
];

fn at_every_event(what: &str, lab: &Lab) {
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let (expected, events) = lab.undisturbed();
    let owed = "SELECT value FROM cb_system_vars WHERE name = 'upgrades_after_run'";
    assert_eq!(strings(&lab.open(), owed), [""]);
    let mut kills = 0;
    for event in 1..=events {
        for again in [false, true] {
            lab.reset();
            lab.die_at(event);
            kills += 1;
            if again {
                let second = (1 + random.below(events)).to_string();
                let end = lab.child(&["--die-at", &second]);
                kills += u32::from(end.code.is_none());
            }
            lab.plain();
            lab.must_be(&expected, &format!("{what}, killed at event {event}"));
        }
    }
    say(what, kills, began);
}

#[test]
fn at_every_event_of_a_run() {
    at_every_event(
        "around scripts, rollback journal",
        &Lab::new(CORE, CUSTOMIZATION),
    );
}

#[test]
fn at_every_event_in_wal_mode() {
    at_every_event(
        "around scripts, WAL",
        &Lab::new(CORE, CUSTOMIZATION).mode(Mode::Wal),
    );
}

/// Statement by statement, and edited while the process is dead: what may run twice starts over, all else goes on or asks.
#[test]
fn edited_between() {
    let began = Instant::now();
    let idempotent = |view: &str| format!("{OFF}-- upgrade: idempotent\n{view}");
    let tables = CORE[0];
    // What is written while the process is dead, whether the next start succeeds, what is in the view then
    let rows = [
        (idempotent(VIEW), true, "6"),
        (idempotent(OTHER_VIEW), true, "12"),
        (format!("{OFF}-- again\n{VIEW}"), true, "6"),
        (format!("{OFF}DROP VIEW #__sums;"), false, ""),
    ];
    for (then, succeeds, found) in rows {
        let first = match then.contains("idempotent") {
            true => idempotent(VIEW),
            false => format!("{OFF}{VIEW}"),
        };
        let lab = Lab::new(&[tables, CORE[1], ("repeat/a_view.sql", &first)], &[]);
        lab.reset();
        // Started; the tables, four statements, applied; two statements and applied; the view begun, its first statement.
        lab.die_at(1 + 6 + 4 + 2);
        assert_eq!(
            strings(
                &lab.open(),
                "SELECT file_name || ' ' || done FROM cb_upgrade_journal"
            ),
            ["repeat/a_view.sql 0"]
        );
        lab.reset();
        lab.die_at(1 + 6 + 4 + 3);
        lab.write("core/repeat/a_view.sql", &then);
        let end = lab.child(&[]);
        assert_eq!(end.code == Some(0), succeeds, "{then}: {}", end.said);
        if succeeds {
            assert_eq!(
                strings(&lab.open(), "SELECT n FROM cb_sums"),
                [found],
                "{then}"
            );
            assert_eq!(lab.outcome().complaints, [""; 0], "{then}");
        } else {
            assert!(
                end.said
                    .contains("what is done of it, statements 1 to 1, was changed"),
                "{}",
                end.said
            );
        }
    }
    say("edited repeatable scripts", 8, began);
}

/// Twelve processes at once: one runs each, and only once.
#[test]
fn many_starters() {
    let lab = Lab::new(CORE, CUSTOMIZATION);
    let (expected, _) = lab.undisturbed();
    lab.reset();
    let children: Vec<_> = (0..12).map(|_| lab.start(&[])).collect();
    for child in children {
        let end = upgrades_tests::crash::ended(child);
        assert_eq!(end.code, Some(0), "{}", end.said);
    }
    lab.must_be(&expected, "twelve starters");
}
