//! A process that dies between the failure of its run and the way back from it; and runs that take up what another has left.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use upgrades::{Backups, Ending, Event, OnFailure, Track, Upgrader};
use upgrades_tests::{DIARY, picture};

use crate::shop::Shop;

const RESTORE: &str = "on_failure = \"restore\"\nexclusive = true";
const HALF: &str = "-- upgrade: transaction = off\nINSERT INTO first (name) VALUES ('half');\nSELECT * FROM nowhere;";

/// A shop whose run has failed, and whose process was gone just as it began to go back; what was there before the run, and
/// the run's backup.
fn shop_that_owes() -> (Shop, String, String) {
    let shop = Shop::new(&format!("{RESTORE}\nfiles = [\"uploads\"]"));
    shop.write("uploads/a", "before");
    shop.told(["run"]);
    let before = data(&shop);
    shop.write("core/2.sql", HALF);
    let died = catch_unwind(AssertUnwindSafe(|| {
        Upgrader::new(upgrades::sqlite(shop.path("shop.db")))
            .track(Track::core(shop.path("core")))
            .backups(
                Backups::in_directory(shop.path("backups"))
                    .files([shop.path("uploads")])
                    .on_failure(OnFailure::Restore)
                    .exclusive(),
            )
            .failure_log(shop.path("failures.log"))
            .on_event(|event| match event {
                Event::ScriptStarted { .. } => drop(shop.write("uploads/a", "half")),
                Event::Restoring(_) => panic!("it dies here"),
                _ => {}
            })
            .run()
    }));
    assert!(died.is_err());
    assert!(data(&shop).contains("half"));
    let backup = shop.backups().pop().unwrap();
    (shop, before, backup)
}

fn data(shop: &Shop) -> String {
    picture(&shop.open("shop.db"), &[DIARY[0], DIARY[1], "system_vars"])
}

fn issue(shop: &Shop) -> String {
    let issue = &shop.told(["status"])["issues"][0];
    issue["code"].as_str().unwrap().to_owned()
}

#[test]
fn the_next_command_goes_back() {
    let (shop, before, backup) = shop_that_owes();
    assert_eq!(issue(&shop), "restore-unfinished");
    assert_eq!(shop.refused(["run"]), ("latched".to_owned(), Some(4)));
    assert_eq!(data(&shop), before);
    assert_eq!(shop.read("uploads/a"), "before");
    assert_eq!(issue(&shop), "script-failed");
    assert_eq!(
        shop.history()[1..],
        ["2.sql failed".to_owned(), format!("{backup} restored")]
    );
    shop.write("core/2.sql", "CREATE TABLE second (x);");
    shop.told(["clear-failure", "--reason", "mended"]);
    shop.told(["run"]);
}

/// A person who clears the failure goes on from what is there, and nothing takes that back.
#[test]
fn who_clears_the_failure_goes_on() {
    let (shop, ..) = shop_that_owes();
    shop.write("core/2.sql", HALF.replace("SELECT * FROM nowhere;", ""));
    shop.told(["clear-failure", "--reason", "mended"]);
    shop.told(["run"]);
    assert!(data(&shop).contains("half"));
    assert_eq!(shop.told(["status"])["state"], "current");
}

/// So does one who restores by hand, which replaces what is owed by what was asked for.
#[test]
fn who_restores_by_hand_owes_nothing() {
    let (shop, before, backup) = shop_that_owes();
    let restored = shop.told(["backup", "restore", &backup, "--yes"]);
    assert!(restored["before"].is_object(), "{restored}");
    assert_eq!(data(&shop), before);
    assert_eq!(shop.told(["status"])["state"], "pending");
}

/// A way back that does not lead anywhere is tried once: then it is as without it, and a person decides.
#[test]
fn a_way_back_that_is_gone() {
    let (shop, _, backup) = shop_that_owes();
    std::fs::remove_dir_all(shop.path(format!("backups/{backup}"))).unwrap();
    assert_eq!(
        shop.refused(["run"]),
        ("backup-unknown".to_owned(), Some(2))
    );
    assert_eq!(shop.refused(["run"]), ("latched".to_owned(), Some(4)));
    assert_eq!(issue(&shop), "script-failed");
    assert!(data(&shop).contains("half"));
}

/// A run goes back to before itself only: between it and the one that it takes up, others may have written. The backup of that
/// one stays, however many are made, for a person who wants to go further back.
#[test]
fn after_a_run_that_was_stopped_half_way() {
    let shop = Shop::new(&format!("{RESTORE}\nkeep = 1"));
    shop.told(["run"]);
    let before = data(&shop);
    shop.write("core/2.sql", HALF);
    let stop = Arc::new(AtomicBool::new(false));
    let report = Upgrader::new(upgrades::sqlite(shop.path("shop.db")))
        .track(Track::core(shop.path("core")))
        .backups(
            Backups::in_directory(shop.path("backups"))
                .on_failure(OnFailure::Restore)
                .exclusive(),
        )
        .stop_when(stop.clone())
        .on_event(|event| {
            if let Event::StatementDone { .. } = event {
                stop.store(true, Ordering::Relaxed);
            }
        })
        .run()
        .unwrap();
    assert_eq!(report.ending, Ending::Stopped);
    let first = shop.backups().pop().unwrap();
    let since = "INSERT INTO first (name) VALUES ('since')";
    shop.open("shop.db").execute_batch(since).unwrap();
    let between = data(&shop);
    assert_eq!(shop.refused(["run"]), ("script-failed".to_owned(), Some(4)));
    assert_eq!(data(&shop), between, "what others wrote is still there");
    for _ in 0..2 {
        shop.back_up();
    }
    assert_eq!(shop.backups()[0], first);
    shop.told(["backup", "restore", &first, "--yes"]);
    assert_eq!(data(&shop), before);
}
