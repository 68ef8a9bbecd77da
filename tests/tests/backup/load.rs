//! Others write all the time: what is copied is the database of one moment.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::shop::Shop;

/// Accounts between which money moves; its sum never changes.
const ACCOUNTS: &str = "
    CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL, filler BLOB);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO accounts SELECT i, 100, randomblob(1000) FROM n;";

fn sum(connection: &Connection) -> i64 {
    let sum = connection.query_row("SELECT sum(amount) FROM accounts", [], |row| row.get(0));
    sum.unwrap()
}

#[test]
fn a_sum_stays_what_it_is() {
    for mode in ["wal", "delete"] {
        let shop = Shop::new("");
        let connection = shop.open("shop.db");
        connection
            .execute_batch(&format!("PRAGMA journal_mode = {mode};"))
            .unwrap();
        shop.told(["run"]);
        connection.execute_batch(ACCOUNTS).unwrap();
        let all = sum(&connection);

        let (stop, moves) = (AtomicBool::new(false), AtomicU64::new(0));
        let ids = thread::scope(|scope| {
            scope.spawn(|| {
                let connection = shop.open("shop.db");
                connection.busy_timeout(Duration::from_secs(60)).unwrap();
                connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let n = moves.fetch_add(1, Ordering::Relaxed) as i64;
                    let (from, to) = (1 + n * 7919 % 20_000, 1 + n * 104_729 % 20_000);
                    connection
                        .execute_batch(&format!(
                            "BEGIN IMMEDIATE; UPDATE accounts SET amount = amount - 1 WHERE id = {from}; \
                             UPDATE accounts SET amount = amount + 1 WHERE id = {to}; COMMIT;"
                        ))
                        .unwrap();
                }
            });
            let ids: Vec<_> = (0..3).map(|_| shop.back_up()).collect();
            stop.store(true, Ordering::Relaxed);
            ids
        });
        let moved = moves.load(Ordering::Relaxed);
        assert!(moved > 0, "nobody wrote meanwhile");
        for id in ids {
            shop.told(["backup", "restore", &id, "--yes"]);
            assert_eq!(sum(&connection), all, "{mode}, {moved} moves");
        }
    }
}
