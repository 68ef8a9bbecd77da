//! Tables of SQLite's that are made anew: all that belongs to them is there behind it.

use rusqlite::Connection;
use upgrades::{ForeignKey, KeyAction, Track, Upgrader};
use upgrades_tests::told::{rows, source};

use crate::helpers::run;
use crate::place::sqlite;
use crate::verbs::Verb;

/// A table with all that SQLite has, between tables that refer to each other.
const ALL: &str = r#"
CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO owners VALUES (1, 'one'), (2, 'two');
CREATE TABLE "it's ""t""" ( -- a comment, with (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    "or,der" TEXT COLLATE NOCASE DEFAULT 'it''s /* no */ comment' CHECK ("or,der" <> ');,'), /* and , another */
    owner INTEGER REFERENCES owners (id) ON DELETE SET NULL,
    up INTEGER,
    n REAL,
    b BLOB,
    v INTEGER AS (n * 2) VIRTUAL,
    s INTEGER GENERATED ALWAYS AS (n * 3) STORED,
    [x y] UNIQUE ON CONFLICT REPLACE,
    CONSTRAINT self FOREIGN KEY (up) REFERENCES "it's ""t""" (id) ON DELETE CASCADE
);
INSERT INTO "it's ""t""" (id, "or,der", owner, up, n, b, [x y]) VALUES
    (7, 'Abc', 1, NULL, 1.5, x'00ff', 1), (3, 'abc', 2, 7, 9007199254740993, NULL, '2'), (90, 'x', NULL, 90, 'text', 'blob', 3.0);
DELETE FROM "it's ""t""" WHERE id = 90;
CREATE INDEX i ON "it's ""t""" (n DESC, "or,der" COLLATE BINARY) WHERE n > 1;
CREATE INDEX e ON "it's ""t""" (lower("or,der"));
CREATE TABLE log (what TEXT);
CREATE TRIGGER first AFTER INSERT ON "it's ""t""" BEGIN INSERT INTO log VALUES ('insert; ' || new.id); END;
CREATE TRIGGER second BEFORE DELETE ON "it's ""t""" BEGIN INSERT INTO log VALUES ('delete'); END;
CREATE TRIGGER elsewhere AFTER INSERT ON log BEGIN SELECT count(*) FROM "it's ""t"""; END;
CREATE VIEW seen AS SELECT id, "or,der" AS o, v FROM "it's ""t""";
CREATE TRIGGER instead INSTEAD OF DELETE ON seen BEGIN DELETE FROM "it's ""t""" WHERE id = old.id; END;
CREATE TABLE child (id INTEGER PRIMARY KEY, of INTEGER REFERENCES "it's ""t""" (id), strict INTEGER REFERENCES "it's ""t""" ON DELETE RESTRICT);
INSERT INTO child VALUES (1, 7, 3), (2, 3, NULL), (3, NULL, 7);
"#;

const NAME: &str = "it's \"t\"";

/// What must be as it was, whatever was changed: rows, ids, views, triggers, indexes, keys, the last id.
const SURROUNDINGS: &str = r#"SELECT group_concat(line, char(10)) FROM (
    SELECT id || '|' || "or,der" || '|' || ifnull(owner, '') || '|' || ifnull(up, '') || '|' || typeof(n) || n || '|' || typeof(b) || hex(b) || '|' || v || '|' || s
        || '|' || typeof([x y]) || [x y] AS line FROM (SELECT * FROM "it's ""t""" ORDER BY id)
    UNION ALL SELECT id || o || v FROM seen
    UNION ALL SELECT id || ifnull(of, '-') || ifnull(strict, '-') FROM child
    UNION ALL SELECT name || seq FROM sqlite_sequence
    UNION ALL SELECT what FROM log
    UNION ALL SELECT sql FROM (SELECT sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL AND name <> 'added' ORDER BY name)
    UNION ALL SELECT 'check: ' || integrity_check FROM pragma_integrity_check
    UNION ALL SELECT 'orphan of ' || "table" FROM pragma_foreign_key_check)"#;

