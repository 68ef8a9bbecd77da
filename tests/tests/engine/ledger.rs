//! What the engine finds in a database, and what it makes of it.

use upgrades::{HistoryFilter, Track, TrackName, Upgrader, WhenNewer};

use crate::lab::{Lab, Scripts, rows, source};

const BEGINS: &str = "nothing was run, because of what is in the database: ";
const OLD: &str = "CREATE TABLE system_vars(name VARCHAR(191) PRIMARY KEY, value TEXT);
    INSERT INTO system_vars VALUES ('theme', 'dark'), ('latest_update_version_note', 'x');";

fn three() -> Scripts<'static> {
    &[
        ("1.sql", "CREATE TABLE t1(a)"),
        ("2.sql", "CREATE TABLE t2(a)"),
        ("3.sql", "CREATE TABLE t3(a)"),
    ]
}

/// Each row: what an older release has left, and what a run of 1, 2 and 3 makes of it.
#[test]
fn an_older_release_was_here() {
    let check = |before: &str, told: &str, history: &str| {
        let lab = Lab::with(&format!("{OLD}{before}"));
        assert_eq!(lab.run(three()), told, "{before}");
        if !told.starts_with("Upgraded") {
            assert_eq!(
                lab.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'upgrade%'"),
                "",
                "{before}"
            );
            return;
        }
        assert_eq!(lab.history(), history, "{before}");
        assert_eq!(
            lab.rows("SELECT value FROM system_vars WHERE name = 'theme'"),
            "dark"
        );
        assert_eq!(
            lab.rows("SELECT value FROM system_vars WHERE name = 'latest_update_version'"),
            "3.sql"
        );
        assert_eq!(lab.run(three()), "UpToDate");
        assert_eq!(lab.core(three()).critical_issues().unwrap(), []);
    };
    let set =
        |value: &str| format!("INSERT INTO system_vars VALUES ('latest_update_version', {value});");
    check(
        "",
        "Upgraded core/1.sql core/2.sql core/3.sql",
        "applied core/1.sql; applied core/2.sql; applied core/3.sql",
    );
    for none in ["''", "NULL"] {
        check(
            &set(none),
            "Upgraded core/1.sql core/2.sql core/3.sql",
            "applied core/1.sql; applied core/2.sql; applied core/3.sql",
        );
    }
    let from_two = [
        ("'2.sql'", "2.sql"),
        ("'2.0.php'", "2.0.php"),
        ("'2'", "2"),
        ("2", "2"),
        ("'2_prices.sqlite.sql'", "2_prices.sqlite.sql"),
        ("'02.lua'", "02.lua"),
        // A script of that name is not there any more.
        ("'2.5_gone.sql'", "2.5_gone.sql"),
    ];
    for (value, file) in from_two {
        check(
            &set(value),
            "Upgraded core/3.sql",
            &format!("adopted core/{file}; applied core/3.sql"),
        );
    }
    let unreadable = |value: &str, why: &str| {
        format!(
            "{BEGINS}the row \"latest_update_version\" of system_vars holds {value:?}, from which no version can be read: {why}"
        )
    };
    check(
        &set("'garbage'"),
        &unreadable(
            "garbage",
            "a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql",
        ),
        "",
    );
    check(
        &set("'2.0.backup'"),
        &unreadable(
            "2.0.backup",
            "\"backup\" is no word of a version (dev, alpha, a, beta, b, rc, pl, p); put \"_\" before it if it describes \
             the script",
        ),
        "",
    );
    check(
        &set("'3.1.0'"),
        "this program is older than the database: core is at 3.1.0, and the newest script here is 3.sql",
        "",
    );
    check(
        "INSERT INTO system_vars VALUES ('failed_update_detected', '1');",
        "an earlier upgrade failed, and nothing runs until a person clears that (an older release recorded it, without \
         saying more)",
        "",
    );
    check(
        "INSERT INTO system_vars VALUES ('failed_update_detected', '0');",
        "Upgraded core/1.sql core/2.sql core/3.sql",
        "applied core/1.sql; applied core/2.sql; applied core/3.sql",
    );
    check(
        "INSERT INTO system_vars VALUES ('upgrades_schema', '3');",
        &format!(
            "{BEGINS}the tables of upgrades in this database have version 3; this program knows 2 at most"
        ),
        "",
    );
    check(
        "INSERT INTO system_vars VALUES ('upgrades_schema', 'x');",
        &format!(
            "{BEGINS}the tables of upgrades in this database have version x; this program knows 2 at most"
        ),
        "",
    );
    check(
        "INSERT INTO system_vars VALUES ('upgrades_min_app', 'two');",
        &format!(
            "{BEGINS}the row \"upgrades_min_app\" of system_vars holds \"two\", from which no version can be read: \
             unexpected character 't' while parsing major version number"
        ),
        "",
    );
}

