//! SIGKILL at random moments: a backup is there or is not, and a restore has happened, has not, or is finished by the next.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades_tests::crash::{Random, ended, say, signal};
use upgrades_tests::{DIARY, picture};

use crate::shop::Shop;

/// How many are killed in each of the three.
const KILLS: u32 = 40;

/// A shop with so many rows that a copy takes a while.
fn shop(backup: &str) -> Shop {
    let shop = Shop::new(backup);
    shop.write("uploads/a", "before");
    shop.told(["run"]);
    let fill = "PRAGMA journal_mode = wal;
                INSERT INTO first (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                SELECT hex(randomblob(200)) FROM n";
    shop.open("shop.db").execute_batch(fill).unwrap();
    shop
}

/// Kills commands at random moments until `kills` were killed in time. Before each `prepare` is called, and after each
/// `must_hold`.
pub(crate) fn at_random(
    what: &str,
    kills: u32,
    shop: &Shop,
    arguments: &dyn Fn() -> Vec<String>,
    prepare: impl Fn(),
    must_hold: impl Fn(&str),
) {
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let mut took = Duration::ZERO;
    for _ in 0..3 {
        prepare();
        let start = Instant::now();
        shop.command(arguments()).output().unwrap();
        took = took.max(start.elapsed());
    }
    let mut killed = 0;
    for attempt in 0..kills * 5 {
        if killed >= kills {
            break;
        }
        prepare();
        let moment = random.moment(took);
        let mut command = shop.command(arguments());
        command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let child = command.spawn().unwrap();
        thread::sleep(moment);
        signal(&child, Signal::KILL);
        let in_time = ended(child).code.is_none();
        killed += u32::from(in_time);
        // A machine that was busy at first becomes quicker, and the other way round.
        took = match in_time {
            true => took + took / 50,
            false => moment.max(Duration::from_millis(1)),
        };
        must_hold(&format!(
            "{what}, attempt {attempt}, killed after {moment:?} of {took:?}"
        ));
    }
    assert!(killed >= kills, "only {killed} were killed in time");
    say(what, killed, began);
}

fn sane(shop: &Shop, story: &str) {
    let connection = shop.open("shop.db");
    let whole: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok", "{story}");
}

#[test]
fn while_a_backup_is_made() {
    let shop = shop("keep = 2\nfiles = [\"uploads\"]");
    shop.back_up();
    let before = picture(&shop.open("shop.db"), &[]);
    let arguments = || vec!["backup".to_owned(), "create".to_owned()];
    at_random(
        "kills in a backup",
        KILLS,
        &shop,
        &arguments,
        || {},
        |story| {
            sane(&shop, story);
            assert_eq!(picture(&shop.open("shop.db"), &[]), before, "{story}");
            let newest = shop.backups().last().unwrap().clone();
            shop.told(["backup", "verify", &newest]);
        },
    );
    // What the killed have left is removed by the next.
    shop.back_up();
    assert_eq!(shop.left_over(), [""; 0]);
    assert_eq!(shop.backups().len(), 2);
}

#[test]
fn while_one_is_restored() {
    let shop = shop("keep = 1000\nfiles = [\"uploads\"]");
    let id = shop.back_up();
    let one = picture(&shop.open("shop.db"), &[DIARY[0], DIARY[1], "system_vars"]);
    let arguments = || {
        ["backup", "restore", &id, "--yes"]
            .map(str::to_owned)
            .to_vec()
    };
    let change = || {
        shop.open("shop.db")
            .execute_batch("UPDATE first SET name = 'since' WHERE id % 2 = 0")
            .unwrap();
        shop.write("uploads/a", "since");
    };
    change();
    let other = picture(&shop.open("shop.db"), &[DIARY[0], DIARY[1], "system_vars"]);
    at_random(
        "kills in a restore",
        KILLS,
        &shop,
        &arguments,
        change,
        |story| {
            sane(&shop, story);
            let found = picture(&shop.open("shop.db"), &[DIARY[0], DIARY[1], "system_vars"]);
            let restored = found == one;
            assert!(
                restored || found == other,
                "{story}: neither before nor after"
            );
            // The next start finishes it, where it has to be finished.
            shop.told(["run"]);
            let files = shop.read("uploads/a");
            assert_eq!(files, if restored { "before" } else { "since" }, "{story}");
        },
    );
}

#[test]
fn while_a_failed_run_is_rolled_back() {
    let shop =
        shop("on_failure = \"restore\"\nexclusive = true\nkeep = 1000\nfiles = [\"uploads\"]");
    let one = picture(&shop.open("shop.db"), &[DIARY[0], DIARY[1], "system_vars"]);
    shop.write(
        "core/2.sql",
        "-- upgrade: transaction = off\nUPDATE first SET name = 'half' WHERE id % 2 = 0;\nSELECT * FROM nowhere;",
    );
    let arguments = || vec!["run".to_owned()];
    let prepare = || {
        // Whatever the one before left: cleared, and as it was.
        let state = shop.told(["status"])["state"].clone();
        if state == "failed" {
            shop.told([
                "clear-failure",
                "--reason",
                "again",
                "--resolution",
                "start-over",
            ]);
        }
        shop.open("shop.db")
            .execute_batch("UPDATE first SET name = name || '' WHERE id = 1")
            .unwrap();
    };
    at_random(
        "kills in a run that is rolled back",
        KILLS,
        &shop,
        &arguments,
        prepare,
        |story| {
            sane(&shop, story);
            // Where it died before it failed, the next run goes on, fails, and rolls back; behind that the latch refuses.
            let _ = shop.upgrades(["run"]);
            let (code, _) = shop.refused(["run"]);
            assert_eq!(code, "latched", "{story}");
            let found = picture(&shop.open("shop.db"), &[DIARY[0], DIARY[1], "system_vars"]);
            assert!(found == one || found.contains("half"), "{story}");
        },
    );
}
