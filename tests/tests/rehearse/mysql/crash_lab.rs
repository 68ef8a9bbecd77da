//! The crash lab on a server.

use serde_json::{Value, json};
use upgrades_tests::mariadb::Flavour;

use super::Installation;
use super::squash::{HOSTILE, MARIADBS, MYSQLS};
use crate::crash_lab::{COUNTS, LAB, REMEMBERS, findings, not_repeatable, things, through};

/// What was there before the scripts that are tried.
const BEFORE: (&str, &str) = (
    "core/1.sql",
    "CREATE TABLE #__a (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
     INSERT INTO #__a VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 9);
     CREATE TABLE #__log (what VARCHAR(40), n BIGINT);
     CREATE TABLE #__names (id INTEGER PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40));
     INSERT INTO #__names (name) VALUES ('one'), ('two');",
);

/// An installation that has run [`BEFORE`], and has these scripts to run.
pub(super) fn shop(scripts: &[(&str, &str)]) -> Installation {
    let shop = Installation::new(&[BEFORE]);
    shop.told(["run"]);
    for (file, text) in scripts {
        shop.write(file, text);
    }
    shop
}

/// Runs the lab on these scripts: what it finds.
#[track_caller]
fn check(what: &str, scripts: &[(&str, &str)], expected: &[&str]) -> Value {
    let shop = shop(scripts);
    through(what, shop.untouched(|| shop.asked(LAB)), expected)
}

/// Everything that the engine makes exact is the same at every moment.
#[test]
fn good_scripts_pass() {
    let scripts = [
        (
            "core/2.sql",
            "UPDATE #__a SET n = n + 1; INSERT INTO #__log SELECT 'sum', sum(n) FROM #__a;",
        ),
        (
            "core/3.sql",
            "ALTER TABLE #__a ADD COLUMN m JSON, ADD COLUMN g INT AS (n * 2) STORED;
             UPDATE #__a SET m = JSON_OBJECT('n', n), n = n + 1;
             CREATE TABLE #__types (
                 id INT PRIMARY KEY, b BLOB, t TEXT CHARACTER SET latin1, r DOUBLE, f FLOAT, d DECIMAL(30, 10),
                 bits BIT(9), day DATE, at DATETIME(6), e ENUM('x', 'y'), p POINT, k VARBINARY(9), y YEAR, nothing INT
             );
             INSERT INTO #__types VALUES (1, X'00FF0A', 'ä''\\\\', 0.1e0 + 0.2e0, 0.1, 123456789012345678.1234567891, b'101', '2026-01-02',
                 '2026-01-02 03:04:05.678901', 'y', POINT(1, 2), X'00', 1999, NULL);
             UPDATE #__types SET r = r * 3, f = f * 3, d = d * 3;",
        ),
        (
            "core/4.sql",
            "SET @n = (SELECT count(*) FROM #__a);
             INSERT INTO #__log VALUES ('count', @n);
             CREATE PROCEDURE #__p() BEGIN UPDATE #__a SET n = n + 1; INSERT INTO #__log VALUES ('p', 0); END;
             CALL #__p();
             CREATE TRIGGER #__t BEFORE INSERT ON #__log FOR EACH ROW SET NEW.n = NEW.n + 1;
             INSERT INTO #__log VALUES ('by trigger', 1);
             CREATE VIEW #__v AS SELECT n FROM #__a;
             CREATE EVENT #__e ON SCHEDULE AT '2037-01-01 00:00:00' DO DELETE FROM #__log;",
        ),
        (
            "core/5.sql",
            "-- upgrade: transaction = off
             -- upgrade: batch = #__a by id, 3
             UPDATE #__a SET n = n + 1 WHERE ${batch};",
        ),
        (
            "core/5.1.sql",
            "-- upgrade: transaction = off
             CREATE TEMPORARY TABLE t AS SELECT n FROM #__a;
             INSERT INTO #__log SELECT 'kept', n FROM t;",
        ),
        (
            "core/6.lua",
            "db:add_column('#__a', 'done', 'INTEGER NOT NULL DEFAULT 0')
             batch{table = '#__a', rows = 3, each = function(row) return {done = row.done + 1} end}
             db:add_index('#__a', 'by_n', {'n'})",
        ),
        (
            "core/repeat/v.sql",
            "CREATE OR REPLACE VIEW #__w AS SELECT n FROM #__v;",
        ),
    ];
    let told = check("good ones", &scripts, &[]);
    let lab = &told["crash_lab"];
    assert_eq!(not_repeatable(&told), [""; 0]);
    assert_eq!(lab["depends_on_ids"], json!([]));
    assert!(lab["moments"].as_u64().unwrap() >= 35, "{lab}");
}

/// A new installation of the sample application.
#[test]
fn of_a_new_installation() {
    let Installation { shop, database } = Installation::new(&[]);
    let shop = Installation {
        shop: shop.with_the_sample(),
        database,
    };
    let told = shop.untouched(|| shop.told(["rehearse", "--crash-lab", "--moments", "12"]));
    assert_eq!(findings(&told), [""; 0]);
    assert_eq!(told["crash_lab"]["killed"], 12);
}