/// A table of an older release without a unique name.
#[test]
fn rows_that_are_there_twice() {
    let old = OLD.replace(" PRIMARY KEY", "");
    let lab = Lab::with(&old);
    assert_eq!(
        lab.run(three()),
        "Upgraded core/1.sql core/2.sql core/3.sql"
    );
    assert_eq!(
        lab.rows("SELECT count(*) FROM system_vars WHERE name = 'latest_update_version'"),
        "1"
    );
    lab.sql("INSERT INTO system_vars VALUES ('latest_update_version', '1.sql')");
    let twice = "system_vars has 2 rows named \"latest_update_version\"; which of them counts cannot be told";
    assert_eq!(lab.run(three()), format!("{BEGINS}{twice}"));
    let status = lab.core(three()).status().unwrap_err();
    assert_eq!(upgrades::chain(&status), format!("{BEGINS}{twice}"));
    // Others may have as many as they like.
    lab.sql("DELETE FROM system_vars WHERE value = '1.sql'; INSERT INTO system_vars VALUES ('theme', 'light')");
    assert_eq!(lab.run(three()), "UpToDate");
}

/// Where history begins with what was found, nothing before it was skipped; also of a track that comes later.
#[test]
fn a_track_that_was_found_at_a_version() {
    let lab = Lab::new();
    assert_eq!(
        lab.run(three()),
        "Upgraded core/1.sql core/2.sql core/3.sql"
    );
    lab.sql("INSERT INTO system_vars VALUES ('latest_customization_update_version', '2.php')");
    let upgrader = || {
        lab.core(three()).track(Track::customization(source(&[
            ("1.sql", "CREATE TABLE c1(a)"),
            ("2.sql", "CREATE TABLE c2(a)"),
            ("3.sql", "CREATE TABLE c3(a)"),
        ])))
    };
    assert_eq!(upgrader().critical_issues().unwrap(), []);
    assert_eq!(lab.told(upgrader().run()), "Upgraded customization/3.sql");
    assert_eq!(upgrader().critical_issues().unwrap(), []);
    let only = HistoryFilter::default().track(TrackName::CUSTOMIZATION);
    let attempts: Vec<_> = upgrader()
        .history(&only)
        .unwrap()
        .into_iter()
        .map(|attempt| (attempt.outcome.as_str(), attempt.script.file))
        .collect();
    assert_eq!(
        attempts,
        [
            ("adopted", "2.php".to_owned()),
            ("applied", "3.sql".to_owned())
        ]
    );
    let newest = upgrader()
        .history(&HistoryFilter::default().limit(1))
        .unwrap();
    assert_eq!(newest[0].script.to_string(), "customization/3.sql");
}

