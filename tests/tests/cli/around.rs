//! Repeatable scripts and callbacks, as the command shows them.

use crate::transcript::{check, shop};

const VIEW: &str =
    "DROP VIEW IF EXISTS #__cheap;\nCREATE VIEW #__cheap AS SELECT name FROM #__products;\n";

#[test]
fn repeatable_scripts() {
    let sandbox = shop();
    sandbox.write("core/repeat/cheap_view.sql", VIEW);
    check(
        &sandbox,
        r#"
$ upgrades run
track          from  to                 scripts  statements  took
core           -     1.1.0-prices.sql         3           5  N ms
customization  -     1.0.0_dealers.sql        1           1  N ms

4 scripts applied to sqlite:shop.db
! [1/4] core/1.0.0_products.sql
! [2/4] core/1.1.0-prices.sql
! [3/4] core/repeat/cheap_view.sql
! [4/4] customization/1.0.0_dealers.sql
=> 0
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
$ echo '-- so it is' >> core/repeat/cheap_view.sql
=> 0
$ upgrades status
sqlite:shop.db: 1 script pending

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         1
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ upgrades plan
script                      statements  description
core/repeat/cheap_view.sql           2  cheap view

1 script would run on sqlite:shop.db
=> 0
$ upgrades check
repeatable-due: core/repeat/cheap_view.sql has changed, and runs at the next start
in order: 4 scripts checked
=> 0
$ upgrades run
track  from              to                scripts  statements  took
core   1.1.0-prices.sql  1.1.0-prices.sql        1           2  N ms

1 script applied to sqlite:shop.db
! [1/1] core/repeat/cheap_view.sql
=> 0
$ upgrades history --limit 2
when                      script                           outcome  statements  took
TIME  customization/1.0.0_dealers.sql  applied           1  N ms
TIME  core/repeat/cheap_view.sql       applied           2  N ms
=> 0
$ echo 'SELECT * FROM nowhere' > core/repeat/cheap_view.sql; upgrades run
! [1/1] core/repeat/cheap_view.sql
! error[script-failed]: script core/repeat/cheap_view.sql failed in statement 1, line 1, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: nowhere
!   help: upgrades explain script-failed
!   statement: SELECT * FROM nowhere
!   applied before it: 0 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades clear-failure --reason 'as it is' --resolution mark-done
cleared: script core/repeat/cheap_view.sql failed in statement 1, line 1, column 1
the script is recorded as applied, and the next run goes on behind it
=> 0
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
$ mv core/repeat/cheap_view.sql core/repeat/1.0_cheap.sql; upgrades run
! error[script-name]: the scripts are not in order, and none was run
!   cause: "repeat/1.0_cheap.sql" of track core is not named as a script is
!   cause: a repeatable script's name has no version; it is of letters, digits, _, - and blanks, as in repeat/prices_view.sql
!   help: upgrades explain script-name
=> 8
"#,
    );
}

#[test]
fn callbacks() {
    let sandbox = shop();
    sandbox.write("core/before-run.sql", "SELECT 'before';");
    sandbox.write("core/after-run.sql", "SELECT * FROM nowhere;");
    sandbox.write("custom/after-failure.sql", "SELECT * FROM elsewhere;");
    check(
        &sandbox,
        r#"
$ upgrades plan
script                           statements  description
core/before-run.sql                       1  before-run
core/1.0.0_products.sql                   1  products
core/1.1.0-prices.sql                     2  prices in cents
customization/1.0.0_dealers.sql           1  dealers
core/after-run.sql                        1  after-run

5 scripts would run on sqlite:shop.db
=> 0
$ upgrades run
! core/before-run.sql
! [1/3] core/1.0.0_products.sql
! [2/3] core/1.1.0-prices.sql
! [3/3] customization/1.0.0_dealers.sql
! core/after-run.sql
! customization/after-failure.sql
! warning: the callback after the failure has failed too: script customization/after-failure.sql failed in statement 1, line 1, column 1: no such table: elsewhere
! error[script-failed]: script core/after-run.sql failed in statement 1, line 1, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: nowhere
!   help: upgrades explain script-failed
!   statement: SELECT * FROM nowhere;
!   applied before it: 3 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ echo "SELECT 'after';" > core/after-run.sql; upgrades clear-failure --reason mended
cleared: script core/after-run.sql failed in statement 1, line 1, column 1
the next run goes on where it failed
=> 0
$ upgrades status
sqlite:shop.db: 1 script pending

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         1
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ upgrades status --format json | tr -d ' \n' | grep -o '"pending":\[[^]]*\]'
"pending":["after-run.sql"]
"pending":[]
=> 0
$ upgrades run
sqlite:shop.db is current: what was owed after an earlier run is done
! core/after-run.sql
=> 0
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
"#,
    );
}
