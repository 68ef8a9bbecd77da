//! Scripts that are not as the database has seen them: told, shown and settled.

use upgrades::{DriftKind, Resolution, Settlement, chain};
use upgrades_tests::told::Scripts;

use crate::place::{Place, on_every_store};

const BASE: (&str, &str) = (
    "1_base.sql",
    "CREATE TABLE base (n INTEGER);\nINSERT INTO base VALUES (1);\n",
);
const MORE: (&str, &str) = ("2_more.sql", "INSERT INTO base VALUES (2);\n");
const LATE: (&str, &str) = ("1.5_late.sql", "INSERT INTO base VALUES (15);\n");

/// What is to be settled, a line each, with the lines that were edited.
fn drift(place: &dyn Place, scripts: Scripts<'_>) -> String {
    let drift = place.core(scripts).drift().unwrap();
    let lines = drift.into_iter().map(|drift| {
        let changes = drift.diff.unwrap_or_default();
        let changes = changes
            .lines()
            .skip(2)
            .filter(|line| line.starts_with(['+', '-']));
        let changes: Vec<_> = changes.collect();
        let kind = match drift.kind {
            DriftKind::Edited => "edited",
            DriftKind::EditedComments => "comments",
            DriftKind::Gone => "gone",
            _ => "skipped",
        };
        format!("{kind} {} {}", drift.script, changes.join(" "))
            .trim_end()
            .to_owned()
    });
    lines.collect::<Vec<_>>().join(" | ")
}

fn settle(place: &dyn Place, scripts: Scripts<'_>, script: &str, settlement: Settlement) -> String {
    match place.core(scripts).settle(script, settlement, "because") {
        Ok(script) => format!("settled {script}"),
        Err(error) => place.tidy(&chain(&error)),
    }
}

fn run(place: &dyn Place, scripts: Scripts<'_>, script: &str) -> String {
    place.told(place.core(scripts).run_skipped(script))
}

const NOT: &str = "the script is not settled, and nothing was changed: ";

