//! Repeatable scripts: when they run, in which order, how they fail and go on.

use upgrades::{HistoryFilter, Resolution, Track};
use upgrades_tests::told::{Scripts, source};

use crate::place::{Place, on_every_store};

const BASE: (&str, &str) = (
    "1.sql",
    "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1);",
);
const VIEW: &str = "DROP VIEW IF EXISTS v;\nCREATE VIEW v AS SELECT n * 10 AS n FROM a;\n";
const OTHER_VIEW: &str = "DROP VIEW IF EXISTS v;\nCREATE VIEW v AS SELECT n * 100 AS n FROM a;\n";

/// Not one whose statements may run twice.
const BAD: &str = "-- upgrade: transaction = off\nINSERT INTO a VALUES (2);\nINSERT INTO b VALUES (3);\nINSERT INTO a VALUES (4);";
const MENDED: &str = "-- upgrade: transaction = off\nINSERT INTO a VALUES (2);\nINSERT INTO a VALUES (3);\nINSERT INTO a VALUES (4);";
const FAILED: &str = "script core/repeat/r.sql failed in statement 2, line 3, column 1";

/// Runs `1.sql` and this repeatable script.
fn run(place: &dyn Place, script: &str) -> String {
    place.run(&[BASE, ("repeat/r.sql", script)])
}