/// Every name of the engine's carries the prefix, in one database beside another installation.
#[test]
fn a_prefix() {
    let lab = Lab::new();
    let script = "CREATE TABLE #__t(a TEXT DEFAULT '#__ stays'); -- #__ stays
        INSERT INTO \"#__t\" DEFAULT VALUES; CREATE VIEW [#__v] AS SELECT a /* #__ */ FROM `#__t`;";
    for (prefix, told) in [
        ("cb_", "Upgraded core/1.sql"),
        ("", "Upgraded core/1.sql"),
        ("cb_", "UpToDate"),
    ] {
        assert_eq!(
            lab.told(lab.core(&[("1.sql", script)]).prefix(prefix).run()),
            told,
            "{prefix}"
        );
    }
    assert_eq!(
        lab.rows("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name"),
        "cb_system_vars; cb_t; cb_upgrade_history; cb_upgrade_journal; cb_v; system_vars; t; upgrade_history; \
         upgrade_journal; v"
    );
    assert_eq!(lab.rows("SELECT a FROM cb_v"), "#__ stays");
    let long = "p".repeat(33);
    for bad in ["a-b", "a\"b", "ä", &long] {
        assert_eq!(
            lab.told(lab.core(&[]).prefix(bad).run()),
            format!(
                "the table prefix {bad:?} cannot be used: it is at most 32 ASCII letters, digits and _; nothing was run"
            )
        );
    }
}

/// In SQLite `9_t` is no name but a number and a name, which each script would fail of.
#[test]
fn a_prefix_that_no_name_begins_with() {
    let lab = Lab::new();
    for bad in ["9_", "9", "0x"] {
        assert_eq!(
            lab.told(
                lab.core(&[("1.sql", "CREATE TABLE #__t(a)")])
                    .prefix(bad)
                    .run()
            ),
            format!(
                "the table prefix {bad:?} cannot be used: on SQLite no name can begin with a digit; nothing was run"
            )
        );
    }
    assert!(!lab.database().exists());
}

/// The database is ahead of the scripts.
#[test]
fn a_newer_database() {
    let lab = Lab::new();
    assert_eq!(
        lab.run(three()),
        "Upgraded core/1.sql core/2.sql core/3.sql"
    );
    let two = &three()[..2];
    let refused = "this program is older than the database: core is at 3.sql, and the newest script here is 2.sql";
    assert_eq!(lab.run(two), refused);
    assert_eq!(
        lab.told(lab.core(two).when_newer(WhenNewer::Refuse).run()),
        refused
    );
    let before = lab.files();
    assert_eq!(
        lab.told(lab.core(two).when_newer(WhenNewer::Continue).run()),
        "LeftAlone"
    );
    assert_eq!(lab.files(), before);
    assert_eq!(
        lab.run(&[]),
        "this program is older than the database: core is at 3.sql, and there is no script of it here"
    );
    // One track that is newer holds back the others.
    let custom = Track::customization(source(&[("1.sql", "CREATE TABLE c(a)")]));
    assert_eq!(
        lab.told(
            lab.core(two)
                .track(custom.clone())
                .when_newer(WhenNewer::Continue)
                .run()
        ),
        "LeftAlone"
    );
    assert_eq!(lab.told(lab.core(two).track(custom).run()), refused);
}

