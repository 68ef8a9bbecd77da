//! Scripts that are functions: what they may do, and what is left of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use upgrades::{Cause, Db, DbError, Resolution, Track, Upgrader, Value, chain};
use upgrades_tests::told::source;

use crate::place::{Place, on_every_store};

const TABLE: (&str, &str) = (
    "1.sql",
    "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO a VALUES (1, 1); INSERT INTO a VALUES (2, 2);",
);

/// What a function does last.
type Fails = fn(&mut Db<'_>) -> Result<(), Cause>;

/// An upgrade with the table and a function behind it.
fn with(
    place: &dyn Place,
    run: impl Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync + 'static,
) -> Upgrader<'static> {
    let track = Track::core(source(&[TABLE])).function("2", "it", run);
    place.bare().track(track)
}

/// What a function is told when it does this, on one line.
fn answer<T: std::fmt::Debug>(outcome: Result<T, DbError>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => chain(&error),
    }
}

/// Runs a function that puts its findings into a table, and gives them.
fn findings(
    place: &dyn Place,
    find: impl Fn(&mut Db<'_>) -> Result<Vec<String>, Cause> + Send + Sync + 'static,
) -> Vec<String> {
    let found = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = found.clone();
    let outcome = with(place, move |db| {
        *kept.lock().unwrap() = find(db)?;
        Ok(())
    })
    .run();
    assert_eq!(
        place.told(outcome),
        "Upgraded core/1.sql core/2 it.rs",
        "{:?}",
        found.lock().unwrap()
    );
    let found = found.lock().unwrap();
    found.iter().map(|text| place.tidy(text)).collect()
}

on_every_store! {
    /// It runs once, and is told of like any other script.
    fn each_function_once(new) {
        let place = new();
        let upgrader = with(place.as_ref(), |db| {
            db.execute("UPDATE #__a SET n = n + ?", &[10_i64.into()])?;
            Ok(())
        });
        assert_eq!(place.told(upgrader.run()), "Upgraded core/1.sql core/2 it.rs");
        assert_eq!(place.told(upgrader.run()), "UpToDate");
        assert_eq!(place.rows("SELECT n FROM a"), "11; 12");
        assert_eq!(place.vars(), "latest_update_version,2 it.rs");
        assert_eq!(place.history(), "applied core/1.sql; applied core/2 it.rs");
        assert_eq!(place.rows("SELECT version, statements FROM upgrade_history WHERE id = 2"), "2,1");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
        // A program that does not have the function any more is older than the database.
        let error = place.run(&[TABLE]);
        assert!(error.contains("core is at 2 it.rs"), "{error}");
    }

    /// What it has written is gone when it fails, however it does.
    fn failures(new) {
        let rows: [(Fails, &str); 4] = [
            (|_| Err("the prices are wrong".into()), "the prices are wrong"),
            (|_| panic!("at {}", "once"), "it panicked: at once"),
            (|_| panic!("plainly"), "it panicked: plainly"),
            (
                |db| {
                    db.execute("UPDATE nowhere SET n = ?", &[7_i64.into()])?;
                    Ok(())
                },
                "the database refuses \"UPDATE nowhere SET n = ?\": NOWHERE",
            ),
        ];
        for (fails, told) in rows {
            let place = new();
            let upgrader = with(place.as_ref(), move |db| {
                db.execute("UPDATE a SET n = 7", &[])?;
                fails(db)
            });
            let told = told.replace("NOWHERE", &place.no_table("nowhere"));
            let told = format!("script core/2 it.rs failed; it was rolled back, and later scripts were not run: {told}");
            assert_eq!(place.told(upgrader.run()), told);
            assert_eq!(place.rows("SELECT n FROM a"), "1; 2");
            assert_eq!(place.history(), "applied core/1.sql; failed core/2 it.rs");
            assert!(place.told(upgrader.run()).starts_with("an earlier upgrade failed"));
            assert_eq!(place.clear(Resolution::GoOn), "cleared: script core/2 it.rs failed");
            let mended = with(place.as_ref(), |_| Ok(()));
            assert_eq!(place.told(mended.run()), "Upgraded core/2 it.rs");
        }
    }

    /// What a program cannot ask for, and how it is told.
    fn forbidden(new) {
        let place = new();
        const ASKED: [&str; 9] = [
            "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT x", "", "-- nothing", "DELETE FROM a; DELETE FROM a",
            "SELECT 'x", "UPDATE a SET n = ?",
        ];
        let found = findings(place.as_ref(), |db| {
            Ok(ASKED.iter().map(|sql| answer(db.execute(sql, &[]))).collect())
        });
        let cannot = |sql: &str, reason: &str| format!("{sql:?} cannot be run from a program: {reason}");
        let engines = "the engine begins and ends the transactions; use a savepoint to take something back";
        for (at, (sql, reason)) in [
            ("BEGIN", engines),
            ("COMMIT", engines),
            ("ROLLBACK", engines),
            ("SAVEPOINT x", "use the program's own savepoint function"),
            ("", "there is no statement in it"),
            ("-- nothing", "there is no statement in it"),
            ("DELETE FROM a; DELETE FROM a", "it is more than one statement"),
            ("SELECT 'x", "what begins at line 1, column 8 with 'x is never closed"),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(found[at], cannot(sql, reason));
        }
        assert!(found[8].starts_with("the database refuses \"UPDATE a SET n = ?\": "), "{}", found[8]);
        assert_eq!(place.rows("SELECT n FROM a"), "1; 2");
    }

    /// Values go in and come out as they are.
    fn values(new) {
        let place = new();
        let found = findings(place.as_ref(), |db| {
            db.execute("CREATE TABLE v (id INTEGER PRIMARY KEY, i BIGINT, r DOUBLE, t TEXT, b BLOB)", &[])?;
            let rows: [[Value; 4]; 4] = [
                [i64::MAX.into(), 0.1.into(), "it's ? \\ \"é\" 😀\n".into(), vec![0, 255, 39].into()],
                [i64::MIN.into(), (-1e300).into(), "".into(), Vec::new().into()],
                [Value::Null, Value::Null, Value::Null, Value::Null],
                [true.into(), 2.0.into(), "#__a ${x}".into(), b"text".to_vec().into()],
            ];
            let mut found = Vec::new();
            for (id, values) in rows.iter().enumerate() {
                let [i, r, t, b] = values.clone();
                db.insert("v", &[("id", (id as u64).into()), ("i", i), ("r", r), ("t", t), ("b", b)])?;
                let row = db.one("SELECT i, r, t, b FROM v WHERE id = ?", &[(id as u64).into()])?.unwrap();
                found.push(format!("{}", row.values() == values));
            }
            let row = db.one("SELECT i, t FROM v WHERE id = 0", &[])?.unwrap();
            found.push(answer(row.get::<i64>("i")));
            found.push(answer(row.get::<String>("i")));
            found.push(answer(row.get::<i64>("x")));
            found.push(answer(db.one("SELECT i FROM v", &[])));
            found.push(answer(db.one("SELECT i FROM v WHERE id = 9", &[])));
            Ok(found)
        });
        assert_eq!(
            found,
            [
                "true", "true", "true", "true", "9223372036854775807",
                "column \"i\" holds an integer and not a text",
                "the row has no column \"x\"; it has i, t",
                "\"SELECT i FROM v\" has more than one row; add a condition, or LIMIT 1 where any of them will do",
                "None",
            ]
        );
    }

    /// The rows of a query are what they were, whatever is done while they are gone through.
    fn queries(new) {
        let place = new();
        let found = findings(place.as_ref(), |db| {
            db.execute("CREATE TABLE many (id INTEGER PRIMARY KEY, t VARCHAR(400))", &[])?;
            db.execute(
                "INSERT INTO many (id, t) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) \
                 SELECT i, ? FROM n",
                &["x".repeat(400).into()],
            )?;
            let (mut sum, mut count) = (0, 0_i64);
            // 36 megabytes of rows.
            for row in db.query("SELECT a.id AS id, b.t AS t FROM many a CROSS JOIN many b WHERE b.id <= 100", &[])? {
                let row = row?;
                sum += row.get::<i64>("id")?;
                if count < 3 {
                    db.execute("DELETE FROM many WHERE id = ?", &[(900 - count).into()])?;
                }
                count += 1;
            }
            let left = db.one("SELECT count(*) AS n FROM many", &[])?.unwrap().get::<i64>("n")?;
            Ok(vec![format!("{count} {sum} {left}")])
        });
        assert_eq!(found, ["90000 40545000 897"]);
    }

    /// A savepoint takes back what was done since, and no more.
    fn savepoints(new) {
        let place = new();
        let found = findings(place.as_ref(), |db| {
            db.execute("UPDATE a SET n = 10 WHERE id = 1", &[])?;
            let failed: Result<(), Cause> = db.savepoint(|db| {
                db.execute("UPDATE a SET n = 20", &[])?;
                db.savepoint(|db| db.execute("DELETE FROM a", &[]).map(drop))?;
                Err("no".into())
            });
            let kept: Result<u64, DbError> = db.savepoint(|db| db.execute("UPDATE a SET n = n + 1 WHERE id = 2", &[]));
            let refused: Result<u64, DbError> = db.savepoint(|db| db.execute("INSERT INTO a VALUES (1, 1)", &[]));
            Ok(vec![failed.unwrap_err().to_string(), answer(kept), refused.is_err().to_string()])
        });
        assert_eq!(found, ["no", "1", "true"]);
        assert_eq!(place.rows("SELECT n FROM a ORDER BY id"), "10; 3");
    }

    /// What the application passes in, and who the script is.
    fn surroundings(new) {
        let place = new();
        let found = Arc::new(std::sync::Mutex::new(String::new()));
        let kept = found.clone();
        let track = Track::core(source(&[])).function("2.1", "it", move |db: &mut Db<'_>| {
            db.execute("CREATE TABLE #__t (n INTEGER)", &[])?;
            db.insert("#__t", &[("n", 5_i64.into())])?;
            *kept.lock().unwrap() = format!("{} {:?} {:?}", db.version().unwrap(), db.config("currency"), db.config("nothing"));
            Ok(())
        });
        let outcome = place.bare().prefix("cb_").placeholder("currency", "EUR").track(track).run();
        assert_eq!(place.told(outcome), "Upgraded core/2.1 it.rs");
        assert_eq!(*found.lock().unwrap(), "2.1 Some(\"EUR\") None");
        assert_eq!(place.rows("SELECT n FROM cb_t"), "5");
    }

    /// Names that are none.
    fn bad_names(new) {
        let rows = [
            ("two", "x", "\"two x.rs\" of track core is not named as a script is: a script's name begins with its version"),
            ("1", "x", "\"1 x.rs\" and \"1.sql\" of track core have the same version, 1"),
            ("2", "a/b", "\"2 a/b.rs\" of track core is not named as a script is: a script's name cannot contain '/'"),
        ];
        for (version, description, told) in rows {
            let place = new();
            let track = Track::core(source(&[TABLE])).function(version, description, |_| Ok(()));
            let error = place.told(place.bare().track(track).run());
            assert!(error.contains(told), "{error}");
            assert_eq!(place.made(), "");
        }
    }

    /// An application that wants to stop is obeyed at the next statement, and nothing is left.
    fn stops(new) {
        let place = new();
        let stop = Arc::new(AtomicBool::new(false));
        let (wish, calls) = (stop.clone(), Arc::new(AtomicU32::new(0)));
        let counted = calls.clone();
        let upgrader = with(place.as_ref(), move |db| {
            counted.fetch_add(1, Ordering::SeqCst);
            db.execute("UPDATE a SET n = 7", &[])?;
            wish.store(true, Ordering::SeqCst);
            // A program may not care.
            let _ = db.execute("UPDATE a SET n = 8", &[]);
            Ok(())
        })
        .stop_when(stop.clone());
        assert_eq!(place.told(upgrader.run()), "Stopped core/1.sql");
        assert_eq!(place.rows("SELECT n FROM a"), "1; 2");
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        let mended = with(place.as_ref(), |_| Ok(()));
        assert_eq!(place.told(mended.run()), "Upgraded core/2 it.rs");
    }
}
