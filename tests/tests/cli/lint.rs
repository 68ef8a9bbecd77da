//! What `plan` and `check` tell of the review, and what scripts allow.

use upgrades_tests::Sandbox;

use crate::pages::sample;
use crate::transcript::{bare, check};

/// A database with a large table, a small one and an empty one.
fn grown() -> Sandbox {
    let sandbox = bare();
    sandbox.write(
        "core/1.sql",
        "CREATE TABLE large (id INTEGER PRIMARY KEY, x TEXT NOT NULL);\n\
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)\n\
         INSERT INTO large (x) SELECT 'row ' || i FROM n;\n\
         CREATE TABLE small (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO small VALUES (1, 'a');\n\
         CREATE TABLE bare (id INTEGER PRIMARY KEY, x TEXT);\n\
         CREATE TABLE \"Odd \"\"name\" (id TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO \"Odd \"\"name\" VALUES ('a');\n",
    );
    check(&sandbox, "\n$ upgrades run --quiet\n=> 0\n");
    sandbox
}

#[test]
fn sizes_make_it_concrete() {
    let sandbox = grown();
    sandbox.write(
        "core/2.sql",
        "CREATE TABLE n (id INTEGER PRIMARY KEY, x TEXT NOT NULL);\nINSERT INTO n SELECT id, x FROM large;\nDROP TABLE large;\n\
         ALTER TABLE n RENAME TO large;\nCREATE INDEX large_x ON large (x);\nCREATE INDEX small_x ON small (x);\n\
         CREATE UNIQUE INDEX small_y ON small (x);\nCREATE UNIQUE INDEX bare_x ON bare (x);\n\
         ALTER TABLE bare ADD COLUMN y INT NOT NULL;\nALTER TABLE not_there ADD COLUMN y INT NOT NULL;\n\
         DELETE FROM \"Odd \"\"name\";\nDELETE FROM Bare;\n",
    );
    sandbox.write("core/3.sql", "CREATE INDEX large_y ON LARGE (id, x);\n");
    check(
        &sandbox,
        r#"
$ upgrades plan
script      statements  description
core/2.sql          12               3 marks
core/3.sql           1               1 mark

core/2.sql
  rebuilds-table at line 3, column 1: rebuilds table large: about 120,000 rows, 2 MB
    DROP TABLE large;
  unique-on-rows at line 7, column 1: makes a unique index on table small: 1 row
    CREATE UNIQUE INDEX small_y ON small (x);
  deletes-all-rows at line 11, column 1: deletes every row of table Odd "name: 1 row
    DELETE FROM "Odd ""name";

core/3.sql
  indexes-large-table at line 1, column 1: makes an index on table LARGE: about 120,000 rows, 2 MB
    CREATE INDEX large_y ON LARGE (id, x);

2 scripts would run on sqlite:shop.db
`upgrades explain CODE` tells why a mark is there, and how else to go about it
=> 0
$ upgrades check
rebuilds-table: core/2.sql at line 3, column 1 rebuilds table large: about 120,000 rows, 2 MB
unique-on-rows: core/2.sql at line 7, column 1 makes a unique index on table small: 1 row
deletes-all-rows: core/2.sql at line 11, column 1 deletes every row of table Odd "name: 1 row
indexes-large-table: core/3.sql at line 1, column 1 makes an index on table LARGE: about 120,000 rows, 2 MB
in order: 3 scripts checked, 4 warnings; `upgrades explain CODE` tells more
=> 0
$ upgrades check --strict
rebuilds-table: core/2.sql at line 3, column 1 rebuilds table large: about 120,000 rows, 2 MB
unique-on-rows: core/2.sql at line 7, column 1 makes a unique index on table small: 1 row
deletes-all-rows: core/2.sql at line 11, column 1 deletes every row of table Odd "name: 1 row
indexes-large-table: core/3.sql at line 1, column 1 makes an index on table LARGE: about 120,000 rows, 2 MB
4 warnings found; `upgrades explain CODE` tells more
=> 8
$ upgrades check --no-database
rebuilds-table: core/2.sql at line 3, column 1 rebuilds table large
unique-on-rows: core/2.sql at line 7, column 1 makes a unique index on table small
unique-on-rows: core/2.sql at line 8, column 1 makes a unique index on table bare
required-column: core/2.sql at line 9, column 1 adds column y, NOT NULL and without a default, to table bare
required-column: core/2.sql at line 10, column 1 adds column y, NOT NULL and without a default, to table not_there
deletes-all-rows: core/2.sql at line 11, column 1 deletes every row of table Odd "name
deletes-all-rows: core/2.sql at line 12, column 1 deletes every row of table Bare
in order: 3 scripts checked, 7 warnings; `upgrades explain CODE` tells more
=> 0
"#,
    );
}

