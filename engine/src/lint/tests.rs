//! A good and a bad script for each rule, in each dialect where it applies.

use std::collections::BTreeMap;

use super::review;
use crate::discover::discover;
use crate::inspect::inspect_closely;
use crate::sql::Dialect::{self, Mysql, Sqlite};
use crate::sql::Syntax;
use crate::sql::render::Substitution;
use crate::track::{Source, Track};

/// What the review says of scripts, each as `track/file` and text: `file:line code: what`, and what is allowed in vain.
fn said(dialect: Dialect, scripts: &[(&str, &str)]) -> Vec<String> {
    let tracks = ["core", "custom"].map(|track| {
        let own = scripts.iter().filter_map(|(path, text)| {
            let file = path.strip_prefix(track)?.strip_prefix('/')?;
            Some((file.to_owned(), (*text).to_owned()))
        });
        Track::named(track, own.collect::<Source>())
    });
    let catalog = discover(&tracks, dialect).catalog().expect("valid names");
    let substitution = Substitution {
        syntax: Syntax::of(dialect, ""),
        prefix: "p_".to_owned(),
        placeholders: BTreeMap::new(),
    };
    let scripts = catalog.tracks.into_iter().flat_map(|track| track.scripts);
    let texts: Vec<_> = scripts
        .map(|script| inspect_closely(script, &substitution).expect("in order").1)
        .collect();
    let review = review(&texts);
    let hits = review.hits.iter().map(|hit| {
        let text = &texts[hit.script];
        let line = text.statements[hit.statement].position.line;
        format!("{}:{line} {}: {}", text.id, hit.code, hit.what)
    });
    let unused = review.unused.iter().map(|unused| {
        let line = unused.position.map_or(0, |position| position.line);
        format!("{}:{line} unused {}", texts[unused.script].id, unused.code)
    });
    hits.chain(unused).collect()
}

/// One script for both dialects, or for those that are named, and what is said of it: `line code: what`.
#[track_caller]
fn check(dialects: &[Dialect], text: &str, expected: &[&str]) {
    for dialect in dialects {
        let expected: Vec<_> = expected
            .iter()
            .map(|line| format!("core/1.sql:{line}"))
            .collect();
        assert_eq!(
            said(*dialect, &[("core/1.sql", text)]),
            expected,
            "{dialect} {text}"
        );
    }
}

const BOTH: &[Dialect] = &[Sqlite, Mysql];

#[test]
fn what_is_lost() {
    check(
        BOTH,
        "DROP TABLE a;\nDROP TABLE IF EXISTS b",
        &["1 drops-table: drops table a", "2 drops-table: drops table b"],
    );
    check(
        &[Mysql],
        "DROP TABLES a, `b`.c;\nCREATE OR REPLACE TABLE d (x INT PRIMARY KEY)",
        &[
            "1 drops-table: drops table a",
            "1 drops-table: drops table b.c",
            "2 drops-table: drops table d and makes it anew",
        ],
    );
    // Made in the same script; the prefix; another case.
    check(BOTH, "CREATE TABLE #__a (x INT PRIMARY KEY); DROP TABLE P_A", &[]);
    check(
        BOTH,
        "CREATE TEMPORARY TABLE a (x INT); DROP TABLE a",
        &[],
    );
    check(
        BOTH,
        "ALTER TABLE a DROP COLUMN b;\nALTER TABLE a DROP c",
        &[
            "1 drops-column: drops column b of table a",
            "2 drops-column: drops column c of table a",
        ],
    );
    check(
        BOTH,
        "ALTER TABLE a ADD COLUMN b INT; UPDATE a SET b = 1 WHERE c = 2; ALTER TABLE a DROP COLUMN b",
        &[],
    );
    check(
        &[Mysql],
        "ALTER TABLE a DROP INDEX b, DROP FOREIGN KEY c, DROP PRIMARY KEY, DROP CONSTRAINT d, ADD PRIMARY KEY (e)",
        &["1 rebuilds-table: may rebuild or lock table a"],
    );
    check(
        BOTH,
        "DROP VIEW a;\nDROP TRIGGER IF EXISTS b;",
        &[
            "1 drops-object: drops view a",
            "2 drops-object: drops trigger b",
        ],
    );
    check(&[Sqlite], "DROP INDEX i", &["1 drops-object: drops index i"]);
    check(
        &[Mysql],
        "DROP INDEX i ON t;\nDROP PROCEDURE p",
        &[
            "1 drops-object: drops index i",
            "2 drops-object: drops procedure p",
        ],
    );
    check(
        BOTH,
        "DROP VIEW a; CREATE VIEW a AS SELECT 1 AS x",
        &[],
    );
    check(&[Mysql], "DROP DATABASE a", &["1 drops-database: drops database a"]);
    check(
        BOTH,
        "DELETE FROM a;\nUPDATE a SET b = 1;\nWITH c AS (SELECT 1) DELETE FROM d",
        &[
            "1 deletes-all-rows: deletes every row of table a",
            "2 updates-all-rows: changes every row of table a",
            "3 deletes-all-rows: deletes every row of table d",
        ],
    );
    check(
        &[Mysql],
        "TRUNCATE TABLE a;\nUPDATE a AS x JOIN b ON b.id = x.id SET x.c = 1;\nDELETE x FROM a AS x JOIN b ON b.id = x.id",
        &[
            "1 deletes-all-rows: deletes every row of table a",
            "2 updates-all-rows: changes every row of table a",
            "3 deletes-all-rows: deletes every row of table a",
        ],
    );
    check(
        BOTH,
        "DELETE FROM a WHERE b = 1; UPDATE a SET b = 1 WHERE c = 2; SELECT 'DROP TABLE a'; -- DROP TABLE a;\n",
        &[],
    );
    // A new column is filled, a new table changed.
    check(
        BOTH,
        "ALTER TABLE a ADD b INT; UPDATE a SET b = c; CREATE TABLE d (x INT PRIMARY KEY); UPDATE d SET x = 1; DELETE FROM d",
        &[],
    );
}

