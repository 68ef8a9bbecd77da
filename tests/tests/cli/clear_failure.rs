//! `upgrades clear-failure`

use crate::transcript::{FAILING, bare, check, shop};

#[test]
fn goes_on() {
    let sandbox = shop();
    sandbox.write("core/1.2.0_extra.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades clear-failure --reason 'nothing is wrong'
no failure is recorded; nothing was changed
=> 0
$ upgrades run --quiet
! error[script-failed]: script core/1.2.0_extra.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 2 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades clear-failure
! error: the following required arguments were not provided:
!   --reason <TEXT>
!
! Usage: upgrades clear-failure --reason <TEXT>
!
! For more information, try '--help'.
=> 2
$ upgrades clear-failure --reason ' '
! error[clear]: the failure cannot be cleared by go-on: a reason is needed, for whoever reads the history later; nothing was changed
!   help: upgrades explain clear
=> 2
$ upgrades clear-failure --reason x --resolution forget
! error: invalid value 'forget' for '--resolution <HOW>'
!   [possible values: go-on, start-over, skip-statement, mark-done]
!
! For more information, try '--help'.
=> 2
$ upgrades clear-failure --reason 'the script is mended' --resolution go-on
cleared: script core/1.2.0_extra.sql failed in statement 2, line 3, column 1
the next run goes on where it failed
=> 0
$ echo 'SELECT 1;' > core/1.2.0_extra.sql && upgrades run
track          from              to                 scripts  statements  took
core           1.1.0-prices.sql  1.2.0_extra.sql          1           1  N ms
customization  -                 1.0.0_dealers.sql        1           1  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.2.0_extra.sql
! [2/2] customization/1.0.0_dealers.sql
=> 0
$ upgrades clear-failure --reason 'again'
no failure is recorded; nothing was changed
=> 0
$ upgrades history --track core
when                      script                   outcome  statements  took
TIME  core/1.0.0_products.sql  applied           1  N ms
TIME  core/1.1.0-prices.sql    applied           2  N ms
TIME  core/1.2.0_extra.sql     failed            1  N ms  no such table: cb_missing
TIME  core/1.2.0_extra.sql     cleared           0  N ms  go-on: the script is mended
TIME  core/1.2.0_extra.sql     applied           1  N ms
=> 0
"#,
    );
}

#[test]
fn marks_as_done() {
    let sandbox = shop();
    sandbox.write("core/1.2.0_extra.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
! error[script-failed]: script core/1.2.0_extra.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 2 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades clear-failure --reason 'done by hand' --resolution mark-done
cleared: script core/1.2.0_extra.sql failed in statement 2, line 3, column 1
the script is recorded as applied, and the next run goes on behind it
=> 0
$ upgrades run
track          from  to                 scripts  statements  took
customization  -     1.0.0_dealers.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [1/1] customization/1.0.0_dealers.sql
=> 0
$ upgrades history --limit 3
when                      script                           outcome  statements  took
TIME  core/1.2.0_extra.sql             marked            0  N ms  done by hand
TIME  core/1.2.0_extra.sql             cleared           0  N ms  mark-done: done by hand
TIME  customization/1.0.0_dealers.sql  applied           1  N ms
=> 0
$ upgrades check
in order: 4 scripts checked
=> 0
"#,
    );
}

#[test]
fn starts_a_script_without_a_transaction_over_or_goes_on_in_it() {
    let sandbox = shop();
    sandbox.write(
        "custom/1.1.0.sql",
        "-- upgrade: transaction = off\nCREATE TABLE once (x);\nINSERT INTO once VALUES (nope);\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
! error[script-failed]: script customization/1.1.0.sql failed in statement 2, line 3, column 26; the statements before it stay done, and later scripts were not run
!   cause: no such column: nope
!   help: upgrades explain script-failed
!   statement: INSERT INTO once VALUES (nope);
!   applied before it: 3 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades clear-failure --reason 'try again'
cleared: script customization/1.1.0.sql failed in statement 2, line 3, column 26
the next run goes on where it failed
=> 0
$ upgrades run
! [1/1] customization/1.1.0.sql
! error[script-failed]: script customization/1.1.0.sql failed in statement 2, line 3, column 26; the statements before it stay done, and later scripts were not run
!   cause: no such column: nope
!   help: upgrades explain script-failed
!   statement: INSERT INTO once VALUES (nope);
!   applied before it: 0 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades clear-failure --reason 'from its beginning' --resolution start-over
cleared: script customization/1.1.0.sql failed in statement 2, line 3, column 26
the next run starts the script over
=> 0
$ upgrades run
! [1/1] customization/1.1.0.sql
! error[script-failed]: script customization/1.1.0.sql failed in statement 1, line 2, column 14; it was rolled back, and later scripts were not run
!   cause: table once already exists
!   help: upgrades explain script-failed
!   statement: CREATE TABLE once (x);
!   applied before it: 0 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ sed -i 's/nope/7/; s/TABLE once/TABLE IF NOT EXISTS once/' custom/1.1.0.sql
=> 0
$ upgrades clear-failure --reason 'the script is mended' --resolution start-over
cleared: script customization/1.1.0.sql failed in statement 1, line 2, column 14
the next run starts the script over
=> 0
$ upgrades run
track          from               to         scripts  statements  took
customization  1.0.0_dealers.sql  1.1.0.sql        1           2  N ms

1 script applied to sqlite:shop.db
! [1/1] customization/1.1.0.sql
=> 0
"#,
    );
}

