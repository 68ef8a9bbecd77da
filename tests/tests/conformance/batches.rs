//! Long changes of data, chunk by chunk.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use upgrades::{Batch, Cause, Db, Event, Resolution, Row, Track, Upgrader, chain};
use upgrades_tests::told::source;

use crate::place::{Place, on_every_store};

const TABLE: (&str, &str) = (
    "1.sql",
    "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER NOT NULL); CREATE TABLE chunks (first INTEGER, count INTEGER);
     INSERT INTO a (id, n) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) SELECT i * 3, 0 FROM n;",
);

fn with(
    place: &dyn Place,
    directives: &[&str],
    run: impl Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync + 'static,
) -> Upgrader<'static> {
    let track = Track::core(source(&[TABLE])).function_with("2", "it", directives, run);
    place.bare().track(track)
}

/// Counts each row of a chunk, and notes the chunk.
fn count(db: &mut Db<'_>, rows: &[Row]) -> Result<(), Cause> {
    for row in rows {
        db.execute(
            "UPDATE a SET n = n + 1 WHERE id = ?",
            &[row.get::<i64>("id")?.into()],
        )?;
    }
    let first = rows[0].get::<i64>("id")?;
    db.insert(
        "chunks",
        &[
            ("first", first.into()),
            ("count", (rows.len() as u64).into()),
        ],
    )?;
    Ok(())
}

fn over() -> Batch {
    Batch::over("a").by(["id"]).rows(10)
}

const EACH_ONCE: &str = "25,25,1,1";

fn counted(place: &dyn Place) -> String {
    place.rows("SELECT count(*), sum(n), min(n), max(n) FROM a")
}