#[test]
fn what_takes_long() {
    check(
        &[Mysql],
        "ALTER TABLE a MODIFY b BIGINT;\nALTER TABLE a CONVERT TO CHARACTER SET utf8mb4;\nOPTIMIZE TABLE a, b;\n\
         ALTER TABLE a ADD c INT AS (b + 1) STORED;\nALTER TABLE a ADD PRIMARY KEY (b);\nALTER TABLE a MODIFY b INT, DROP COLUMN z",
        &[
            "1 rebuilds-table: may rebuild or lock table a",
            "2 rebuilds-table: may rebuild or lock table a",
            "3 rebuilds-table: may rebuild or lock table a",
            "3 rebuilds-table: may rebuild or lock table b",
            "4 rebuilds-table: may rebuild or lock table a",
            "5 rebuilds-table: may rebuild or lock table a",
            "6 drops-column: drops column z of table a",
            "6 rebuilds-table: may rebuild or lock table a",
            "6 narrows-column: makes column b of table a int, which was bigint",
        ],
    );
    check(
        &[Mysql],
        "ALTER TABLE a ADD c INT AS (b + 1) VIRTUAL, ADD d INT DEFAULT 7, ADD INDEX (d);\n\
         CREATE TABLE n (x INT PRIMARY KEY); ALTER TABLE n MODIFY x BIGINT",
        &[],
    );
    // SQLite's way to change a table, in both orders.
    check(
        &[Sqlite],
        "CREATE TABLE a_new (x INTEGER);\nINSERT INTO a_new SELECT x FROM a;\nDROP TABLE a;\nALTER TABLE a_new RENAME TO a",
        &["3 rebuilds-table: rebuilds table a"],
    );
    check(
        &[Sqlite],
        "ALTER TABLE a RENAME TO a_old;\nCREATE TABLE a (x INTEGER);\nINSERT INTO a SELECT x FROM a_old;\nDROP TABLE a_old",
        &["4 rebuilds-table: rebuilds table a"],
    );
    check(
        &[Sqlite],
        "CREATE TABLE a_new AS SELECT x FROM a; DROP TABLE a;\nALTER TABLE a_new RENAME TO a",
        &["1 rebuilds-table: rebuilds table a"],
    );
    // Its rows were not kept.
    check(
        &[Sqlite],
        "DROP TABLE a;\nCREATE TABLE a (x INTEGER)",
        &["1 drops-table: drops table a"],
    );
    check(
        &[Sqlite],
        "-- upgrade: transaction = off\nVACUUM;\nVACUUM INTO 'copy.db'",
        &["2 rebuilds-table: writes the whole database anew"],
    );
    check(
        &[Sqlite],
        "CREATE INDEX i ON a (b);\nCREATE TABLE c (x); CREATE INDEX j ON c (x)",
        &["1 indexes-large-table: makes an index on table a"],
    );
    check(&[Mysql], "CREATE INDEX i ON a (b)", &[]);
    check(
        &[Mysql],
        "CREATE TABLE a (x INT PRIMARY KEY) ENGINE=MyISAM;\nCREATE TABLE b (x INT PRIMARY KEY) ENGINE=InnoDB",
        &["1 unprotected: makes table a, which no transaction protects"],
    );
}