#[test]
fn keeps_all_that_belongs_to_it() {
    let verbs: &[(&str, Verb)] = &[
        ("CONSTRAINT \"added\" CHECK (id > 0)", |db| {
            Ok(db.add_check(NAME, "added", "id > 0")?)
        }),
        (
            "CONSTRAINT \"added\" FOREIGN KEY (\"up\") REFERENCES \"owners\" (\"id\") ON DELETE CASCADE",
            |db| {
                db.execute("UPDATE \"it's \"\"t\"\"\" SET up = NULL", &[])?;
                let key = ForeignKey::new(["up"], "owners", ["id"]).on_delete(KeyAction::Cascade);
                db.add_foreign_key(NAME, "added", &key)?;
                // There may be no such row.
                let _ = db.execute("UPDATE \"it's \"\"t\"\"\" SET up = 7 WHERE id = 3", &[]);
                Ok(())
            },
        ),
        ("\"added\" INTEGER UNIQUE", |db| {
            Ok(db.add_column(NAME, "added", "INTEGER UNIQUE")?)
        }),
        ("n NUMERIC NOT NULL DEFAULT 0", |db| {
            Ok(db.change_column(NAME, "n", "NUMERIC NOT NULL DEFAULT 0")?)
        }),
        ("or,der\" TEXT COLLATE NOCASE CHECK", |db| {
            Ok(db.change_column(NAME, "or,der", "TEXT COLLATE NOCASE")?)
        }),
        ("owner INTEGER ,", |db| {
            Ok(db.drop_foreign_keys_on(NAME, &["owner"])?)
        }),
        (") -- a comment", |db| Ok(db.drop_constraint(NAME, "self")?)),
    ];
    for (at, (expected, verb)) in verbs.iter().enumerate() {
        let place = sqlite();
        assert_eq!(
            run(&*place, &[("1.sql", ALL)], |_| Ok(())),
            "Upgraded core/1.sql core/9.0.0 x.rs"
        );
        let before = place.rows(SURROUNDINGS);
        assert!(before.contains("it's \"t\"90\n"), "{before}");
        let verb = *verb;
        let track = Track::core(source(&[]))
            .function("9.1.0", "y", verb)
            .function("9.2.0", "z", verb);
        let told = place.told(place.bare().prefix("pre_").track(track).run());
        assert_eq!(
            told, "Upgraded core/9.1.0 y.rs core/9.2.0 z.rs",
            "{expected}"
        );
        let text = place.rows("SELECT sql FROM sqlite_master WHERE name = 'it''s \"t\"'");
        if at < 6 {
            assert!(text.contains(expected), "{text}");
            assert!(
                text.contains("( -- a comment, with (") && text.contains("/* and , another */"),
                "{text}"
            );
        } else {
            assert!(!text.contains("self"), "{text}");
        }
        let after = place.rows(SURROUNDINGS);
        // The second verb has its own rows.
        if at != 1 {
            assert_eq!(
                after.replace("real9007199254740992.0", "integer9007199254740992"),
                before.replace("real9007199254740992.0", "integer9007199254740992"),
                "{expected}"
            );
        }
        let id = place.rows("INSERT INTO \"it's \"\"t\"\"\" (n, [x y]) VALUES (0, 77); SELECT max(id) FROM \"it's \"\"t\"\"\"");
        assert_eq!(id, "91", "{expected}");
    }
}

#[test]
fn keeps_what_kind_of_table_it_is() {
    let rows: &[(&str, &str, &str)] = &[
        (
            "CREATE TABLE t (a TEXT PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO t VALUES ('x', 1), ('a', 2)",
            "SELECT * FROM t ORDER BY 1",
            "a,2; x,1",
        ),
        (
            "CREATE TABLE t (a TEXT, b ANY) STRICT; INSERT INTO t VALUES ('x', '1'), ('a', 1)",
            "SELECT rowid, a, typeof(b) FROM t",
            "1,x,text; 2,a,integer",
        ),
        (
            "CREATE TABLE t (a, b); INSERT INTO t VALUES ('x', 1), ('y', 2), ('a', 2); DELETE FROM t WHERE a = 'y'",
            "SELECT rowid, a, b FROM t",
            "1,x,1; 3,a,2",
        ),
        (
            "CREATE TABLE t (a, b, rowid); INSERT INTO t VALUES ('x', 1, 7); INSERT INTO t (_rowid_, a, b) VALUES (44, 'a', 2)",
            "SELECT oid, a, b, rowid FROM t",
            "1,x,1,7; 44,a,2,NULL",
        ),
        (
            "CREATE TABLE t (a, b, rowid, oid, _rowid_); INSERT INTO t VALUES ('x', 1, 7, 8, 9)",
            "SELECT * FROM t",
            "x,1,7,8,9",
        ),
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b); INSERT INTO t VALUES (5, 1), (4, 2)",
            "SELECT rowid, a, b FROM t ORDER BY rowid",
            "1,5,1; 2,4,2",
        ),
        (
            "CREATE TABLE t AS SELECT 'x' AS a, 1 AS b",
            "SELECT rowid, a, b FROM t",
            "1,x,1",
        ),
        (
            "CREATE TABLE t (a, b, UNIQUE (a) CHECK (b > 0)); INSERT INTO t VALUES ('x', 1)",
            "SELECT a, b FROM t",
            "x,1",
        ),
        (
            "CREATE TABLE IF NOT EXISTS main.t (a, b); INSERT INTO t VALUES ('x', 1)",
            "SELECT a, b FROM t",
            "x,1",
        ),
    ];
    for (made, question, answer) in rows {
        let place = sqlite();
        let script = format!("{made};");
        let told = run(&*place, &[("1.sql", &script)], |db| {
            for _ in 0..2 {
                db.add_check("t", "added", "a <> 'not this'")?;
                db.execute("PRAGMA foreign_key_list(t)", &[])?;
            }
            Ok(())
        });
        assert_eq!(told, "Upgraded core/1.sql core/9.0.0 x.rs", "{made}");
        assert_eq!(place.rows(question), *answer, "{made}");
        let options = |sql: &str| ["STRICT", "WITHOUT ROWID"].map(|option| sql.contains(option));
        let text = place.rows("SELECT sql FROM sqlite_master WHERE name = 't'");
        assert_eq!(options(&text), options(made), "{text}");
        assert!(
            text.contains("CONSTRAINT \"added\" CHECK (a <> 'not this')"),
            "{text}"
        );
    }
}

