//! `upgrades plan`

use crate::transcript::{FAILING, bare, check, shop};

#[test]
fn shows_each_script_and_writes_nothing() {
    check(
        &shop(),
        r#"
$ upgrades plan
script                           statements  description
core/1.0.0_products.sql                   1  products
core/1.1.0-prices.sql                     2  prices in cents
customization/1.0.0_dealers.sql           1  dealers

3 scripts would run on sqlite:shop.db
=> 0
$ ls
core
custom
upgrades.toml
=> 0
$ upgrades plan --to 1.0.0
script                   statements  description
core/1.0.0_products.sql           1  products

1 script would run on sqlite:shop.db
=> 0
$ upgrades plan --quiet
=> 0
$ upgrades run --quiet
=> 0
$ upgrades plan
sqlite:shop.db: nothing is pending
=> 0
"#,
    );
}

#[test]
fn marks_what_is_dangerous() {
    let sandbox = bare();
    sandbox.write(
        "core/0.sql",
        "CREATE TABLE a (x, y); INSERT INTO a VALUES (1, 2), (3, 4); CREATE TABLE b (x); CREATE INDEX i ON a (x);\n\
         CREATE VIEW v AS SELECT 1; CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;\n",
    );
    check(&sandbox, "\n$ upgrades run --quiet\n=> 0\n");
    sandbox.write(
        "core/1.sql",
        "SELECT 1;\nDROP TABLE a;\nDELETE FROM a;\nDELETE FROM a WHERE x = 1;\nUPDATE a SET x = 1;\n\
         UPDATE a SET x = 1 WHERE y = 2;\nALTER TABLE a DROP COLUMN y;\nDROP INDEX i; DROP VIEW v; DROP TRIGGER t;\n\
         -- DROP TABLE in_a_comment;\nSELECT 'DROP TABLE in_a_string';\n\
         WITH c AS (SELECT 1) DELETE FROM a;\nREPLACE INTO a VALUES (1, 2);\nDELETE FROM b;\nDROP TABLE b;\n\
         DELETE FROM not_there; DROP TABLE not_there;\n",
    );
    sandbox.write(
        "core/2.sql",
        "-- upgrade: transaction = off\nVACUUM;\nDROP TABLE a;\n",
    );
    sandbox.write("core/3.sql", "DELETE FROM a;\n".repeat(13));
    sandbox.write(
        "core/4.sql",
        "-- upgrade: transaction = off\nPRAGMA auto_vacuum = 1;\n",
    );
    sandbox.write(
        "core/5.sql",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; UPDATE a SET x = 1; END;\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades plan
script      statements  description
core/1.sql          17               9 marks
core/2.sql           2               no transaction, 2 marks
core/3.sql          13               13 marks
core/4.sql           1               no transaction
core/5.sql           1

core/1.sql
  drops-table at line 2, column 1: drops table a: 2 rows
    DROP TABLE a;
  deletes-all-rows at line 3, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  updates-all-rows at line 5, column 1: changes every row of table a: 2 rows
    UPDATE a SET x = 1;
  drops-column at line 7, column 1: drops column y of table a: 2 rows
    ALTER TABLE a DROP COLUMN y;
  drops-object at line 8, column 1: drops index i
    DROP INDEX i;
  drops-object at line 8, column 15: drops view v
    DROP VIEW v;
  drops-object at line 8, column 28: drops trigger t
    DROP TRIGGER t;
  deletes-all-rows at line 11, column 1: deletes every row of table a: 2 rows
    WITH c AS (SELECT 1) DELETE FROM a;
  drops-table at line 14, column 1: drops table b
    DROP TABLE b;

core/2.sql
  rebuilds-table at line 2, column 1: writes the whole database anew
    VACUUM;
  drops-table at line 3, column 1: drops table a: 2 rows
    DROP TABLE a;

core/3.sql
  deletes-all-rows at line 1, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 2, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 3, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 4, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 5, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 6, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 7, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 8, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 9, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  deletes-all-rows at line 10, column 1: deletes every row of table a: 2 rows
    DELETE FROM a;
  and 3 more

5 scripts would run on sqlite:shop.db
`upgrades explain CODE` tells why a mark is there, and how else to go about it
=> 0
"#,
    );
}

#[test]
fn says_why_it_would_be_refused() {
    let sandbox = shop();
    sandbox.write(
        "core/1.2.0.sql",
        "-- upgrade: requires = app >= 3.0\nSELECT 1;",
    );
    check(
        &sandbox,
        r#"
$ upgrades plan
script                           statements  description
core/1.0.0_products.sql                   1  products
core/1.1.0-prices.sql                     2  prices in cents
core/1.2.0.sql                            1
customization/1.0.0_dealers.sql           1  dealers

4 scripts pending, and none would run on sqlite:shop.db
refused: core/1.2.0.sql needs app >=3.0, and the application is 2.0.0; nothing was run
=> 8
$ upgrades run
! error[requirement]: core/1.2.0.sql needs app >=3.0, and the application is 2.0.0; nothing was run
!   help: upgrades explain requirement
=> 8
$ UPGRADES_APP_VERSION=3.0.0-rc.1 upgrades plan
script                           statements  description
core/1.0.0_products.sql                   1  products
core/1.1.0-prices.sql                     2  prices in cents
core/1.2.0.sql                            1
customization/1.0.0_dealers.sql           1  dealers

4 scripts would run on sqlite:shop.db
=> 0
"#,
    );
    sandbox.write("core/1.2.0.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
! error[script-failed]: script core/1.2.0.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 2 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades plan
script                           statements  description
core/1.2.0.sql                            3
customization/1.0.0_dealers.sql           1  dealers

2 scripts pending, and none would run on sqlite:shop.db
refused: an earlier upgrade failed, and nothing runs until a person clears that: script core/1.2.0.sql failed in statement 2, line 3, column 1 at TIME
=> 4
"#,
    );
}

#[test]
fn reads_no_script_that_ran() {
    check(
        &shop(),
        r#"
$ upgrades run --quiet && printf 'no script \377' > core/1.0.0_products.sql
=> 0
$ upgrades plan
sqlite:shop.db: nothing is pending
=> 0
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
$ upgrades status --check
sqlite:shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
"#,
    );
}
