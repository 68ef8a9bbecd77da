//! SIGKILL at random moments, of the command and of the server: a backup is there or is not, and a restore has happened, has
//! not, or is finished by the next.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades_tests::crash::{Random, signal};
use upgrades_tests::mariadb::{Durability, Server, numbers};

use super::Installation;
use crate::killed::at_random;

/// How many are killed in each of the three.
const KILLS: u32 = 34;

/// A database with rows, and with what no RENAME TABLE moves.
fn fill(shop: &Installation) {
    let rows = numbers(1500);
    shop.database.query(&format!("INSERT INTO first (id, name) SELECT seq, '' FROM {rows}; UPDATE first SET name = {NAME}; {OBJECTS}"));
}

/// What the rows are called.
const NAME: &str = "REPEAT(SHA2(id, 256), 5)";
const OBJECTS: &str = "
    CREATE TABLE egg (id INT PRIMARY KEY, first_id INT, FOREIGN KEY (first_id) REFERENCES first (id)); INSERT INTO egg VALUES (1, 1);
    CREATE TRIGGER guards BEFORE INSERT ON egg FOR EACH ROW SET NEW.first_id = 1;
    CREATE VIEW seen AS SELECT * FROM first; CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1;
    CREATE EVENT yearly ON SCHEDULE EVERY 1 YEAR STARTS '2035-01-01' DO DELETE FROM egg;";

fn shop(backup: &str) -> Installation {
    // One that was killed is replaced as soon as its connection is gone; the shorter its expiry, the sooner in any case.
    let shop = Installation::told("lock_expiry = \"500ms\"", backup);
    shop.write("uploads/a", "before");
    shop.told(["run"]);
    fill(&shop);
    shop
}

#[test]
fn while_a_backup_is_made() {
    let shop = shop("keep = 2\nfiles = [\"uploads\"]");
    shop.back_up();
    let before = shop.picture();
    let arguments = || vec!["backup".to_owned(), "create".to_owned()];
    at_random(
        "kills in a backup of a server",
        KILLS,
        &shop,
        &arguments,
        || {},
        |story| {
            assert_eq!(shop.backups().len().min(2), shop.backups().len(), "{story}");
        },
    );
    let newest = shop.backups().last().unwrap().clone();
    shop.told(["backup", "verify", &newest]);
    assert!(shop.picture() == before, "a backup changes nothing");
    // What the killed have left is removed by the next.
    shop.back_up();
    shop.must_be_tidy("after all");
}

#[test]
fn while_one_is_restored() {
    let shop = shop("keep = 1000\nfiles = [\"uploads\"]");
    let id = shop.back_up();
    let one = shop.picture();
    let arguments = || {
        ["backup", "restore", &id, "--yes"]
            .map(str::to_owned)
            .to_vec()
    };
    let change = || {
        shop.database.query(
            "UPDATE first SET name = 'since' WHERE id % 2 = 0; DROP VIEW IF EXISTS seen; DROP TRIGGER IF EXISTS guards;
             CREATE TABLE IF NOT EXISTS late (x INT)",
        );
        shop.write("uploads/a", "since");
    };
    change();
    let other = shop.picture();
    at_random(
        "kills in a restore of a server",
        KILLS,
        &shop,
        &arguments,
        change,
        |story| {
            // The next start finishes it, where it has to be finished.
            shop.told(["run"]);
            let found = shop.picture();
            let restored = found == one;
            assert!(
                restored || found == other,
                "{story}: neither before nor after"
            );
            let files = shop.read("uploads/a");
            assert_eq!(files, if restored { "before" } else { "since" }, "{story}");
        },
    );
    shop.told(["backup", "restore", &id, "--yes"]);
    assert!(shop.picture() == one);
    shop.must_be_tidy("after all");
}

