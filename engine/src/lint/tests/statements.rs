//! What single statements do: what they lose, lock, rename, and what hurts later.

use super::{BOTH, check, said};
use crate::sql::Dialect::{Mysql, Sqlite};

#[test]
fn what_is_lost() {
    check(
        BOTH,
        "DROP TABLE a;\nDROP TABLE IF EXISTS b",
        &[
            "1 drops-table: drops table a",
            "2 drops-table: drops table b",
        ],
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
    check(
        BOTH,
        "CREATE TABLE #__a (x INT PRIMARY KEY); DROP TABLE P_A",
        &[],
    );
    check(BOTH, "CREATE TEMPORARY TABLE a (x INT); DROP TABLE a", &[]);
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
    check(
        &[Sqlite],
        "DROP INDEX i",
        &["1 drops-object: drops index i"],
    );
    check(
        &[Mysql],
        "DROP INDEX i ON t;\nDROP PROCEDURE p",
        &[
            "1 drops-object: drops index i",
            "2 drops-object: drops procedure p",
        ],
    );
    check(BOTH, "DROP VIEW a; CREATE VIEW a AS SELECT 1 AS x", &[]);
    check(
        &[Mysql],
        "DROP DATABASE a",
        &["1 drops-database: drops database a"],
    );
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
fn renames() {
    check(
        BOTH,
        "ALTER TABLE a RENAME TO b;\nALTER TABLE c RENAME COLUMN d TO e",
        &[
            "1 renames-table: renames table a to b",
            "2 renames-column: renames column d of table c to e",
        ],
    );
    check(
        &[Sqlite],
        "ALTER TABLE c RENAME d TO e",
        &["1 renames-column: renames column d of table c to e"],
    );
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
