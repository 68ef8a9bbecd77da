//! `upgrades history`

use crate::transcript::{FAILING, check, shop};

#[test]
fn shows_what_happened() {
    let sandbox = shop();
    sandbox.write("custom/1.1.0_extra.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades history
nothing has happened here yet
=> 0
$ ls
core
custom
upgrades.toml
=> 0
$ upgrades run --quiet
! error[script-failed]: script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 3 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades clear-failure --quiet --reason 'a "quoted" reason'
=> 0
$ upgrades history
when                      script                           outcome  statements  took
TIME  core/1.0.0_products.sql          applied           1  N ms
TIME  core/1.1.0-prices.sql            applied           2  N ms
TIME  customization/1.0.0_dealers.sql  applied           1  N ms
TIME  customization/1.1.0_extra.sql    failed            1  N ms  no such table: cb_missing
TIME  customization/1.1.0_extra.sql    cleared           0  N ms  go-on: a "quoted" reason
=> 0
$ upgrades history --track customization
when                      script                           outcome  statements  took
TIME  customization/1.0.0_dealers.sql  applied           1  N ms
TIME  customization/1.1.0_extra.sql    failed            1  N ms  no such table: cb_missing
TIME  customization/1.1.0_extra.sql    cleared           0  N ms  go-on: a "quoted" reason
=> 0
$ upgrades history --limit 1
when                      script                         outcome  statements  took
TIME  customization/1.1.0_extra.sql  cleared           0  N ms  go-on: a "quoted" reason
=> 0
$ upgrades history --track core --limit 1
when                      script                 outcome  statements  took
TIME  core/1.1.0-prices.sql  applied           2  N ms
=> 0
$ upgrades history --limit 0
the history has no such rows
=> 0
$ upgrades history --track plugin
the history has no such rows
=> 0
$ upgrades history --track 'No Track'
! error: invalid value 'No Track' for '--track <NAME>': a track's name is at most 64 lower-case letters, digits, - and _, and begins with a letter; "No Track" is not
!
! For more information, try '--help'.
=> 2
$ upgrades history --limit -1
! error: unexpected argument '-1' found
!
! Usage: upgrades history [OPTIONS]
!
! For more information, try '--help'.
=> 2
"#,
    );
}

#[test]
fn shows_text_of_others_without_letting_it_move_the_cursor() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
=> 0
"#,
    );
    sandbox
        .open("shop.db")
        .execute_batch(
            "UPDATE cb_upgrade_history SET outcome = 'failed', error = 'a' || char(27) || '[31mred' || char(10) || 'b' \
             WHERE id = 3",
        )
        .unwrap();
    check(
        &sandbox,
        r#"
$ upgrades history --limit 1
when                      script                           outcome  statements  took
TIME  customization/1.0.0_dealers.sql  failed            1  N ms  a�[31mred; b
=> 0
"#,
    );
}
