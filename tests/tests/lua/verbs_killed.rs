//! Verbs that are killed while the database is at them: on MariaDB in an ALTER TABLE, which the server goes on with, on
//! SQLite in the making anew of a table. The outcome is what the verb says, once.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use upgrades_tests::crash::{End, Random, ended, say, until};
use upgrades_tests::mariadb::Flavour;

use crate::killed::child;
use crate::lab::Lab;

/// A verb, and what it makes of the table, in the words of each store.
struct Verb {
    call: &'static str,
    sqlite: &'static str,
    mariadb: &'static str,
}

/// Each copies the table, or takes as long.
const VERBS: [Verb; 4] = [
    Verb {
        call: "db:change_column('#__big', 'b', 'VARCHAR(300) NOT NULL')",
        sqlite: "b VARCHAR(300) NOT NULL",
        mariadb: "`b` varchar(300) NOT NULL",
    },
    Verb {
        call: "db:add_check('#__big', 'a_is_there', 'a >= 0')",
        sqlite: "CHECK (a >= 0)",
        mariadb: "(`a` >= 0)",
    },
    Verb {
        call: "db:add_index('#__big', 'by_b', {'b', 'a'})",
        sqlite: "CREATE INDEX \"by_b\" ON \"cb_big\" (\"b\", \"a\")",
        mariadb: "KEY `by_b` (`b`,`a`)",
    },
    Verb {
        call: "db:change_column('#__big', 'a', 'BIGINT NOT NULL')",
        sqlite: "a BIGINT NOT NULL",
        mariadb: "`a` bigint",
    },
];

const ROWS: u64 = 200_000;

/// A database with many rows, whose script is the verb, and something behind it that shows when it is done twice.
fn lab(new: fn() -> Lab) -> Lab {
    let lab = new();
    let long = "y".repeat(90);
    let numbers = format!(
        "WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < {ROWS}) SELECT seq, seq % 50, '{long}' FROM s"
    );
    lab.rows(&format!(
        "CREATE TABLE cb_big (id INTEGER PRIMARY KEY, a INTEGER, b VARCHAR(100)); CREATE TABLE cb_counter (n INTEGER);
         INSERT INTO cb_big {numbers}; INSERT INTO cb_counter VALUES (0); SELECT 1"
    ));
    std::fs::create_dir_all(lab.sandbox.path("customization")).unwrap();
    lab
}

fn write(lab: &Lab, number: usize, verb: &Verb) {
    // MySQL's own cannot be told so.
    let copies = Flavour::choose("dialect == 'mysql'", "false");
    let script = format!(
        "-- upgrade: idempotent\nif {copies} then db:execute(\"SET SESSION alter_algorithm = 'COPY'\") end\n{}\n\
         db:execute('UPDATE #__counter SET n = n + 1')",
        verb.call
    );
    lab.sandbox
        .write(format!("core/{}.lua", number + 2), script);
}

fn start(lab: &Lab) -> Child {
    child(lab, &["--tell-progress", "1"]).spawn().unwrap()
}

fn must_be_done(lab: &Lab, number: usize, verb: &Verb, story: &str) {
    let End { code, said } = ended(start(lab));
    assert_eq!(code, Some(0), "{story}: {said}");
    let definition = lab.either(
        "SELECT group_concat(sql, '; ') FROM sqlite_schema WHERE tbl_name = 'cb_big'",
        "SHOW CREATE TABLE cb_big",
    );
    // MySQL says of a column what its table says already.
    let found = lab
        .rows(definition)
        .replace(" COLLATE utf8mb4_general_ci NOT NULL", " NOT NULL");
    let expected = lab.either(verb.sqlite, verb.mariadb);
    assert_eq!(found.matches(expected).count(), 1, "{story}: {found}");
    assert_eq!(
        lab.rows("SELECT COUNT(*), COUNT(DISTINCT id), SUM(a) FROM cb_big"),
        format!("{ROWS},{ROWS},{}", ROWS / 50 * (49 * 50 / 2)),
        "{story}"
    );
    let done = (number + 1).to_string();
    assert_eq!(lab.rows("SELECT n FROM cb_counter"), done, "{story}");
    let applied = "SELECT COUNT(*), COUNT(DISTINCT file_name) FROM cb_upgrade_history WHERE outcome = 'applied'";
    assert_eq!(lab.rows(applied), format!("{done},{done}"), "{story}");
    assert_eq!(lab.rows("SELECT COUNT(*) FROM cb_upgrade_history"), done);
}

/// Two processes are killed while the server copies the table for them, the second unless the first's has landed.
#[test]
fn in_an_alter_table() {
    let began = Instant::now();
    let mut random = Random::seeded("verbs, MariaDB");
    let lab = lab(Lab::mariadb);
    let at_work = || {
        // MySQL changes some in their place, which takes as long.
        lab.rows(
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE()
                AND (state LIKE 'copy to tmp table%' OR state = 'altering table')
                AND info REGEXP '^(ALTER TABLE|CREATE INDEX)'",
        )
    };
    let (mut kills, mut went_on) = (0, 0);
    for (number, verb) in VERBS.iter().enumerate() {
        let story = verb.call;
        write(&lab, number, verb);
        for _ in 0..2 {
            let mut running = start(&lab);
            let seen = until("the ALTER", || {
                let over = running.try_wait().unwrap().is_some();
                let seen = !at_work().is_empty();
                (over || seen).then_some(seen)
            });
            thread::sleep(random.moment(Duration::from_millis(200)));
            // It may be through already.
            let _ = running.kill();
            went_on += u32::from(!at_work().is_empty());
            let end = ended(running);
            assert_ne!(end.code, Some(1), "{story}: {}", end.said);
            kills += u32::from(seen && end.code.is_none());
        }
        must_be_done(&lab, number, verb, story);
    }
    say("verbs, MariaDB", kills, began);
    assert!(
        kills >= 4 && went_on >= 4,
        "{kills} kills, {went_on} statements went on"
    );
}

/// A transaction that SQLite has begun to write for is in its journal file, which is empty or not there otherwise.
#[test]
fn in_the_making_anew_of_a_table() {
    let began = Instant::now();
    let mut random = Random::seeded("verbs, SQLite");
    let lab = lab(Lab::sqlite);
    let (mut kills, mut took) = (0, Duration::from_millis(500));
    for (number, verb) in VERBS.iter().enumerate() {
        let story = verb.call;
        write(&lab, number, verb);
        for _ in 0..2 {
            let mut running = start(&lab);
            let journal = lab.sandbox.path("shop.db-journal");
            until("the rebuild", || {
                let size = journal.metadata().map_or(0, |file| file.len());
                let over = running.try_wait().unwrap().is_some();
                (over || size > 0).then_some(())
            });
            thread::sleep(random.moment(took / 4));
            // It may be through already.
            let _ = running.kill();
            let end = ended(running);
            assert_ne!(end.code, Some(1), "{story}: {}", end.said);
            kills += u32::from(end.code.is_none() && journal.exists());
        }
        let last = Instant::now();
        must_be_done(&lab, number, verb, story);
        took = last.elapsed();
    }
    assert_eq!(lab.rows("PRAGMA integrity_check"), "ok");
    say("verbs, SQLite", kills, began);
    assert!(kills >= 2, "{kills} kills");
}