on_every_store! {
    /// Its content decides, not its name: line endings and a byte-order mark are none, comments are.
    fn whenever_it_changes(new) {
        let place = new();
        let crlf = VIEW.replace('\n', "\r\n");
        let rows: [(&str, &str, &str); 9] = [
            (VIEW, "Upgraded core/1.sql core/repeat/r.sql", "10"),
            (VIEW, "UpToDate", "10"),
            (&crlf, "UpToDate", "10"),
            (&format!("\u{feff}{VIEW}"), "UpToDate", "10"),
            (OTHER_VIEW, "Upgraded core/repeat/r.sql", "100"),
            (&format!("-- so it is\n{OTHER_VIEW}"), "Upgraded core/repeat/r.sql", "100"),
            (VIEW, "Upgraded core/repeat/r.sql", "10"),
            (VIEW, "UpToDate", "10"),
            ("-- no more", "Upgraded core/repeat/r.sql", "10"),
        ];
        for (script, told, seen) in rows {
            assert_eq!(run(place.as_ref(), script), told, "{script:?}");
            assert_eq!(place.rows("SELECT n FROM v"), seen, "{script:?}");
        }
        // It is no version.
        assert_eq!(place.vars(), "latest_update_version,1.sql");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
        assert_eq!(place.rows("SELECT DISTINCT version, outcome FROM upgrade_history WHERE file_name = 'repeat/r.sql'"), ",applied");
        assert_eq!(place.core(&[BASE]).critical_issues().unwrap(), []);
        // One that is gone is nothing; what it was is remembered.
        assert_eq!(place.run(&[BASE]), "UpToDate");
        assert_eq!(run(place.as_ref(), "-- no more"), "UpToDate");
        assert_eq!(run(place.as_ref(), VIEW), "Upgraded core/repeat/r.sql");
    }

    /// The variants of a script are one: a text that is in force again runs again, whichever file it is in.
    fn variants(new) {
        let place = new();
        let variants = |text| [BASE, ("repeat/r.sql", VIEW), ("repeat/r.sqlite.sql", text), ("repeat/r.mysql.sql", text)];
        assert_eq!(run(place.as_ref(), VIEW), "Upgraded core/1.sql core/repeat/r.sql");
        assert_eq!(place.run(&variants(VIEW)), "UpToDate");
        let told = place.run(&variants(OTHER_VIEW));
        assert!(told.starts_with("Upgraded core/repeat/r.") && !told.ends_with("r.sql"), "{told}");
        assert_eq!(place.rows("SELECT n FROM v"), "100");
        assert_eq!(run(place.as_ref(), VIEW), "Upgraded core/repeat/r.sql");
        assert_eq!(place.rows("SELECT n FROM v"), "10");
        // One that was interrupted is asked about, in whatever file it is now.
        run(place.as_ref(), BAD);
        clear(place.as_ref(), BAD, Resolution::GoOn);
        let told = place.run(&variants("-- upgrade: transaction = off\nINSERT INTO a VALUES (2);"));
        assert!(told.contains("repeat/r.sql of this track is under way, and another script is next"), "{told}");
    }

    /// Behind its own track's versions, before the next track's; by name.
    fn order(new) {
        let place = new();
        let core = |scripts: Scripts<'_>| place.core(&[&[BASE], scripts].concat());
        let own = || Track::customization(source(&[("1.sql", "INSERT INTO a SELECT n FROM v"), ("repeat/z.sql", "-- z")]));
        let scripts: Scripts<'_> = &[("2.sql", "-- two"), ("repeat/b.sql", "-- b"), ("repeat/a.sql", VIEW), ("repeat/10.sql", "-- 10")];
        assert_eq!(
            place.told(core(scripts).track(own()).run()),
            "Upgraded core/1.sql core/2.sql core/repeat/10.sql core/repeat/a.sql core/repeat/b.sql customization/1.sql customization/repeat/z.sql"
        );
        assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 10");
        // A track by itself.
        let place = new();
        assert_eq!(place.run(&[("repeat/a.sql", "-- a")]), "Upgraded core/repeat/a.sql");
        assert_eq!(place.run(&[("repeat/a.sql", "-- a")]), "UpToDate");
        assert_eq!(place.vars(), "");
        // What came before the engine is no reason to skip anything.
        assert_eq!(place.run(&[("1.sql", "-- 1"), ("repeat/a.sql", "-- a")]), "Upgraded core/1.sql");
        assert_eq!(place.core(&[("1.sql", "-- 1")]).critical_issues().unwrap(), []);
    }

    /// Only where the track is at its newest, and nothing before it is held back.
    fn limits(new) {
        let place = new();
        let upgrader = || {
            let own = source(&[("1.sql", "-- 1"), ("repeat/c.sql", "-- c")]);
            place.core(&[BASE, ("2.sql", "-- 2"), ("repeat/r.sql", VIEW)]).track(Track::customization(own))
        };
        let up_to = |track: &str, version: &str| {
            let upgrader = upgrader().up_to(track.parse().unwrap(), version.parse().unwrap());
            place.told(upgrader.run())
        };
        assert_eq!(up_to("core", "1"), "Upgraded core/1.sql");
        assert_eq!(up_to("customization", "0"), "Upgraded core/2.sql core/repeat/r.sql");
        assert_eq!(up_to("core", "1"), "Upgraded customization/1.sql customization/repeat/c.sql");
        assert_eq!(place.told(upgrader().run()), "UpToDate");
    }

    /// A failure is as a script's, and so are the ways to clear it. What the next run does, the rows then.
    fn cleared(new) {
        let applied = "Upgraded core/repeat/r.sql";
        let rows = [
            (Resolution::GoOn, MENDED, applied, "1; 2; 3; 4"),
            (Resolution::StartOver, MENDED, applied, "1; 2; 2; 3; 4"),
            (Resolution::SkipStatement, BAD, applied, "1; 2; 4"),
            (Resolution::MarkDone, BAD, "UpToDate", "1; 2"),
        ];
        for (resolution, then, told, found) in rows {
            let place = new();
            let stays = "the statements before it stay done, and later scripts were not run";
            assert_eq!(run(place.as_ref(), BAD), format!("{FAILED}; {stays}: {}", place.no_table("b")));
            assert_eq!(place.vars(), "failed_update_detected,1; latest_update_version,1.sql");
            let latched = format!("an earlier upgrade failed, and nothing runs until a person clears that: {FAILED} at [TIME]");
            assert_eq!(run(place.as_ref(), VIEW), latched);
            assert_eq!(clear(place.as_ref(), BAD, resolution), format!("cleared: {FAILED}"));
            assert_eq!(run(place.as_ref(), then), told, "{resolution:?}");
            assert_eq!(run(place.as_ref(), then), "UpToDate", "{resolution:?}");
            assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), found, "{resolution:?}");
            assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
            assert_eq!(place.vars(), "failed_update_detected,0; latest_update_version,1.sql");
            // What was marked is that text, and no other.
            assert_eq!(run(place.as_ref(), VIEW), applied, "{resolution:?}");
        }
        let place = new();
        run(place.as_ref(), BAD);
        assert_eq!(
            place.clear(Resolution::MarkDone),
            "the failure cannot be cleared by mark-done: the script is not there, or cannot be read, so that nobody could tell later which text is done; nothing was changed"
        );
    }

    /// One whose text is again the one that ran before is half done all the same.
    fn taken_back(new) {
        let place = new();
        let first = "INSERT INTO a VALUES (5);";
        run(place.as_ref(), first);
        run(place.as_ref(), BAD);
        clear(place.as_ref(), BAD, Resolution::GoOn);
        let edited = "script core/repeat/r.sql waits for a decision; neither it nor later scripts were run: \
                      what is done of it, statements 1 to 1, was changed after it ran; restore it, or start the script over";
        assert_eq!(run(place.as_ref(), &format!("-- upgrade: transaction = off\n{first}")), edited);
        clear(place.as_ref(), first, Resolution::StartOver);
        assert_eq!(run(place.as_ref(), first), "UpToDate");
        assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 2; 5");
        // One that is gone by then is in nobody's way.
        run(place.as_ref(), BAD);
        clear(place.as_ref(), BAD, Resolution::GoOn);
        assert_eq!(place.run(&[BASE, ("2.sql", "-- 2"), ("repeat/a.sql", "-- a")]), "Upgraded core/2.sql core/repeat/a.sql");
    }

    /// New versions, and others that repeat, run before it goes on.
    fn others_before_it(new) {
        let place = new();
        run(place.as_ref(), BAD);
        clear(place.as_ref(), BAD, Resolution::GoOn);
        let scripts: Scripts<'_> = &[BASE, ("2.sql", "-- upgrade: transaction = off\nINSERT INTO a VALUES (7);"), ("repeat/a.sql", "-- upgrade: transaction = off\nINSERT INTO a VALUES (8);"), ("repeat/r.sql", MENDED)];
        assert_eq!(place.run(scripts), "Upgraded core/2.sql core/repeat/a.sql core/repeat/r.sql");
        assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 2; 3; 4; 7; 8");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
    }

    /// One that may run twice starts over where nobody can tell where to go on.
    fn starts_over(new) {
        let place = new();
        let script = |number: u32, table: &str| format!(
            "-- upgrade: transaction = off\n-- upgrade: idempotent\nDELETE FROM a WHERE n > 1;\nINSERT INTO a VALUES ({number});\nINSERT INTO {table} VALUES (9);"
        );
        assert!(run(place.as_ref(), &script(2, "b")).contains("statement 3"));
        clear(place.as_ref(), "-- x", Resolution::GoOn);
        assert_eq!(
            run(place.as_ref(), &script(3, "a")),
            "Upgraded core/1.sql core/repeat/r.sql [started-over: core/repeat/r.sql starts over: what is done of it, statements 1 to 2, was changed after it ran; restore it, or start the script over]".replace("core/1.sql ", "")
        );
        assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 3; 9");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
    }

    /// What reads them shows them.
    fn shown(new) {
        let place = new();
        run(place.as_ref(), VIEW);
        let changed = || place.core(&[BASE, ("2.sql", "SELECT 2;"), ("repeat/n.sql", "-- n"), ("repeat/r.sql", OTHER_VIEW)]);
        let status = changed().status().unwrap();
        assert_eq!(status.tracks[0].pending, ["2.sql", "repeat/n.sql", "repeat/r.sql"]);
        assert_eq!(status.tracks[0].newest.as_deref(), Some("2.sql"));
        let plan = changed().plan().unwrap();
        let planned: Vec<_> = plan.scripts.iter().map(|script| format!("{} {} {}", script.script, script.description, script.statements)).collect();
        assert_eq!(planned, ["core/2.sql  1", "core/repeat/n.sql n 0", "core/repeat/r.sql r 2"]);
        let findings = changed().check().unwrap();
        let findings: Vec<_> = findings.iter().map(|finding| (finding.level() == upgrades::Level::Problem, finding.message.as_str())).collect();
        assert_eq!(findings, [
            (false, "core/repeat/n.sql is new, and runs at the next start"),
            (false, "core/repeat/r.sql has changed, and runs at the next start"),
        ]);
        // What is amiss is found without a database.
        let bad = place.core(&[("repeat/r.sql", "-- upgrade: colour = red\n"), ("repeat/R.sql", ""), ("repeat/1.0.sql", ""), ("after-run.sql", "SELECT '")]);
        let codes: Vec<_> = bad.check_scripts().unwrap().iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["script-name", "script-duplicate", "script-text"]);
        assert_eq!(place.run(&[BASE, ("repeat/r.sql", "")]).as_str(), "the scripts are not in order, and none was run: core/repeat/r.sql is empty, as a file is that was copied half; write a comment into it if there is nothing to do");
    }

    /// Directives and requirements hold, and `min_app` is kept.
    fn directives(new) {
        let place = new();
        let needs = |what: &str| run(place.as_ref(), &format!("-- upgrade: requires = {what}\n{VIEW}"));
        assert_eq!(needs("core >= 2"), "core/repeat/r.sql needs core >= 2, and core is at 1 by then; nothing was run");
        assert_eq!(needs("core >= 1"), "Upgraded core/1.sql core/repeat/r.sql");
        let upgrader = |app: &str| place.core(&[BASE, ("repeat/r.sql", "-- upgrade: min_app = 2.0.0\n")]).app_version(app);
        assert_eq!(place.told(upgrader("2.0.0").run()), "Upgraded core/repeat/r.sql");
        assert_eq!(upgrader("1.0.0").run().unwrap_err().code().as_str(), "program-too-old");
    }

    /// Many starters: one of them runs it, and it runs once.
    fn many_at_once(new) {
        let place = new();
        run(place.as_ref(), "-- 1");
        let script = "INSERT INTO a VALUES (2);";
        let upgraders: Vec<_> = (0..12).map(|_| place.core(&[BASE, ("repeat/r.sql", script)])).collect();
        let applied: usize = std::thread::scope(|scope| {
            let runs: Vec<_> = upgraders.iter().map(|upgrader| scope.spawn(|| upgrader.run().unwrap().applied.len())).collect();
            runs.into_iter().map(|run| run.join().unwrap()).sum()
        });
        assert_eq!(applied, 1);
        assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 2");
        let history = place.core(&[]).history(&HistoryFilter::default()).unwrap();
        assert_eq!(history.len(), 3);
    }
}

/// Clears the failure with this text in the script's place.
fn clear(place: &dyn Place, script: &str, resolution: Resolution) -> String {
    let upgrader = place.core(&[BASE, ("repeat/r.sql", script)]);
    match upgrader.clear_failure("mended", resolution) {
        Ok(upgrades::Clearing::Cleared(Some(failure))) => format!("cleared: {failure}"),
        Ok(other) => format!("{other:?}"),
        Err(error) => place.tidy(&upgrades::chain(&error)),
    }
}
