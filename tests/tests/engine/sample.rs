//! The checks of the sample application, in `fixtures/sample/checks.sql`, against the real scripts of both tracks.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rusqlite::Connection;
use upgrades::{Track, TrackName, Upgrader, Version};
use upgrades_tests::project;

use crate::lab::{Lab, rows};

/// A script of a track, by its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    track: TrackName,
    version: Version,
}

#[derive(Debug, Default)]
struct Check {
    name: String,
    after: Option<Place>,
    before: Vec<(Place, String)>,
    then: String,
    refused: Vec<(String, String)>,
    expect: String,
}

/// Where the lines that follow belong.
enum Part {
    Before,
    Then,
    Refused,
    Expect,
}

fn place(text: &str) -> Place {
    let (track, version) = text.trim().split_once(' ').unwrap();
    Place {
        track: track.parse().unwrap(),
        version: version.parse().unwrap(),
    }
}

fn checks() -> Vec<Check> {
    checks_in("checks.sql")
}

fn checks_in(file: &str) -> Vec<Check> {
    let file = project().join("tests/fixtures/sample").join(file);
    let text = std::fs::read_to_string(file).unwrap();
    let mut checks: Vec<Check> = Vec::new();
    let mut part = None;
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("-- check: ") {
            let (name, after) = head.split_once(" (after ").unwrap();
            checks.push(Check {
                name: name.to_owned(),
                after: Some(place(after.strip_suffix(')').unwrap())),
                ..Check::default()
            });
            part = None;
            continue;
        }
        let Some(check) = checks.last_mut() else {
            continue;
        };
        if let Some(text) = line.strip_prefix("-- before: ") {
            check.before.push((place(text), String::new()));
            part = Some(Part::Before);
        } else if line == "-- then:" {
            part = Some(Part::Then);
        } else if let Some(text) = line.strip_prefix("-- refused: ") {
            check.refused.push((text.to_owned(), String::new()));
            part = Some(Part::Refused);
        } else if line == "-- expect:" {
            part = Some(Part::Expect);
        } else {
            let text = match &part {
                None if line.is_empty() => continue,
                None => panic!("{}: {line} belongs to no part", check.name),
                Some(Part::Before) => &mut check.before.last_mut().unwrap().1,
                Some(Part::Then) => &mut check.then,
                Some(Part::Refused) => &mut check.refused.last_mut().unwrap().1,
                Some(Part::Expect) => &mut check.expect,
            };
            text.push_str(line);
            text.push('\n');
        }
    }
    checks
}

fn upgrader(database: PathBuf, prefix: &str) -> Upgrader<'static> {
    Upgrader::new(upgrades::sqlite(database))
        .track(Track::core(project().join("updates-core/scripts")))
        .track(Track::customization(project().join("updates-custom")))
        .placeholder("currency", "EUR")
        .prefix(prefix)
        .without_failure_log()
}

/// Every script of both tracks, in their order.
fn scripts() -> Vec<Place> {
    let scripts = upgrader(PathBuf::from("none.db"), "").scripts().unwrap();
    let places = scripts.iter().map(|script| Place {
        track: script.track().clone(),
        version: script.version().clone(),
    });
    places.collect()
}

/// Runs every script that comes before this one, and not itself.
fn run_up_to(lab: &Lab, prefix: &str, place: &Place) {
    let upgrader = upgrader(lab.database(), prefix);
    let scripts = scripts();
    let at = scripts.iter().position(|script| script == place).unwrap();
    let upgrader = match at.checked_sub(1).map(|before| &scripts[before]) {
        None => return,
        Some(before) if before.track == place.track => {
            upgrader.up_to(place.track.clone(), before.version.clone())
        }
        Some(_) => upgrader.up_to(place.track.clone(), "0".parse().unwrap()),
    };
    upgrader.run().unwrap();
    let pending = upgrader.status().unwrap().tracks;
    let recorded = pending
        .iter()
        .rev()
        .find_map(|track| track.recorded.clone());
    let name: upgrades::ScriptName = recorded.unwrap().parse().unwrap();
    assert_eq!(*name.version(), scripts[at - 1].version);
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
        run_up_to(&lab, prefix, place);
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
    let upgrader = upgrader(lab.database(), "cb_").app_version("3.2.0");
    assert_eq!(upgrader.check_scripts().unwrap(), []);
    // One script of each track repeats.
    assert_eq!(upgrader.run().unwrap().applied.len(), scripts().len() + 2);
    assert_eq!(upgrader.check().unwrap(), []);
    assert_eq!(upgrader.critical_issues().unwrap(), []);
}
