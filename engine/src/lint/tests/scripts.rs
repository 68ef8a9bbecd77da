//! What scripts are judged by as a whole, and against each other.

use super::{BOTH, check, said};
use crate::sql::Dialect::{Mysql, Sqlite};

#[test]
fn what_cannot_be_repeated() {
    let bad = [
        "CREATE TABLE n (x INT PRIMARY KEY)",
        "CREATE INDEX i ON a (b)",
        "CREATE VIEW v AS SELECT 1 AS x",
        "ALTER TABLE a ADD b INT",
        "INSERT INTO a (b) VALUES (1)",
        "INSERT INTO a SELECT b FROM c WHERE b = 1",
        "UPDATE a SET b = b + 1 WHERE c = 2",
        "UPDATE a SET c = 1, b = b || 'x' WHERE c = 2",
        "WITH x AS (SELECT 1) UPDATE a SET b = b * 100 WHERE c = 2",
    ];
    let good = [
        "CREATE TABLE IF NOT EXISTS n (x INT PRIMARY KEY)",
        "DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT 1 AS x",
        "INSERT INTO a (b) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM a)",
        "INSERT INTO a (b) SELECT c.b FROM c LEFT JOIN a ON a.b = c.b WHERE a.b IS NULL",
        "REPLACE INTO a (b) VALUES (1)",
        "UPDATE a SET b = trim(b), c = 1 WHERE d = 2",
        "UPDATE a SET b = b + 1 WHERE b < 100",
        "UPDATE a SET b = c * 100 WHERE d = 2",
        "DELETE FROM a WHERE b = 1",
        "SELECT 1",
        "-- upgrade: can_fail\nCREATE INDEX i ON a (b)",
    ];
    for dialect in BOTH {
        for (text, expected) in bad
            .map(|text| (text, 1))
            .into_iter()
            .chain(good.map(|text| (text, 0)))
        {
            for (directive, expected) in
                [("-- upgrade: idempotent\nSELECT 1;\n", expected), ("", 0)]
            {
                let text = format!("{directive}{text}");
                let found = said(*dialect, &[("core/1.sql", &text)]);
                let told = found.iter().filter(|line| line.contains("not-repeatable"));
                assert_eq!(told.count(), expected, "{dialect} {text} {found:?}");
            }
        }
    }
    check(
        &[Sqlite],
        "-- upgrade: idempotent\nINSERT OR IGNORE INTO a VALUES (1); INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING;\nDROP TABLE IF EXISTS n;\n\
         CREATE TABLE n (x); INSERT INTO n VALUES (1);\nDROP INDEX i",
        &[
            "3 drops-table: drops table n",
            "5 drops-object: drops index i",
            "5 not-repeatable: cannot be repeated: what it drops is gone the second time; write IF EXISTS",
        ],
    );
    check(
        &[Mysql],
        "-- upgrade: idempotent\nINSERT IGNORE INTO a VALUES (1); INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE b = 2;\n\
         ALTER TABLE a ADD COLUMN IF NOT EXISTS b INT; CREATE OR REPLACE VIEW v AS SELECT 1; DELETE FROM a WHERE b = 3",
        &[],
    );
}