on_every_store! {
    /// Every row once, in the order of the key, so many a chunk.
    fn goes_through(new) {
        let place = new();
        let told = Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = told.clone();
        let upgrader = with(place.as_ref(), &[], |db| {
            let rows = db.batch(&over(), count)?;
            db.execute("INSERT INTO chunks VALUES (?, 0)", &[rows.into()])?;
            Ok(())
        })
        .on_event(move |event| {
            if let Event::Progress { batch, done, total, .. } = event {
                heard.lock().unwrap().push(format!("{batch:?} {done} of {total:?}"));
            }
        });
        assert_eq!(place.told(upgrader.run()), "Upgraded core/1.sql core/2 it.rs");
        assert_eq!(counted(place.as_ref()), EACH_ONCE);
        assert_eq!(place.rows("SELECT first, count FROM chunks ORDER BY first"), "3,10; 25,0; 33,10; 63,5");
        assert_eq!(
            *told.lock().unwrap(),
            ["Some(\"a\") 10 of Some(25)", "Some(\"a\") 20 of Some(25)", "Some(\"a\") 25 of Some(25)"]
        );
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
        assert_eq!(place.told(upgrader.run()), "UpToDate");
    }

    /// A failure takes its chunk back and no more; what a person decides leads on from there.
    fn failures(new) {
        let rows = [
            (Resolution::GoOn, "25,25,1,1"),
            (Resolution::StartOver, "25,35,1,2"),
            (Resolution::MarkDone, "25,10,0,1"),
        ];
        for (resolution, expected) in rows {
            let place = new();
            let upgrader = with(place.as_ref(), &[], |db| {
                db.batch(&over(), |db, rows| {
                    count(db, rows)?;
                    match rows[0].get::<i64>("id")? {
                        33 => Err(Cause::from("not these")),
                        _ => Ok(()),
                    }
                })?;
                Ok(())
            });
            assert_eq!(
                place.told(upgrader.run()),
                "script core/2 it.rs failed; what its batches have done stays done, and they go on from there; \
                 later scripts were not run: not these"
            );
            assert_eq!(counted(place.as_ref()), "25,10,0,1");
            assert_eq!(place.clear(resolution), "cleared: script core/2 it.rs failed");
            let mended = with(place.as_ref(), &[], |db| db.batch(&over(), count).map(drop));
            mended.run().unwrap();
            assert_eq!(counted(place.as_ref()), expected, "{resolution:?}");
            assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
        }
    }

    /// Where something was written that must not be written twice, a person is asked, unless the script says that it may.
    fn other_writes(new) {
        for (directives, told) in [
            (&[][..], "asks"),
            (&["idempotent"][..], "Upgraded core/2 it.rs"),
        ] {
            let place = new();
            let tries = Arc::new(AtomicI64::new(0));
            let counter = tries.clone();
            let upgrader = with(place.as_ref(), directives, move |db| {
                db.execute("UPDATE a SET n = 100 WHERE id = 3", &[])?;
                let again = counter.fetch_add(1, Ordering::SeqCst) > 0;
                db.batch(&over(), |db, rows| match (again, rows[0].get::<i64>("id")?) {
                    (false, 33) => Err(Cause::from("not these")),
                    (_, _) => count(db, rows),
                })?;
                Ok(())
            });
            assert_eq!(
                place.told(upgrader.run()),
                "script core/2 it.rs failed; what it had committed stays done, so that it cannot begin again by itself; \
                 later scripts were not run: not these"
            );
            place.clear(Resolution::GoOn);
            let question = "it was interrupted behind 1 writes that are committed and must not be done twice, the last of them \
                            \"UPDATE a SET n = 100 WHERE id = 3\"; undo them and start the script over, or finish its work and \
                            mark it done. A script that may start over by itself says `-- upgrade: idempotent`";
            let expected = match told {
                "asks" => format!("script core/2 it.rs waits for a decision; neither it nor later scripts were run: {question}"),
                told => told.to_owned(),
            };
            assert_eq!(place.told(upgrader.run()), expected);
            if told == "asks" {
                assert_eq!(tries.load(Ordering::SeqCst), 1);
                place.clear(Resolution::StartOver);
                assert_eq!(place.told(upgrader.run()), "Upgraded core/2 it.rs");
            }
        }
    }

    /// Keys of several columns, and of texts.
    fn keys(new) {
        let rows: [(&str, &[&str]); 3] = [
            ("x INTEGER NOT NULL, y VARCHAR(20) NOT NULL, PRIMARY KEY (x, y)", &["x", "y"]),
            ("x INTEGER NOT NULL, y VARCHAR(20) NOT NULL, UNIQUE (y, x)", &["y", "x"]),
            ("x INTEGER NOT NULL, y VARCHAR(20) NOT NULL PRIMARY KEY", &["y"]),
        ];
        for (columns, key) in rows {
            let place = new();
            let create = format!("CREATE TABLE k (n INTEGER NOT NULL, {columns})");
            let upgrader = with(place.as_ref(), &[], move |db| {
                db.execute(&create, &[])?;
                for x in 0..7_i64 {
                    for y in ["a", "é", "'", "b?"] {
                        let y = format!("{y}{}", if key.len() == 1 { x } else { x % 2 });
                        db.insert("k", &[("x", x.into()), ("y", y.into()), ("n", 0_i64.into())])?;
                    }
                }
                let batch = Batch::over("k").by(key.iter().copied()).columns(["x", "y"]).rows(3);
                let rows = db.batch(&batch, |db, rows| -> Result<(), Cause> {
                    for row in rows {
                        let values = [row.get::<i64>("x")?.into(), row.get::<String>("y")?.into()];
                        db.execute("UPDATE k SET n = n + 1 WHERE x = ? AND y = ?", &values)?;
                    }
                    Ok(())
                })?;
                db.insert("chunks", &[("count", rows.into())])?;
                Ok(())
            });
            assert_eq!(place.told(upgrader.run()), "Upgraded core/1.sql core/2 it.rs");
            assert_eq!(place.rows("SELECT count(*), sum(n), min(n), max(n) FROM k"), "28,28,1,1", "{columns}");
            assert_eq!(place.rows("SELECT count FROM chunks"), "28");
        }
    }

    /// Only the rows that are meant: those of a condition, and none that comes in behind.
    fn bounds(new) {
        let place = new();
        let upgrader = with(place.as_ref(), &[], |db| {
            let some = over().rows(2).named("some").filter("id % 2 = 0");
            db.batch(&some, |db, rows| -> Result<(), Cause> {
                let next = 1000 + rows[0].get::<i64>("id")?;
                db.insert("a", &[("id", next.into()), ("n", 0_i64.into())])?;
                count(db, rows)
            })?;
            db.execute("CREATE TABLE empty_one (id INTEGER PRIMARY KEY)", &[])?;
            let none = Batch::over("empty_one").by(["id"]);
            let rows = db.batch(&none, |_, _| Err(Cause::from("there is none")))?;
            assert_eq!(rows, 0);
            Ok(())
        });
        assert_eq!(place.told(upgrader.run()), "Upgraded core/1.sql core/2 it.rs");
        assert_eq!(place.rows("SELECT count(*), sum(n) FROM a WHERE id < 1000"), "25,12");
        assert_eq!(place.rows("SELECT count(*), sum(n) FROM a WHERE id > 1000"), "6,0");
    }

    /// What no batch can be.
    fn refused(new) {
        let place = new();
        let found = Arc::new(std::sync::Mutex::new(Vec::new()));
        let kept = found.clone();
        let upgrader = with(place.as_ref(), &[], move |db| {
            let nothing = |_: &mut Db<'_>, _: &[Row]| -> Result<(), Cause> { Ok(()) };
            let mut told = Vec::new();
            let mut note = |outcome: Result<u64, Cause>| match outcome {
                Ok(rows) => told.push(rows.to_string()),
                Err(error) => told.push(chain(error.as_ref())),
            };
            note(db.savepoint(|db| db.batch(&over(), nothing)));
            note(db.batch(&over().named("outer"), |db, _| db.batch(&over(), nothing).map(drop)));
            note(db.batch(&over(), nothing));
            db.execute("CREATE TABLE u (id INTEGER UNIQUE)", &[])?;
            note(db.batch(&Batch::over("u").by(["id"]).named("a"), nothing));
            db.execute("INSERT INTO u VALUES (NULL)", &[])?;
            note(db.batch(&Batch::over("u").by(["id"]), nothing));
            note(db.batch(&Batch::over("chunks").by(["first"]), nothing));
            *kept.lock().unwrap() = told;
            Ok(())
        });
        assert_eq!(place.told(upgrader.run()), "Upgraded core/1.sql core/2 it.rs");
        let inside = "a batch commits its chunks, which cannot be inside a savepoint or another batch";
        assert_eq!(
            *found.lock().unwrap(),
            [
                inside,
                inside,
                "25",
                "the batch \"a\" goes through a by id already; give this one a name of its own",
                "u has rows whose id is NULL; a batch would miss them",
                "several rows of chunks may have the same first; a batch would miss some, and needs a primary key or \
                 columns with a unique index",
            ]
        );
    }
}
