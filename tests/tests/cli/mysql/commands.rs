//! Every command, in the order of a first day.

use super::Installation;
use crate::readme::sample;
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
        ""
    );
}

#[test]
fn as_json() {
    check(
        &Installation::shop().sandbox,
        r#"
$ upgrades plan --format json --to 1.0.0
=> 0
$ upgrades run --format json
=> 0
$ upgrades status --format json
=> 0
$ upgrades history --format json --limit 1
=> 0
$ upgrades check --format json
=> 0
$ upgrades clear-failure --reason none --format json
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
=> 0
$ upgrades run 2> /dev/null
=> 0
$ upgrades run
=> 0
"#,
    );
    let tables = "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()";
    assert_eq!(sample.database.rows(tables), "");
}

#[test]
fn a_plan_marks_what_is_dangerous() {
    let shop = Installation::shop();
    shop.sandbox.write(
        "core/1.2.0_clean_up.sql",
        "ALTER TABLE #__products MODIFY COLUMN name VARCHAR(200) NOT NULL, ALGORITHM=COPY;\n\
         OPTIMIZE TABLE #__products;\nDELETE FROM #__products;\nUPDATE #__products SET cents = 1;\n\
         ALTER TABLE #__products DROP COLUMN cents;\nTRUNCATE TABLE #__products;\nDROP TABLE #__products;\n\
         CREATE OR REPLACE TABLE #__dealers (id INT);\nDELETE FROM #__dealers WHERE id = 1;\n",
    );
    check(
        &shop.sandbox,
        r#"
$ upgrades plan --to 1.2.0
=> 0
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
=> 0
$ upgrades history
=> 0
"#,
    );
}

#[test]
fn settings_of_the_session() {
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
=> 4
$ upgrades run --config wrong.toml
=> 2
"#,
    );
}
