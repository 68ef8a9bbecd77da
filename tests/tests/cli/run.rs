//! `upgrades run`

use crate::transcript::{FAILING, bare, check, shop};

#[test]
fn brings_the_database_to_the_newest_version() {
    check(
        &shop(),
        r#"
$ upgrades run
track          from  to                 scripts  statements  took
core           -     1.1.0-prices.sql         2           3  N ms
customization  -     1.0.0_dealers.sql        1           1  N ms

3 scripts applied to sqlite:shop.db
! [1/3] core/1.0.0_products.sql
! [2/3] core/1.1.0-prices.sql
! [3/3] customization/1.0.0_dealers.sql
=> 0
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
$ echo 'SELECT 1;' > custom/1.1.0.sql && upgrades run
track          from               to         scripts  statements  took
customization  1.0.0_dealers.sql  1.1.0.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [1/1] customization/1.1.0.sql
=> 0
"#,
    );
}

#[test]
fn goes_no_further_than_it_may() {
    check(
        &shop(),
        r#"
$ upgrades run --to 1.0.0
track  from  to                  scripts  statements  took
core   -     1.0.0_products.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [1/1] core/1.0.0_products.sql
=> 0
$ upgrades run --to 1.0.0
sqlite:shop.db: nothing is pending up to core 1.0.0
=> 0
$ upgrades status
sqlite:shop.db: 2 scripts pending

track          in the database     newest script      pending
core           1.0.0_products.sql  1.1.0-prices.sql         1
customization  -                   1.0.0_dealers.sql        1
=> 0
$ upgrades run --to core=1.0.0_products.sql
sqlite:shop.db: nothing is pending up to core 1.0.0
=> 0
$ upgrades run --to core=1.0.5 --to customization=0.9
sqlite:shop.db: nothing is pending up to core 1.0.5, customization 0.9
=> 0
$ upgrades run --to core=9
track          from                to                 scripts  statements  took
core           1.0.0_products.sql  1.1.0-prices.sql         1           2  N ms
customization  -                   1.0.0_dealers.sql        1           1  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.1.0-prices.sql
! [2/2] customization/1.0.0_dealers.sql
=> 0
$ upgrades status --check
sqlite:shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ upgrades run --to plugin=1
! error[setup]: the limit of track "plugin" cannot be used: there is no such track; nothing was run
!   help: upgrades explain setup
=> 2
$ upgrades run --to v1.1.0 # which would come before all versions
! error: invalid value 'v1.1.0' for '--to <[TRACK=]VERSION>': a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql
!
! For more information, try '--help'.
=> 2
$ upgrades run --to 1.1.O
! error: invalid value '1.1.O' for '--to <[TRACK=]VERSION>': "O" is no word of a version (dev, alpha, a, beta, b, rc, pl, p); put "_" before it if it describes the script
!
! For more information, try '--help'.
=> 2
$ upgrades run --to Core=1
! error: invalid value 'Core=1' for '--to <[TRACK=]VERSION>': a track's name is at most 64 lower-case letters, digits, - and _, and begins with a letter; "Core" is not
!
! For more information, try '--help'.
=> 2
"#,
    );
}

#[test]
fn a_limit_on_customization_lets_core_run() {
    let sandbox = shop();
    sandbox.write("custom/2.0.0.sql", "SELECT 1;");
    check(
        &sandbox,
        r#"
$ upgrades run --to customization=1.0.0
track          from  to                 scripts  statements  took
core           -     1.1.0-prices.sql         2           3  N ms
customization  -     1.0.0_dealers.sql        1           1  N ms

3 scripts applied to sqlite:shop.db
! [1/3] core/1.0.0_products.sql
! [2/3] core/1.1.0-prices.sql
! [3/3] customization/1.0.0_dealers.sql
=> 0
"#,
    );
}