/// What nobody has to be told twice, and what cannot be changed any more.
#[test]
fn what_ran_is_not_reviewed() {
    let sandbox = grown();
    sandbox.write("core/2.sql", "-- x\nDELETE FROM small;\n");
    check(
        &sandbox,
        r#"
$ upgrades check
deletes-all-rows: core/2.sql at line 2, column 1 deletes every row of table small: 1 row
in order: 2 scripts checked, 1 warning; `upgrades explain CODE` tells more
=> 0
$ upgrades run --quiet && upgrades check --strict
in order: 2 scripts checked
=> 0
$ upgrades check --strict --no-database
deletes-all-rows: core/2.sql at line 2, column 1 deletes every row of table small
1 warning found; `upgrades explain CODE` tells more
=> 8
$ sed -i 's/^-- x/-- upgrade: allow = deletes-all-rows/' core/2.sql
=> 0
$ upgrades check
edited-comments: core/2.sql has other comments or white space than when it ran
in order: 2 scripts checked
=> 0
$ upgrades check --strict --no-database
in order: 2 scripts checked
=> 0
"#,
    );
}

#[test]
fn what_is_allowed() {
    let sandbox = grown();
    sandbox.write(
        "core/2.sql",
        "-- upgrade: allow = drops-table\nDROP TABLE small;\n-- upgrade: allow = deletes-all-rows\nDELETE FROM large;\nDELETE FROM large;\n\
         -- upgrade: allow = renames-table, drops-column\nSELECT 1;\n",
    );
    sandbox.write("core/3.sql", "-- upgrade: allow = drop-table\nSELECT 1;\n");
    sandbox.write(
        "core/4.sql",
        "SELECT 1;\n-- upgrade: allow = nonsense\nSELECT 1;\n",
    );
    sandbox.write(
        "core/5.sql",
        "SELECT\n-- upgrade: allow = drops-table\n1;\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades check
directive: core/3.sql has a directive that cannot be followed: "allow = drop-table": allow cannot be "drop-table": there is no rule "drop-table"; did you mean drops-table?
directive: core/4.sql has a directive that cannot be followed: "allow = nonsense": allow cannot be "nonsense": there is no rule "nonsense"; there are drops-table, drops-column, drops-object, drops-database, deletes-all-rows, updates-all-rows, rebuilds-table, indexes-large-table, required-column, column-for-empty-table, unique-on-rows, foreign-key-on-rows, narrows-column, forbids-null, renames-table, renames-column, drops-used, unprotected, not-repeatable, no-primary-key, inline-references, foreign-key-without-index, no-statement
directive: core/5.sql has a directive that cannot be followed: "allow = drops-table": allow stands before the statement that it is for, or before the first one
deletes-all-rows: core/2.sql at line 5, column 1 deletes every row of table large: about 120,000 rows, 2 MB
allow-unused: core/2.sql allows renames-table and does nothing of the kind at line 7, column 1
allow-unused: core/2.sql allows drops-column and does nothing of the kind at line 7, column 1
3 problems and 3 warnings found; `upgrades explain CODE` tells more
=> 8
$ rm core/3.sql core/4.sql core/5.sql
=> 0
$ upgrades check --strict
deletes-all-rows: core/2.sql at line 5, column 1 deletes every row of table large: about 120,000 rows, 2 MB
allow-unused: core/2.sql allows renames-table and does nothing of the kind at line 7, column 1
allow-unused: core/2.sql allows drops-column and does nothing of the kind at line 7, column 1
3 warnings found; `upgrades explain CODE` tells more
=> 8
$ upgrades plan
script      statements  description
core/2.sql           4               1 mark

core/2.sql
  deletes-all-rows at line 5, column 1: deletes every row of table large: about 120,000 rows, 2 MB
    DELETE FROM large;

1 script would run on sqlite:shop.db
`upgrades explain CODE` tells why a mark is there, and how else to go about it
=> 0
"#,
    );
}

