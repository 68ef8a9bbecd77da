//! SIGKILL around repeatable scripts and callbacks: each script that repeats has run once for each of its contents, no
//! after-run callback is lost, and none runs twice that is committed.

use std::time::Instant;

use upgrades_tests::crash::{Random, say};
use upgrades_tests::mariadb::Server;

use crate::boundaries;
use crate::lab::{Lab, in_turns};

const TABLES: (&str, &str) = (
    "1.0.0_tables.sql",
    "CREATE TABLE #__items (n BIGINT NOT NULL) ENGINE = InnoDB;
     CREATE TABLE #__counter (n BIGINT NOT NULL) ENGINE = InnoDB;
     INSERT INTO #__counter VALUES (0);
     CREATE TABLE #__log (what VARCHAR(40), n BIGINT) ENGINE = InnoDB;
     INSERT INTO #__items VALUES (1), (2), (3);",
);

const CORE: &[(&str, &str)] = &[
    TABLES,
    (
        "repeat/a_view.sql",
        "DROP VIEW IF EXISTS #__sums; CREATE VIEW #__sums AS SELECT SUM(n) AS n FROM #__items;",
    ),
    (
        "repeat/b_seed.sql",
        "INSERT INTO #__items SELECT n + 10 FROM #__sums;
         UPDATE #__counter SET n = n * 2 + 1;
         ALTER TABLE #__items COMMENT = 'seeded';
         INSERT INTO #__log (what, n) SELECT 'seeded', n FROM #__counter;",
    ),
    (
        "repeat/c_routine.sql",
        "DROP PROCEDURE IF EXISTS #__count;
         CREATE PROCEDURE #__count() UPDATE #__counter SET n = n + 1;
         CALL #__count();",
    ),
    // It begins a run, and there may be several: what it does may be done again.
    (
        "before-run.sql",
        "CREATE TABLE IF NOT EXISTS #__before (n INT) ENGINE = InnoDB; DELETE FROM #__before; INSERT INTO #__before VALUES (1);",
    ),
    (
        "after-run.sql",
        "INSERT INTO #__log (what, n) SELECT 'after', n FROM #__counter;
         ALTER TABLE #__log ENGINE = InnoDB;
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "after-failure.sql",
        "INSERT INTO #__log (what, n) VALUES ('failed', 0);",
    ),
];

const CUSTOMIZATION: &[(&str, &str)] = &[
    (
        "1.0.0_own.sql",
        "INSERT INTO #__items SELECT n + 100 FROM #__sums; ALTER TABLE #__log ADD COLUMN own INT; UPDATE #__counter SET n = n + 1;",
    ),
    (
        "repeat/own_view.sql",
        "CREATE OR REPLACE VIEW #__own AS SELECT MAX(n) AS n FROM #__items;",
    ),
    (
        "after-run.sql",
        "INSERT INTO #__log (what, n) SELECT 'own after', n FROM #__counter;
         UPDATE #__counter SET n = n * 2;",
    ),
];

fn lab() -> Lab<'static> {
    Lab::new(Server::shared(), CORE, CUSTOMIZATION)
}

#[test]
fn at_every_event() {
    boundaries::at_every_event("around scripts, every event", lab);
}

#[test]
fn at_random_moments() {
    let what = "around scripts, random moments";
    let began = Instant::now();
    let seed = Random::seeded(what).below(u64::MAX);
    let lab_now = lab();
    let (expected, _, first) = lab_now.undisturbed();
    let took = first.max(lab_now.undisturbed().2);
    let kills = in_turns(30, lab, |lab, round| {
        let mut random = Random::new(seed ^ round);
        let story = format!("{what}, round {round} of {took:?} each");
        lab.reset();
        let mut kills = u32::from(lab.die_within(&mut random, took));
        kills += u32::from(lab.die_within(&mut random, took));
        lab.plain(&story);
        lab.must_be(&expected, &story);
        kills
    });
    assert!(kills > 0);
    say(what, kills, began);
}

/// Killed behind its first statement, and edited while the process is dead: what makes things what they are to be starts
/// over, all else goes on where nothing done was edited, and asks where something was.
#[test]
fn edited_between() {
    let began = Instant::now();
    let view = "DROP VIEW IF EXISTS #__v;\nCREATE VIEW #__v AS SELECT 1 AS n;\nCREATE OR REPLACE VIEW #__w AS SELECT 1 AS n;";
    let insert = "INSERT INTO #__items VALUES (4);\nALTER TABLE #__items ADD COLUMN m INT;\nINSERT INTO #__items VALUES (5, 5);";
    let asks = "what is done of it, statements 1 to 1, was changed after it ran";
    // The script, what is written then, what the start says that does not succeed, how many items there are then
    let rows = [
        (view, view.to_owned(), "", "3"),
        (view, view.replace("1 AS n", "2 AS n"), "", "3"),
        (
            view,
            view.replace("DROP VIEW IF EXISTS #__v", "DROP VIEW IF EXISTS #__v, #__x"),
            "",
            "3",
        ),
        (insert, insert.to_owned(), "", "5"),
        (insert, insert.replace("(5, 5)", "(6, 6)"), "", "5"),
        (insert, insert.replace("(4)", "(7)"), asks, ""),
    ];
    for (script, then, refused, items) in rows {
        let lab = Lab::new(Server::shared(), &[TABLES, ("repeat/r.sql", script)], &[]);
        lab.reset();
        // Started; the tables, five statements and applied; the script begun, its first two statements, of which the second was in
        // flight.
        lab.die_at(1 + 7 + 3);
        lab.write("core/repeat/r.sql", &then);
        let end = lab.child(&[]);
        assert!(end.said.contains(refused), "{then}: {}", end.said);
        assert_eq!(
            end.code == Some(0),
            refused.is_empty(),
            "{then}: {}",
            end.said
        );
        if refused.is_empty() {
            assert_eq!(lab.complaints(), [""; 0], "{then}");
            assert_eq!(
                lab.strings("SELECT COUNT(*) FROM cb_items"),
                [items],
                "{then}"
            );
        }
    }
    say("edited repeatable scripts", 6, began);
}

/// Twelve processes at once: one runs each, and only once.
#[test]
fn many_starters() {
    let lab = lab();
    let (expected, _, _) = lab.undisturbed();
    lab.reset();
    let children: Vec<_> = (0..12).map(|_| lab.start(&[])).collect();
    for child in children {
        let end = lab.ended(child);
        assert_eq!(end.code, Some(0), "{}", end.said);
    }
    lab.must_be(&expected, "twelve starters");
}