/// What core takes away, and custom uses: with core's scripts before custom's, as they run.
#[test]
fn what_another_track_uses() {
    let core_drops = [
        (
            "DROP TABLE a",
            "CREATE VIEW v AS SELECT b FROM a",
            "uses a, which core/1.sql at line 1 has dropped or renamed before it runs",
        ),
        (
            "DROP TABLE a",
            "INSERT INTO d SELECT x.b FROM c JOIN a AS x ON x.id = c.id",
            "uses a, which core/1.sql at line 1 has dropped or renamed before it runs",
        ),
        (
            "ALTER TABLE a RENAME TO z",
            "UPDATE a SET b = 1 WHERE c = 2",
            "uses a, which core/1.sql at line 1 has dropped or renamed before it runs",
        ),
        (
            "ALTER TABLE a DROP COLUMN b",
            "CREATE VIEW v (x) AS SELECT one.b FROM a AS one JOIN c ON c.id = one.id",
            "uses column b of table a, which core/1.sql at line 1 has dropped or renamed before it runs",
        ),
        (
            "ALTER TABLE a RENAME COLUMN b TO c",
            "INSERT INTO a (id, B) VALUES (1, 2)",
            "uses column B of table a, which core/1.sql at line 1 has dropped or renamed before it runs",
        ),
        (
            "DROP VIEW a",
            "SELECT b FROM a, c",
            "uses a, which core/1.sql at line 1 has dropped or renamed before it runs",
        ),
    ];
    let used = |core: &str, custom: &str| {
        let scripts = [("core/1.sql", core), ("custom/1.sql", custom)];
        BOTH.iter()
            .map(|dialect| {
                let found = said(*dialect, &scripts).into_iter();
                found
                    .filter_map(|line| Some(line.split_once("drops-used: ")?.1.to_owned()))
                    .collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    for (core, custom, expected) in core_drops {
        assert_eq!(
            used(core, custom),
            [[expected], [expected]],
            "{core} {custom}"
        );
    }
    // No alarm: another table's column, an alias, a name of the script's own, a string, what is there again.
    let quiet = [
        ("DROP TABLE a", "SELECT a FROM b"),
        ("DROP TABLE a", "WITH a AS (SELECT 1) SELECT * FROM a"),
        ("DROP TABLE a", "SELECT 'FROM a' FROM b"),
        ("DROP TABLE a", "SELECT extract(YEAR FROM a) FROM b"),
        ("DROP TABLE a", "DROP TABLE IF EXISTS a"),
        (
            "DROP TABLE a",
            "CREATE TABLE a (x INT PRIMARY KEY); SELECT x FROM a",
        ),
        (
            "DROP TABLE a; CREATE TABLE a (x INT PRIMARY KEY)",
            "SELECT x FROM a",
        ),
        ("DROP TRIGGER a", "SELECT x FROM a"),
        (
            "ALTER TABLE a DROP COLUMN b",
            "SELECT c.b FROM a JOIN c ON c.id = a.id",
        ),
        (
            "ALTER TABLE a DROP COLUMN b",
            "SELECT b FROM a JOIN c ON c.id = a.id",
        ),
        ("ALTER TABLE a DROP COLUMN b", "SELECT c AS b FROM a"),
        (
            "ALTER TABLE a DROP COLUMN b",
            "CREATE VIEW v (b) AS SELECT c FROM a",
        ),
        ("ALTER TABLE a DROP COLUMN b", "SELECT b FROM c"),
        (
            "ALTER TABLE a DROP COLUMN text",
            "SELECT CAST(c AS text) FROM a",
        ),
    ];
    let nothing: [[&str; 0]; 2] = [[], []];
    for (core, custom) in quiet {
        assert_eq!(used(core, custom), nothing, "{core} {custom}");
    }
    // The other way round: what was made first breaks.
    let later = |dialect, core: &str, custom: &str| {
        let found = said(dialect, &[("core/1.sql", core), ("custom/1.sql", custom)]);
        let mut found = found.into_iter().filter(|line| line.contains("drops-used"));
        found.next().unwrap_or_default()
    };
    let view = "CREATE VIEW v AS SELECT b FROM a";
    assert_eq!(
        later(Sqlite, view, "ALTER TABLE a DROP COLUMN b"),
        "custom/1.sql:1 drops-used: takes away column b of table a, on which v of core/1.sql at line 1 hangs"
    );
    assert_eq!(
        later(Mysql, view, "RENAME TABLE a TO c"),
        "custom/1.sql:1 drops-used: takes away a, on which v of core/1.sql at line 1 hangs"
    );
    // SQLite renames in its views too.
    assert_eq!(later(Sqlite, view, "ALTER TABLE a RENAME TO c"), "");
    assert_eq!(
        later(Sqlite, view, "DROP VIEW v; ALTER TABLE a DROP COLUMN b"),
        ""
    );
    assert_eq!(
        later(
            Sqlite,
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
            "CREATE TABLE n (x);\nINSERT INTO n SELECT x FROM a;\nDROP TABLE a; ALTER TABLE n RENAME TO a"
        ),
        "custom/1.sql:3 drops-used: drops table a, and t of core/1.sql at line 1 with it"
    );
    assert_eq!(
        later(
            Mysql,
            "CREATE TABLE c (x INT PRIMARY KEY, y INT, FOREIGN KEY (y) REFERENCES a (id))",
            "DROP TABLE a"
        ),
        "custom/1.sql:1 drops-used: takes away a, on which c of core/1.sql at line 1 hangs"
    );
}

#[test]
fn what_is_allowed() {
    // For the whole script, several at once and one after the other.
    check(
        BOTH,
        "-- upgrade: allow = drops-table, drops-column\n-- upgrade: allow=deletes-all-rows\nDROP TABLE a; ALTER TABLE b DROP COLUMN c; DELETE FROM d; DROP TABLE e",
        &[],
    );
    // For one statement, behind comments and before them.
    check(
        BOTH,
        "SELECT 1;\n-- upgrade: allow = drops-table\n-- the rows stand in b by now\nDROP TABLE a;\n/* x */ -- upgrade: allow = drops-table\nDROP TABLE b;\nDROP TABLE c",
        &["7 drops-table: drops table c"],
    );
    check(
        &[Mysql],
        "SELECT 1;\n# upgrade: allow = drops-table\nDROP TABLE a;\nDELIMITER //\n-- upgrade: allow = drops-table\nDROP TABLE b//\nDROP TABLE c//",
        &["7 drops-table: drops table c"],
    );
    // What it does not do: another code, no statement at all.
    check(
        BOTH,
        "-- upgrade: allow = drops-column\nDROP TABLE a;\n-- upgrade: allow = deletes-all-rows\nSELECT 1;\n-- upgrade: allow = drops-table\n",
        &[
            "2 drops-table: drops table a",
            "0 unused drops-column",
            "4 unused deletes-all-rows",
            "6 unused drops-table",
        ],
    );
}