#[test]
fn does_not_let_rows_of_others_go() {
    const PARENT: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 1);";
    const ADVICE: &str = "write `-- upgrade: foreign_keys = off` at the top of the script";
    let rows: &[(&str, Result<(), String>)] = &[
        (
            "CREATE TABLE c (t REFERENCES t ON DELETE CASCADE); INSERT INTO c VALUES (1);",
            Err(format!(
                "SQLite cannot change t so but by making it anew, and rows of c would be lost by ON DELETE CASCADE; {ADVICE}"
            )),
        ),
        (
            "CREATE TABLE c (t REFERENCES T ON DELETE SET NULL); INSERT INTO c VALUES (1);",
            Err(format!(
                "SQLite cannot change t so but by making it anew, and rows of c would be lost by ON DELETE SET NULL; {ADVICE}"
            )),
        ),
        (
            "CREATE TABLE c (t REFERENCES t ON DELETE CASCADE); INSERT INTO c VALUES (NULL);",
            Ok(()),
        ),
        (
            "CREATE TABLE c (t REFERENCES t ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED); INSERT INTO c VALUES (1);",
            Ok(()),
        ),
        (
            "CREATE TABLE c (t REFERENCES t ON UPDATE CASCADE); INSERT INTO c VALUES (1), (1);",
            Ok(()),
        ),
    ];
    for (child, expected) in rows {
        let place = sqlite();
        let script = format!("{PARENT}{child}");
        assert_eq!(
            run(&*place, &[("1.sql", &script)], |_| Ok(())),
            "Upgraded core/1.sql core/9.0.0 x.rs"
        );
        let wanted = expected.clone();
        let track = Track::core(source(&[])).function("9.1.0", "y", move |db| {
            let told = db
                .add_check("t", "added", "id > 0")
                .map_err(|error| error.to_string());
            assert_eq!(told, wanted);
            Ok(())
        });
        let told = place.told(place.bare().prefix("pre_").track(track).run());
        assert_eq!(told, "Upgraded core/9.1.0 y.rs", "{child}");
        let left = place.rows("SELECT count(*) FROM c WHERE t = 1 OR t IS NULL");
        assert_eq!(left, place.rows("SELECT count(*) FROM c"), "{child}");
    }
}

/// Without enforcement nothing is lost either, and rows without a parent are no obstacle.
#[test]
fn works_where_foreign_keys_are_off() {
    let mut connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF; CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t); INSERT INTO t VALUES (1, 5), (2, 1);
             CREATE TABLE c (t REFERENCES t ON DELETE CASCADE); INSERT INTO c VALUES (1), (8);
             CREATE TABLE misfit (t REFERENCES t (up));",
        )
        .unwrap();
    let track = Track::core(source(&[])).function("1", "x", |db| {
        db.add_check("t", "added", "id > 0")?;
        let key = ForeignKey::new(["id"], "c", ["t"]);
        let told = db.add_foreign_key("t", "x", &key).unwrap_err().to_string();
        assert!(
            told.ends_with("several rows of c may have the same t"),
            "{told}"
        );
        db.execute("CREATE TABLE p (id INTEGER PRIMARY KEY)", &[])?;
        let told = db.add_foreign_key("t", "y", &ForeignKey::new(["id"], "p", ["id"]));
        assert_eq!(
            told.unwrap_err().to_string(),
            "row 1 of t has no parent in p"
        );
        Ok(())
    });
    let upgrader = Upgrader::new(upgrades::sqlite_connection(&mut connection)).track(track);
    upgrader.without_failure_log().run().unwrap();
    assert_eq!(rows(&connection, "SELECT * FROM t"), "1,5; 2,1");
    assert_eq!(rows(&connection, "SELECT * FROM c"), "1; 8");
    assert_eq!(rows(&connection, "PRAGMA foreign_keys"), "0");
    assert_eq!(
        rows(&connection, "SELECT count(*) FROM sqlite_temp_master"),
        "0"
    );
}