#[test]
fn an_edited_past_asks_again() {
    let sandbox = shop();
    sandbox.write(
        "custom/1.1.0.sql",
        "-- upgrade: transaction = off\nCREATE TABLE once (x);\nINSERT INTO once VALUES (nope);\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
! error[script-failed]: script customization/1.1.0.sql failed in statement 2, line 3, column 26; the statements before it stay done, and later scripts were not run
!   cause: no such column: nope
!   help: upgrades explain script-failed
!   statement: INSERT INTO once VALUES (nope);
!   applied before it: 3 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ sed -i 's/nope/7/; s/TABLE once/TABLE twice/' custom/1.1.0.sql
=> 0
$ upgrades clear-failure --reason 'the script is mended'
cleared: script customization/1.1.0.sql failed in statement 2, line 3, column 26
the next run goes on where it failed
=> 0
$ upgrades run
! error[script-died]: script customization/1.1.0.sql waits for a decision; neither it nor later scripts were run
!   cause: what is done of it, statements 1 to 1, was changed after it ran; restore it, or start the script over
!   help: upgrades explain script-died
!   applied before it: 0 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "..." --resolution HOW, and run again
=> 4
$ upgrades status
sqlite:shop.db: failed; nothing runs until that is cleared

track          in the database    newest script     pending
core           1.1.0-prices.sql   1.1.0-prices.sql        0
customization  1.0.0_dealers.sql  1.1.0.sql               1

An upgrade of this installation waits for a decision: script-died
  problem:   The script customization/1.1.0.sql waits for a decision: what is done of it, statements 1 to 1, was changed after it ran; restore it, or start the script over. No upgrade runs until that is cleared.
  since:     TIME
  solution:  Do what the problem asks for; then `upgrades clear-failure --reason "..." --resolution HOW`, where HOW is go-on, start-over, skip-statement or mark-done, and start the application again.
  who:       whoever adds the customization
  log:       [FOLDER]/log/upgrade_errors.log
=> 0
"#,
    );
}

#[test]
fn a_flag_that_was_cleared_by_hand_means_go_on() {
    let sandbox = shop();
    sandbox.write("core/1.2.0_extra.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
! error[script-failed]: script core/1.2.0_extra.sql failed in statement 2, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: cb_missing
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1);
!   applied before it: 2 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ echo 'SELECT 1;' > core/1.2.0_extra.sql
=> 0
"#,
    );
    let changed = sandbox
        .open("shop.db")
        .execute(
            "UPDATE cb_system_vars SET value = '0' WHERE name = 'failed_update_detected'",
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    check(
        &sandbox,
        r#"
$ upgrades run
track          from              to                 scripts  statements  took
core           1.1.0-prices.sql  1.2.0_extra.sql          1           1  N ms
customization  -                 1.0.0_dealers.sql        1           1  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.2.0_extra.sql
! [2/2] customization/1.0.0_dealers.sql
=> 0
"#,
    );
}

#[test]
fn what_is_under_way_behind_a_marked_script_goes_on() {
    let sandbox = bare();
    sandbox.write(
        "core/2.sql",
        "-- upgrade: transaction = off\nCREATE TABLE a (x);\nSELECT * FROM missing;\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades run --quiet 2> /dev/null
=> 4
$ echo 'SELECT 1;' > core/1.sql && sed -i 's/missing/a/' core/2.sql
=> 0
$ upgrades clear-failure --reason 'the table is called a' --quiet; upgrades run --quiet
! error[script-died]: script core/1.sql waits for a decision; neither it nor later scripts were run
!   cause: 2.sql of this track is under way, and another script is next; put 2.sql back, or start over
!   help: upgrades explain script-died
!   applied before it: 0 scripts
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "..." --resolution HOW, and run again
=> 4
$ upgrades clear-failure --reason 'it came late' --resolution mark-done --quiet
=> 0
$ upgrades run # and does not make its table twice
track  from   to     scripts  statements  took
core   1.sql  2.sql        1           2  N ms

1 script applied to sqlite:shop.db
! [1/1] core/2.sql
=> 0
"#,
    );
}
