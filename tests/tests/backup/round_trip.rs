//! What comes back is what was there.

use rusqlite::Connection;
use upgrades_tests::{DIARY, picture};

use crate::shop::Shop;

/// Every type and every kind of object of SQLite, with what makes copies go wrong.
const HOSTILE: &str = r#"
    CREATE TABLE types (id INTEGER PRIMARY KEY, i, r REAL, t TEXT, b BLOB, n);
    INSERT INTO types (i, r, t, b, n) VALUES
        (9223372036854775807, 1e308, 'a''b"c`;--', x'', NULL),
        (-9223372036854775808, -0.0, char(0, 10, 13, 92), x'00ff', 'x'),
        (0, 5e-324, '日本語 🦀 e' || char(769), zeroblob(1), 1.5),
        ('text', 'text', 7, randomblob(300000), zeroblob(2000000));
    CREATE TABLE "weird ""name`" ("select" TEXT, "ünï" TEXT, [from where] TEXT);
    INSERT INTO "weird ""name`" VALUES ('1', '2', '3');
    CREATE TABLE sequence (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);
    INSERT INTO sequence (id, v) VALUES (41, 'a'), (4711, 'b');
    DELETE FROM sequence WHERE id = 4711;
    CREATE TABLE keyed (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;
    INSERT INTO keyed VALUES ('k', 1);
    CREATE TABLE egg (id INTEGER PRIMARY KEY, hen_id INTEGER REFERENCES hen (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE hen (id INTEGER PRIMARY KEY, egg_id INTEGER REFERENCES egg (id) DEFERRABLE INITIALLY DEFERRED);
    BEGIN; INSERT INTO egg VALUES (1, 1); INSERT INTO hen VALUES (1, 1); COMMIT;
    CREATE TABLE computed (a INTEGER, b AS (a * 2) VIRTUAL, c AS (a * 3) STORED, d TEXT DEFAULT (lower('X')));
    INSERT INTO computed (a) VALUES (7);
    CREATE INDEX partial ON types (i) WHERE i > 0;
    CREATE UNIQUE INDEX expression ON computed (a + 1, d COLLATE NOCASE DESC);
    CREATE VIEW seen AS SELECT id, t FROM types WHERE n IS NOT NULL;
    CREATE TRIGGER told AFTER INSERT ON computed BEGIN INSERT INTO sequence (v) VALUES ('told; ' || new.a); END;
    CREATE TRIGGER through INSTEAD OF INSERT ON seen BEGIN INSERT INTO types (t) VALUES (new.t); END;
    CREATE VIRTUAL TABLE searched USING fts5(body);
    INSERT INTO searched VALUES ('the quick fox'), ('über alles');
    PRAGMA user_version = 42;
    PRAGMA application_id = 77;
    ANALYZE;
"#;

fn settings(connection: &Connection) -> (i64, i64, i64, String) {
    let number = |pragma| {
        connection
            .pragma_query_value(None, pragma, |row| row.get(0))
            .unwrap()
    };
    let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0));
    (
        number("user_version"),
        number("application_id"),
        number("page_size"),
        mode.unwrap(),
    )
}

#[test]
fn every_kind_of_thing() {
    for (mode, page_size) in [
        ("delete", 4096),
        ("wal", 4096),
        ("delete", 512),
        ("truncate", 65536),
    ] {
        let case = format!("{mode}, pages of {page_size}");
        let shop = Shop::new("");
        let connection = shop.open("shop.db");
        connection
            .execute_batch(&format!(
                "PRAGMA page_size = {page_size}; PRAGMA journal_mode = {mode};"
            ))
            .unwrap();
        shop.told(["run"]);
        connection.execute_batch(HOSTILE).unwrap();
        let (before, set) = (picture(&connection, &DIARY), settings(&connection));
        let id = shop.back_up();

        // Another process keeps the database open all the time.
        connection
            .execute_batch(
                "PRAGMA foreign_keys = off; DROP VIEW seen; DROP TABLE types; DELETE FROM hen; UPDATE computed SET a = 8; INSERT INTO searched VALUES ('x');
                 CREATE TABLE late (x); PRAGMA user_version = 43;",
            )
            .unwrap();
        shop.write("core/2_second.sql", "CREATE TABLE second (x);");
        shop.told(["run"]);

        let restored = shop.told(["backup", "restore", &id, "--yes"]);
        assert_eq!(restored["undone"][0]["file"], "2_second.sql", "{case}");
        assert_eq!(picture(&connection, &DIARY), before, "{case}");
        assert_eq!(settings(&connection), set, "{case}");
        let whole: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(whole, "ok", "{case}");
        assert_eq!(
            shop.history(),
            [
                "1_first.sql applied".to_owned(),
                "2_second.sql applied".to_owned(),
                "2_second.sql undone".to_owned(),
                format!("{id} restored"),
            ],
            "{case}"
        );
        // What was undone is pending again, and what was there before the restore is a backup too.
        let applied = shop.told(["run"]);
        assert_eq!(applied["applied"][0]["file"], "2_second.sql", "{case}");
        let saved = restored["before"]["id"].as_str().unwrap();
        shop.told(["backup", "restore", saved, "--yes"]);
        let late: i64 = connection
            .query_row("SELECT count(*) FROM late", [], |row| row.get(0))
            .unwrap();
        assert_eq!(late, 0, "{case}");
        assert_eq!(shop.left_over(), [""; 0], "{case}");
    }
}

#[test]
fn verified() {
    let shop = Shop::new("");
    shop.told(["run"]);
    let connection = shop.open("shop.db");
    connection.execute_batch(HOSTILE).unwrap();
    let id = shop.back_up();
    let before = picture(&connection, &[]);
    let verified = shop.told(["backup", "verify", &id]);
    let tables = verified["tables"].as_array().unwrap();
    let types = tables
        .iter()
        .find(|table| table["table"] == "types")
        .unwrap();
    assert_eq!(types["rows"], 4);
    assert_eq!(verified["backup"]["tables"], verified["tables"]);
    assert_eq!(
        picture(&connection, &[]),
        before,
        "verifying changes nothing"
    );
    assert_eq!(shop.left_over(), [""; 0]);
}

/// A database that is not there yet, and one that is destroyed: both come back.
#[test]
fn from_nothing_and_from_rubbish() {
    let shop = Shop::new("");
    shop.told(["run"]);
    shop.open("shop.db")
        .execute_batch("INSERT INTO first (name) VALUES ('kept')")
        .unwrap();
    let id = shop.back_up();
    let kept = |shop: &Shop| -> String {
        let connection = shop.open("shop.db");
        connection
            .query_row("SELECT name FROM first", [], |row| row.get(0))
            .unwrap()
    };

    std::fs::remove_file(shop.path("shop.db")).unwrap();
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(kept(&shop), "kept");

    let rubbish = vec![b'x'; 10_000];
    shop.write("shop.db", &rubbish);
    let restored = shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(restored["before"], serde_json::Value::Null);
    assert_eq!(kept(&shop), "kept");
    let put_away = std::fs::read_dir(shop.path("")).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        path.to_str()
            .unwrap()
            .contains("shop.db.damaged-")
            .then_some(path)
    });
    assert_eq!(std::fs::read(put_away.unwrap()).unwrap(), rubbish);
}

