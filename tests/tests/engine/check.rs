//! `check` and `plan`: scripts before they are shipped, and a database against them.

use upgrades::{Finding, Level, Track};

use crate::lab::{Lab, Scripts, source};

fn shown(lab: &Lab, findings: &[Finding]) -> Vec<String> {
    let lines = findings.iter().map(|finding| {
        let mark = match finding.level() {
            Level::Problem => "!",
            Level::Warning => "?",
            Level::Information => ".",
        };
        lab.tidy(&format!("{mark} {}: {}", finding.code, finding.message))
    });
    lines.collect()
}

/// All there is, not only the first.
#[test]
fn everything_is_found() {
    let lab = Lab::new();
    for (name, text) in [
        ("1.sql", "SELECT 'never closed"),
        ("2_a.sql", "-- x"),
        ("2_b.sql", "-- x"),
        ("3.mysql.sql", "-- x"),
        ("4.sql", "-- upgrade: nonsense = 1\nSELECT 1"),
        ("5.sql", "SELECT ${nothing}"),
        ("6.sql", "BEGIN"),
        ("7.sql", ""),
        ("8.sql", "SELECT 1"),
        ("nine.sql", "SELECT 1"),
        ("notes.txt", ""),
        ("8.sql.bak", ""),
        ("README.md", ""),
        (".hidden.sql", ""),
    ] {
        lab.sandbox.write(format!("updates/{name}"), text);
    }
    let upgrader = lab
        .bare()
        .track(Track::core(lab.sandbox.path("updates")))
        .track(Track::named("Bad", source(&[])));
    let mut found = shown(&lab, &upgrader.check_scripts().unwrap());
    assert_eq!(found, shown(&lab, &upgrader.check().unwrap()));
    found.sort();
    assert_eq!(
        found,
        [
            "! directive: core/4.sql has a directive that cannot be followed: \"nonsense = 1\": there is no directive \
             \"nonsense\"; there are description, requires, min_app, transaction, foreign_keys, placeholders, timeout, lock_timeout, idempotent, allow",
            "! placeholder: core/5.sql has the placeholder ${nothing} at line 1, column 8, which has no value; configure one, \
             or write $${nothing} for the text itself",
            "! script-duplicate: \"2_a.sql\" and \"2_b.sql\" of track core have the same version, 2; which comes first cannot be \
             told, so rename one of them",
            "! script-empty: core/7.sql is empty, as a file is that was copied half; write a comment into it if there is \
             nothing to do",
            "! script-name: \"nine.sql\" of track core is not named as a script is: a script's name begins with its version, \
             and a version with a digit, as in 0042_add_vat.sql",
            "! script-no-variant: core/3.mysql.sql has no variant for SQLite; add one, with only a comment in it if there is \
             nothing to do",
            "! script-text: core/1.sql cannot be split into statements: what begins at line 1, column 8 with 'never closed is \
             never closed",
            "! statement: core/6.sql has \"BEGIN\" at line 1, column 1: the script runs in a transaction of the engine's \
             already; with `-- upgrade: transaction = off` it may have its own",
            "! track-name: a track's name is at most 64 lower-case letters, digits, - and _, and begins with a letter; \"Bad\" \
             is not",
            ". stray: \"8.sql.bak\" of track core is no script, and never runs",
            ". stray: \"notes.txt\" of track core is no script, and never runs",
        ]
    );
    assert!(!lab.database().exists());
}