/// The short while in which the database is between what it was and what it is to be.
#[test]
fn in_the_middle_of_a_replacement() {
    const TIMES: u32 = 12;
    let shop = shop("keep = 1000\nfiles = [\"uploads\"]");
    let id = shop.back_up();
    let one = shop.picture();
    let mut random = Random::seeded("kills in a replacement");
    let connection = shop.database.connect();
    let select = "SELECT COUNT(*) FROM system_vars WHERE name = 'upgrades_restoring' AND value LIKE 'database:%'";
    // In the moment of the exchange there may be no such table.
    let is_between = || {
        connection
            .try_query(select)
            .is_ok_and(|rows| rows == [[Some("1".to_owned())]])
    };
    let restoring = || {
        let mut command = shop.command(["backup", "restore", &id, "--yes"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !is_between() && child.try_wait().unwrap().is_none() {}
        child
    };
    let mut longest = Duration::ZERO;
    for _ in 0..3 {
        let mut child = restoring();
        let began = Instant::now();
        while is_between() {}
        longest = longest.max(began.elapsed());
        child.wait().unwrap();
    }
    let mut before = 3;
    let mut unfinished = 0;
    for attempt in 0..TIMES {
        shop.database
            .query("UPDATE first SET name = 'since'; DROP VIEW IF EXISTS seen");
        shop.write("uploads/a", "since");
        let mut child = restoring();
        let moment = random.moment(longest);
        thread::sleep(moment);
        signal(&child, Signal::KILL);
        child.wait().unwrap();
        let died = is_between();
        unfinished += u32::from(died);
        let story = format!("attempt {attempt}, killed {moment:?} behind its beginning");
        if died {
            assert_eq!(
                shop.refused(["backup", "create"]).0,
                "restore-unfinished",
                "{story}"
            );
        }
        // By the next run, or by asking for the same again.
        match attempt % 2 {
            0 => shop.told(["run"]),
            _ => shop.told(["backup", "restore", &id, "--yes"]),
        };
        assert!(shop.picture() == one, "{story}");
        assert_eq!(shop.read("uploads/a"), "before", "{story}");
        let restored = shop
            .history()
            .into_iter()
            .filter(|row| row.ends_with(" restored"))
            .count() as u32;
        let asked_again = u32::from(attempt % 2 == 1 && !died);
        // Done again, it is told again.
        let more = restored - std::mem::replace(&mut before, restored);
        let most = 1 + asked_again + u32::from(died);
        assert!((1..=most).contains(&more), "{story}: {more}");
    }
    assert!(unfinished > 0, "none died where it mattered");
    shop.must_be_tidy("after all");
}

#[test]
fn while_a_failed_run_is_rolled_back() {
    let shop =
        shop("on_failure = \"restore\"\nexclusive = true\nkeep = 1000\nfiles = [\"uploads\"]");
    let one = shop.picture();
    shop.write(
        "core/2.sql",
        "ALTER TABLE egg ADD COLUMN half INT;\nUPDATE first SET name = 'half' WHERE id % 2 = 0;\nSELECT * FROM nowhere;",
    );
    let arguments = || vec!["run".to_owned()];
    let prepare = || {
        if shop.told(["status"])["state"] == "failed" {
            shop.told([
                "clear-failure",
                "--reason",
                "again",
                "--resolution",
                "start-over",
            ]);
        }
    };
    at_random(
        "kills in a run on a server that is rolled back",
        KILLS,
        &shop,
        &arguments,
        prepare,
        |story| {
            // Where it died before it failed, the next run goes on, fails, and rolls back; behind that the latch refuses.
            let _ = shop.upgrades(["run"]);
            let (code, _) = shop.refused(["run"]);
            assert_eq!(code, "latched", "{story}");
            let found = shop.picture();
            let went_on = found.contains("half");
            assert!(went_on || found == one, "{story}");
            if went_on {
                // The backup is from before that run; to start anew, as before the run that died.
                // It may not have come to the column.
                let _ = shop.database.try_query("ALTER TABLE egg DROP COLUMN half");
                shop.database
                    .query(&format!("UPDATE first SET name = {NAME}"));
            }
        },
    );
}

/// The server dies under a restore, not the command.
#[test]
fn under_a_restore_the_server() {
    let server: &'static Server = Box::leak(Box::new(Server::start(Durability::Durable)));
    let database = server.database();
    let url = database.url();
    let shop = Installation::of(database, &url, "lock_expiry = \"500ms\"", "keep = 1000");
    shop.told(["run"]);
    fill(&shop);
    let id = shop.back_up();
    let one = shop.picture();
    shop.database
        .query("UPDATE first SET name = 'since'; DROP VIEW seen");
    let other = shop.picture();
    let began = Instant::now();
    shop.told(["backup", "restore", &id, "--yes"]);
    let took = began.elapsed();
    shop.database
        .query("UPDATE first SET name = 'since'; DROP VIEW seen");
    for eighth in 1..=8 {
        let moment = took * eighth / 9;
        let mut command = shop.command(["backup", "restore", &id, "--yes"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(moment);
        server.kill();
        child.wait().unwrap();
        server.restart();
        shop.told(["run"]);
        let found = shop.picture();
        assert!(
            found == one || found == other,
            "killed after {moment:?} of {took:?}: neither before nor after"
        );
        shop.database
            .query("UPDATE first SET name = 'since'; DROP VIEW IF EXISTS seen");
    }
    shop.told(["backup", "restore", &id, "--yes"]);
    assert!(shop.picture() == one);
    shop.must_be_tidy("after all");
}
