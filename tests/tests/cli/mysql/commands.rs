//! Every command, in the order of a first day.

use upgrades_tests::mariadb::Flavour;

use super::Installation;
use crate::pages::sample;
use crate::transcript::check;

#[test]
fn from_the_first_status_to_the_history() {
    let shop = Installation::shop();
    check(
        &shop.sandbox,
        r#"
$ upgrades status
mysql://DB@127.0.0.1:PORT/DB: 3 scripts pending

track          in the database  newest script      pending
core           -                1.1.0-prices.sql         2
customization  -                1.0.0_dealers.sql        1
=> 0
$ upgrades plan
script                           statements  description
core/1.0.0_products.sql                   1  products
core/1.1.0-prices.sql                     2  prices in cents
customization/1.0.0_dealers.sql           1  dealers

3 scripts would run on mysql://DB@127.0.0.1:PORT/DB
=> 0
$ upgrades check
in order: 3 scripts checked
=> 0
$ upgrades history
nothing has happened here yet
=> 0
$ upgrades clear-failure --reason "none is known"
no failure is recorded; nothing was changed
=> 0
"#,
    );
    // Looking is not touching.
    assert_eq!(shop.database.rows("SHOW TABLES"), "");
    check(
        &shop.sandbox,
        r#"
$ upgrades run --to 1.0.0
track  from  to                  scripts  statements  took
core   -     1.0.0_products.sql        1           1  N ms

1 script applied to mysql://DB@127.0.0.1:PORT/DB
! [1/1] core/1.0.0_products.sql
=> 0
$ upgrades run
track          from                to                 scripts  statements  took
core           1.0.0_products.sql  1.1.0-prices.sql         1           2  N ms
customization  -                   1.0.0_dealers.sql        1           1  N ms

2 scripts applied to mysql://DB@127.0.0.1:PORT/DB
! [1/2] core/1.1.0-prices.sql
! [2/2] customization/1.0.0_dealers.sql
=> 0
$ upgrades run
mysql://DB@127.0.0.1:PORT/DB is current: nothing is pending
=> 0
$ upgrades status --check
mysql://DB@127.0.0.1:PORT/DB: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ upgrades history
when                      script                           outcome  statements  took
TIME  core/1.0.0_products.sql          applied           1  N ms
TIME  core/1.1.0-prices.sql            applied           2  N ms
TIME  customization/1.0.0_dealers.sql  applied           1  N ms
=> 0
$ echo 'SELECT 1;' >> core/1.0.0_products.sql; upgrades check
edited: core/1.0.0_products.sql was edited after it ran
1 problem found; `upgrades explain CODE` tells more
=> 8
$ rm core/1.1.0-prices.sql; upgrades run
! error[database-newer]: this program is older than the database: core is at 1.1.0-prices.sql, and the newest script here is 1.0.0_products.sql
!   help: upgrades explain database-newer
=> 6
"#,
    );
    assert_eq!(
        shop.database
            .rows("SELECT * FROM cb_system_vars ORDER BY name"),
        "latest_customization_update_version,1.0.0_dealers.sql; latest_update_version,1.1.0-prices.sql; upgrades_schema,2"
    );
}

