//! What is told of what happened, and of what happens now.

use std::sync::{Arc, Mutex};

use upgrades::{
    Batch, Cause, Db, DoneRows, HistoryFilter, Outcome, Resolution, State, Track, TrackName,
};
use upgrades_tests::child::until;
use upgrades_tests::told::{Scripts, source};

use crate::place::{Place, on_every_store};

const SCRIPTS: Scripts<'_> = &[
    (
        "1.0_base.sql",
        "CREATE TABLE base (id INTEGER PRIMARY KEY);",
    ),
    ("1.1_more.sql", "INSERT INTO base VALUES (1);\n"),
    ("1.2_fails.sql", "INSERT INTO nowhere VALUES (1);\n"),
];

/// A place where two scripts ran, one failed, and that was cleared.
fn cleared(place: &dyn Place) {
    place.run(SCRIPTS);
    assert_eq!(
        place.clear(Resolution::GoOn),
        "cleared: script core/1.2_fails.sql failed in statement 1, line 1, column 1"
    );
}

#[track_caller]
fn ids(place: &dyn Place, filter: HistoryFilter) -> Vec<i64> {
    let attempts = place.core(SCRIPTS).history(&filter).unwrap();
    attempts.iter().map(|attempt| attempt.id).collect()
}

on_every_store! {
    fn is_filtered(new) {
        let place = new();
        let all = HistoryFilter::default();
        assert_eq!(ids(place.as_ref(), all.clone()), [0; 0]);
        cleared(place.as_ref());
        let rows: [(HistoryFilter, &[i64]); 9] = [
            (all.clone(), &[1, 2, 3, 4]),
            (all.clone().limit(2), &[3, 4]),
            (all.clone().before(3), &[1, 2]),
            (all.clone().before(3).limit(1), &[2]),
            (all.clone().outcome(Outcome::Failed), &[3]),
            (all.clone().outcome(Outcome::Applied).outcome(Outcome::Cleared), &[1, 2, 4]),
            (all.clone().version("1.2"), &[3, 4]),
            (all.clone().version("1.2'; DROP TABLE base; --"), &[]),
            (all.track(TrackName::CUSTOMIZATION), &[]),
        ];
        for (filter, expected) in rows {
            assert_eq!(ids(place.as_ref(), filter.clone()), expected, "{filter:?}");
        }
    }

    /// The text of what was applied is kept; that of a failure is the file's, until that is edited.
    fn is_told_with_its_text(new) {
        let place = new();
        assert!(place.core(SCRIPTS).attempt(1).unwrap().is_none());
        cleared(place.as_ref());
        let edited: Scripts<'_> = &[SCRIPTS[0], ("1.1_more.sql", "SELECT 1;"), ("1.2_fails.sql", "SELECT 2;")];
        let rows = [
            (SCRIPTS, 2, Some(SCRIPTS[1].1)),
            (SCRIPTS, 3, Some(SCRIPTS[2].1)),
            (SCRIPTS, 4, None),
            (edited, 2, Some(SCRIPTS[1].1)),
            (edited, 3, None),
            (&[], 3, None),
        ];
        for (scripts, id, text) in rows {
            let kept = place.core(scripts).attempt(id).unwrap().unwrap();
            assert_eq!((kept.attempt.id, kept.text.as_deref()), (id, text), "{scripts:?}");
        }
        for id in [-1, 0, 5, i64::MAX] {
            assert!(place.core(SCRIPTS).attempt(id).unwrap().is_none(), "{id}");
        }
        // Tables of an engine that kept no texts.
        place.rows("ALTER TABLE upgrade_history DROP COLUMN body");
        place.rows("UPDATE system_vars SET value = '1' WHERE name = 'upgrades_schema'");
        let older = place.core(&[]).attempt(2).unwrap().unwrap();
        assert_eq!(older.text, None);
    }

    fn is_added_up(new) {
        let place = new();
        assert_eq!(place.core(SCRIPTS).tallies().unwrap(), []);
        cleared(place.as_ref());
        place.rows("UPDATE upgrade_history SET took_ms = id * 10");
        let tallies = place.core(SCRIPTS).tallies().unwrap();
        let told = tallies.iter().map(|tally| {
            format!("{} {} {} {}", tally.track, tally.outcome.as_str(), tally.attempts, tally.took_ms)
        });
        let expected = ["core applied 2 30", "core cleared 1 40", "core failed 1 30"];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    /// One look tells what `status` tells, repeatable scripts apart.
    fn stands_where_it_stands(new) {
        let place = new();
        let standing = |scripts| {
            let standing = place.core(scripts).standing().unwrap();
            let of_status = place.core(scripts).status().unwrap().standing();
            assert_eq!((of_status.state, &of_status.refusal), (standing.state, &standing.refusal));
            (standing.state, standing.refusal.is_some(), standing.working.is_some())
        };
        assert_eq!(standing(SCRIPTS), (State::Pending, false, false));
        place.run(&SCRIPTS[..2]);
        assert_eq!(standing(&SCRIPTS[..2]), (State::Current, false, false));
        assert_eq!(standing(&SCRIPTS[..1]), (State::TooOld, true, false));
        let repeats: Scripts<'_> = &[SCRIPTS[0], SCRIPTS[1], ("repeat/seen.sql", "CREATE VIEW seen AS SELECT 1;")];
        assert_eq!(standing(repeats), (State::Current, false, false));
        assert_eq!(place.core(repeats).status().unwrap().state, State::Pending);
        place.run(SCRIPTS);
        assert_eq!(standing(SCRIPTS), (State::Failed, true, false));
    }

    /// Others see how far a batch is while it works, and no more of it when it is over.
    fn tells_how_far_a_batch_is(new) {
        let place = new();
        let other = Arc::new(place.bare());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (looks, noted) = (other.clone(), seen.clone());
        let scripts: Scripts<'_> = &[(
            "1.sql",
            "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) SELECT i FROM n;",
        )];
        let at = move || looks.working().unwrap().and_then(|record| record.at);
        let track = Track::core(source(scripts)).function("2", "it", move |db: &mut Db<'_>| {
            let mut chunk = 0;
            db.batch(&Batch::over("a").by(["id"]).rows(10), |_, _| {
                chunk += 1;
                let told = until("the chunk before", || {
                    let rows = at().map(|at| at.rows)?;
                    (rows.map_or(0, |rows| rows.done) == (chunk - 1) * 10).then_some(rows)
                });
                noted.lock().unwrap().push(told);
                Ok::<(), Cause>(())
            })?;
            let over = until("the end of the batch", || at().filter(|at| at.rows.is_none()));
            noted.lock().unwrap().push(over.rows);
            Ok(())
        });
        assert_eq!(place.told(place.bare().track(track).run()), "Upgraded core/1.sql core/2 it.rs");
        let rows = |done| Some(DoneRows { done, total: Some(25) });
        assert_eq!(*seen.lock().unwrap(), [None, rows(10), rows(20), None]);
        assert_eq!(other.working().unwrap(), None);
    }

    /// What took so long before will take so long again, if the text is the same.
    fn says_how_long_it_takes(new) {
        let place = new();
        place.run(&SCRIPTS[..2]);
        place.rows("UPDATE upgrade_history SET took_ms = 7000 WHERE id = 2");
        let again: Scripts<'_> = &[SCRIPTS[0], SCRIPTS[1], ("2.0_again.sql", SCRIPTS[1].1), ("2.1_new.sql", "SELECT 1;")];
        let forecast = place.core(again).forecast().unwrap();
        let at = |script: &str| upgrades::Place {
            script: script.to_owned(),
            statement: 1,
            statements: 1,
            waits_for: None,
            rows: None,
        };
        let left = forecast.left(&at("core/2.0_again.sql"), std::time::Duration::from_secs(2)).unwrap();
        assert_eq!((left.left_ms, left.by, left.unknown), (5_000, upgrades::By::History, 1));
        assert_eq!(forecast.left(&at("core/2.1_new.sql"), std::time::Duration::ZERO), None);
    }
}