/// The outcome depends on where the process died: each script is found, with the statement.
#[test]
fn bad_scripts_are_found() {
    type Row = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static [&'static str],
    );
    let rows: [Row; 3] = [
        (
            "a table that keeps what a transaction undoes",
            &[(
                "core/2.sql",
                "CREATE TABLE #__old (n INT) ENGINE = MyISAM;
                 INSERT INTO #__old VALUES (1);
                 UPDATE #__a SET n = n + 1;",
            )],
            &["2.sql statement-done 1 asks", "2.sql statement-done 2 asks"],
        ),
        (
            "a program counts in its memory, and goes on behind its batch",
            &[("core/2.lua", COUNTS)],
            &[
                "2.lua chunk-done leads-elsewhere cb_log -1 +1",
                "2.lua chunk-done leads-elsewhere cb_log -1 +1",
                "2.lua chunk-done leads-elsewhere cb_log -1 +1",
            ],
        ),
        (
            "a schema that depends on what a program remembers",
            &[("core/2.lua", REMEMBERS)],
            &["2.lua chunk-done leads-elsewhere table cb_half, table cb_whole"],
        ),
    ];
    for (what, scripts, expected) in rows {
        check(what, scripts, expected);
    }
}

fn depends_on_ids(told: &Value) -> Vec<String> {
    things(&told["crash_lab"]["depends_on_ids"])
}

/// What a transaction that is undone has taken of ids is not the script's; what follows from it is.
#[test]
fn ids_that_a_death_uses_up() {
    let told = check(
        "ids and what refers to them",
        &[(
            "core/2.sql",
            "CREATE TABLE #__more (id INT PRIMARY KEY AUTO_INCREMENT, name_id INT NOT NULL);
             INSERT INTO #__names (name) VALUES ('three');
             INSERT INTO #__more (name_id) SELECT id FROM #__names;
             DELETE FROM #__names WHERE name = 'three';
             INSERT INTO #__names (name) VALUES ('four');",
        )],
        &[],
    );
    assert_eq!(
        depends_on_ids(&told),
        [
            "rows of cb_more.id",
            "rows of cb_more.name_id",
            "rows of cb_names.id"
        ]
    );
    assert_eq!(not_repeatable(&told), [""; 0]);
    let told = check(
        "ids that a script takes for granted",
        &[(
            "core/2.sql",
            "INSERT INTO #__names (name) VALUES ('three');
             UPDATE #__names SET name = 'the third' WHERE id = 3;",
        )],
        &[],
    );
    assert_eq!(
        depends_on_ids(&told),
        ["rows of cb_names.id", "rows of cb_names.name"]
    );
    check(
        "a key that names an id",
        &[
            (
                "core/2.sql",
                "CREATE TABLE #__more (name_id INT NOT NULL, FOREIGN KEY (name_id) REFERENCES #__names (id))",
            ),
            (
                "core/3.sql",
                "INSERT INTO #__names (name) VALUES ('three'); INSERT INTO #__more VALUES (3);",
            ),
        ],
        &[
            "3.sql statement-done 1 fails",
            "3.sql statement-done 2 fails",
        ],
    );
}

/// What differs between runs that nobody disturbs is told, and left out; all else is still compared.
#[test]
fn what_is_not_repeatable_is_not_compared() {
    let told = check(
        "chance and the clock",
        &[(
            "core/2.sql",
            "CREATE TABLE #__c (id INT PRIMARY KEY, r DOUBLE, u CHAR(36), at DATETIME(6), n INT);
             INSERT INTO #__c SELECT id, RAND(), UUID(), NOW(6), n FROM #__a;
             CREATE EVENT #__e ON SCHEDULE EVERY 10 YEAR STARTS CURRENT_TIMESTAMP + INTERVAL 1 YEAR DO DELETE FROM #__log;",
        )],
        &[],
    );
    assert_eq!(
        not_repeatable(&told),
        [
            "event cb_e",
            "rows of cb_c.at",
            "rows of cb_c.r",
            "rows of cb_c.u"
        ]
    );
    check(
        "beside what a death does",
        &[(
            "core/2.lua",
            "local seen = 0
             batch{table = '#__a', rows = 20, each = function(row) seen = seen + 1; return {n = row.n + 1} end}
             db:execute('INSERT INTO #__log VALUES (?, FLOOR(RAND() * 1000000000))', {'seen ' .. seen})",
        )],
        &["2.lua chunk-done leads-elsewhere cb_log -1 +1"],
    );
}

/// Every kind of object and value is read, and a row that differs is shown as SQL has it.
#[test]
fn hard_names_and_rows() {
    let all = format!("{}{HOSTILE}", Flavour::choose(MARIADBS, MYSQLS));
    let shop = Installation::new(&[("core/1_all.sql", &all)]);
    shop.told(["run"]);
    shop.write(
        "core/2.lua",
        "local seen = 0
         batch{table = '#__hen', rows = 20, each = function(row) seen = seen + 1; return {self = row.self} end}
         if seen > 0 then db:execute(\"UPDATE `#__is it?` SET `a?` = 7, b = 'it''s' WHERE 1\") end",
    );
    let (answer, told) = shop.untouched(|| shop.asked(LAB));
    assert_eq!(answer.status, Some(8), "{answer:#?}");
    let lab = &told["crash_lab"];
    assert_eq!(lab["not_compared"], json!([]), "{answer:#?}");
    assert_eq!(not_repeatable(&told), [""; 0]);
    assert_eq!(
        findings(&told),
        ["2.lua chunk-done leads-elsewhere cb_is it? -1 +1"]
    );
    let rows = &lab["findings"][0]["differences"][0];
    assert_eq!(rows["first_missing"], "a? 7, b 'it''s'", "{answer:#?}");
}
