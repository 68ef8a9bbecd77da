//! The checks of the sample application, in `fixtures/sample/checks.sql`, against the real scripts of both tracks.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rusqlite::Connection;
use upgrades::Upgrader;
use upgrades_tests::sample::{Check, both_tracks, checks_in, run_up_to, scripts};

use crate::lab::{Lab, rows};

fn checks() -> Vec<Check> {
    checks_in("checks.sql")
}

fn upgrader(database: PathBuf, prefix: &str) -> Upgrader<'static> {
    both_tracks(Upgrader::new(upgrades::sqlite(database)), prefix)
}

fn check(check: &Check, prefix: &str) {
    let lab = Lab::new();
    let name = &check.name;
    let text = |sql: &str| sql.replace("#__", prefix).replace("${currency}", "EUR");
    let open = || -> Connection {
        let connection = lab.open();
        connection
            .pragma_update(None, "foreign_keys", true)
            .unwrap();
        connection
    };
    for (place, sql) in &check.before {
        run_up_to(upgrader(lab.database(), prefix), place);
        open()
            .execute_batch(&text(sql))
            .unwrap_or_else(|error| panic!("{name}, before {place:?}: {error}"));
    }
    let report = upgrader(lab.database(), prefix).run();
    report.unwrap_or_else(|error| panic!("{name}: {}", upgrades::chain(&error)));
    let after = check.after.as_ref().unwrap();
    let applied = lab.rows(&format!(
        "SELECT track, version FROM {prefix}upgrade_history WHERE outcome = 'applied'"
    ));
    assert!(
        applied
            .split("; ")
            .any(|row| row == format!("{},{}", after.track, after.version)),
        "{name}: {after:?} was never reached"
    );
    let connection = open();
    connection
        .execute_batch(&text(&check.then))
        .unwrap_or_else(|error| panic!("{name}, then: {error}"));
    for (expected, sql) in &check.refused {
        let error = connection
            .execute_batch(&text(sql))
            .expect_err(&format!("{name}: {sql} is refused"));
        assert!(
            error.to_string().contains(expected),
            "{name}: {error} has {expected}"
        );
    }
    assert_eq!(rows(&connection, &text(&check.expect)), "ok", "{name}");
    assert_eq!(rows(&connection, "PRAGMA foreign_key_check"), "", "{name}");
    assert_eq!(rows(&connection, "PRAGMA integrity_check"), "ok", "{name}");
}

#[test]
fn the_checks_hold() {
    for one in checks() {
        check(&one, "");
    }
}

#[test]
fn the_checks_hold_with_a_prefix() {
    for one in checks() {
        check(&one, "cb_");
    }
}

/// A check of a version that is not there tests nothing, and a script without a check is untested.
#[test]
fn every_script_has_a_check() {
    let checked: BTreeSet<_> = checks()
        .into_iter()
        .map(|check| check.after.unwrap())
        .collect();
    let scripts: BTreeSet<_> = scripts().into_iter().collect();
    assert_eq!(checked, scripts);
    for check in checks() {
        for (place, _) in &check.before {
            assert!(scripts.contains(place), "{}: {place:?}", check.name);
        }
        assert!(!check.expect.is_empty(), "{}", check.name);
    }
}

/// What is checked on SQLite is checked on MySQL too.
#[test]
fn the_checks_of_mysql_are_the_same() {
    let outline = |check: Check| {
        let data = !check.then.is_empty();
        (check.name, check.after, data, check.refused.len())
    };
    let checks = checks().into_iter().map(outline);
    let theirs = checks_in("checks.mysql.sql").into_iter().map(outline);
    assert!(checks.eq(theirs));
}

/// What the scripts say of themselves holds: nothing in the folders is amiss, before they run and afterwards.
#[test]
fn the_scripts_are_in_order() {
    let lab = Lab::new();
    let upgrader = upgrader(lab.database(), "cb_").app_version("3.6.0");
    assert_eq!(upgrader.check_scripts().unwrap(), []);
    // One script of each track repeats.
    assert_eq!(upgrader.run().unwrap().applied.len(), scripts().len() + 2);
    assert_eq!(upgrader.check().unwrap(), []);
    assert_eq!(upgrader.critical_issues().unwrap(), []);
}
