//! Callbacks: when they are called, what is left when one fails, and that none is lost.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use upgrades::{Db, Event, Resolution, Track, Upgrader};
use upgrades_tests::told::{Scripts, source};

use crate::place::{Place, on_every_store};

const BASE: (&str, &str) = (
    "1.sql",
    "CREATE TABLE a (n INTEGER); CREATE TABLE said (what VARCHAR(40));",
);
const BEFORE: (&str, &str) = (
    "before-run.sql",
    "-- upgrade: transaction = off\nINSERT INTO said VALUES ('before');",
);
const AFTER: (&str, &str) = (
    "after-run.sql",
    "INSERT INTO said SELECT concat('after ', count(*)) FROM a;",
);
const AFTER_FAILURE: (&str, &str) = ("after-failure.sql", "INSERT INTO said VALUES ('failed');");

/// What the callbacks have written, in their order.
fn said(place: &dyn Place) -> String {
    place.rows("SELECT what FROM said")
}

/// What is owed.
fn owed(place: &dyn Place) -> String {
    place.rows("SELECT value FROM system_vars WHERE name = 'upgrades_after_run'")
}

/// Runs and tells the callbacks' events too.
fn told(place: &dyn Place, upgrader: Upgrader<'static>) -> String {
    let called = Arc::new(Mutex::new(String::new()));
    let notes = called.clone();
    let upgrader = upgrader.on_event(move |event| match event {
        Event::CalledBack(callback) => *notes.lock().unwrap() += &format!(" ({})", callback.script),
        Event::Warned(warning) if warning.code.as_str() == "callback-failed" => {
            *notes.lock().unwrap() += &format!(" ({})", warning.message);
        }
        _ => {}
    });
    let outcome = place.told(upgrader.run());
    let called = called.lock().unwrap().clone();
    outcome + &place.tidy(&called)
}

fn run(place: &dyn Place, scripts: Scripts<'_>) -> String {
    told(place, place.core(scripts))
}

const ROLLED_BACK: &str = "it was rolled back, and later scripts were not run";