#[test]
fn as_json() {
    check(
        &Installation::shop().sandbox,
        r#"
$ upgrades plan --format json --to 1.0.0
{
  "database": "mysql://DB@127.0.0.1:PORT/DB",
  "refusal": null,
  "scripts": [
    {
      "description": "products",
      "file": "1.0.0_products.sql",
      "marks": [],
      "statements": 1,
      "track": "core",
      "transaction": false
    }
  ],
  "state": "pending"
}
=> 0
$ upgrades run --format json
{
  "applied": [
    {
      "file": "1.0.0_products.sql",
      "statements": 1,
      "took_ms": N,
      "track": "core"
    },
    {
      "file": "1.1.0-prices.sql",
      "statements": 2,
      "took_ms": N,
      "track": "core"
    },
    {
      "file": "1.0.0_dealers.sql",
      "statements": 1,
      "took_ms": N,
      "track": "customization"
    }
  ],
  "ending": "upgraded",
  "run": "RUN",
  "tracks": [
    {
      "after": "1.1.0-prices.sql",
      "before": null,
      "track": "core"
    },
    {
      "after": "1.0.0_dealers.sql",
      "before": null,
      "track": "customization"
    }
  ],
  "warnings": []
}
=> 0
$ upgrades status --format json
{
  "database": "mysql://DB@127.0.0.1:PORT/DB",
  "failure": null,
  "issues": [],
  "refusal": null,
  "state": "current",
  "tracks": [
    {
      "newest": "1.1.0-prices.sql",
      "pending": [],
      "recorded": "1.1.0-prices.sql",
      "track": "core"
    },
    {
      "newest": "1.0.0_dealers.sql",
      "pending": [],
      "recorded": "1.0.0_dealers.sql",
      "track": "customization"
    }
  ],
  "working": null
}
=> 0
$ upgrades history --format json --limit 1
[
  {
    "checksum": "SHA",
    "code_checksum": "SHA",
    "error": null,
    "failed": null,
    "file": "1.0.0_dealers.sql",
    "host": "HOST",
    "id": 3,
    "outcome": "applied",
    "program_version": "2.0.0",
    "reason": null,
    "resolution": null,
    "run": "RUN",
    "started_at": "TIME",
    "statements": 1,
    "took_ms": N,
    "track": "customization",
    "version": "1.0.0"
  }
]
=> 0
$ upgrades check --format json
{
  "findings": [],
  "problems": 0,
  "warnings": 0
}
=> 0
$ upgrades clear-failure --reason none --format json
{
  "cleared": false,
  "failure": null,
  "resolution": null
}
=> 0
"#,
    );
}

#[test]
fn the_sample_application() {
    let sample = Installation::of(sample());
    check(
        &sample.sandbox,
        r#"
$ upgrades check
in order: 29 scripts checked
=> 0
$ upgrades run 2> /dev/null
track          from  to                         scripts  statements  took
core           -     3.6.0_merge_customers.lua       23          71  N ms
customization  -     1.2.0.1_dealer_number.sql        6          12  N ms

29 scripts applied to mysql://DB@127.0.0.1:PORT/DB
=> 0
$ upgrades run
mysql://DB@127.0.0.1:PORT/DB is current: nothing is pending
=> 0
"#,
    );
    let tables = "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()";
    assert_eq!(sample.database.rows(tables), "24");
    let figures = "SELECT figure, number FROM cb_shop_figures ORDER BY figure";
    assert_eq!(
        sample.database.rows(figures),
        "customers,0; open orders,0; products,1"
    );
    let reorder = "SELECT sku, quantity FROM cb_custom_reorder";
    assert_eq!(sample.database.rows(reorder), "SAMPLE-DESK,0");
}

