//! `upgrades status`

use crate::transcript::{FAILING, check, shop};

#[test]
fn pending_then_current() {
    check(
        &shop(),
        r#"
$ upgrades status
sqlite:shop.db: 3 scripts pending

track          in the database  newest script      pending
core           -                1.1.0-prices.sql         2
customization  -                1.0.0_dealers.sql        1
=> 0
$ upgrades status --check
sqlite:shop.db: 3 scripts pending

track          in the database  newest script      pending
core           -                1.1.0-prices.sql         2
customization  -                1.0.0_dealers.sql        1
=> 3
$ ls
core
custom
upgrades.toml
=> 0
$ upgrades run --quiet
=> 0
$ upgrades status
sqlite:shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ upgrades status --check
sqlite:shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ ls
core
custom
shop.db
shop.db-upgrade
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn failed() {
    let sandbox = shop();
    sandbox.write("custom/1.1.0.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
! error[script-failed]: script customization/1.1.0.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 3 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades status
sqlite:shop.db: failed; nothing runs until that is cleared

track          in the database    newest script     pending
core           1.1.0-prices.sql   1.1.0-prices.sql        0
customization  1.0.0_dealers.sql  1.1.0.sql               1

An upgrade of this installation has failed: script-failed
  problem:   The script customization/1.1.0.sql failed in statement 2, line 3, column 1: no such table: cb_missing. No upgrade runs until that is cleared.
  statement: INSERT INTO #__missing (id) VALUES (1);
  since:     TIME
  solution:  Mend the cause: the data that the script met, or the script; then `upgrades clear-failure --reason "..."`, and start the application again.
  who:       whoever adds the customization
  log:       [FOLDER]/log/upgrade_errors.log
=> 0
$ upgrades status --check --quiet
=> 4
"#,
    );
}

#[test]
fn a_database_that_is_newer_than_the_scripts() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet && rm core/1.1.0-prices.sql
=> 0
$ upgrades status --check
sqlite:shop.db: newer than this program

track          in the database    newest script       pending
core           1.1.0-prices.sql   1.0.0_products.sql        0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql         0

The application is older than its database: database-newer
  problem:   This program is older than the database: core is at 1.1.0-prices.sql, and the newest script here is 1.0.0_products.sql.
  solution:  Install the newer release again, or restore the database's backup from before it.
  who:       whoever runs the installation
=> 6
"#,
    );
}

#[test]
fn a_script_that_came_too_late() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet && echo 'SELECT 1;' > core/1.0.5_late.sql
=> 0
$ upgrades status --check
sqlite:shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0

An upgrade script came too late to run: skipped
  problem:   The script core/1.0.5_late.sql never ran, and its track is at 1.1.0-prices.sql already.
  solution:  `upgrades repair run SCRIPT` runs it now, `upgrades repair mark SCRIPT` says that its work is done. Or give it a version above the newest.
  who:       whoever makes the application
=> 0
$ echo 'SELECT 1;' > core/1.2.0.sql && upgrades run
track  from              to         scripts  statements  took
core   1.1.0-prices.sql  1.2.0.sql        1           1  N ms

1 script applied to sqlite:shop.db
! warning: The script core/1.0.5_late.sql never ran, and its track is at 1.1.0-prices.sql already.
! [1/1] core/1.2.0.sql
=> 0
"#,
    );
}

#[test]
fn a_further_track_and_an_optional_one() {
    let sandbox = shop();
    let config = sandbox.read("upgrades.toml");
    sandbox.write(
        "upgrades.toml",
        config + "[tracks.plugin-b]\ndirectory = \"b\"\n[tracks.plugin-a]\ndirectory = \"a\"\noptional = true\n",
    );
    sandbox.write("b/1.sql", "CREATE TABLE b (id);");
    check(
        &sandbox,
        r#"
$ upgrades status
sqlite:shop.db: 4 scripts pending

track          in the database  newest script      pending
core           -                1.1.0-prices.sql         2
customization  -                1.0.0_dealers.sql        1
plugin-b       -                1.sql                    1
plugin-a       -                -                        0
=> 0
$ upgrades run
track          from  to                 scripts  statements  took
core           -     1.1.0-prices.sql         2           3  N ms
customization  -     1.0.0_dealers.sql        1           1  N ms
plugin-b       -     1.sql                    1           1  N ms

4 scripts applied to sqlite:shop.db
! [1/4] core/1.0.0_products.sql
! [2/4] core/1.1.0-prices.sql
! [3/4] customization/1.0.0_dealers.sql
! [4/4] plugin-b/1.sql
=> 0
"#,
    );
}
