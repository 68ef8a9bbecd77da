//! Deaths are counted: a statement in which process after process dies is not started for ever.

use std::time::Instant;

use rustix::process::Signal;
use upgrades_tests::crash::{say, signal, until};
use upgrades_tests::mariadb::Server;

use crate::lab::Lab;

const FIRST: (&str, &str) = (
    "1.0.0_first.sql",
    "CREATE TABLE #__t (n INT) ENGINE = InnoDB;",
);

/// What a start says that is refused.
fn refused(lab: &Lab<'_>) -> String {
    let end = lab.child(&[]);
    assert_eq!(end.code, Some(1), "{}", end.said);
    end.said.lines().last().unwrap_or_default().to_owned()
}

/// Expects that the latch is tripped for this reason, and stays so.
fn must_be_tripped(lab: &Lab<'_>, reason: &str) {
    let said = refused(lab);
    assert_eq!(
        said,
        format!(
            "script-died: script core/1.1.0_second.sql waits for a decision {reason}; find out what ends them"
        )
    );
    let said = refused(lab);
    assert!(said.starts_with("latched: "), "{said}");
    let failures = ["failed_update_detected is 1", "1.1.0_second.sql died"];
    assert_eq!(lab.failures(), failures);
}

#[test]
fn three_in_one_data_statement_trip_the_latch() {
    let began = Instant::now();
    let second =
        "INSERT INTO #__t VALUES (1);\n  UPDATE #__t SET n = n + 1;\nINSERT INTO #__t VALUES (2);";
    let lab = Lab::new(Server::shared(), &[FIRST], &[]);
    lab.plain("the first script");
    lab.write("core/1.1.0_second.sql", second);
    // Started, the script, two statements; later starts wait first.
    for event in [4, 5, 5] {
        // A heartbeat tells the statement.
        lab.die_lingering(event, 400);
    }
    must_be_tripped(
        &lab,
        "at statement 2, line 2, column 3; neither it nor later scripts were run: \
         3 processes in a row died in it, the last seen at core/1.1.0_second.sql, statement 2 of 3",
    );
    say("three deaths in data", 3, began);
}

#[test]
fn three_in_one_definition_trip_the_latch() {
    let began = Instant::now();
    let second = "INSERT INTO #__t VALUES (1);\nALTER TABLE #__t ADD COLUMN m INT;\nINSERT INTO #__t VALUES (2, 2);";
    let lab = Lab::new(
        Server::shared(),
        &[FIRST, ("1.1.0_second.sql", second)],
        &[],
    );
    lab.reset();
    // Before the second script.
    lab.die_at(4);
    let reader = lab.database.connect();
    reader.query("START TRANSACTION; SELECT * FROM cb_t");
    let looker = lab.database.connect();
    let select = format!(
        "SELECT id FROM information_schema.processlist
          WHERE db = '{}' AND info LIKE 'ALTER TABLE%' AND state LIKE '%metadata lock'",
        lab.database.name()
    );
    let mut before = String::new();
    for _ in 0..3 {
        let child = lab.start(&[]);
        before = until("the ALTER", || {
            let ids = looker.query(&select).into_iter().flatten().flatten();
            ids.into_iter().find(|id| *id != before)
        });
        signal(&child, Signal::KILL);
        lab.ended(child);
    }
    reader.query("COMMIT");
    must_be_tripped(
        &lab,
        "at statement 2, line 2, column 1; neither it nor later scripts were run: \
         3 processes in a row died in it, the last seen at core/1.1.0_second.sql, statement 2 of 3",
    );
    say("three deaths in a definition", 4, began);
}

/// Each process dies in the same script, but none where the one before it did.
#[test]
fn a_script_that_goes_on_between_them_ends() {
    let began = Instant::now();
    let columns: Vec<_> = (0..8)
        .map(|n| {
            format!("ALTER TABLE #__t ADD COLUMN c{n} INT; INSERT INTO #__t (n) VALUES ({n});")
        })
        .collect();
    let second = columns.join("\n");
    let lab = Lab::new(
        Server::shared(),
        &[FIRST, ("1.1.0_second.sql", &second)],
        &[],
    );
    let (expected, _, _) = lab.undisturbed();
    lab.reset();
    lab.die_at(6);
    let mut kills = 1;
    loop {
        // Waiting, started, that the last ALTER had happened, the script, the INSERT behind it, and the next ALTER.
        let end = lab.child(&["--die-at", "6"]);
        if let Some(code) = end.code {
            assert_eq!(code, 0, "{}", end.said);
            break;
        }
        kills += 1;
    }
    assert!(kills > 6, "only {kills}");
    lab.must_be(&expected, "a script that goes on");
    say("deaths with progress between them", kills, began);
}
