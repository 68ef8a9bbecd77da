//! Events, stopping, many starters, other ways to call, and calls that only read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use upgrades::{Event, HistoryFilter, Track};
use upgrades_tests::told::{Scripts, source};

use crate::place::on_every_store;

const SCRIPTS: Scripts<'static> = &[
    ("1.sql", "CREATE TABLE a (n INTEGER);"),
    (
        "2.sql",
        "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);",
    ),
    ("3.sql", "INSERT INTO a VALUES (3);"),
];

on_every_store! {
    /// What a run tells, up to a failure.
    fn events(new) {
        let place = new();
        let told = Arc::new(Mutex::new(Vec::new()));
        let notes = told.clone();
        let scripts: Vec<_> = SCRIPTS[..2].iter().copied().chain([("3.sql", "SELECT * FROM nowhere")]).collect();
        let upgrader = place.core(&scripts).on_event(move |event| {
            let text = match event {
                Event::Applied(applied) => format!("{} applied", applied.script),
                Event::ScriptRan { script, .. } => format!("{script} ran"),
                event => event.to_string(),
            };
            notes.lock().unwrap().push(text);
        });
        assert!(upgrader.run().is_err());
        let told: Vec<String> = told.lock().unwrap().iter().map(|text| place.tidy(text)).collect();
        let (applied, others): (Vec<_>, Vec<_>) = told.into_iter().partition(|text| text.ends_with("applied"));
        // When scripts are committed together differs, and no script is told before it is.
        assert_eq!(applied, ["core/1.sql applied", "core/2.sql applied"]);
        assert_eq!(others, [
            "run [RUN]: 3 scripts with 4 statements".to_owned(),
            "core/1.sql: 1 statements".to_owned(),
            "core/1.sql: statement 1 of 1 done".to_owned(),
            "core/1.sql ran".to_owned(),
            "core/2.sql: 2 statements".to_owned(),
            "core/2.sql: statement 1 of 2 done".to_owned(),
            "core/2.sql: statement 2 of 2 done".to_owned(),
            "core/2.sql ran".to_owned(),
            "core/3.sql: 1 statements".to_owned(),
            format!("script core/3.sql failed in statement 1, line 1, column 1: {}", place.no_table("nowhere")),
        ]);
    }

    /// Asked to stop behind each statement, a run ends there or after the script, and the next goes on.
    fn stopping(new) {
        for behind in 1..=4 {
            let place = new();
            let stop = Arc::new(AtomicBool::new(false));
            let (wish, seen) = (stop.clone(), Mutex::new(0));
            let upgrader = place.core(SCRIPTS).stop_when(stop).on_event(move |event| {
                if let Event::StatementDone { .. } = event {
                    let mut seen = seen.lock().unwrap();
                    *seen += 1;
                    wish.store(*seen >= behind, Ordering::Relaxed);
                }
            });
            let first = place.told(upgrader.run());
            assert!(behind == 4 || first.starts_with("Stopped"), "{behind}: {first}");
            let then = place.run(SCRIPTS);
            assert!(then.starts_with("Up"), "{behind}: {first}; {then}");
            assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 2; 3", "{behind}");
            assert_eq!(place.history(), "applied core/1.sql; applied core/2.sql; applied core/3.sql");
        }
    }

    /// Starters in threads: each script runs once, and all succeed.
    fn two_at_once(new) {
        let place = new();
        let upgraders: Vec<_> = (0..4).map(|_| place.core(SCRIPTS)).collect();
        let applied: usize = std::thread::scope(|scope| {
            let runs: Vec<_> = upgraders.iter().map(|upgrader| scope.spawn(|| upgrader.run().unwrap().applied.len())).collect();
            runs.into_iter().map(|run| run.join().unwrap()).sum()
        });
        assert_eq!(applied, 3);
        assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 2; 3");
    }

    /// The other two ways to run.
    fn ways_to_run(new) {
        let place = new();
        let upgrader = place.core(SCRIPTS);
        assert_eq!(upgrader.run_once().unwrap().applied.len(), 3);
        assert_eq!(upgrader.run_once().unwrap().applied.len(), 3);
        let place = new();
        let outcome = futures_executor::block_on(place.core(SCRIPTS).run_async());
        assert_eq!(place.told(outcome), "Upgraded core/1.sql core/2.sql core/3.sql");
    }

    /// Calls that read leave nothing, before the first run and after it.
    fn reading_writes_nothing(new) {
        let place = new();
        let read = |scripts: Scripts<'_>| {
            let upgrader = place.core(scripts);
            upgrader.status().unwrap();
            upgrader.plan().unwrap();
            upgrader.history(&HistoryFilter::default()).unwrap();
            upgrader.check().unwrap();
            upgrader.check_scripts().unwrap();
            upgrader.critical_issues().unwrap();
            upgrader.clear_failure("x", upgrades::Resolution::GoOn).unwrap();
        };
        let before = place.picture(&[]);
        assert_eq!(before, "");
        read(SCRIPTS);
        assert_eq!(place.picture(&[]), "");
        place.run(&SCRIPTS[..1]);
        let before = place.picture(&[]);
        read(SCRIPTS);
        assert_eq!(place.run(&SCRIPTS[..1]), "UpToDate");
        assert_eq!(place.picture(&[]), before);
        place.run(&[SCRIPTS[0], ("2.sql", "SELECT * FROM nowhere")]);
        let before = place.picture(&[]);
        let upgrader = place.core(SCRIPTS);
        assert!(upgrader.status().unwrap().failure.is_some());
        assert_eq!(upgrader.critical_issues().unwrap().len(), 1);
        assert!(upgrader.run().is_err());
        assert_eq!(place.picture(&[]), before);
    }

    /// Limits, and a track without a folder.
    fn tracks(new) {
        let place = new();
        let own = source(&[("1.sql", "INSERT INTO a VALUES (10)")]);
        let upgrader = place.core(SCRIPTS).track(Track::named("plugin-vat", own)).up_to("core".parse().unwrap(), "2".parse().unwrap());
        assert_eq!(place.told(upgrader.run()), "Upgraded core/1.sql core/2.sql");
        let own = source(&[("1.sql", "INSERT INTO a VALUES (10)")]);
        let upgrader = place.core(SCRIPTS).track(Track::named("plugin-vat", own));
        assert_eq!(place.told(upgrader.run()), "Upgraded core/3.sql plugin-vat/1.sql");
        assert_eq!(place.vars(), "latest_plugin-vat_update_version,1.sql; latest_update_version,3.sql");
    }
}
