//! Baselines: what an empty database begins with, instead of the scripts up to a version.

use upgrades::{Resolution, Track, TrackName};
use upgrades_tests::told::{Scripts, source};

use crate::place::on_every_store;

const ONE: (&str, &str) = (
    "1_a.sql",
    "CREATE TABLE #__a (n INTEGER); INSERT INTO #__a VALUES (1);",
);
const TWO: (&str, &str) = ("2_b.sql", "UPDATE #__a SET n = n + 1;");
const THREE: (&str, &str) = ("3_c.sql", "INSERT INTO #__a VALUES (30);");
const OLD: (&str, &str) = (
    "baseline-1.sql",
    "CREATE TABLE #__a (n INTEGER); INSERT INTO #__a VALUES (1);",
);
const NEW: (&str, &str) = (
    "baseline-2.sql",
    "CREATE TABLE #__a (n INTEGER);\nINSERT INTO #__a VALUES (2);",
);
/// As [`NEW`], with a mistake behind its first statement.
const BAD: (&str, &str) = (
    "baseline-2.sql",
    "CREATE TABLE #__a (n INTEGER);\nINSERT INTO nowhere VALUES (2);",
);
const ALL: Scripts<'static> = &[ONE, TWO, THREE, OLD, NEW];

on_every_store! {
    /// It runs instead of the scripts up to its version, and the database says so.
    fn instead_of_scripts(new) {
        // scripts, what runs, the track's version, the history
        let rows: &[(Scripts<'_>, &str, &str, &str)] = &[
            (
                ALL,
                "Upgraded core/baseline-2.sql core/3_c.sql",
                "3_c.sql",
                "applied core/baseline-2.sql; adopted core/2_b.sql; applied core/3_c.sql",
            ),
            (
                &[ONE, TWO, NEW],
                "Upgraded core/baseline-2.sql",
                "2_b.sql",
                "applied core/baseline-2.sql; adopted core/2_b.sql",
            ),
            (
                &[ONE, TWO, THREE, OLD],
                "Upgraded core/baseline-1.sql core/2_b.sql core/3_c.sql",
                "3_c.sql",
                "applied core/baseline-1.sql; adopted core/1_a.sql; applied core/2_b.sql; applied core/3_c.sql",
            ),
        ];
        for (scripts, told, version, history) in rows {
            let place = new();
            assert_eq!(place.run(scripts), *told);
            assert!(place.vars().ends_with(&format!("latest_update_version,{version}")), "{}", place.vars());
            assert_eq!(place.history(), *history);
            assert_eq!(place.run(scripts), "UpToDate");
            // Neither the scripts below it nor the baseline itself are missed, and a later one is nothing to this place.
            let more = [*scripts, &[("4.sql", "INSERT INTO #__a VALUES (4)"), ("baseline-4.sql", "-- as it is")]].concat();
            let findings = place.core(&more).check().unwrap();
            assert!(findings.iter().all(|finding| finding.file.as_deref() == Some("4.sql")), "{findings:?}");
            assert_eq!(place.run(&more), "Upgraded core/4.sql");
            let without: Vec<_> = more.into_iter().filter(|(file, _)| !file.starts_with("baseline")).collect();
            assert_eq!(place.core(&without).check().unwrap(), []);
            assert_eq!(place.run(&without), "UpToDate");
        }
    }

    /// Both ways lead to the same.
    fn as_the_scripts_would(new) {
        let (place, other) = (new(), new());
        place.run(ALL);
        other.run(&[ONE, TWO, THREE]);
        let rows = "SELECT n FROM a ORDER BY n";
        assert_eq!(place.rows(rows), other.rows(rows));
    }

    /// What has something in it is upgraded by its scripts; tables of somebody else's prefix are nothing to this one.
    fn on_an_empty_database_only(new) {
        // what is there, prefix, what runs
        let rows = [
            ("CREATE TABLE z (n INTEGER)", "", "Upgraded core/1_a.sql core/2_b.sql core/3_c.sql"),
            ("CREATE VIEW z AS SELECT 1 AS n", "", "Upgraded core/1_a.sql core/2_b.sql core/3_c.sql"),
            ("CREATE TABLE cb_z (n INTEGER)", "cb_", "Upgraded core/1_a.sql core/2_b.sql core/3_c.sql"),
            ("CREATE TABLE jos_z (n INTEGER)", "cb_", "Upgraded core/baseline-2.sql core/3_c.sql"),
            ("CREATE TABLE cb_system_vars (name VARCHAR(191) PRIMARY KEY, value TEXT)", "cb_", "Upgraded core/baseline-2.sql core/3_c.sql"),
        ];
        for (there, prefix, expected) in rows {
            let place = new();
            place.rows(&format!("{there}; SELECT 1"));
            assert_eq!(place.told(place.core(ALL).prefix(prefix).run()), expected, "{there} {prefix}");
        }
    }

    /// No further than it may.
    fn up_to_a_limit(new) {
        let to = |version: &str| (TrackName::CORE, version.parse().unwrap());
        for (limit, expected) in [("0", "UpToDate"), ("1", "Upgraded core/baseline-1.sql"), ("2", "Upgraded core/baseline-2.sql")] {
            let place = new();
            let (track, version) = to(limit);
            assert_eq!(place.told(place.core(ALL).up_to(track, version).run()), expected, "{limit}");
        }
    }

    /// Each track has its own, and all of them are for a new installation.
    fn of_several_tracks(new) {
        let custom = || Track::customization(source(&[
            ("1.sql", "-- upgrade: requires = core >= 3\nCREATE TABLE #__x (n INTEGER);"),
            ("baseline-1.sql", "-- upgrade: requires = core >= 3\nCREATE TABLE #__x (n INTEGER);"),
        ]));
        let place = new();
        let told = place.told(place.core(ALL).track(custom()).run());
        assert_eq!(told, "Upgraded core/baseline-2.sql core/3_c.sql customization/baseline-1.sql");
        let place = new();
        place.run(ALL);
        assert_eq!(place.told(place.core(ALL).track(custom()).run()), "Upgraded customization/1.sql");
        // What stopped half way goes on as it began.
        let place = new();
        let broken = Track::customization(source(&[("1.sql", "-- x"), ("baseline-1.sql", "SELECT * FROM nowhere;")]));
        place.core(ALL).track(broken).run().unwrap_err();
        place.clear(Resolution::GoOn);
        assert_eq!(place.told(place.core(ALL).track(custom()).run()), "Upgraded customization/baseline-1.sql");
    }

    /// One with a mistake is a script with a mistake, however a person puts it right.
    fn with_a_mistake(new) {
        let rows = [
            (Resolution::GoOn, "Upgraded core/baseline-2.sql core/3_c.sql", "2; 30"),
            (Resolution::MarkDone, "Upgraded core/3_c.sql", "2; 30"),
        ];
        for (resolution, expected, rows) in rows {
            let place = new();
            let told = place.run(&[ONE, TWO, THREE, BAD]);
            assert!(told.starts_with("script core/baseline-2.sql failed in statement 2, line 2, column 1; "), "{told}");
            assert!(place.run(ALL).starts_with("an earlier upgrade failed"));
            if resolution == Resolution::MarkDone {
                place.rows("CREATE TABLE IF NOT EXISTS a (n INTEGER); SELECT 1");
                place.rows("INSERT INTO a VALUES (2); SELECT 1");
            }
            place.core(ALL).clear_failure("mended", resolution).unwrap();
            assert_eq!(place.run(ALL), expected);
            assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), rows);
            assert!(place.vars().ends_with("latest_update_version,3_c.sql"), "{}", place.vars());
            assert_eq!(place.core(&[ONE, TWO, THREE]).check().unwrap(), []);
            assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
        }
    }

    /// Before anything runs.
    fn not_in_order(new) {
        let rows: &[(Scripts<'_>, &str)] = &[
            (&[ONE, NEW], "baseline-alone"),
            (&[ONE, TWO, NEW, ("baseline-02.sql", "-- x")], "script-duplicate"),
            (&[ONE, ("baseline-1_x.sql", "-- x")], "script-name"),
            (&[ONE, ("baseline-1.sql", "")], "script-empty"),
            (&[ONE, ("baseline-1.sql", "SELECT ${nothing};")], "placeholder"),
            (&[ONE, ("baseline-1.sql", "-- upgrade: requires = plugin\nSELECT 1;")], "requirement"),
        ];
        for (scripts, code) in rows {
            let place = new();
            let error = place.core(scripts).run().unwrap_err();
            assert_eq!(error.code().as_str(), *code, "{scripts:?}");
            assert_eq!(place.made(), "", "{scripts:?}");
        }
    }
}