on_every_store! {
    /// What is edited is shown against the text that ran, accepted once, and told of again when it is edited again.
    fn edits(new) {
        let place = new();
        assert_eq!(drift(place.as_ref(), &[BASE]), "");
        place.run(&[BASE, MORE]);
        assert_eq!(drift(place.as_ref(), &[BASE, MORE]), "");
        let crlf = BASE.1.replace('\n', "\r\n");
        assert_eq!(drift(place.as_ref(), &[(BASE.0, &crlf), MORE]), "");
        let edited: Scripts<'_> = &[("1_base.sql", "CREATE TABLE base (n INTEGER);\nINSERT INTO base VALUES (7);\n"), MORE];
        let told = "edited core/1_base.sql -INSERT INTO base VALUES (1); +INSERT INTO base VALUES (7);";
        assert_eq!(drift(place.as_ref(), edited), told);
        let commented: Scripts<'_> = &[BASE, ("2_more.sql", "-- two\nINSERT INTO base VALUES (2);\n")];
        assert_eq!(drift(place.as_ref(), commented), "comments core/2_more.sql +-- two");

        assert_eq!(settle(place.as_ref(), edited, "core/1_base.sql", Settlement::Accept), "settled core/1_base.sql");
        assert_eq!(drift(place.as_ref(), edited), "");
        assert!(place.core(edited).check().unwrap().iter().all(|finding| finding.code.as_str() != "edited"));
        assert_eq!(place.vars(), "latest_update_version,2_more.sql");
        assert_eq!(place.rows("SELECT outcome, reason FROM upgrade_history ORDER BY id DESC LIMIT 1"), "accepted,because");
        assert_eq!(drift(place.as_ref(), &[BASE, MORE]), "edited core/1_base.sql -INSERT INTO base VALUES (7); +INSERT INTO base VALUES (1);");
        assert_eq!(place.run(edited), "UpToDate");
    }

    /// What is gone, and comes back.
    fn gone(new) {
        let place = new();
        place.run(&[BASE, MORE]);
        let told = "gone core/1_base.sql -CREATE TABLE base (n INTEGER); -INSERT INTO base VALUES (1);";
        assert_eq!(drift(place.as_ref(), &[MORE]), told);
        assert_eq!(settle(place.as_ref(), &[MORE], "1_base.sql", Settlement::Accept), "settled core/1_base.sql");
        assert_eq!(drift(place.as_ref(), &[MORE]), "");
        assert_eq!(drift(place.as_ref(), &[BASE, MORE]), "");
        let other = ("1_other.sql", "SELECT 1;\n");
        assert_eq!(drift(place.as_ref(), &[other, MORE]), "edited core/1_other.sql -CREATE TABLE base (n INTEGER); -INSERT INTO base VALUES (1); +SELECT 1;");
    }

    /// One that was skipped runs now, once, and its track stays where it is.
    fn skipped(new) {
        let place = new();
        place.run(&[BASE, MORE]);
        let scripts: Scripts<'_> = &[BASE, LATE, MORE];
        assert_eq!(drift(place.as_ref(), scripts), "skipped core/1.5_late.sql");
        let told = run(place.as_ref(), scripts, "core/1.5_late.sql");
        assert!(told.starts_with("Upgraded core/1.5_late.sql"), "{told}");
        assert_eq!(place.rows("SELECT n FROM base ORDER BY n"), "1; 2; 15");
        assert_eq!(place.vars(), "latest_update_version,2_more.sql");
        assert_eq!(drift(place.as_ref(), scripts), "");
        assert_eq!(place.run(scripts), "UpToDate");
        assert_eq!(run(place.as_ref(), scripts, "1.5_late.sql"), format!("{NOT}core/1.5_late.sql is as the database has seen it; there is nothing to settle"));
        // What ran is watched from then on.
        assert_eq!(drift(place.as_ref(), &[BASE, ("1.5_late.sql", "SELECT 1;\n"), MORE]), "edited core/1.5_late.sql -INSERT INTO base VALUES (15); +SELECT 1;");
    }

    /// One whose work is done by hand.
    fn marked(new) {
        let place = new();
        place.run(&[BASE, MORE]);
        let scripts: Scripts<'_> = &[BASE, LATE, MORE];
        assert_eq!(settle(place.as_ref(), scripts, "1.5_late.sql", Settlement::Mark), "settled core/1.5_late.sql");
        assert_eq!(drift(place.as_ref(), scripts), "");
        assert_eq!(place.core(scripts).critical_issues().unwrap(), []);
        assert_eq!(place.rows("SELECT n FROM base ORDER BY n"), "1; 2");
        assert_eq!(place.history(), "applied core/1_base.sql; applied core/2_more.sql; marked core/1.5_late.sql");
    }

    /// It fails as any script does, waits for a person, and goes on.
    fn failing(new) {
        let place = new();
        place.run(&[BASE, MORE]);
        let bad: Scripts<'_> = &[BASE, ("1.5_late.sql", "INSERT INTO base VALUES (15);\nINSERT INTO missing VALUES (1);\n"), MORE];
        let good: Scripts<'_> = &[BASE, ("1.5_late.sql", "INSERT INTO base VALUES (15);\nINSERT INTO base VALUES (16);\n"), MORE];
        let told = run(place.as_ref(), bad, "1.5_late.sql");
        assert_eq!(told, format!("script core/1.5_late.sql failed in statement 2, line 2, column 1; {}: {}", place.remains(), place.no_table("missing")));
        let latched = "an earlier upgrade failed, and nothing runs until a person clears that";
        for told in [run(place.as_ref(), good, "1.5_late.sql"), settle(place.as_ref(), good, "1.5_late.sql", Settlement::Mark)] {
            assert!(told.starts_with(latched), "{told}");
        }
        place.clear(Resolution::GoOn);
        // The track itself goes on without it.
        assert_eq!(place.run(good), "UpToDate");
        assert_eq!(drift(place.as_ref(), good), "skipped core/1.5_late.sql");
        let told = run(place.as_ref(), good, "1.5_late.sql");
        assert!(told.starts_with("Upgraded core/1.5_late.sql"), "{told}");
        assert_eq!(place.rows("SELECT n FROM base ORDER BY n"), "1; 2; 15; 16");
        assert_eq!(place.vars(), "failed_update_detected,0; latest_update_version,2_more.sql");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
    }

    /// What cannot be settled so.
    fn refused(new) {
        let place = new();
        place.run(&[BASE, MORE]);
        let scripts: Scripts<'_> = &[("1_base.sql", "SELECT 1;"), LATE, MORE];
        let before = place.picture(&["upgrade_lock"]);
        let settled = |script, settlement| settle(place.as_ref(), scripts, script, settlement);
        let rows = [
            (settled("core/1.5_lat.sql", Settlement::Mark), "there is no script core/1.5_lat.sql; did you mean core/1.5_late.sql?"),
            (settled("quite another", Settlement::Accept), "there is no script quite another"),
            (settled("2_more.sql", Settlement::Accept), "core/2_more.sql is as the database has seen it; there is nothing to settle"),
            (settled("1.5_late.sql", Settlement::Accept), "core/1.5_late.sql never ran here, so that there is nothing to accept; run it, or mark it as done"),
            (settled("1_base.sql", Settlement::Mark), "core/1_base.sql ran here before it was edited, and runs only once; accept the edit, or put what is missing into a new script"),
            (run(place.as_ref(), scripts, "1_base.sql"), "core/1_base.sql ran here before it was edited, and runs only once; accept the edit, or put what is missing into a new script"),
            (run(place.as_ref(), scripts, "9.sql"), "there is no script 9.sql"),
        ];
        for (told, expected) in rows {
            assert_eq!(told, format!("{NOT}{expected}"));
        }
        let empty = place.core(scripts).settle("1_base.sql", Settlement::Accept, " ").unwrap_err();
        assert_eq!(chain(&empty), format!("{NOT}a reason is needed, for whoever reads the history later"));
        // An older program must not decide for a newer database.
        let told = settle(place.as_ref(), &[("1_base.sql", "SELECT 1;")], "1_base.sql", Settlement::Accept);
        assert!(told.starts_with("this program is older than the database"), "{told}");
        let needs: Scripts<'_> = &[BASE, ("1.5_late.sql", "-- upgrade: requires = core >= 3\nSELECT 1;"), MORE];
        let told = run(place.as_ref(), needs, "1.5_late.sql");
        assert!(told.starts_with("core/1.5_late.sql needs core >= 3"), "{told}");
        assert_eq!(place.picture(&["upgrade_lock"]), before);
    }

    /// Tables of an engine that kept no texts get the column, and what ran before has none.
    fn older_tables(new) {
        let place = new();
        place.run(&[BASE]);
        place.rows("ALTER TABLE upgrade_history DROP COLUMN body");
        place.rows("UPDATE system_vars SET value = '1' WHERE name = 'upgrades_schema'");
        assert_eq!(place.run(&[BASE, MORE]), "Upgraded core/2_more.sql");
        assert_eq!(place.rows("SELECT value FROM system_vars WHERE name = 'upgrades_schema'"), "2");
        assert_eq!(place.rows("SELECT body IS NULL FROM upgrade_history ORDER BY id"), "1; 0");
        let edited: Scripts<'_> = &[("1_base.sql", "SELECT 1;"), ("2_more.sql", "SELECT 2;\n")];
        assert_eq!(drift(place.as_ref(), edited), "edited core/1_base.sql | edited core/2_more.sql -INSERT INTO base VALUES (2); +SELECT 2;");
        // One that died behind the column.
        place.rows("UPDATE system_vars SET value = '1' WHERE name = 'upgrades_schema'");
        assert_eq!(place.run(&[BASE, MORE, ("3.sql", "SELECT 3;")]), "Upgraded core/3.sql");
    }

    /// What is kept: no function, nothing that is too long; the raw text.
    fn kept(new) {
        let place = new();
        let long = format!("INSERT INTO base VALUES (3);\n-- {}\n", "x".repeat(1024 * 1024));
        let raw = ("2.sql", "INSERT INTO ${table} VALUES (2);\n");
        let scripts: Scripts<'_> = &[BASE, raw, ("3.sql", &long)];
        let upgrader = place.core(scripts).placeholder("table", "base");
        let told = place.told(upgrader.run());
        assert!(told.starts_with("Upgraded"), "{told}");
        assert_eq!(place.rows("SELECT body IS NULL FROM upgrade_history ORDER BY id"), "0; 0; 1");
        let edited: Scripts<'_> = &[BASE, ("2.sql", "SELECT 2;\n"), ("3.sql", "SELECT 3;\n")];
        assert_eq!(drift(place.as_ref(), edited), "edited core/2.sql -INSERT INTO ${table} VALUES (2); +SELECT 2; | edited core/3.sql");
    }
}