#[test]
fn what_depends_on_rows() {
    check(
        BOTH,
        "ALTER TABLE a ADD COLUMN b INT NOT NULL;\nALTER TABLE a ADD c VARCHAR(20) NOT NULL DEFAULT NULL",
        &[
            "1 required-column: adds column b, NOT NULL and without a default, to table a",
            "2 required-column: adds column c, NOT NULL and without a default, to table a",
        ],
    );
    check(
        &[Mysql],
        "ALTER TABLE a ADD (b INT NOT NULL, c INT);\nALTER TABLE a ADD d INT, ADD COLUMN IF NOT EXISTS `e` DECIMAL(8,2) NOT NULL AFTER d",
        &[
            "1 required-column: adds column b, NOT NULL and without a default, to table a",
            "2 required-column: adds column e, NOT NULL and without a default, to table a",
        ],
    );
    check(
        BOTH,
        "ALTER TABLE a ADD b INT NOT NULL DEFAULT 0;\nALTER TABLE a ADD c INT NULL;\n\
         ALTER TABLE a ADD d INT NOT NULL GENERATED ALWAYS AS (b + 1) VIRTUAL;\nALTER TABLE a ADD e INT DEFAULT -1;\n\
         ALTER TABLE a ADD f TEXT COLLATE nocase NOT NULL DEFAULT '';\nALTER TABLE a ADD g INT NOT NULL DEFAULT (7)",
        &[],
    );
    check(
        &[Mysql],
        "ALTER TABLE a ADD b INT NOT NULL AUTO_INCREMENT UNIQUE COMMENT 'not null'",
        &[],
    );
    check(
        &[Sqlite],
        "ALTER TABLE a ADD b TEXT DEFAULT CURRENT_TIMESTAMP;\nALTER TABLE a ADD c DEFAULT (1 + 1);\n\
         ALTER TABLE a ADD d INT AS (b) STORED;\nALTER TABLE a ADD e INT DEFAULT 1 REFERENCES f (id); CREATE INDEX i ON n (e);\n\
         CREATE INDEX j ON a (e)",
        &[
            "1 column-for-empty-table: adds column b with a computed default to table a",
            "2 column-for-empty-table: adds column c with a computed default to table a",
            "3 column-for-empty-table: adds column d with a stored value to table a",
            "4 column-for-empty-table: adds column e with a reference and a default to table a",
            "4 indexes-large-table: makes an index on table n",
            "5 indexes-large-table: makes an index on table a",
        ],
    );
    check(
        &[Mysql],
        "ALTER TABLE a ADD b DATETIME DEFAULT CURRENT_TIMESTAMP, ADD c INT DEFAULT (1 + 1)",
        &[],
    );
    check(
        &[Mysql],
        "CREATE UNIQUE INDEX i ON a (b);\nALTER TABLE a ADD UNIQUE KEY c (d), ADD CONSTRAINT e UNIQUE (f)",
        &[
            "1 unique-on-rows: makes a unique index on table a",
            "2 unique-on-rows: makes a unique index on table a",
        ],
    );
    // Made true first; NULL in all rows; no rows at all.
    check(
        &[Mysql],
        "UPDATE a SET b = concat(b, id) WHERE b = ''; CREATE UNIQUE INDEX i ON a (b);\n\
         ALTER TABLE c ADD d INT, ADD UNIQUE (d); ALTER TABLE c ADD e INT; CREATE UNIQUE INDEX j ON c (e);\n\
         CREATE TABLE f (g INT PRIMARY KEY); CREATE UNIQUE INDEX k ON f (g); CREATE INDEX l ON a (b)",
        &[],
    );
    check(
        &[Mysql],
        "ALTER TABLE a ADD CONSTRAINT b FOREIGN KEY (c) REFERENCES d (id) ON DELETE SET NULL;\n\
         ALTER TABLE a ADD FOREIGN KEY IF NOT EXISTS (c, e) REFERENCES d (id, f)",
        &[
            "1 foreign-key-on-rows: adds a foreign key to table a",
            "2 foreign-key-on-rows: adds a foreign key to table a",
        ],
    );
    check(
        &[Mysql],
        "ALTER TABLE a ADD c INT, ADD CONSTRAINT b FOREIGN KEY (c) REFERENCES d (id);\n\
         DELETE FROM e WHERE c NOT IN (SELECT id FROM d); ALTER TABLE e ADD FOREIGN KEY (c) REFERENCES d (id);\n\
         ALTER TABLE f DROP FOREIGN KEY x, ADD CONSTRAINT y FOREIGN KEY (c) REFERENCES d (id) ON DELETE CASCADE",
        &[],
    );
}