/// Each row: what ran, what is there now, what check says.
#[test]
fn drift() {
    let check = |ran: &str, now: Scripts<'_>, expected: &[&str]| {
        let lab = Lab::new();
        assert_eq!(
            lab.run(&[("1.sql", ran), ("2.sql", "-- x")]),
            "Upgraded core/1.sql core/2.sql"
        );
        let now: Vec<_> = now.iter().copied().chain([("2.sql", "-- x")]).collect();
        assert_eq!(
            shown(&lab, &lab.core(&now).check().unwrap()),
            expected,
            "{ran:?} {now:?}"
        );
        // None of it keeps the next start from going on.
        assert_eq!(lab.run(&now), "UpToDate");
    };
    const RAN: &str = "-- upgrade: description = one\nCREATE TABLE a(a);\r\n-- why\nINSERT INTO a\n  VALUES ('x');\n";
    const EDITED: &str = "! edited: core/1.sql was edited after it ran";
    const COMMENTS: &str =
        ". edited-comments: core/1.sql has other comments or white space than when it ran";
    check(RAN, &[("1.sql", RAN)], &[]);
    check(RAN, &[("1.sql", &RAN.replace("\r\n", "\n"))], &[]);
    check(
        RAN,
        &[("1.sql", &RAN.replace("\r\n", "\n").replace('\n', "\r\n"))],
        &[],
    );
    check(RAN, &[("1.sql", &format!("\u{feff}{RAN}"))], &[]);
    check(&format!("\u{feff}{RAN}"), &[("1.sql", RAN)], &[]);
    check(
        RAN,
        &[("1.sql", &RAN.replace("why", "why not"))],
        &[COMMENTS],
    );
    check(
        RAN,
        &[("1.sql", &RAN.replace("\n  VALUES", " VALUES"))],
        &[COMMENTS],
    );
    check(RAN, &[("1.sql", &format!("/* more */{RAN}"))], &[COMMENTS]);
    check(RAN, &[("1.sql", &RAN.replace("'x'", "'y'"))], &[EDITED]);
    check(RAN, &[("1.sql", &RAN.replace("'x'", "'x '"))], &[EDITED]);
    check(RAN, &[("1.sql", &RAN.replace("= one", "= two"))], &[EDITED]);
    check(
        RAN,
        &[("1.sql", &RAN.replace("-- upgrade:", "-- "))],
        &[EDITED],
    );
    check(
        RAN,
        &[("1.sql", &format!("-- upgrade: foreign_keys = off\n{RAN}"))],
        &[EDITED],
    );
    check(
        "SELECT 'a -- b';",
        &[("1.sql", "SELECT 'a -- c';")],
        &[EDITED],
    );
    check(
        RAN,
        &[],
        &["! gone: core/1.sql ran here, and is not there any more"],
    );
    check(RAN, &[("1_renamed.sql", RAN)], &[]);
    check(
        RAN,
        &[("1.sql", "SELECT 'never closed")],
        &[
            "! script-text: core/1.sql cannot be split into statements: what begins at line 1, column 8 with 'never closed is never closed",
        ],
    );
    check(
        RAN,
        &[("1.sql", RAN), ("1.5.sql", "-- late")],
        &["! skipped: core/1.5.sql never ran, and its track is past its version"],
    );
}

/// What the checksum in the history is of: the raw text, never what placeholders stand for.
#[test]
fn placeholders_are_no_drift() {
    let lab = Lab::new();
    let scripts: Scripts<'_> = &[("1.sql", "CREATE TABLE #__a(a DEFAULT '${currency}')")];
    let with = |currency: &str| lab.core(scripts).placeholder("currency", currency);
    assert_eq!(lab.told(with("EUR").run()), "Upgraded core/1.sql");
    assert_eq!(with("USD").check().unwrap(), []);
}

/// Statements counted, dangers marked with their places and sizes.
#[test]
fn the_plan_shows_what_would_run() {
    let lab = Lab::new();
    let before = "CREATE TABLE a(a); CREATE TABLE b(a, c); INSERT INTO b VALUES (1, 2); CREATE VIEW v AS SELECT 1";
    let dangerous = "-- upgrade: description = Clears up\nDROP TABLE a;\n  DELETE FROM b; UPDATE b SET a = 1;\nALTER TABLE b DROP COLUMN a;\nDROP VIEW v;\nDELETE FROM b WHERE 1";
    assert_eq!(lab.run(&[("0.sql", before)]), "Upgraded core/0.sql");
    let upgrader = lab.core(&[
        ("0.sql", before),
        ("1_first_things.sql", "CREATE TABLE d(a)"),
        ("2.sql", dangerous),
        ("3.sql", "-- upgrade: transaction = off\nVACUUM"),
    ]);
    let plan = upgrader.plan().unwrap();
    let mut shown = Vec::new();
    for script in &plan.scripts {
        shown.push(format!(
            "{} {:?} {} {}",
            script.script, script.description, script.statements, script.transaction
        ));
        shown.extend(script.marks.iter().map(|mark| {
            let table = mark.table.as_deref().unwrap_or("-");
            format!(
                "  {} {table} at {}: {}",
                mark.code, mark.position, mark.message
            )
        }));
    }
    assert_eq!(
        shown,
        [
            "core/1_first_things.sql \"first things\" 1 true",
            "core/2.sql \"Clears up\" 6 true",
            "  drops-table a at line 2, column 1: drops table a",
            "  deletes-all-rows b at line 3, column 3: deletes every row of table b: 1 row",
            "  updates-all-rows b at line 3, column 18: changes every row of table b: 1 row",
            "  drops-column b at line 4, column 1: drops column a of table b: 1 row",
            "  drops-object v at line 5, column 1: drops view v",
            "core/3.sql \"\" 1 false",
            "  rebuilds-table - at line 2, column 1: writes the whole database anew",
        ]
    );
    assert_eq!(lab.tidy(&plan.database), "sqlite:[FOLDER]/shop.db");
}
