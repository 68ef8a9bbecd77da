//! Restores that are tried again, that go forward, and that find something else than they expect.

use std::fs;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use upgrades_tests::picture;

use crate::shop::Shop;

fn skipped(shop: &Shop) -> Vec<String> {
    let issues = shop.told(["status"])["issues"].clone();
    let issues = issues.as_array().unwrap().iter();
    issues
        .map(|issue| issue["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Back, and forward again: what is there again is not told to be missing, so that nobody runs it a second time.
#[test]
fn forward() {
    let shop = Shop::new("");
    shop.told(["run"]);
    let id = shop.back_up();
    shop.write("core/2_second.sql", "CREATE TABLE second (x);");
    shop.write(
        "core/repeat/seen.sql",
        "DROP VIEW IF EXISTS seen; CREATE VIEW seen AS SELECT 1;",
    );
    shop.told(["run"]);
    let back = shop.told(["backup", "restore", &id, "--yes"]);
    let saved = back["before"]["id"].as_str().unwrap();
    shop.told(["backup", "restore", saved, "--yes"]);
    assert_eq!(skipped(&shop), [""; 0]);
    assert_eq!(shop.told(["repair"]), serde_json::json!([]));
    assert_eq!(shop.told(["status"])["state"], "current");
    assert_eq!(
        shop.history()[2..],
        [
            "repeat/seen.sql applied".to_owned(),
            "2_second.sql undone".to_owned(),
            "repeat/seen.sql undone".to_owned(),
            format!("{id} restored"),
            "2_second.sql applied".to_owned(),
            "repeat/seen.sql applied".to_owned(),
            format!("{saved} restored"),
        ]
    );
    // What was edited since is shown with the text that ran, which has come back too.
    shop.write("core/2_second.sql", "CREATE TABLE second (y);");
    let drift = shop.upgrades(["repair"]).stdout;
    assert!(drift.contains("-CREATE TABLE second (x);"), "{drift}");
    shop.write("core/2_second.sql", "CREATE TABLE second (x);");
    // And back once more: it is pending again.
    let back = shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(back["undone"][0]["file"], "2_second.sql");
    let applied = shop.told(["run"]);
    assert_eq!(applied["applied"][0]["file"], "2_second.sql");
}

/// The latest is the same one when a restore is tried again, though each has backed up what was there.
#[test]
fn the_latest() {
    let shop = Shop::new("");
    shop.told(["run"]);
    let id = shop.back_up();
    for _ in 0..2 {
        let restored = shop.told(["backup", "restore", "latest", "--yes"]);
        assert_eq!(restored["backup"]["id"], id.as_str());
    }
}

/// A restore that is to be finished keeps its backup, however many are made meanwhile.
#[test]
fn what_is_to_be_finished_is_kept() {
    let shop = Shop::new("keep = 1");
    shop.told(["run"]);
    let id = shop.back_up();
    let unfinished =
        format!("INSERT INTO system_vars (name, value) VALUES ('upgrades_restoring', '{id}')");
    shop.open("shop.db").execute_batch(&unfinished).unwrap();
    for _ in 0..2 {
        shop.back_up();
    }
    assert!(shop.backups().contains(&id), "{:?}", shop.backups());
    shop.told(["run"]);
    assert_eq!(shop.told(["status"])["state"], "current");
}

/// A database that only cannot be read now is never replaced, as there would be no backup of it.
#[test]
fn while_somebody_keeps_everybody_out() {
    let shop = Shop::new("");
    shop.told(["run"]);
    let id = shop.back_up();
    let holder = shop.open("shop.db");
    holder
        .execute_batch("BEGIN EXCLUSIVE; INSERT INTO first (name) VALUES ('since');")
        .unwrap();
    let quick = format!("busy_timeout = \"100ms\"\n{}", shop.read("upgrades.toml"));
    shop.write("upgrades.toml", quick);
    let refused = shop.refused(["backup", "restore", &id, "--yes"]);
    assert_eq!(refused, ("database-busy".to_owned(), Some(5)));
    holder.execute_batch("COMMIT").unwrap();
    let since: i64 = holder
        .query_row("SELECT count(*) FROM first", [], |row| row.get(0))
        .unwrap();
    assert_eq!(since, 1);
    assert_eq!(shop.backups(), [id]);
}

/// Pages in the middle are rubbish, and the rest can be read: the database comes back, and what there was is kept.
#[test]
fn over_what_is_damaged_in_the_middle() {
    let shop = Shop::new("");
    shop.told(["run"]);
    let fill = "INSERT INTO first (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) \
                SELECT hex(randomblob(300)) FROM n";
    shop.open("shop.db").execute_batch(fill).unwrap();
    let id = shop.back_up();
    let before = picture(&shop.open("shop.db"), &["upgrade_history"]);
    let mut bytes = fs::read(shop.path("shop.db")).unwrap();
    bytes[20 * 4096..60 * 4096].fill(0xff);
    shop.write("shop.db", &bytes);
    let restored = shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(restored["before"], serde_json::Value::Null);
    let after = picture(&shop.open("shop.db"), &["upgrade_history"]);
    assert_eq!(after, before);
    let kept = fs::read_dir(shop.path("")).unwrap();
    let kept: Vec<_> = kept
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("shop.db.damaged-"))
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(fs::read(&kept[0]).unwrap()[30 * 4096], 0xff);
}

/// Pages have another size by now, in a mode in which they cannot change under whoever has the database open.
#[test]
fn over_pages_of_another_size() {
    for (mode, from, to) in [
        ("wal", 4096, 8192),
        ("wal", 8192, 512),
        ("delete", 4096, 8192),
    ] {
        let shop = Shop::new("");
        let resize = |size: i32, mode: &str| -> Connection {
            let connection = shop.open("shop.db");
            let sql = format!(
                "PRAGMA journal_mode = delete; PRAGMA page_size = {size}; VACUUM; PRAGMA journal_mode = {mode};"
            );
            connection.execute_batch(&sql).unwrap();
            connection
        };
        drop(resize(from, mode));
        shop.told(["run"]);
        let id = shop.back_up();
        let before = picture(&shop.open("shop.db"), &["upgrade_history"]);
        let connection = resize(to, mode);
        connection.execute_batch("DROP TABLE first").unwrap();
        shop.told(["backup", "restore", &id, "--yes"]);
        let after = picture(&connection, &["upgrade_history"]);
        assert_eq!(after, before, "{mode} {from} {to}");
    }
}

/// Times that no clock shows any more, of files and folders.
#[test]
fn files_of_old_times() {
    let shop = Shop::new("files = [\"uploads\"]");
    shop.write("uploads/old", "old");
    let old = SystemTime::UNIX_EPOCH - Duration::from_secs(20 * 365 * 86_400);
    let dated = |path: &str| fs::File::open(shop.path(path)).unwrap();
    dated("uploads/old").set_modified(old).unwrap();
    dated("uploads").set_modified(old).unwrap();
    shop.told(["run"]);
    let id = shop.back_up();
    shop.write("uploads/late", "late");
    shop.told(["backup", "restore", &id, "--yes"]);
    for path in ["uploads/old", "uploads"] {
        let found = fs::metadata(shop.path(path)).unwrap().modified().unwrap();
        assert_eq!(found, old, "{path}");
    }
}

/// Collations and functions of the application's own, which the command does not know.
#[test]
fn with_what_only_the_application_knows() {
    let shop = Shop::new("");
    shop.told(["run"]);
    let connection = shop.open("shop.db");
    connection
        .create_collation("mine", |one: &str, other: &str| one.cmp(other))
        .unwrap();
    connection
        .execute_batch("CREATE TABLE sorted (a TEXT COLLATE mine); CREATE INDEX by_a ON sorted (a); INSERT INTO sorted VALUES ('b'), ('a');")
        .unwrap();
    let id = shop.back_up();
    shop.told(["backup", "verify", &id]);
    connection.execute_batch("DELETE FROM sorted").unwrap();
    shop.told(["backup", "restore", &id, "--yes"]);
    let rows: i64 = connection
        .query_row("SELECT count(*) FROM sorted", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 2);
}

/// A failure that waited when the backup was made, and was cleared since, waits again by its name.
#[test]
fn with_a_failure_that_waited() {
    let shop = Shop::new("");
    shop.write("core/2_bad.sql", "SELECT * FROM nope;");
    assert_eq!(shop.refused(["run"]).0, "script-failed");
    let id = shop.back_up();
    let clear = [
        "clear-failure",
        "--reason",
        "mended",
        "--resolution",
        "start-over",
    ];
    shop.told(clear);
    shop.write("core/2_bad.sql", "CREATE TABLE second (x);");
    shop.told(["run"]);
    shop.told(["backup", "restore", &id, "--yes"]);
    let issue = &shop.told(["status"])["issues"][0];
    assert_eq!(issue["code"], "script-failed", "{issue}");
    assert_eq!(issue["script"]["file"], "2_bad.sql", "{issue}");
    shop.told(clear);
    assert_eq!(shop.told(["run"])["applied"][0]["file"], "2_bad.sql");
}

/// The ledger of a newer engine: what is there could be neither named nor kept, so that it is not replaced.
#[test]
fn over_what_a_newer_engine_keeps() {
    let shop = Shop::new("");
    shop.told(["run"]);
    let id = shop.back_up();
    let newer = "UPDATE system_vars SET value = '99' WHERE name = 'upgrades_schema'";
    shop.open("shop.db").execute_batch(newer).unwrap();
    let refused = shop.refused(["backup", "restore", &id, "--yes"]);
    assert_eq!(refused, ("ledger-newer".to_owned(), Some(6)));
    assert_eq!(shop.backups(), [id]);
}