#[test]
fn a_failure_stops_what_comes_after_it() {
    let sandbox = shop();
    sandbox.write("core/1.2.0_extra.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades run
! [1/4] core/1.0.0_products.sql
! [2/4] core/1.1.0-prices.sql
! [3/4] core/1.2.0_extra.sql
! error[script-failed]: script core/1.2.0_extra.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 2 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ cat log/upgrade_errors.log
=== TIME [script-failed]
script:    core/1.2.0_extra.sql
statement: 2 (line 3, column 1)
           INSERT INTO #__missing (id) VALUES (1);
error:     no such table: cb_missing
run:       RUN, begun TIME
to go on:  Mend the cause: the data that the script met, or the script; then `upgrades clear-failure --reason "..."`, and start the application again.

=> 0
$ upgrades run
! error[latched]: an earlier upgrade failed, and nothing runs until a person clears that: script core/1.2.0_extra.sql failed in statement 2, line 3, column 1 at TIME
!   cause: no such table: cb_missing
!   help: upgrades explain latched
=> 4
$ upgrades run --quiet
! error[latched]: an earlier upgrade failed, and nothing runs until a person clears that: script core/1.2.0_extra.sql failed in statement 2, line 3, column 1 at TIME
!   cause: no such table: cb_missing
!   help: upgrades explain latched
=> 4
$ upgrades status --check --quiet
=> 4
"#,
    );
}

#[test]
fn a_failure_log_that_cannot_be_written() {
    let sandbox = shop();
    sandbox.write("custom/1.1.0.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades run --log-directory upgrades.toml
! [1/4] core/1.0.0_products.sql
! [2/4] core/1.1.0-prices.sql
! [3/4] customization/1.0.0_dealers.sql
! [4/4] customization/1.1.0.sql
! error[script-failed]: script customization/1.1.0.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 3 scripts
!   log: upgrades.toml/upgrade_errors.log, which could not be written
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
}

#[test]
fn the_log_says_more_or_less() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades run --verbose --to core=1.0.0
track  from  to                  scripts  statements  took
core   -     1.0.0_products.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [TIME INFO  upgrades::upgrader] run RUN: 1 scripts with 1 statements
! [1/1] core/1.0.0_products.sql
! [TIME INFO  upgrades::upgrader] core/1.0.0_products.sql applied in N ms
! [TIME INFO  upgrades::upgrader] 1 scripts applied
=> 0
$ upgrades run -vv --to core=1.1.0
track          from                to                 scripts  statements  took
core           1.0.0_products.sql  1.1.0-prices.sql         1           2  N ms
customization  -                   1.0.0_dealers.sql        1           1  N ms

2 scripts applied to sqlite:shop.db
! [TIME INFO  upgrades::upgrader] run RUN: 2 scripts with 3 statements
! [TIME DEBUG upgrades::upgrader] core/1.1.0-prices.sql: 2 statements
! [1/2] core/1.1.0-prices.sql
! [TIME DEBUG upgrades::upgrader] customization/1.0.0_dealers.sql: 1 statements
! [2/2] customization/1.0.0_dealers.sql
! [TIME INFO  upgrades::upgrader] core/1.1.0-prices.sql applied in N ms
! [TIME INFO  upgrades::upgrader] customization/1.0.0_dealers.sql applied in N ms
! [TIME INFO  upgrades::upgrader] 2 scripts applied
=> 0
$ upgrades run -vvv
sqlite:shop.db is current: nothing is pending
! [TIME INFO  upgrades::upgrader] 0 scripts applied
=> 0
$ upgrades run -v
sqlite:shop.db is current: nothing is pending
! [TIME INFO  upgrades::upgrader] 0 scripts applied
=> 0
$ RUST_LOG=upgrades=info upgrades run
sqlite:shop.db is current: nothing is pending
! [TIME INFO  upgrades::upgrader] 0 scripts applied
=> 0
$ upgrades run -q
=> 0
$ upgrades run -q -v
! error: the argument '--quiet' cannot be used with '--verbose...'
!
! Usage: upgrades run --quiet
!
! For more information, try '--help'.
=> 2
"#,
    );
}