/// What a column was, and what it is made.
#[test]
fn narrower_columns() {
    let rows = [
        ("BIGINT", "INT", true),
        ("INT(11)", "INTEGER", false),
        ("INT", "SMALLINT UNSIGNED", true),
        ("VARCHAR(200)", "VARCHAR(100)", true),
        ("VARCHAR(100)", "CHAR ( 20 )", true),
        ("VARCHAR(100)", "VARCHAR(200)", false),
        ("VARCHAR(100)", "TEXT", false),
        ("LONGTEXT", "TEXT", true),
        ("DECIMAL(10,2)", "DECIMAL(10,4)", true),
        ("DECIMAL(10,2)", "DECIMAL(12,4)", false),
        ("DECIMAL(10,2)", "NUMERIC(10,1)", true),
        ("DATETIME", "DATE", true),
        ("DOUBLE", "FLOAT", true),
        ("INT", "VARCHAR(10)", false),
    ];
    for (before, now, narrower) in rows {
        for prepared in [false, true] {
            let first = format!("CREATE TABLE a (id INT PRIMARY KEY, b {before})");
            let update = if prepared { "UPDATE a SET b = 0 WHERE b > 9; " } else { "" };
            let second = format!("{update}ALTER TABLE a CHANGE b b {now}");
            let found = said(Mysql, &[("core/1.sql", &first), ("core/2.sql", &second)]);
            let is_told = found.iter().any(|line| line.contains("narrows-column"));
            assert_eq!(is_told, narrower && !prepared, "{before} {now} {found:?}");
        }
    }
    let null = |second| {
        said(
            Mysql,
            &[
                ("core/1.sql", "CREATE TABLE a (id INT PRIMARY KEY, b INT, c INT NOT NULL)"),
                ("core/2.sql", second),
            ],
        )
    };
    assert_eq!(
        null("ALTER TABLE a MODIFY b INT NOT NULL, MODIFY c INT NOT NULL DEFAULT 1, MODIFY id INT NOT NULL"),
        [
            "core/2.sql:1 rebuilds-table: may rebuild or lock table a",
            "core/2.sql:1 forbids-null: makes column b of table a NOT NULL",
        ]
    );
}

#[test]
fn renames() {
    check(
        BOTH,
        "ALTER TABLE a RENAME TO b;\nALTER TABLE c RENAME COLUMN d TO e",
        &[
            "1 renames-table: renames table a to b",
            "2 renames-column: renames column d of table c to e",
        ],
    );
    check(&[Sqlite], "ALTER TABLE c RENAME d TO e", &["1 renames-column: renames column d of table c to e"]);
    check(
        &[Mysql],
        "RENAME TABLE a TO b, c TO d;\nALTER TABLE e RENAME f;\nALTER TABLE g CHANGE h i INT",
        &[
            "1 renames-table: renames table a to b",
            "1 renames-table: renames table c to d",
            "2 renames-table: renames table e to f",
            "3 rebuilds-table: may rebuild or lock table g",
            "3 renames-column: renames column h of table g to i",
        ],
    );
    // Tables change places; a view takes the old name; what is new has no users.
    check(
        &[Mysql],
        "CREATE TABLE n (x INT PRIMARY KEY); RENAME TABLE a TO a_old, n TO a; ALTER TABLE b RENAME INDEX i TO j",
        &[],
    );
    check(
        BOTH,
        "ALTER TABLE a RENAME TO b; CREATE VIEW a AS SELECT * FROM b; CREATE TABLE c (x INT PRIMARY KEY); ALTER TABLE c RENAME TO d",
        &[],
    );
}