/// Each row: a script's directives, the application's version, what is said.
#[test]
fn needs() {
    let check = |directives: &str, app: Option<&str>, told: &str| {
        let lab = Lab::new();
        let script = format!("{directives}\nCREATE TABLE two(a)");
        let mut upgrader = lab.core(&[("1.sql", "CREATE TABLE one(a)"), ("2.sql", &script)]);
        if let Some(app) = app {
            upgrader = upgrader.app_version(app);
        }
        upgrader = upgrader.track(Track::named(
            "vat",
            source(&[("7.sql", "-- upgrade: requires = core >= 2\nSELECT 1")]),
        ));
        assert_eq!(lab.told(upgrader.run()), told, "{directives} {app:?}");
        if !told.starts_with("Upgraded") {
            assert!(!lab.database().exists(), "{directives}");
        }
    };
    let all = "Upgraded core/1.sql core/2.sql vat/7.sql";
    check("-- upgrade: requires = core >= 1", None, all);
    check(
        "-- upgrade: requires = core >= 1.1",
        None,
        "core/2.sql needs core >= 1.1, and core is at 1 by then; nothing was run",
    );
    check(
        "-- upgrade: requires = vat",
        None,
        "core/2.sql needs vat, and vat has no version by then; nothing was run",
    );
    check("-- upgrade: requires = app >= 2.0", Some("2.0.0"), all);
    check(
        "-- upgrade: requires = app >= 2.0, <3",
        Some("3.0.0"),
        "core/2.sql needs app >=2.0, <3, and the application is 3.0.0; nothing was run",
    );
    check(
        "-- upgrade: requires = app >= 2.0",
        None,
        "core/2.sql needs app >=2.0, and the application has not told its version; nothing was run",
    );
    check("-- upgrade: min_app = 2.0.0", Some("2.0.0-rc.1"), all);
    check(
        "-- upgrade: min_app = 2.0.0",
        Some("1.9.9"),
        "core/2.sql needs app >=2.0.0, and the application is 1.9.9; nothing was run",
    );
    check(
        "",
        Some("2.0"),
        "the application's version \"2.0\" cannot be used: unexpected end of input while parsing minor version number; write it as in 3.2.0; \
         nothing was run",
    );
}

/// What a script demands of programs holds for all later ones.
#[test]
fn programs_that_are_too_old() {
    let lab = Lab::new();
    let scripts: Scripts<'_> = &[
        ("1.sql", "-- upgrade: min_app = 3.0.0\nSELECT 1"),
        ("2.sql", "-- upgrade: min_app = 2.0.0\nSELECT 1"),
    ];
    let run = |app: &str| lab.told(lab.core(scripts).app_version(app).run());
    assert_eq!(run("3.0.0-rc.1"), "Upgraded core/1.sql core/2.sql");
    assert_eq!(
        lab.rows("SELECT value FROM system_vars WHERE name = 'upgrades_min_app'"),
        "3.0.0"
    );
    let rows = [
        ("3.0.0-rc.1", "UpToDate"),
        ("3.0.0", "UpToDate"),
        (
            "2.9.0",
            "this program (2.9.0) is too old for the database, which needs 3.0.0 or a newer one",
        ),
        ("3.1.0-beta.1", "UpToDate"),
    ];
    for (app, told) in rows {
        assert_eq!(run(app), told, "{app}");
    }
    assert_eq!(lab.run(scripts), "UpToDate");
    assert_eq!(
        lab.rows("SELECT DISTINCT program_version FROM upgrade_history"),
        "3.0.0-rc.1"
    );
}

/// An application's own connection: in memory, and in a file, where it shares the lock.
#[test]
fn a_connection_of_the_applications_own() {
    let mut memory = rusqlite::Connection::open_in_memory().unwrap();
    memory
        .execute_batch("PRAGMA recursive_triggers = ON")
        .unwrap();
    let run = |connection: &mut rusqlite::Connection| {
        let upgrader = Upgrader::new(upgrades::sqlite_connection(connection)).without_failure_log();
        upgrader
            .track(Track::core(source(three())))
            .run()
            .map(|report| crate::lab::shown(&report))
            .map_err(|error| upgrades::chain(&error))
    };
    assert_eq!(
        run(&mut memory).unwrap(),
        "Upgraded core/1.sql core/2.sql core/3.sql"
    );
    assert_eq!(run(&mut memory).unwrap(), "UpToDate");
    assert_eq!(rows(&memory, "PRAGMA recursive_triggers"), "1");
    memory.execute_batch("BEGIN").unwrap();
    assert_eq!(
        run(&mut memory).unwrap_err(),
        "the database cannot be used, and nothing more was run: the connection is inside a transaction; end it before \
         upgrading"
    );
    let lab = Lab::new();
    let mut own = lab.open();
    assert_eq!(
        run(&mut own).unwrap(),
        "Upgraded core/1.sql core/2.sql core/3.sql"
    );
    assert!(lab.sandbox.path("shop.db-upgrade").exists());
    assert_eq!(lab.run(three()), "UpToDate");
}
