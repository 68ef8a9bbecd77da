//! `-- upgrade: foreign_keys = off`.

use rusqlite::Connection;
use upgrades::{Track, Upgrader};

use crate::lab::{Lab, rows, shown, source};

const BEFORE: &str = "CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers(id) ON DELETE CASCADE);
    INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob');
    INSERT INTO orders VALUES (10, 1), (20, 2);";

const REBUILD: &str = "-- upgrade: foreign_keys = off
    CREATE TABLE new_customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO new_customers SELECT * FROM customers;
    DROP TABLE customers;
    ALTER TABLE new_customers RENAME TO customers;";

const FAILED: &str = "script core/1.sql failed; it was rolled back, and later scripts were not \
                      run: the script breaks a foreign key: ";

/// Each row: what was there, the script, what is said, and the orders that are left.
#[test]
fn a_script_without_enforcement() {
    let check = |before: &str, script: &str, told: &str, orders: &str| {
        let lab = Lab::with(BEFORE);
        lab.sql(&format!("PRAGMA foreign_keys = OFF; {before}"));
        assert_eq!(lab.run(&[("1.sql", script)]), told, "{script}");
        assert_eq!(
            lab.rows("SELECT id, customer FROM orders"),
            orders,
            "{script}"
        );
    };
    const OFF: &str = "-- upgrade: foreign_keys = off\n";
    check("", REBUILD, "Upgraded core/1.sql", "10,1; 20,2");
    check(
        "",
        &format!("{OFF}DELETE FROM customers WHERE id = 2"),
        &format!("{FAILED}row 20 of orders has no parent in customers"),
        "10,1; 20,2",
    );
    check(
        "",
        &format!("{OFF}DELETE FROM customers"),
        &format!("{FAILED}row 10 of orders has no parent in customers, and 1 more"),
        "10,1; 20,2",
    );
    check(
        "INSERT INTO orders VALUES (30, 3)",
        REBUILD,
        "Upgraded core/1.sql [broken-foreign-keys: rows that broke foreign keys before core/1.sql ran: 1; the first: row 30 of \
         orders has no parent in customers]",
        "10,1; 20,2; 30,3",
    );
    check(
        "INSERT INTO orders VALUES (30, 3)",
        &format!("{OFF}DELETE FROM customers WHERE id = 1"),
        &format!("{FAILED}row 10 of orders has no parent in customers"),
        "10,1; 20,2; 30,3",
    );
    check(
        "",
        &format!(
            "{OFF}CREATE TABLE w(a TEXT PRIMARY KEY, p REFERENCES customers(id)) WITHOUT ROWID; INSERT INTO w VALUES (1, 9)"
        ),
        &format!("{FAILED}a row of w has no parent in customers"),
        "10,1; 20,2",
    );
    // Without the directive, the drop takes the orders along, as SQLite does it.
    check(
        "",
        REBUILD.split_once('\n').unwrap().1,
        "Upgraded core/1.sql",
        "",
    );
}

/// A schema that SQLite cannot check (a parent without a unique key) is the script's failure when the script made it,
/// and no obstacle when it was there before.
#[test]
fn keys_that_cannot_be_checked() {
    const OFF: &str = "-- upgrade: foreign_keys = off\n";
    let mismatch =
        "CREATE TABLE p(a); CREATE TABLE c(a REFERENCES p(a)); INSERT INTO c VALUES (1);";
    let lab = Lab::new();
    assert_eq!(
        lab.run(&[("1.sql", &format!("{OFF}{mismatch}"))]),
        "script core/1.sql failed; it was rolled back, and later scripts were not run: \
         foreign key mismatch - \"c\" referencing \"p\""
    );
    assert_eq!(lab.history(), "failed core/1.sql");
    let lab = Lab::with(&format!("PRAGMA foreign_keys = OFF; {mismatch}"));
    assert_eq!(
        lab.run(&[("1.sql", &format!("{OFF}DROP TABLE c; CREATE TABLE c(a)"))]),
        "Upgraded core/1.sql [broken-foreign-keys: foreign keys could not be checked before core/1.sql ran: foreign key \
         mismatch - \"c\" referencing \"p\"]"
    );
}

/// What the next script and the application find, after success and after failure, on their own connection too.
#[test]
fn enforcement_comes_back() {
    let lab = Lab::with(BEFORE);
    let seen = "CREATE TABLE seen AS SELECT foreign_keys AS enforced FROM pragma_foreign_keys";
    assert_eq!(
        lab.run(&[("1.sql", REBUILD), ("2.sql", seen)]),
        "Upgraded core/1.sql core/2.sql"
    );
    assert_eq!(lab.rows("SELECT enforced FROM seen"), "1");

    let check = |enforced: bool, script: &str, ok: bool| {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(BEFORE).unwrap();
        connection
            .pragma_update(None, "foreign_keys", enforced)
            .unwrap();
        let outcome = {
            let upgrader =
                Upgrader::new(upgrades::sqlite_connection(&mut connection)).without_failure_log();
            upgrader
                .track(Track::core(source(&[("1.sql", script)])))
                .run()
        };
        assert_eq!(outcome.is_ok(), ok, "{outcome:?}");
        let found = rows(&connection, "PRAGMA foreign_keys");
        assert_eq!(found, i32::from(enforced).to_string(), "{script}");
        assert!(connection.is_autocommit(), "{script}");
    };
    for enforced in [true, false] {
        check(enforced, REBUILD, true);
        check(
            enforced,
            "-- upgrade: foreign_keys = off\nDELETE FROM customers",
            false,
        );
        check(
            enforced,
            "-- upgrade: foreign_keys = off\nDROP TABLE customers; SELECT * FROM nowhere",
            false,
        );
        check(
            enforced,
            "-- upgrade: transaction = off\nPRAGMA foreign_keys = OFF; PRAGMA foreign_keys = ON;",
            true,
        );
        check(
            enforced,
            "-- upgrade: transaction = off\nPRAGMA foreign_keys = OFF; SELECT * FROM nowhere",
            false,
        );
        check(
            enforced,
            "-- upgrade: transaction = off\nPRAGMA foreign_keys = ON; SELECT * FROM nowhere",
            false,
        );
    }
}

/// Enforced as SQLite's own default is not: the engine's connections switch it on.
#[test]
fn enforced_unless_told() {
    let lab = Lab::with(BEFORE);
    assert_eq!(
        lab.run(&[("1.sql", "INSERT INTO orders VALUES (30, 3)")]),
        "script core/1.sql failed in statement 1, line 1, column 1; it was rolled back, and \
         later scripts were not run: FOREIGN KEY constraint failed"
    );
    let told = lab.core(&[]).status().unwrap().issues;
    assert_eq!(told.len(), 1);
    let mut connection = Connection::open_in_memory().unwrap();
    let upgrader =
        Upgrader::new(upgrades::sqlite_connection(&mut connection)).without_failure_log();
    let report = upgrader
        .track(Track::core(source(&[("1.sql", BEFORE)])))
        .run()
        .unwrap();
    assert_eq!(shown(&report), "Upgraded core/1.sql");
}
