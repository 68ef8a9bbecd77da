//! `upgrades repair`

use crate::transcript::{FAILING, check, shop};

#[test]
fn shows_and_settles() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades repair
sqlite:shop.db: every script is as it ran
=> 0
$ upgrades repair mark core/1.0.0_products.sql --reason x
! error[repair]: the script is not settled, and nothing was changed
!   cause: there is no database at sqlite:shop.db, so that no script can differ from what it has seen
!   help: upgrades explain repair
=> 2
$ ls
core
custom
upgrades.toml
=> 0
$ upgrades run --quiet
=> 0
$ upgrades repair
sqlite:shop.db: every script is as it ran
=> 0
$ sed -i 's/4900/5900/' core/1.1.0-prices.sql
=> 0
$ sed -i '1i-- what we sell' core/1.0.0_products.sql
=> 0
$ mv custom/1.0.0_dealers.sql kept
=> 0
$ echo "INSERT INTO cb_products (name, cents) VALUES ('table', 1);" > 'core/1.0.5 late.sql'
=> 0
$ upgrades repair
core/1.0.0_products.sql has other comments or white space than when it ran, TIME
    --- core/1.0.0_products.sql, TIME
    +++ core/1.0.0_products.sql, now
    @@ -1 +1,2 @@
    +-- what we sell
     CREATE TABLE #__products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  upgrades repair accept core/1.0.0_products.sql --reason "..."

core/1.1.0-prices.sql was edited after it ran, TIME
    --- core/1.1.0-prices.sql, TIME
    +++ core/1.1.0-prices.sql, now
    @@ -1,3 +1,3 @@
     -- upgrade: description = prices in cents
     ALTER TABLE #__products ADD COLUMN cents INTEGER;
    -INSERT INTO #__products (name, cents) VALUES ('chair', 4900);
    +INSERT INTO #__products (name, cents) VALUES ('chair', 5900);
  upgrades repair accept core/1.1.0-prices.sql --reason "..."

customization/1.0.0_dealers.sql ran here, TIME, and is gone
    --- customization/1.0.0_dealers.sql, TIME
    +++ /dev/null
    @@ -1,2 +0,0 @@
    --- upgrade: requires = core >= 1.1
    -CREATE TABLE #__dealers (id INTEGER PRIMARY KEY);
  upgrades repair accept customization/1.0.0_dealers.sql --reason "..."

core/1.0.5 late.sql never ran, and its track is past its version
  upgrades repair run 'core/1.0.5 late.sql'
  upgrades repair mark 'core/1.0.5 late.sql' --reason "..."

sqlite:shop.db: 4 scripts to settle
=> 8
"#,
    );
}

#[test]
fn settles_each() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
=> 0
$ sed -i 's/4900/5900/' core/1.1.0-prices.sql
=> 0
$ rm core/1.0.0_products.sql
=> 0
$ echo "INSERT INTO cb_products (name, cents) VALUES ('table', 1);" > 'core/1.0.5 late.sql'
=> 0
$ echo 'SELECT 1;' > core/1.0.6.sql
=> 0
$ upgrades repair accept core/1.1.0-prices.sql
! error: the following required arguments were not provided:
!   --reason <TEXT>
!
! Usage: upgrades repair accept --reason <TEXT> <SCRIPT>
!
! For more information, try '--help'.
=> 2
$ upgrades repair accept core/1.1.0-price.sql --reason x
! error[repair]: the script is not settled, and nothing was changed
!   cause: there is no script core/1.1.0-price.sql; did you mean core/1.1.0-prices.sql?
!   help: upgrades explain repair
=> 2
$ upgrades repair accept core/1.1.0-prices.sql --reason 'the price of today'
accepted: core/1.1.0-prices.sql as it is now
=> 0
$ upgrades repair accept 1.0.0_products.sql --reason 'in the baseline'
accepted: core/1.0.0_products.sql as it is now
=> 0
$ upgrades repair mark 1.0.6.sql --reason 'by hand'
marked: core/1.0.6.sql as done
=> 0
$ upgrades repair run 'core/1.0.5 late.sql'
track  from              to                scripts  statements  took
core   1.1.0-prices.sql  1.1.0-prices.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [1/1] core/1.0.5 late.sql
=> 0
$ upgrades repair
sqlite:shop.db: every script is as it ran
=> 0
$ upgrades check
in order: 4 scripts checked
=> 0
$ upgrades history --limit 4
when                      script                   outcome   statements  took
TIME  core/1.1.0-prices.sql    accepted           0  N ms  the price of today
TIME  core/1.0.0_products.sql  accepted           0  N ms  in the baseline
TIME  core/1.0.6.sql           marked             0  N ms  by hand
TIME  core/1.0.5 late.sql      applied            1  N ms
=> 0
"#,
    );
}

#[test]
fn one_that_fails() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
=> 0
"#,
    );
    sandbox.write("core/1.0.5_late.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades repair run core/1.0.5_late.sql
! [1/1] core/1.0.5_late.sql
! error[script-failed]: script core/1.0.5_late.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 0 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and upgrades repair run core/1.0.5_late.sql again
=> 4
$ upgrades repair mark core/1.0.5_late.sql --reason x
! error[latched]: an earlier upgrade failed, and nothing runs until a person clears that: script core/1.0.5_late.sql failed in statement 2, line 3, column 1 at TIME
!   cause: no such table: cb_missing
!   help: upgrades explain latched
=> 4
$ upgrades clear-failure --reason 'not needed any more' --quiet
=> 0
$ upgrades repair mark core/1.0.5_late.sql --reason 'not needed any more'
marked: core/1.0.5_late.sql as done
=> 0
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
"#,
    );
}