#[test]
fn what_another_track_uses() {
    let sandbox = crate::transcript::shop();
    sandbox.write(
        "custom/1.1.0_cheap.sql",
        "CREATE VIEW #__cheap AS SELECT name FROM #__products WHERE cents < 500;\n",
    );
    check(&sandbox, "\n$ upgrades run --quiet\n=> 0\n");
    sandbox.write(
        "core/1.2.0_names.sql",
        "-- upgrade: allow = drops-column\nALTER TABLE #__products DROP COLUMN name;\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades check
drops-used: core/1.2.0_names.sql at line 2, column 1 takes away column name of table cb_products, on which cb_cheap of customization/1.1.0_cheap.sql at line 1 hangs
in order: 5 scripts checked, 1 warning; `upgrades explain CODE` tells more
=> 0
$ upgrades check --no-database
drops-used: customization/1.1.0_cheap.sql at line 1, column 1 uses column name of table cb_products, which core/1.2.0_names.sql at line 2 has dropped or renamed before it runs
in order: 5 scripts checked, 1 warning; `upgrades explain CODE` tells more
=> 0
"#,
    );
}

/// The sample application's scripts give no false alarm, and what is right about them they allow themselves.
#[test]
fn the_sample_application_is_in_order() {
    check(
        &sample(),
        r#"
$ upgrades check --strict --no-database
in order: 29 scripts checked
=> 0
$ upgrades check --strict --no-database --database mysql://nobody@127.0.0.1:1/shop
in order: 29 scripts checked
=> 0
$ mkdir -p data && upgrades check --strict
in order: 29 scripts checked
=> 0
$ upgrades run --quiet && upgrades check --strict
in order: 29 scripts checked
=> 0
"#,
    );
}

#[test]
fn a_rule_is_explained() {
    check(
        &Sandbox::new(),
        r#"
$ upgrades explain required-column
required-column: A script adds a column that is NOT NULL and has no default.

cause:  SQLite refuses it as soon as the table has a row; MySQL fills in '' or 0, which nobody meant, or fails at a date.
remedy: Give the column a default that is right for old rows; or add it as NULL, fill it, and demand NOT NULL afterwards.

exit code 8
=> 0
"#,
    );
}

/// What stands in `repeat/` runs again whenever it changes.
#[test]
fn what_repeats_has_to_be_repeatable() {
    let sandbox = crate::transcript::shop();
    sandbox.write(
        "core/repeat/good.sql",
        "DROP VIEW IF EXISTS #__v;\nCREATE VIEW #__v AS SELECT name FROM #__products;\n",
    );
    sandbox.write(
        "core/repeat/seed.sql",
        "INSERT INTO #__products (name) VALUES ('desk');\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades check --no-database
not-repeatable: core/repeat/seed.sql at line 1, column 1 cannot be repeated: it inserts its rows again the second time; ask WHERE NOT EXISTS, or say what to do ON CONFLICT
in order: 5 scripts checked, 1 warning; `upgrades explain CODE` tells more
=> 0
"#,
    );
}