/// Old rows without a parent are a reason to refuse, before anything is done.
#[test]
fn does_not_trip_over_old_orphans() {
    let mut connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF; CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t); INSERT INTO t VALUES (1, 5);
             PRAGMA foreign_keys = ON;",
        )
        .unwrap();
    let track = Track::core(source(&[])).function("1", "x", |db| {
        let told = db.add_check("t", "added", "id > 0").unwrap_err().to_string();
        assert_eq!(
            told,
            "SQLite cannot change t so but by making it anew, and would refuse its rows: row 1 of t has no parent in t; mend \
             that, or write `-- upgrade: foreign_keys = off` at the top of the script"
        );
        Ok(())
    });
    let upgrader = Upgrader::new(upgrades::sqlite_connection(&mut connection)).track(track);
    upgrader.without_failure_log().run().unwrap();
}

/// A trigger that lives in the session is there behind it, and so is what kept a parent's rows apart.
#[test]
fn keeps_what_is_of_the_session() {
    let place = sqlite();
    let script = "CREATE TABLE t (a, b, CONSTRAINT u UNIQUE (b)); CREATE TABLE c (t REFERENCES t (b)); CREATE TABLE log (n);";
    let told = run(&*place, &[("1.sql", script)], |db| {
        db.execute(
            "CREATE TEMP TRIGGER mine AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END",
            &[],
        )?;
        db.add_check("t", "x", "a > 0")?;
        db.execute("INSERT INTO t VALUES (1, 1)", &[])?;
        assert!(db.trigger_exists("MINE")?);
        let told = db.drop_constraint("t", "u").unwrap_err().to_string();
        assert_eq!(
            told,
            "the index u of t cannot be dropped: a foreign key of c refers to what it keeps unique; drop that first"
        );
        db.add_unique_index("t", "other", &["b"])?;
        Ok(db.drop_constraint("t", "u")?)
    });
    assert_eq!(told, "Upgraded core/1.sql core/9.0.0 x.rs");
    assert_eq!(place.rows("SELECT n FROM log"), "1");
}

/// A rebuild that failed leaves the keys as strict as they were.
#[test]
fn a_failure_leaves_no_trace() {
    let place = sqlite();
    let script = "CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 1); CREATE TABLE c (t REFERENCES t);";
    let told = run(&*place, &[("1.sql", script)], |db| {
        assert!(db.add_check("t", "x", "a > 1").is_err());
        assert!(db.execute("INSERT INTO c VALUES (7)", &[]).is_err());
        db.add_check("t", "x", "a > 0")?;
        assert!(db.execute("INSERT INTO c VALUES (7)", &[]).is_err());
        Ok(())
    });
    assert_eq!(told, "Upgraded core/1.sql core/9.0.0 x.rs");
}

/// What SQLite cannot do is refused, and taken back as a whole.
#[test]
fn refuses_what_is_no_lasting_table() {
    let place = sqlite();
    let told = run(
        &*place,
        &[(
            "1.sql",
            "CREATE VIRTUAL TABLE v USING fts5(a); CREATE TABLE t (a UNIQUE, b); CREATE VIEW seen AS SELECT a FROM t;",
        )],
        |db| {
            db.execute("CREATE TEMP TABLE scratch (a INTEGER)", &[])?;
            let rows = [
                (
                    db.add_check("scratch", "x", "a > 0"),
                    "scratch is a temporary table, which cannot be changed so; make it anew",
                ),
                (
                    db.add_check("v", "x", "a > 0"),
                    "v is a virtual table, and no table",
                ),
                (
                    db.add_index("t", "seen", &["a"]),
                    "the name seen is taken by something of seen, and an index of t was to get it",
                ),
            ];
            for (told, expected) in rows {
                assert_eq!(told.unwrap_err().to_string(), expected);
            }
            // The view keeps the column, and the key that was to go with it stays too.
            assert!(db.drop_column("t", "a").is_err());
            assert!(db.is_unique_key("t", &["a"]).is_ok_and(|unique| !unique));
            db.add_column("scratch", "b", "TEXT")?;
            db.add_index("scratch", "i", &["b"])?;
            db.drop_index("scratch", "i")?;
            db.drop_table("scratch")?;
            Ok(())
        },
    );
    assert_eq!(told, "Upgraded core/1.sql core/9.0.0 x.rs");
    assert_eq!(
        place.rows("SELECT sql FROM sqlite_master WHERE name = 't'"),
        "CREATE TABLE t (a UNIQUE, b)"
    );
}
