//! Backups as part of a run.

use std::sync::Mutex;

use upgrades::{Backups, Error, OnFailure, Track, Upgrader};
use upgrades_tests::{DIARY, picture};

use crate::shop::Shop;

const RESTORE: &str = "on_failure = \"restore\"\nexclusive = true";

#[test]
fn before_each_run_that_has_anything_to_run() {
    let shop = Shop::new("when = \"before_run\"\nkeep = 9");
    shop.told(["run"]);
    assert_eq!(shop.backups().len(), 1, "of the empty database");
    shop.told(["run"]);
    assert_eq!(shop.backups().len(), 1, "nothing was to run");
    shop.write("core/2.sql", "CREATE TABLE second (x);");
    shop.told(["run"]);
    let backups = shop.backups();
    assert_eq!(backups.len(), 2);
    shop.told(["backup", "restore", &backups[1], "--yes"]);
    let pending = shop.told(["status"])["tracks"][0]["pending"].clone();
    assert_eq!(pending, serde_json::json!(["2.sql"]));
    // Back to nothing at all.
    shop.told(["backup", "restore", &backups[0], "--yes"]);
    let pending = shop.told(["status"])["tracks"][0]["pending"].clone();
    assert_eq!(pending, serde_json::json!(["1_first.sql", "2.sql"]));
    shop.told(["run"]);
}

/// The one that a failed run needs stays, however many are made meanwhile.
#[test]
fn spares_the_one_that_a_failed_run_needs() {
    let shop = Shop::new("when = \"before_run\"\nkeep = 2");
    shop.told(["run"]);
    shop.write(
        "core/2.sql",
        "CREATE TABLE second (x); SELECT * FROM nowhere;",
    );
    assert_eq!(shop.refused(["run"]), ("script-failed".to_owned(), Some(4)));
    let needed = shop.backups().last().unwrap().clone();
    for _ in 0..3 {
        shop.back_up();
    }
    assert_eq!(shop.backups().first(), Some(&needed));
    // Nor does trying again and again push it out; once a run has ended well, nobody needs it.
    for _ in 0..3 {
        shop.told(["clear-failure", "--reason", "again"]);
        shop.refused(["run"]);
    }
    assert_eq!(shop.backups().first(), Some(&needed));
    shop.write("core/2.sql", "CREATE TABLE second (x);");
    shop.told(["clear-failure", "--reason", "mended"]);
    shop.told(["run"]);
    shop.back_up();
    assert_eq!(shop.backups().len(), 2);
}

#[test]
fn a_failed_run_is_rolled_back() {
    let shop = Shop::new(&format!("{RESTORE}\nfiles = [\"uploads\"]"));
    shop.write("uploads/a", "before");
    shop.told(["run"]);
    let connection = shop.open("shop.db");
    connection
        .execute_batch("INSERT INTO first (name) VALUES ('before')")
        .unwrap();
    let before = picture(&connection, &[DIARY[0], DIARY[1], "system_vars"]);
    shop.write(
        "core/2.sql",
        "CREATE TABLE second (x); INSERT INTO first (name) VALUES ('second');",
    );
    shop.write(
        "core/3.sql",
        "-- upgrade: transaction = off\nDELETE FROM first;\nSELECT * FROM nowhere;",
    );
    let answer = shop.upgrades(["run"]);
    assert_eq!(answer.status, Some(4));
    let said = "the database was rolled back to the backup from before the run, and later scripts were not run";
    assert!(answer.stderr.contains(said), "{}", answer.stderr);
    assert_eq!(
        picture(&connection, &[DIARY[0], DIARY[1], "system_vars"]),
        before
    );
    assert_eq!(shop.read("uploads/a"), "before");
    let id = shop.backups().last().unwrap().clone();
    assert_eq!(
        shop.history(),
        [
            "1_first.sql applied".to_owned(),
            "2.sql applied".to_owned(),
            "3.sql failed".to_owned(),
            "2.sql undone".to_owned(),
            format!("{id} restored"),
        ]
    );
    // The failure waits for a person, who then has both scripts run.
    assert_eq!(shop.refused(["run"]), ("latched".to_owned(), Some(4)));
    let issue = shop.told(["status"])["issues"][0].clone();
    assert_eq!(issue["script"]["file"], "3.sql", "{issue}");
    shop.write(
        "core/3.sql",
        "-- upgrade: transaction = off\nDELETE FROM first;",
    );
    shop.told(["clear-failure", "--reason", "there is no such table"]);
    let applied = shop.told(["run"]);
    let files = applied["applied"].as_array().unwrap().iter();
    let files: Vec<_> = files
        .map(|applied| applied["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["2.sql", "3.sql"]);
}

/// What others write would be lost, so somebody has to say that nobody does.
#[test]
fn needs_to_be_alone() {
    let shop = Shop::new("on_failure = \"restore\"");
    assert_eq!(shop.refused(["run"]), ("setup".to_owned(), Some(2)));
}

#[test]
fn without_a_backup_nothing_runs() {
    let shop = Shop::new("when = \"before_run\"");
    shop.write("backups", "a file stands in the way");
    assert_eq!(shop.refused(["run"]), ("backup-file".to_owned(), Some(9)));
    assert_eq!(shop.told(["history"]), serde_json::json!([]));
    std::fs::remove_file(shop.path("backups")).unwrap();
    shop.told(["run"]);
}

/// A backup that is damaged while the scripts run: both errors are told, with what to do, and the database stays as the
/// failed script left it.
#[test]
fn that_cannot_be_rolled_back() {
    let shop = Shop::new("");
    let folder = shop.path("backups");
    let inner = folder.clone();
    let core = Track::core([("1.sql", "CREATE TABLE a (x);")]).function("2", "breaks", move |db| {
        db.execute("INSERT INTO a VALUES (1)", &[])?;
        let backup = std::fs::read_dir(&inner)?.find_map(|entry| {
            let path = entry.ok()?.path().join("database.sqlite.zst");
            path.exists().then_some(path)
        });
        std::fs::write(backup.ok_or("there is no backup")?, "rubbish")?;
        Err("it does not work".into())
    });
    let issues = Mutex::new(Vec::new());
    let error = Upgrader::new(upgrades::sqlite(shop.path("shop.db")))
        .track(core)
        .backups(
            Backups::in_directory(&folder)
                .on_failure(OnFailure::Restore)
                .exclusive(),
        )
        .failure_log(shop.path("failures.log"))
        .on_critical_issue(|issue| issues.lock().unwrap().push(issue.clone()))
        .run()
        .unwrap_err();
    let id = shop.backups().pop().unwrap();
    let Error::NotBroughtBack {
        backup, failure, ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(
        (backup.as_str(), failure.script.file.as_str()),
        (id.as_str(), "2 breaks.rs")
    );
    let said = upgrades::chain(&error);
    for part in [
        "it does not work",
        "database.sqlite.zst is not as it was written",
        &id,
    ] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    let issues = issues.into_inner().unwrap();
    assert_eq!(issues.len(), 1);
    assert!(
        issues[0]
            .solution
            .contains(&format!("upgrades backup restore {id}")),
        "{issues:?}"
    );
    assert!(shop.read("failures.log").contains("it does not work"));
    // The scripts before it stay, and the failure waits.
    let tables = picture(&shop.open("shop.db"), &[]);
    assert!(
        tables.contains("table a: ") && tables.contains("failed_update_detected\"), Text(\"1\")"),
        "{tables}"
    );
}
