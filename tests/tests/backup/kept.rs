//! Which backups are kept, and which of them is the newest.

use upgrades_tests::picture;

use crate::forged::{forge, rename};
use crate::shop::Shop;

/// The name of a backup that was made while the clock was far ahead.
const AHEAD: &str = "20990101T000000000Z-1";

/// What came first is older, whatever the clock said: for the list, for `latest`, and for what is removed.
#[test]
fn a_clock_that_is_set_back() {
    let shop = Shop::new("keep = 2");
    shop.told(["run"]);
    rename(&shop, &shop.back_up(), AHEAD, "2099-01-01T00:00:00.000Z");
    let before = picture(&shop.open("shop.db"), &["upgrade_history", "system_vars"]);
    let insert = "INSERT INTO first (name) VALUES ('since')";
    shop.open("shop.db").execute_batch(insert).unwrap();
    let second = shop.back_up();
    assert_eq!(shop.backups(), [AHEAD, &second]);
    let restored = shop.told(["backup", "restore", "latest", "--yes"]);
    assert_eq!(restored["backup"]["id"], second.as_str());
    let third = shop.back_up();
    assert_eq!(shop.backups()[0], second, "the oldest was removed");
    let verified = shop.told(["backup", "verify", "latest"]);
    assert_eq!(verified["backup"]["id"], third.as_str());
    let now = picture(&shop.open("shop.db"), &["upgrade_history", "system_vars"]);
    assert_ne!(now, before);
}

/// The same with the backup that a failed run needs, and with the one that the latch's run began with.
#[test]
fn a_clock_that_is_set_back_before_a_failed_run() {
    let shop = Shop::new("when = \"before_run\"\nkeep = 1");
    shop.told(["run"]);
    rename(&shop, &shop.backups()[0], AHEAD, "2099-01-01T00:00:00.000Z");
    shop.write("core/2.sql", "SELECT * FROM nowhere;");
    assert_eq!(shop.refused(["run"]).0, "script-failed");
    let backups = shop.backups();
    let [needed] = &backups[..] else {
        panic!("{backups:?}");
    };
    assert_ne!(needed, AHEAD);
    let newest = shop.back_up();
    assert_eq!(shop.backups(), [needed.clone(), newest]);
}

/// What restores have replaced, tried however often, pushes out no backup; and is bounded.
#[test]
fn restores_that_are_tried_again() {
    let shop = Shop::new("keep = 2");
    shop.told(["run"]);
    let (one, other) = (shop.back_up(), shop.back_up());
    let mut copies = Vec::new();
    for _ in 0..3 {
        let restored = shop.told(["backup", "restore", "latest", "--yes"]);
        copies.push(restored["before"]["id"].as_str().unwrap().to_owned());
    }
    let kept = [&one, &other, &copies[1], &copies[2]];
    assert_eq!(shop.backups().iter().collect::<Vec<_>>(), kept);
    // Such as fail make a copy each, too.
    forge(&shop, &one, "database.sqlite.zst", b"rubbish");
    for _ in 0..3 {
        let refused = shop.refused(["backup", "restore", &one, "--yes"]);
        assert_eq!(refused.1, Some(9), "{refused:?}");
    }
    let backups = shop.backups();
    assert_eq!(backups[..2], [one, other]);
    assert_eq!(backups.len(), 4, "{backups:?}");
    // They go with the backups of their time.
    let newer = [shop.back_up(), shop.back_up()];
    assert_eq!(shop.backups(), newer);
}
