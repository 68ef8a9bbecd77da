//! Statements of SQL that run in chunks.

use std::sync::{Arc, Mutex};

use upgrades::{Event, Resolution};
use upgrades_tests::told::Scripts;

use crate::place::on_every_store;

const TABLE: (&str, &str) = (
    "1.sql",
    "CREATE TABLE #__a (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, t VARCHAR(20) UNIQUE NOT NULL);
     CREATE TABLE chunks (first INTEGER, count INTEGER);
     INSERT INTO #__a (id, n, t) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25)
     SELECT i * 3, 0, concat('é''', i * 3) FROM n;",
);

const IN_CHUNKS: (&str, &str) = (
    "2.sql",
    "-- upgrade: transaction = off
     INSERT INTO chunks VALUES (0, 0);
     -- upgrade: batch = #__a by id, 10
     UPDATE #__a SET n = n + 1 WHERE ${batch};
     -- upgrade: batch = a by t, 7
     INSERT INTO chunks (first, count) SELECT min(id), count(*) FROM #__a WHERE ${batch};
     UPDATE #__a SET n = n + 10 WHERE id = 3",
);

on_every_store! {
    /// Each row is in one chunk, and the statements around it run once.
    fn goes_through(new) {
        let place = new();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = told.clone();
        let upgrader = place.core(&[TABLE, IN_CHUNKS]).on_event(move |event| {
            if let Event::Progress { batch, done, total, .. } = event {
                heard.lock().unwrap().push(format!("{} {done}/{}", batch.unwrap_or_default(), total.unwrap_or_default()));
            }
        });
        assert_eq!(place.told(upgrader.run()), "Upgraded core/1.sql core/2.sql");
        assert_eq!(place.rows("SELECT count(*), sum(n), min(n), max(n) FROM a"), "25,35,1,11");
        assert_eq!(place.rows("SELECT count(*), sum(count), max(count) FROM chunks"), "5,25,7");
        assert_eq!(
            told.lock().unwrap().join(", "),
            "statement 2 10/25, statement 2 20/25, statement 2 25/25, \
             statement 3 7/25, statement 3 14/25, statement 3 21/25, statement 3 25/25"
        );
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
    }

    /// A chunk that fails is taken back, those before it stay; once mended it goes on there.
    fn failures(new) {
        let place = new();
        let breaks = IN_CHUNKS.1.replace("SET n = n + 1", "SET n = CASE WHEN id = 36 THEN NULL ELSE n + 1 END");
        let scripts: Scripts<'_> = &[TABLE, (IN_CHUNKS.0, &breaks)];
        let told = place.run(scripts);
        let failed = "script core/2.sql failed in statement 2, line 4, column 6; \
                      the statements before it stay done, and later scripts were not run: ";
        assert!(told.starts_with(failed), "{told}");
        assert_eq!(place.rows("SELECT count(*), sum(n) FROM a"), "25,10");
        place.clear(Resolution::GoOn);
        assert_eq!(place.run(&[TABLE, IN_CHUNKS]), "Upgraded core/2.sql");
        assert_eq!(place.rows("SELECT count(*), sum(n), min(n), max(n) FROM a"), "25,35,1,11");
        assert_eq!(place.rows("SELECT count(*), sum(count) FROM chunks"), "5,25");
    }

    /// What cannot be followed is told before anything runs.
    fn bad_directives(new) {
        let form = "write it as in batch = products by id, 5000";
        let rows = [
            ("batch = a by id", form),
            ("batch = a, 10", form),
            ("batch = by id, 10", form),
            ("batch = a by , 10", form),
            ("batch = a by id, 0", form),
            ("batch = a by id, many", form),
            ("batch = a by id, 10\n-- upgrade: batch = a by id, 10", "it is said twice"),
        ];
        let update = "UPDATE a SET n = 1 WHERE ${batch}";
        let statement = |sql: &'static str, reason: &'static str| ("batch = a by id, 10", sql, reason);
        let statements = [
            statement("UPDATE a SET n = 1", "the statement has no ${batch}, which is where"),
            statement("UPDATE a SET n = '${batch}'", "the statement has no ${batch}, which is where"),
            statement("CREATE VIEW v AS SELECT 1", "it is for a statement that inserts, updates or deletes rows"),
            statement("SELECT 1", "it is for a statement that inserts, updates or deletes rows"),
        ];
        let all = rows.iter().map(|(directive, reason)| (*directive, update, *reason)).chain(statements);
        for (directive, sql, reason) in all {
            let place = new();
            let text = format!("-- upgrade: transaction = off\nDELETE FROM a;\n-- upgrade: {directive}\n{sql};");
            let told = place.run(&[("1.sql", &text)]);
            assert!(told.starts_with("the scripts are not in order, and none was run: core/1.sql has"), "{told}");
            assert!(told.contains(reason), "{directive} {sql}: {told}");
        }
        let place = new();
        let told = place.run(&[("1.sql", "UPDATE a SET n = 1 WHERE ${batch}")]);
        assert!(told.contains("placeholder ${batch}"), "{told}");
    }
}

/// Where scripts run whole, one that commits has to say that it does not.
#[test]
fn whole_scripts_have_none() {
    let place = crate::place::sqlite();
    let text = "-- upgrade: batch = a by id, 10\nUPDATE a SET n = 1 WHERE ${batch}";
    let told = place.run(&[("1.sql", text)]);
    let reason = "its chunks are committed one by one; write `-- upgrade: transaction = off` at the top of the script";
    assert!(told.ends_with(reason), "{told}");
}
