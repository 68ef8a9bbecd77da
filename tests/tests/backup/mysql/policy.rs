//! Backups as part of a run.

use super::Installation;

#[test]
fn before_each_run_that_has_anything_to_run() {
    let shop = Installation::new("when = \"before_run\"\nkeep = 9");
    shop.told(["run"]);
    shop.told(["run"]);
    assert_eq!(shop.backups().len(), 1, "of the empty database");
    shop.write("core/2.sql", "CREATE TABLE second (x INT);");
    shop.told(["run"]);
    let backups = shop.backups();
    assert_eq!(backups.len(), 2);
    shop.told(["backup", "restore", &backups[1], "--yes"]);
    assert_eq!(
        shop.told(["status"])["tracks"][0]["pending"],
        serde_json::json!(["2.sql"])
    );
    // Back to nothing at all.
    shop.told(["backup", "restore", &backups[0], "--yes"]);
    assert_eq!(
        shop.told(["status"])["tracks"][0]["pending"],
        serde_json::json!(["1_first.sql", "2.sql"])
    );
    shop.told(["run"]);
    shop.must_be_tidy("after all");
}

#[test]
fn a_failed_run_is_rolled_back() {
    let shop =
        Installation::new("on_failure = \"restore\"\nexclusive = true\nfiles = [\"uploads\"]");
    shop.write("uploads/a", "before");
    shop.told(["run"]);
    shop.database.query(
        "INSERT INTO first (name) VALUES ('before'); CREATE VIEW seen AS SELECT name FROM first;
         CREATE TRIGGER guards BEFORE DELETE ON first FOR EACH ROW SET @deleted = OLD.id",
    );
    let before = shop.picture();
    shop.write(
        "core/2.sql",
        "CREATE TABLE second (x INT); DROP VIEW seen; DROP TRIGGER guards;",
    );
    shop.write(
        "core/3.sql",
        "ALTER TABLE first DROP COLUMN name;\nSELECT * FROM nowhere;",
    );
    let answer = shop.upgrades(["run"]);
    assert_eq!(answer.status, Some(4), "{answer:#?}");
    let said = "the database was rolled back to the backup from before the run, and later scripts were not run";
    assert!(answer.stderr.contains(said), "{}", answer.stderr);
    assert_eq!(shop.picture(), before);
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
    shop.write("core/3.sql", "ALTER TABLE first DROP COLUMN name;");
    shop.told(["clear-failure", "--reason", "there is no such table"]);
    let applied = shop.told(["run"]);
    assert_eq!(applied["applied"][1]["file"], "3.sql");
    shop.must_be_tidy("after all");
}
