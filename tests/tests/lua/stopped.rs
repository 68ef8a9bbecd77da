//! An application that wants to stop while a script computes: that is no failure, and the next start goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use upgrades::{Ending, Event, State, Track, Upgrader};
use upgrades_tests::told::{Scripts, shown, source};

use crate::lab::{Lab, labs};

const TABLE: (&str, &str) = (
    "1.sql",
    "CREATE TABLE #__a (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO #__a VALUES (1, 1);",
);

/// An upgrade whose application wants to stop as soon as a script says something.
fn stopping(lab: &Lab, scripts: Scripts<'_>) -> Upgrader<'static> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    lab.bare()
        .track(Track::core(source(scripts)))
        .placeholder("endless", "yes")
        .stop_when(stop)
        .on_event(move |event| {
            if let Event::Noted { .. } = event {
                asked.store(true, Ordering::Relaxed);
            }
        })
}

/// Ways to compute without asking the database, and to get around the stop.
#[test]
fn while_it_computes() {
    let rows = [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "xpcall(function() while true do end end, function() while true do end end) while true do end",
        "pcall(function() local s = ('a'):rep(60) s:find(('a?'):rep(60) .. ('a'):rep(60) .. 'b') end)",
        "pcall(function() while true do end end) pcall(db.execute, db, 'UPDATE #__a SET n = 100')",
    ];
    for endless in rows {
        for lab in labs() {
            let script = format!(
                "db:execute('UPDATE #__a SET n = n + 1')\nprint('computing')\nif config.endless then {endless} end\n"
            );
            let scripts = [
                TABLE,
                ("2.lua", script.as_str()),
                ("3.sql", "UPDATE #__a SET n = n * 10;"),
            ];
            let report = stopping(&lab, &scripts).run().unwrap();
            assert_eq!(report.ending, Ending::Stopped, "{endless}");
            assert_eq!(report.applied.len(), 1, "{endless}");
            assert_eq!(lab.rows("SELECT n FROM cb_a"), "1", "{endless}");
            let status = lab
                .bare()
                .track(Track::core(source(&scripts)))
                .status()
                .unwrap();
            assert_eq!(
                (status.state, status.failure.is_none()),
                (State::Pending, true),
                "{endless}"
            );

            let next = lab
                .bare()
                .track(Track::core(source(&scripts)))
                .run()
                .unwrap();
            assert_eq!(shown(&next), "Upgraded core/2.lua core/3.sql", "{endless}");
            assert_eq!(lab.rows("SELECT n FROM cb_a"), "20", "{endless}");
        }
    }
}

/// A query whose rows come without end is not read to its end, whatever the script catches.
#[test]
fn while_rows_come() {
    for lab in labs() {
        let ten = "INSERT INTO #__a VALUES (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1), (10, 1);";
        let all: Vec<_> = (0..12).map(|at| format!("#__a a{at}")).collect();
        let script = format!(
            "db:execute('UPDATE #__a SET n = n + 1')\nprint('asking')\nif config.endless then\n\
             pcall(function() for row in db:query('SELECT a0.n FROM {}') do end end) end\n",
            all.join(", ")
        );
        let scripts = [TABLE, ("1.1.sql", ten), ("2.lua", script.as_str())];
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let upgrader = lab.bare().track(Track::core(source(&scripts)));
        let upgrader = upgrader.stop_when(stop).on_event(move |event| {
            if let Event::Noted { .. } = event {
                let asked = Arc::clone(&asked);
                thread::spawn(move || {
                    thread::sleep(Duration::from_millis(200));
                    asked.store(true, Ordering::Relaxed);
                });
            }
        });
        let report = upgrader.placeholder("endless", "yes").run().unwrap();
        assert_eq!(report.ending, Ending::Stopped);
        assert_eq!(lab.rows("SELECT SUM(n) FROM cb_a"), "10");

        let next = lab.bare().track(Track::core(source(&scripts)));
        assert_eq!(shown(&next.run().unwrap()), "Upgraded core/2.lua");
        assert_eq!(lab.rows("SELECT SUM(n) FROM cb_a"), "20");
    }
}

/// What a batch has committed stays, the chunk under way does not, and each row is counted once.
#[test]
fn in_a_batch() {
    let script = "\
batch{
    table = '#__a',
    rows = 1,
    chunk = function(rows)
        db:execute('UPDATE #__a SET n = n + 1 WHERE id = ?', {rows[1].id})
        if rows[1].id == 2 then
            print('computing')
            while config.endless do pcall(function() while true do end end) end
        end
    end,
}
";
    for lab in labs() {
        let more = ("1.1.sql", "INSERT INTO #__a VALUES (2, 2), (3, 3);");
        let scripts = [TABLE, more, ("2.lua", script)];
        let report = stopping(&lab, &scripts).run().unwrap();
        assert_eq!(report.ending, Ending::Stopped);
        let rows = "SELECT id, n FROM cb_a ORDER BY id";
        assert_eq!(lab.rows(rows), "1,2; 2,2; 3,3");
        let next = lab
            .bare()
            .track(Track::core(source(&scripts)))
            .run()
            .unwrap();
        assert_eq!(shown(&next), "Upgraded core/2.lua");
        assert_eq!(lab.rows(rows), "1,2; 2,3; 3,4");
    }
}
