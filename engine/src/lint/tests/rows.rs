//! What depends on the rows that are there.

use super::{BOTH, check, said};
use crate::sql::Dialect::{Mysql, Sqlite};

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
            let update = if prepared {
                "UPDATE a SET b = 0 WHERE b > 9; "
            } else {
                ""
            };
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
                (
                    "core/1.sql",
                    "CREATE TABLE a (id INT PRIMARY KEY, b INT, c INT NOT NULL)",
                ),
                ("core/2.sql", second),
            ],
        )
    };
    assert_eq!(
        null(
            "ALTER TABLE a MODIFY b INT NOT NULL, MODIFY c INT NOT NULL DEFAULT 1, MODIFY id INT NOT NULL"
        ),
        [
            "core/2.sql:1 rebuilds-table: may rebuild or lock table a",
            "core/2.sql:1 forbids-null: makes column b of table a NOT NULL",
        ]
    );
}
