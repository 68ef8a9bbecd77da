//! Others write all the time: what is dumped is the database of one moment.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use upgrades_tests::mariadb::numbers;

use super::Installation;

/// Accounts between which money moves; its sum never changes.
fn fill(shop: &Installation) {
    let ids = numbers(8000);
    shop.database.query(&format!(
        "CREATE TABLE accounts (id INT PRIMARY KEY, amount INT NOT NULL, filler TEXT);
         CREATE TABLE others LIKE accounts;
         INSERT INTO accounts SELECT seq, 100, REPEAT(SHA2(seq, 256), 10) FROM {ids};
         INSERT INTO others SELECT * FROM accounts;"
    ));
}

const SUM: &str = "SELECT (SELECT SUM(amount) FROM accounts) + (SELECT SUM(amount) FROM others)";

#[test]
fn a_sum_stays_what_it_is() {
    let shop = Installation::new("");
    shop.told(["run"]);
    fill(&shop);
    let all = shop.database.rows(SUM);
    let (stop, moves) = (AtomicBool::new(false), AtomicU64::new(0));
    let ids = thread::scope(|scope| {
        scope.spawn(|| {
            let connection = shop.database.connect();
            while !stop.load(Ordering::Relaxed) {
                let n = moves.fetch_add(1, Ordering::Relaxed);
                let (from, to) = (1 + n * 7919 % 8000, 1 + n * 104_729 % 8000);
                connection.query(&format!(
                    "START TRANSACTION; UPDATE accounts SET amount = amount - 1 WHERE id = {from};
                     UPDATE others SET amount = amount + 1 WHERE id = {to}; COMMIT"
                ));
            }
        });
        let ids = [shop.back_up(), shop.back_up()];
        stop.store(true, Ordering::Relaxed);
        ids
    });
    let moved = moves.load(Ordering::Relaxed);
    assert!(moved > 0, "nobody wrote meanwhile");
    for id in ids {
        shop.told(["backup", "restore", &id, "--yes"]);
        assert_eq!(shop.database.rows(SUM), all, "{moved} moves");
    }
}