#[test]
fn a_plan_marks_what_is_dangerous() {
    let shop = Installation::shop();
    check(&shop.sandbox, "\n$ upgrades run --quiet\n=> 0\n");
    shop.sandbox.write(
        "core/1.2.0_clean_up.sql",
        "ALTER TABLE #__products MODIFY COLUMN name VARCHAR(200) NOT NULL, ALGORITHM=COPY;\n\
         OPTIMIZE TABLE #__products;\nDELETE FROM #__products;\nUPDATE #__products SET cents = 1;\n\
         ALTER TABLE #__products DROP COLUMN cents;\nTRUNCATE TABLE #__products;\nDROP TABLE #__products;\n\
         CREATE OR REPLACE TABLE #__dealers (id INT);\nDELETE FROM #__dealers WHERE id = 1;\n\
         ALTER TABLE #__dealers ADD COLUMN name TEXT NOT NULL;\nDROP VIEW #__not_there;\nDROP PROCEDURE not_told;\n",
    );
    check(
        &shop.sandbox,
        r#"
$ upgrades plan
script                   statements  description
core/1.2.0_clean_up.sql          12  clean up     9 marks

core/1.2.0_clean_up.sql
  rebuilds-table at line 1, column 1: may rebuild or lock table cb_products: 1 row
    ALTER TABLE #__products MODIFY COLUMN name VARCHAR(200) NOT NULL, ALGORITHM=COPY
  rebuilds-table at line 2, column 1: may rebuild or lock table cb_products: 1 row
    OPTIMIZE TABLE #__products
  deletes-all-rows at line 3, column 1: deletes every row of table cb_products: 1 row
    DELETE FROM #__products
  updates-all-rows at line 4, column 1: changes every row of table cb_products: 1 row
    UPDATE #__products SET cents = 1
  drops-column at line 5, column 1: drops column cents of table cb_products: 1 row
    ALTER TABLE #__products DROP COLUMN cents
  deletes-all-rows at line 6, column 1: deletes every row of table cb_products: 1 row
    TRUNCATE TABLE #__products
  drops-table at line 7, column 1: drops table cb_products: 1 row
    DROP TABLE #__products
  drops-table at line 8, column 1: drops table cb_dealers and makes it anew
    CREATE OR REPLACE TABLE #__dealers (id INT)
  drops-object at line 12, column 1: drops procedure not_told
    DROP PROCEDURE not_told

1 script would run on mysql://DB@127.0.0.1:PORT/DB
`upgrades explain CODE` tells why a mark is there, and how else to go about it
=> 0
$ upgrades check --strict
rebuilds-table: core/1.2.0_clean_up.sql at line 1, column 1 may rebuild or lock table cb_products: 1 row
rebuilds-table: core/1.2.0_clean_up.sql at line 2, column 1 may rebuild or lock table cb_products: 1 row
deletes-all-rows: core/1.2.0_clean_up.sql at line 3, column 1 deletes every row of table cb_products: 1 row
updates-all-rows: core/1.2.0_clean_up.sql at line 4, column 1 changes every row of table cb_products: 1 row
drops-column: core/1.2.0_clean_up.sql at line 5, column 1 drops column cents of table cb_products: 1 row
deletes-all-rows: core/1.2.0_clean_up.sql at line 6, column 1 deletes every row of table cb_products: 1 row
drops-table: core/1.2.0_clean_up.sql at line 7, column 1 drops table cb_products: 1 row
drops-table: core/1.2.0_clean_up.sql at line 8, column 1 drops table cb_dealers and makes it anew
no-primary-key: core/1.2.0_clean_up.sql at line 8, column 1 makes table cb_dealers without a primary key
drops-object: core/1.2.0_clean_up.sql at line 12, column 1 drops procedure not_told
10 warnings found; `upgrades explain CODE` tells more
=> 8
"#,
    );
}

