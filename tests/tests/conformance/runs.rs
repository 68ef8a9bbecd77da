//! Runs, reports, tracks, the ledger's rows, prefixes, names.

use upgrades::{State, Track, WhenNewer};
use upgrades_tests::told::{Scripts, source};

use crate::place::on_every_store;

const SCRIPTS: Scripts<'static> = &[
    (
        "1.0.0_a.sql",
        "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1);",
    ),
    (
        "1.1.0.sql",
        "UPDATE a SET n = n + 1;\nALTER TABLE a ADD COLUMN t VARCHAR(9);",
    ),
    ("2.0.0-beta1.sql", "-- nothing to do"),
];

on_every_store! {
    /// The first run applies everything, every later one nothing.
    fn each_script_once(new) {
        let place = new();
        assert_eq!(place.run(&SCRIPTS[..1]), "Upgraded core/1.0.0_a.sql");
        assert_eq!(place.run(SCRIPTS), "Upgraded core/1.1.0.sql core/2.0.0-beta1.sql");
        assert_eq!(place.run(SCRIPTS), "UpToDate");
        assert_eq!(place.rows("SELECT n FROM a"), "2");
        assert_eq!(place.vars(), "latest_update_version,2.0.0-beta1.sql");
        assert_eq!(place.history(), "applied core/1.0.0_a.sql; applied core/1.1.0.sql; applied core/2.0.0-beta1.sql");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
    }

    /// A database without scripts stays without tables.
    fn nothing_to_do(new) {
        let place = new();
        assert_eq!(place.run(&[]), "UpToDate");
        assert_eq!(place.made(), "");
    }

    /// What a report says of the tracks.
    fn reports(new) {
        let place = new();
        let upgrader = || place.core(SCRIPTS).track(Track::customization(source(&[("1.sql", "INSERT INTO a (n) VALUES (7)")])));
        let shown = |report: &upgrades::Report| {
            let changes = report.tracks.iter().map(|change| format!("{} {:?} {:?}", change.track, change.before.as_deref(), change.after.as_deref()));
            changes.collect::<Vec<_>>().join("; ")
        };
        let report = upgrader().run().unwrap();
        assert!(report.run.is_some());
        assert_eq!(report.applied.iter().map(|applied| applied.statements).collect::<Vec<_>>(), [2, 2, 0, 1]);
        assert_eq!(shown(&report), "core None Some(\"2.0.0-beta1.sql\"); customization None Some(\"1.sql\")");
        let report = upgrader().run().unwrap();
        assert_eq!(report.run, None);
        assert_eq!(shown(&report), "core Some(\"2.0.0-beta1.sql\") Some(\"2.0.0-beta1.sql\"); customization Some(\"1.sql\") Some(\"1.sql\")");
        assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "2; 7");
        assert_eq!(place.vars(), "latest_customization_update_version,1.sql; latest_update_version,2.0.0-beta1.sql");
    }

    /// Every column of the history.
    fn history_rows(new) {
        let place = new();
        let scripts = [SCRIPTS[0], ("2_b.sql", "INSERT INTO a VALUES (3);\n  INSERT INTO nowhere VALUES ('it''s')")];
        let error = place.core(&scripts).app_version("3.2.1").run().unwrap_err();
        assert_eq!(error.code().as_str(), "script-failed");
        let none = "NULL";
        let columns = "id, track, version, file_name, length(checksum), length(code_checksum), statements, outcome, failed_statement, \
                       failed_line, failed_column, failed_sql, resolution, reason, program_version";
        let rows = place.rows(&format!("SELECT {columns} FROM upgrade_history ORDER BY id"));
        assert_eq!(
            rows,
            format!(
                "1,core,1.0.0,1.0.0_a.sql,64,64,2,applied,{none},{none},{none},{none},{none},{none},3.2.1; \
                 2,core,2,2_b.sql,64,64,1,failed,2,2,3,INSERT INTO nowhere VALUES ('it''s'),{none},{none},3.2.1"
            )
        );
        let error = place.rows("SELECT error FROM upgrade_history WHERE id = 2");
        assert_eq!(place.tidy(&error), place.no_table("nowhere"));
        assert_eq!(place.tidy(&place.rows("SELECT DISTINCT run FROM upgrade_history")), "[RUN]");
        assert_eq!(place.tidy(&place.rows("SELECT started_at FROM upgrade_history WHERE id = 1")), "[TIME]");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_history WHERE took_ms >= 0 AND length(host) > 0"), "2");
    }

    /// Tables under prefixes know nothing of each other, up to the longest.
    fn prefixes(new) {
        let longest = "p".repeat(32);
        let place = new();
        for prefix in ["", "cb_", "CB9_", longest.as_str()] {
            let scripts: Scripts<'_> = &[("1.sql", "CREATE TABLE #__a (v VARCHAR(60)); INSERT INTO #__a VALUES ('#__ ${prefix}');")];
            assert_eq!(place.told(place.core(scripts).prefix(prefix).run()), "Upgraded core/1.sql", "{prefix}");
            assert_eq!(place.told(place.core(scripts).prefix(prefix).run()), "UpToDate");
            assert_eq!(place.rows(&format!("SELECT v FROM {prefix}a")), format!("#__ {prefix}"));
            assert_eq!(place.rows(&format!("SELECT count(*) FROM {prefix}upgrade_history")), "1");
        }
        let too_long = place.core(&[]).prefix("p".repeat(33)).run().unwrap_err();
        assert_eq!(too_long.code().as_str(), "setup");
    }

    /// Values of placeholders reach the database as they are.
    fn placeholders(new) {
        let values = ["", "it's", "a\"b", "back\\slash\\", "''\\'", "ü€😀", "line\nbreak", "${x} #__ ; --", "%_?", "`"];
        for value in values {
            let place = new();
            let scripts: Scripts<'_> = &[("1.sql", "CREATE TABLE a (v VARCHAR(99)); INSERT INTO a VALUES ('${value}'), ('<${value}>');")];
            let told = place.told(place.core(scripts).placeholder("value", value).run());
            assert_eq!(told, "Upgraded core/1.sql", "{value:?}");
            assert_eq!(place.rows("SELECT v FROM a"), format!("{value}; <{value}>"), "{value:?}");
        }
    }

    /// Names of files, as people give them.
    fn names_of_files(new) {
        let place = new();
        let names = ["1_ü€.sql", "2 with blanks.sql", "3-it's \"quoted\" `so`.sql", "5_%_?.sql", "6_😀.sql"];
        let scripts: Vec<_> = names.iter().map(|name| (*name, "-- x")).collect();
        let expected: Vec<_> = names.iter().map(|name| format!(" core/{name}")).collect();
        assert_eq!(place.run(&scripts), format!("Upgraded{}", expected.concat()));
        assert_eq!(place.run(&scripts), "UpToDate");
        assert_eq!(place.vars(), "latest_update_version,6_😀.sql");
        assert_eq!(place.rows("SELECT file_name FROM upgrade_history ORDER BY id"), names.join("; "));
    }

    /// Texts in scripts: names of tables, values of a megabyte.
    fn texts(new) {
        let place = new();
        let large = "xy'';\\\\é\n".repeat(100_000);
        let script = format!("CREATE TABLE `größe €` (id INTEGER PRIMARY KEY, `ü` LONGTEXT);\nINSERT INTO `größe €` VALUES (1, '{large}');\nINSERT INTO `größe €` VALUES (2, '日本語; -- #__');");
        assert_eq!(place.run(&[("1.sql", &script)]), "Upgraded core/1.sql");
        assert_eq!(place.rows("SELECT `ü` FROM `größe €` WHERE id = 2"), "日本語; -- #__");
        let found = place.rows("SELECT `ü` FROM `größe €` WHERE id = 1");
        let meant = place.literal(&large);
        assert!(found == meant, "{} bytes of {}", found.len(), meant.len());
    }

    /// A newer database is refused or left alone, as the program wants it.
    fn newer_databases(new) {
        let place = new();
        assert_eq!(place.run(SCRIPTS), "Upgraded core/1.0.0_a.sql core/1.1.0.sql core/2.0.0-beta1.sql");
        let old = &SCRIPTS[..2];
        assert_eq!(
            place.run(old),
            "this program is older than the database: core is at 2.0.0-beta1.sql, and the newest script here is 1.1.0.sql"
        );
        assert_eq!(place.core(old).status().unwrap().state, State::TooOld);
        assert_eq!(place.told(place.core(old).when_newer(WhenNewer::Continue).run()), "LeftAlone");
    }

    /// What scripts demand of the application and of other tracks.
    fn demands(new) {
        let place = new();
        let scripts = [("1.sql", "-- upgrade: min_app = 2.0.0\nCREATE TABLE a (n INTEGER);")];
        let app = |version: &str| place.told(place.core(&scripts).app_version(version).run());
        assert!(app("1.9.0").contains("2.0.0"), "{}", app("1.9.0"));
        assert_eq!(app("2.0.0"), "Upgraded core/1.sql");
        assert_eq!(place.core(&scripts).app_version("1.9.0").run().unwrap_err().code().as_str(), "program-too-old");
        assert_eq!(app("2.1.0"), "UpToDate");
        let needs = |what: &str| {
            let script = format!("-- upgrade: requires = {what}\nINSERT INTO a VALUES (1);");
            let track = Track::customization(source(&[("1.sql", &script)]));
            place.told(place.core(&scripts).app_version("2.0.0").track(track).run())
        };
        assert!(needs("core >= 2").contains("core >= 2"), "{}", needs("core >= 2"));
        assert!(needs("app >= 3.0").contains("app >=3.0"), "{}", needs("app >= 3.0"));
        assert_eq!(place.rows("SELECT count(*) FROM a"), "0");
        assert_eq!(needs("core >= 1"), "Upgraded customization/1.sql");
    }

    /// A script that comes too late is told and not run.
    fn skipped_scripts(new) {
        let place = new();
        place.run(&[SCRIPTS[0], SCRIPTS[2]]);
        assert_eq!(place.run(SCRIPTS), "UpToDate");
        let issues = place.core(SCRIPTS).critical_issues().unwrap();
        assert_eq!(issues.iter().map(|issue| issue.id.as_str()).collect::<Vec<_>>(), ["skipped:core/1.1.0.sql"]);
        let findings = place.core(SCRIPTS).check().unwrap();
        assert_eq!(findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["skipped"]);
    }
}