/// A backup of a database that the engine has not seen yet.
#[test]
fn of_what_was_before_the_engine() {
    let shop = Shop::new("");
    shop.open("shop.db")
        .execute_batch("CREATE TABLE old (x); INSERT INTO old VALUES (1);")
        .unwrap();
    let id = shop.back_up();
    shop.told(["run"]);
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(
        shop.history(),
        [
            "1_first.sql applied".to_owned(),
            "1_first.sql undone".to_owned(),
            format!("{id} restored")
        ]
    );
    assert_eq!(
        shop.told(["status"])["tracks"][0]["pending"][0],
        "1_first.sql"
    );
    shop.told(["run"]);
}

#[test]
fn keeps_as_many_as_told() {
    let shop = Shop::new("keep = 2");
    shop.told(["run"]);
    let made: Vec<_> = (0..4).map(|_| shop.back_up()).collect();
    assert_eq!(shop.backups(), made[2..]);
    assert_eq!(shop.left_over(), [""; 0]);
}

/// The only backup stays while it is restored, though one of what was there is made.
#[test]
fn the_only_one() {
    let shop = Shop::new("keep = 1");
    shop.told(["run"]);
    let id = shop.back_up();
    for _ in 0..2 {
        shop.told(["backup", "restore", &id, "--yes"]);
        assert_eq!(shop.backups().len(), 2, "itself, and what was there before");
    }
    // From another folder it is the same database.
    std::fs::create_dir(shop.path("below")).unwrap();
    let mut command = shop.command(["backup", "create"]);
    let made = shop.answer(command.current_dir(shop.path("below")));
    assert_eq!(made.status, Some(0), "{made:#?}");
    assert_eq!(shop.backups().len(), 1);
}

/// A script that another tool had passed over, and a person ran behind the backup, is told of again.
#[test]
fn what_was_passed_over() {
    let shop = Shop::new("");
    shop.write("core/2_second.sql", "CREATE TABLE second (x);");
    shop.write("core/3_third.sql", "CREATE TABLE third (x);");
    let connection = shop.open("shop.db");
    connection
        .execute_batch(
            "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, success BOOLEAN NOT NULL);
             INSERT INTO _sqlx_migrations VALUES (1, 'first', 1), (3, 'third', 1);",
        )
        .unwrap();
    shop.told(["adopt", "--from", "sqlx", "--yes"]);
    let skipped = || {
        let issues = shop.told(["status"])["issues"].clone();
        let issues = issues.as_array().unwrap().iter();
        issues
            .map(|issue| issue["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(skipped(), ["skipped:core/2_second.sql"]);
    let id = shop.back_up();
    shop.told(["repair", "run", "2_second.sql"]);
    assert_eq!(skipped(), [""; 0]);
    let restored = shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(restored["undone"][0]["file"], "2_second.sql");
    assert_eq!(skipped(), ["skipped:core/2_second.sql"]);
}