#[test]
fn what_hurts_later() {
    check(
        &[Mysql],
        "CREATE TABLE a (x INT);\nCREATE TABLE b (x INT UNIQUE, INDEX (x))",
        &[
            "1 no-primary-key: makes table a without a primary key",
            "2 no-primary-key: makes table b without a primary key",
        ],
    );
    check(
        &[Mysql],
        "CREATE TABLE a (x INT PRIMARY KEY); CREATE TABLE b (x INT, y INT, CONSTRAINT p PRIMARY KEY (x, y)); CREATE TABLE c LIKE a;\n\
         CREATE TABLE d (x INT); ALTER TABLE d ADD PRIMARY KEY (x); CREATE TEMPORARY TABLE e (x INT); CREATE TABLE f (x INT KEY)",
        &[],
    );
    check(&[Sqlite], "CREATE TABLE a (x INT)", &[]);
    check(
        &[Mysql],
        "CREATE TABLE a (x INT PRIMARY KEY, y INT REFERENCES b (id));\nALTER TABLE c ADD d INT REFERENCES b (id)",
        &[
            "1 inline-references: writes a reference beside column y of table a",
            "2 inline-references: writes a reference beside column d of table c",
        ],
    );
    check(
        &[Mysql],
        "CREATE TABLE a (x INT PRIMARY KEY, y INT, FOREIGN KEY (y) REFERENCES b (id))",
        &[],
    );
    check(
        &[Sqlite],
        "CREATE TABLE a (x INTEGER REFERENCES b (id), y INT, FOREIGN KEY (x, y) REFERENCES c (d, e));\nALTER TABLE f ADD g INT REFERENCES b (id)",
        &[
            "1 foreign-key-without-index: makes a foreign key of table a to b without an index on x",
            "1 foreign-key-without-index: makes a foreign key of table a to c without an index on x, y",
            "2 foreign-key-without-index: makes a foreign key of table f to b without an index on g",
        ],
    );
    check(
        &[Sqlite],
        "CREATE TABLE a (x INTEGER PRIMARY KEY REFERENCES b (id), y INT UNIQUE REFERENCES b (id), z INT REFERENCES b, w INT REFERENCES b,\n\
         UNIQUE (z, y)); CREATE INDEX i ON a (w DESC) WHERE w > 1; CREATE TABLE n (v REFERENCES b); ALTER TABLE n RENAME TO m; CREATE INDEX j ON m (v)",
        &[],
    );
}

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
        for (text, expected) in bad.map(|text| (text, 1)).into_iter().chain(good.map(|text| (text, 0))) {
            for (directive, expected) in [("-- upgrade: idempotent\nSELECT 1;\n", expected), ("", 0)] {
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
        assert_eq!(used(core, custom), [[expected], [expected]], "{core} {custom}");
    }
    // No alarm: another table's column, an alias, a name of the script's own, a string, what is there again.
    let quiet = [
        ("DROP TABLE a", "SELECT a FROM b"),
        ("DROP TABLE a", "WITH a AS (SELECT 1) SELECT * FROM a"),
        ("DROP TABLE a", "SELECT 'FROM a' FROM b"),
        ("DROP TABLE a", "SELECT extract(YEAR FROM a) FROM b"),
        ("DROP TABLE a", "DROP TABLE IF EXISTS a"),
        ("DROP TABLE a", "CREATE TABLE a (x INT PRIMARY KEY); SELECT x FROM a"),
        ("DROP TABLE a; CREATE TABLE a (x INT PRIMARY KEY)", "SELECT x FROM a"),
        ("DROP TRIGGER a", "SELECT x FROM a"),
        ("ALTER TABLE a DROP COLUMN b", "SELECT c.b FROM a JOIN c ON c.id = a.id"),
        ("ALTER TABLE a DROP COLUMN b", "SELECT b FROM a JOIN c ON c.id = a.id"),
        ("ALTER TABLE a DROP COLUMN b", "SELECT c AS b FROM a"),
        ("ALTER TABLE a DROP COLUMN b", "CREATE VIEW v (b) AS SELECT c FROM a"),
        ("ALTER TABLE a DROP COLUMN b", "SELECT b FROM c"),
        ("ALTER TABLE a DROP COLUMN text", "SELECT CAST(c AS text) FROM a"),
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
    assert_eq!(later(Sqlite, view, "DROP VIEW v; ALTER TABLE a DROP COLUMN b"), "");
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

/// Statements that nobody can read any further are no reason to be silent, nor to fall over.
#[test]
fn bad_input() {
    for (text, expected) in [
        ("DROP TABLE", &["1 drops-table: drops a table"][..]),
        ("ALTER TABLE a DROP", &[]),
        ("ALTER TABLE", &[]),
        ("CREATE TABLE (", &[]),
        ("CREATE TABLE a (b, (c, )", &[]),
        ("CREATE UNIQUE INDEX ON", &[]),
        ("DELETE FROM", &["1 deletes-all-rows: deletes every row"]),
        ("INSERT INTO ( ( (", &[]),
        ("SELECT FROM FROM JOIN , ,", &[]),
        ("ALTER TABLE a ADD , , ADD (", &[]),
        ("WITH", &[]),
    ] {
        check(&[Sqlite], text, expected);
        let _ = said(Mysql, &[("core/1.sql", text)]);
    }
}