on_every_store! {
    /// Around every run that does something, and no other.
    fn around_runs(new) {
        let place = new();
        assert_eq!(run(place.as_ref(), &[BEFORE, AFTER, AFTER_FAILURE]), "UpToDate");
        assert_eq!(run(place.as_ref(), &[BASE]), "Upgraded core/1.sql");
        assert_eq!(owed(place.as_ref()), "", "nobody has an after-run callback");
        let callbacks = [BEFORE, AFTER, AFTER_FAILURE];
        let with = |scripts: Scripts<'_>| run(place.as_ref(), &[&callbacks, scripts].concat());
        assert_eq!(with(&[BASE]), "UpToDate");
        let called = " (core/before-run.sql) (core/after-run.sql)";
        assert_eq!(with(&[BASE, ("2.sql", "INSERT INTO a VALUES (2)")]), format!("Upgraded core/2.sql{called}"));
        assert_eq!(with(&[BASE, ("2.sql", "-- 2"), ("repeat/r.sql", "INSERT INTO a VALUES (3)")]), format!("Upgraded core/repeat/r.sql{called}"));
        assert_eq!(said(place.as_ref()), "before; after 1; before; after 2");
        assert_eq!(owed(place.as_ref()), "");
        assert_eq!(place.history(), "applied core/1.sql; applied core/2.sql; applied core/repeat/r.sql");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
        assert_eq!(place.vars(), "latest_update_version,2.sql");
    }

    /// Of every track, in their order; functions as well as scripts.
    fn of_every_track(new) {
        let place = new();
        let say = |what: &'static str| move |db: &mut Db<'_>| {
            assert_eq!(db.version(), None);
            db.execute("INSERT INTO said VALUES (?)", &[what.into()])?;
            Ok(())
        };
        let upgrader = || {
            let own = Track::customization(source(&[("1.sql", "-- 1")]));
            let own = own.before_run(say("custom before")).after_run(say("custom after"));
            let plugin = Track::named("plugin", source(&[("after-run.sql", "INSERT INTO said VALUES ('plugin after')")]));
            place.bare().track(plugin.before_run(say("plugin before"))).track(own).track(Track::core(source(&[BASE, AFTER])))
        };
        // The table is not there yet: a callback has to see to that itself.
        assert!(told(place.as_ref(), upgrader()).contains("customization/before-run.rs failed"));
        place.clear(Resolution::GoOn);
        place.run(&[BASE]);
        assert_eq!(
            told(place.as_ref(), upgrader()),
            "Upgraded customization/1.sql (customization/before-run.rs) (plugin/before-run.rs) (core/after-run.sql) (customization/after-run.rs) (plugin/after-run.sql)"
        );
        assert_eq!(said(place.as_ref()), "custom before; plugin before; after 0; custom after; plugin after");
    }

    /// What fails before a run leaves nothing applied; all that was to run waits.
    fn a_failing_before_run(new) {
        let bad = ("before-run.sql", "INSERT INTO said VALUES ('half');\nINSERT INTO nowhere VALUES (1);");
        let two = ("2.sql", "-- 2");
        let failed = "script core/before-run.sql failed in statement 2, line 2, column 1";
        for resolution in [Resolution::GoOn, Resolution::StartOver, Resolution::SkipStatement, Resolution::MarkDone] {
            let place = new();
            run(place.as_ref(), &[BASE]);
            let first = run(place.as_ref(), &[BASE, two, bad, AFTER]);
            assert_eq!(first, format!("{failed}; {}: {}", place.remains(), place.no_table("nowhere")));
            assert_eq!(place.history(), "applied core/1.sql; failed core/before-run.sql");
            assert_eq!(place.vars(), "failed_update_detected,1; latest_update_version,1.sql");
            let cleared = place.core(&[BASE, two, bad, AFTER]).clear_failure("mended", resolution);
            let journaled = place.remains().starts_with("the statements");
            match resolution {
                Resolution::MarkDone => assert_eq!(
                    upgrades::chain(&cleared.unwrap_err()),
                    "the failure cannot be cleared by mark-done: the callback belongs to a run, and the next run calls it again; mend it or take it away, and use go-on; nothing was changed"
                ),
                Resolution::SkipStatement if !journaled => assert!(cleared.is_err()),
                Resolution::SkipStatement => {
                    cleared.unwrap();
                    assert_eq!(run(place.as_ref(), &[BASE, two, bad]), "Upgraded core/2.sql (core/before-run.sql)");
                    assert_eq!(said(place.as_ref()), "half");
                }
                Resolution::GoOn | Resolution::StartOver => {
                    cleared.unwrap();
                    let mended = ("before-run.sql", "INSERT INTO said VALUES ('half');\nINSERT INTO said VALUES ('whole');");
                    assert_eq!(run(place.as_ref(), &[BASE, two, mended]), "Upgraded core/2.sql (core/before-run.sql)");
                    let twice = journaled && resolution == Resolution::StartOver;
                    assert_eq!(said(place.as_ref()), if twice { "half; half; whole" } else { "half; whole" });
                }
            }
        }
    }

    /// What fails after a run leaves everything applied, and is called again until it succeeds or a person says it is done.
    fn a_failing_after_run(new) {
        let bad = ("after-run.sql", "INSERT INTO nowhere VALUES (1);");
        let failed = "script core/after-run.sql failed in statement 1, line 1, column 1";
        for (resolution, then) in [
            (Resolution::GoOn, "Upgraded (core/after-run.sql)"),
            (Resolution::StartOver, "Upgraded (core/after-run.sql)"),
            (Resolution::MarkDone, "UpToDate"),
        ] {
            let place = new();
            let first = run(place.as_ref(), &[BASE, bad]);
            assert_eq!(first, format!("{failed}; {}: {}", ROLLED_BACK, place.no_table("nowhere")));
            assert_eq!(place.history(), "applied core/1.sql; failed core/after-run.sql");
            assert_eq!(place.vars(), "failed_update_detected,1; latest_update_version,1.sql");
            assert_eq!(owed(place.as_ref()), "core");
            let issues = place.core(&[BASE, bad]).critical_issues().unwrap();
            assert_eq!(issues[0].script.as_ref().unwrap().to_string(), "core/after-run.sql");
            place.core(&[BASE, bad]).clear_failure("mended", resolution).unwrap();
            let expected = if resolution == Resolution::MarkDone { "" } else { "core" };
            assert_eq!(owed(place.as_ref()), expected);
            let status = place.core(&[BASE, AFTER]).status().unwrap();
            let pending: &[&str] = if resolution == Resolution::MarkDone { &[] } else { &["after-run.sql"] };
            assert_eq!(status.tracks[0].pending, pending);
            assert_eq!(run(place.as_ref(), &[BASE, BEFORE, AFTER]), then, "{resolution:?}");
            assert_eq!(run(place.as_ref(), &[BASE, BEFORE, AFTER]), "UpToDate");
            assert_eq!(said(place.as_ref()), if resolution == Resolution::MarkDone { "" } else { "after 0" });
            assert_eq!(owed(place.as_ref()), "");
        }
    }

    /// A run that stops behind its first script owes what is to come behind it; who has no such callback owes nothing.
    fn nothing_is_lost(new) {
        let place = new();
        let stop = Arc::new(AtomicBool::new(false));
        let wish = stop.clone();
        let own = || Track::customization(source(&[("after-run.sql", "INSERT INTO said VALUES ('custom')")]));
        let scripts = [BASE, ("2.sql", "-- upgrade: transaction = off\nINSERT INTO a VALUES (2)"), AFTER];
        let upgrader = place.core(&scripts).track(own()).stop_when(stop).on_event(move |event| {
            if let Event::ScriptStarted { script, .. } = event {
                wish.store(script.file == "2.sql", Ordering::Relaxed);
            }
        });
        assert!(place.told(upgrader.run()).starts_with("Stopped"));
        assert_eq!(owed(place.as_ref()), "core customization");
        // Another program knows one of the tracks only.
        assert_eq!(run(place.as_ref(), &scripts), "Upgraded core/2.sql (core/after-run.sql)");
        assert_eq!(owed(place.as_ref()), "customization");
        assert_eq!(run(place.as_ref(), &scripts), "UpToDate");
        assert_eq!(told(place.as_ref(), place.core(&scripts).track(own())), "Upgraded (customization/after-run.sql)");
        assert_eq!(owed(place.as_ref()), "");
        assert_eq!(said(place.as_ref()), "after 1; custom");
    }

    /// A failure is told where it is recorded; a failure in that hides nothing.
    fn after_failures(new) {
        let place = new();
        run(place.as_ref(), &[BASE]);
        let bad = ("2.sql", "SELECT * FROM nowhere");
        let failed = format!("script core/2.sql failed in statement 1, line 1, column 1; {}: {}", ROLLED_BACK, place.no_table("nowhere"));
        assert_eq!(run(place.as_ref(), &[BASE, bad, AFTER_FAILURE, AFTER]), format!("{failed} (core/after-failure.sql)"));
        assert_eq!(said(place.as_ref()), "failed");
        assert!(run(place.as_ref(), &[BASE, bad, AFTER_FAILURE]).starts_with("an earlier upgrade failed"));
        assert_eq!(said(place.as_ref()), "failed", "it is called once");
        place.clear(Resolution::GoOn);
        let too = ("after-failure.sql", "-- upgrade: transaction = off\nINSERT INTO said VALUES ('tried');\nINSERT INTO elsewhere VALUES (1);");
        for attempt in 1..=2 {
            let also = format!(
                " (the callback after the failure has failed too: script core/after-failure.sql failed in statement 2, line 3, column 1: {})",
                place.no_table("elsewhere")
            );
            assert_eq!(run(place.as_ref(), &[BASE, bad, too]), format!("{failed}{also}"));
            let failure = place.core(&[BASE]).status().unwrap().failure.unwrap();
            assert_eq!(failure.script.to_string(), "core/2.sql");
            assert_eq!(said(place.as_ref()), ["failed; tried", "failed; tried; tried"][attempt - 1], "from its beginning");
            place.clear(Resolution::GoOn);
        }
        let panics = Track::core(source(&[BASE, bad])).after_failure(|_| panic!("no"));
        let told = told(place.as_ref(), place.bare().track(panics));
        assert_eq!(told, format!("{failed} (the callback after the failure has failed too: script core/after-failure.rs failed: it panicked: no)"));
        place.clear(Resolution::GoOn);
        assert_eq!(run(place.as_ref(), &[BASE, ("2.sql", "-- 2"), too]), "Upgraded core/2.sql");
    }

    /// Starters in threads: called once each.
    fn many_at_once(new) {
        let place = new();
        let counts: [Arc<AtomicUsize>; 2] = Default::default();
        let count = |at: usize| {
            let count = counts[at].clone();
            move |_: &mut Db<'_>| {
                count.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        };
        let upgraders: Vec<_> = (0..12).map(|_| place.bare().track(Track::core(source(&[BASE])).before_run(count(0)).after_run(count(1)))).collect();
        std::thread::scope(|scope| {
            for upgrader in &upgraders {
                scope.spawn(|| upgrader.run().unwrap());
            }
        });
        assert_eq!(counts.map(|count| count.load(Ordering::SeqCst)), [1, 1]);
    }
}