#[test]
fn an_empty_folder_is_current() {
    check(
        &bare(),
        r#"
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
$ ls
core
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn warnings_do_not_stop_it() {
    let sandbox = bare();
    sandbox.write(
        "core/1.sql",
        "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a);\n",
    );
    sandbox.write("core/2.sql", "-- upgrade: foreign_keys = off\nSELECT 1;\n");
    check(
        &sandbox,
        r#"
$ upgrades run --quiet --to 1
=> 0
"#,
    );
    let shop = sandbox.open("shop.db");
    shop.execute_batch("PRAGMA foreign_keys = off; INSERT INTO b VALUES (1, 7), (2, 8)")
        .unwrap();
    check(
        &sandbox,
        r#"
$ upgrades run
track  from   to     scripts  statements  took
core   1.sql  2.sql        1           1  N ms

1 script applied to sqlite:shop.db
! warning: rows that broke foreign keys before core/2.sql ran: 2; the first: row 1 of b has no parent in a
! [1/1] core/2.sql
=> 0
"#,
    );
    sandbox.write(
        "core/3.sql",
        "-- upgrade: foreign_keys = off\nINSERT INTO b VALUES (3, 9);\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades run
! warning: rows that broke foreign keys before core/3.sql ran: 2; the first: row 1 of b has no parent in a
! [1/1] core/3.sql
! error[script-failed]: script core/3.sql failed; it was rolled back, and later scripts were not run
!   cause: the script breaks a foreign key: row 3 of b has no parent in a
!   help: upgrades explain script-failed
!   applied before it: 0 scripts
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
}

#[test]
fn when_newer_says_what_an_older_program_does() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet && rm custom/*
=> 0
$ upgrades run
! error[database-newer]: this program is older than the database: customization is at 1.0.0_dealers.sql, and there is no script of it here
!   help: upgrades explain database-newer
=> 6
$ sed -i '1i when_newer = "continue"' upgrades.toml
=> 0
$ upgrades run
sqlite:shop.db is newer than this program, and was left alone
=> 0
$ upgrades status --check
sqlite:shop.db: newer than this program

track          in the database    newest script     pending
core           1.1.0-prices.sql   1.1.0-prices.sql        0
customization  1.0.0_dealers.sql  -                       0

The application is older than its database: database-newer
  problem:   This program is older than the database: customization is at 1.0.0_dealers.sql, and there is no script of it here.
  solution:  Install the newer release again, or restore the database's backup from before it.
  who:       whoever runs the installation
=> 6
"#,
    );
}

#[test]
fn a_program_that_a_script_refuses() {
    let sandbox = shop();
    sandbox.write("custom/1.1.0.sql", "-- upgrade: min_app = 1.5.0\nSELECT 1;");
    check(
        &sandbox,
        r#"
$ upgrades run --app-version 1.4.0
! error[requirement]: customization/1.1.0.sql needs app >=1.5.0, and the application is 1.4.0; nothing was run
!   help: upgrades explain requirement
=> 8
$ upgrades run --quiet
=> 0
$ upgrades run --app-version 1.4.0
! error[program-too-old]: this program (1.4.0) is too old for the database, which needs 1.5.0 or a newer one
!   help: upgrades explain program-too-old
=> 6
$ upgrades status --check --app-version 1.4.0
sqlite:shop.db: newer than this program

track          in the database   newest script     pending
core           1.1.0-prices.sql  1.1.0-prices.sql        0
customization  1.1.0.sql         1.1.0.sql               0

The application is older than its database: program-too-old
  problem:   This program (1.4.0) is too old for the database, which needs 1.5.0 or a newer one.
  solution:  Install the version that the message names, or a newer one.
  who:       whoever runs the installation
=> 6
$ upgrades run --app-version 1.5.0
sqlite:shop.db is current: nothing is pending
=> 0
"#,
    );
}