#[test]
fn what_may_fail_and_what_is_left_out() {
    let shop = Installation::shop();
    shop.sandbox.write(
        "core/1.2.0_from_an_old_project.sql",
        "LOCK TABLES #__products WRITE;\nSET autocommit = 0;\n/** CAN FAIL **/ DROP TABLE #__gone;\n\
         -- upgrade: can_fail\nALTER TABLE #__products ADD COLUMN name TEXT;\nUNLOCK TABLES;\n",
    );
    check(
        &shop.sandbox,
        r#"
$ upgrades run
track          from  to                             scripts  statements  took
core           -     1.2.0_from_an_old_project.sql        3           8  N ms
customization  -     1.0.0_dealers.sql                    1           1  N ms

4 scripts applied to mysql://DB@127.0.0.1:PORT/DB
! [1/4] core/1.0.0_products.sql
! [2/4] core/1.1.0-prices.sql
! [3/4] core/1.2.0_from_an_old_project.sql
! warning: core/1.2.0_from_an_old_project.sql, line 1, column 1: LOCK TABLES #__products WRITE was left out: the engine's own lock keeps other upgrades away, and its journal could not be written
! warning: core/1.2.0_from_an_old_project.sql, line 2, column 1: SET autocommit = 0 was left out: the engine decides what is committed together
! warning: core/1.2.0_from_an_old_project.sql, statement 3 failed, as it may: Unknown table 'DB.cb_gone' (error 1051, 42S02)
! warning: core/1.2.0_from_an_old_project.sql, statement 4 failed, as it may: Duplicate column name 'name' (error 1060, 42S21)
! warning: core/1.2.0_from_an_old_project.sql, line 6, column 1: UNLOCK TABLES was left out: the engine's own lock keeps other upgrades away, and its journal could not be written
! [4/4] customization/1.0.0_dealers.sql
=> 0
$ upgrades history
when                      script                              outcome  statements  took
TIME  core/1.0.0_products.sql             applied           1  N ms
TIME  core/1.1.0-prices.sql               applied           2  N ms
TIME  core/1.2.0_from_an_old_project.sql  applied           5  N ms  statement 3 failed, as it may: Unknown table 'DB.cb_gone' (error 1051, 42S02); statement 4 failed, as it may: Duplicate column name 'name' (error 1060, 42S21)
TIME  customization/1.0.0_dealers.sql     applied           1  N ms
=> 0
"#,
    );
}

#[test]
fn settings_of_the_session() {
    // The other one has no time limit for statements.
    if Flavour::MariaDb.is_absent() {
        return;
    }
    let shop = Installation::shop();
    let config = shop.sandbox.read("upgrades.toml");
    shop.sandbox.write(
        "upgrades.toml",
        config
            + "[mysql]\nsql_mode = \"ANSI_QUOTES\"\nforeign_key_checks = false\nlock_wait_timeout = \"7s\"\n\
               statement_timeout = \"90s\"\nlock_expiry = \"10s\"\n",
    );
    shop.sandbox.write(
        "core/1.2.0_seen.sql",
        "CREATE TABLE \"seen\" AS SELECT @@sql_mode, @@foreign_key_checks, @@innodb_lock_wait_timeout, \
         @@lock_wait_timeout, @@max_statement_time;\n",
    );
    shop.sandbox.write(
        "core/1.3.0_seen.sql",
        "-- upgrade: timeout = 10m\n-- upgrade: lock_timeout = 3s\n\
         INSERT INTO seen SELECT @@sql_mode, @@foreign_key_checks, @@innodb_lock_wait_timeout, \
         @@lock_wait_timeout, @@max_statement_time;\n",
    );
    check(&shop.sandbox, "$ upgrades run --quiet\n=> 0\n");
    assert_eq!(
        shop.database.rows("SELECT * FROM seen"),
        "ANSI_QUOTES,0,7,7,90.000000; ANSI_QUOTES,0,3,3,600.000000"
    );
    shop.sandbox.write(
        "core/1.4.0_slow.sql",
        "-- upgrade: timeout = 100ms\nSELECT SLEEP(20);\n",
    );
    shop.sandbox
        .write("wrong.toml", "[mysql]\nsql_modes = \"\"\n");
    check(
        &shop.sandbox,
        r#"
$ upgrades run --quiet
! error[script-failed]: script core/1.4.0_slow.sql failed in statement 1, line 2, column 1; it was rolled back, and later scripts were not run
!   cause: Query execution was interrupted (max_statement_time exceeded) (error 1969, 70100)
!   help: upgrades explain script-failed
!   statement: SELECT SLEEP(20)
!   applied before it: 0 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades run --config wrong.toml
! error[usage]: the configuration wrong.toml cannot be used
!   cause: line 2, column 1: unknown field `sql_modes`, expected one of `sql_mode`, `foreign_key_checks`, `lock_wait_timeout`, `statement_timeout`, `lock_expiry`, `replicas`, `max_lag`, `dump_tool`, `rehearse_on`
=> 2
"#,
    );
}