on_every_store! {
    /// One that failed half way goes on before what is pending: by itself, at the next start, and once.
    fn half_way(new) {
        let place = new();
        place.run(&[BASE, MORE]);
        let head = "-- upgrade: transaction = off\nINSERT INTO base VALUES (15);\n";
        let (broken, mended) = (
            format!("{head}INSERT INTO nowhere VALUES (16);\n"),
            format!("{head}INSERT INTO base VALUES (16);\n"),
        );
        let newest = ("3_newest.sql", "INSERT INTO base VALUES (3);\n");
        let told = run(place.as_ref(), &[BASE, (LATE.0, &broken), MORE], "core/1.5_late.sql");
        assert!(told.contains("failed in statement 2"), "{told}");
        let scripts: Scripts<'_> = &[BASE, (LATE.0, &mended), MORE, newest];
        place.core(scripts).clear_failure("mended", Resolution::GoOn).unwrap();
        let report = place.core(scripts).run().unwrap();
        let applied: Vec<_> = report.applied.iter().map(|applied| applied.script.file.as_str()).collect();
        assert_eq!(applied, [LATE.0, newest.0]);
        assert_eq!(report.tracks[0].after.as_deref(), Some(newest.0));
        assert_eq!(place.rows("SELECT n FROM base ORDER BY n"), "1; 2; 3; 15; 16");
        assert_eq!(drift(place.as_ref(), scripts), "");
    }
}
