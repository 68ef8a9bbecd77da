//! A script that fails, a table that cannot be used, and the ways to go on.

use super::Installation;
use crate::transcript::{FAILING, check};

/// A shop whose customization has failed at its second statement.
fn failed() -> Installation {
    let shop = Installation::shop();
    shop.sandbox.upgrades(["run", "--quiet"]);
    shop.sandbox.write("custom/1.1.0_extra.sql", FAILING);
    check(
        &shop.sandbox,
        r#"
$ upgrades run
! [1/1] customization/1.1.0_extra.sql
! error[script-failed]: script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1; the statements before it stay done, and later scripts were not run
!   cause: Table 'DB.cb_missing' doesn't exist (error 1146, 42S02)
!   help: upgrades explain script-failed
!   statement: INSERT INTO #__missing (id) VALUES (1)
!   applied before it: 0 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
    shop
}

#[test]
fn what_is_told_of_it() {
    check(
        &failed().sandbox,
        r#"
$ upgrades run
! error[latched]: an earlier upgrade failed, and nothing runs until a person clears that: script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1 at TIME
!   cause: Table 'DB.cb_missing' doesn't exist (error 1146, 42S02)
!   help: upgrades explain latched
=> 4
$ upgrades status
mysql://DB@127.0.0.1:PORT/DB: failed; nothing runs until that is cleared

track          in the database    newest script     pending
core           1.1.0-prices.sql   1.1.0-prices.sql        0
customization  1.0.0_dealers.sql  1.1.0_extra.sql         1

An upgrade of this installation has failed: script-failed
  problem:   The script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1: Table 'DB.cb_missing' doesn't exist (error 1146, 42S02). No upgrade runs until that is cleared.
  statement: INSERT INTO #__missing (id) VALUES (1)
  since:     TIME
  solution:  Mend the cause: the data that the script met, or the script; then `upgrades clear-failure --reason "..."`, and start the application again.
  who:       whoever adds the customization
  log:       [FOLDER]/log/upgrade_errors.log
=> 0
$ upgrades plan
script                         statements  description
customization/1.1.0_extra.sql           3  extra

1 script pending, and none would run on mysql://DB@127.0.0.1:PORT/DB
refused: an earlier upgrade failed, and nothing runs until a person clears that: script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1 at TIME
=> 4
$ upgrades clear-failure --reason "made it" --resolution forget 2>&1 | head -2
error: invalid value 'forget' for '--resolution <HOW>'
  [possible values: go-on, start-over, skip-statement, mark-done]
=> 0
$ upgrades run --format json
{
  "error": {
    "causes": [
      "Table 'DB.cb_missing' doesn't exist (error 1146, 42S02)"
    ],
    "code": "latched",
    "message": "an earlier upgrade failed, and nothing runs until a person clears that: script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1 at TIME"
  }
}
=> 4
"#,
    );
}

#[test]
fn goes_on_at_the_statement() {
    let shop = failed();
    shop.database.query("CREATE TABLE cb_missing (id INT)");
    check(
        &shop.sandbox,
        r#"
$ upgrades clear-failure --reason "the table is there now"
cleared: script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1
the next run goes on where it failed
=> 0
$ upgrades run
track          from               to               scripts  statements  took
customization  1.0.0_dealers.sql  1.1.0_extra.sql        1           3  N ms

1 script applied to mysql://DB@127.0.0.1:PORT/DB
! [1/1] customization/1.1.0_extra.sql
=> 0
$ upgrades history --limit 3
when                      script                         outcome  statements  took
TIME  customization/1.1.0_extra.sql  failed            1  N ms  Table 'DB.cb_missing' doesn't exist (error 1146, 42S02)
TIME  customization/1.1.0_extra.sql  cleared           0  N ms  go-on: the table is there now
TIME  customization/1.1.0_extra.sql  applied           3  N ms
=> 0
"#,
    );
}

#[test]
fn goes_on_behind_the_statement() {
    check(
        &failed().sandbox,
        r#"
$ upgrades clear-failure --reason "there is nothing to insert" --resolution skip-statement
cleared: script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1
the next run goes on behind the failed statement
=> 0
$ upgrades run
track          from               to               scripts  statements  took
customization  1.0.0_dealers.sql  1.1.0_extra.sql        1           3  N ms

1 script applied to mysql://DB@127.0.0.1:PORT/DB
! [1/1] customization/1.1.0_extra.sql
=> 0
$ upgrades history --limit 3
when                      script                         outcome  statements  took
TIME  customization/1.1.0_extra.sql  failed            1  N ms  Table 'DB.cb_missing' doesn't exist (error 1146, 42S02)
TIME  customization/1.1.0_extra.sql  cleared           0  N ms  skip-statement: there is nothing to insert
TIME  customization/1.1.0_extra.sql  applied           3  N ms
=> 0
$ upgrades clear-failure --reason again --resolution skip-statement
no failure is recorded; nothing was changed
=> 0
"#,
    );
}

#[test]
fn starts_over() {
    let shop = failed();
    shop.database
        .query("DROP TABLE cb_extra; CREATE TABLE cb_missing (id INT)");
    check(
        &shop.sandbox,
        r#"
$ upgrades clear-failure --reason "taken back by hand" --resolution start-over --format json
{
  "cleared": true,
  "failure": {
    "error": "Table 'DB.cb_missing' doesn't exist (error 1146, 42S02)",
    "kind": "failed",
    "run": "RUN",
    "script": {
      "file": "1.1.0_extra.sql",
      "track": "customization"
    },
    "since": "TIME",
    "statement": {
      "number": 2,
      "position": {
        "column": 1,
        "line": 3
      },
      "sql": "INSERT INTO #__missing (id) VALUES (1)"
    }
  },
  "resolution": "start-over"
}
=> 0
$ upgrades run
track          from               to               scripts  statements  took
customization  1.0.0_dealers.sql  1.1.0_extra.sql        1           3  N ms

1 script applied to mysql://DB@127.0.0.1:PORT/DB
! [1/1] customization/1.1.0_extra.sql
=> 0
"#,
    );
}

#[test]
fn is_marked_done() {
    let shop = failed();
    check(
        &shop.sandbox,
        r#"
$ upgrades clear-failure --reason "done by hand" --resolution mark-done
cleared: script customization/1.1.0_extra.sql failed in statement 2, line 3, column 1
the script is recorded as applied, and the next run goes on behind it
=> 0
$ upgrades run
mysql://DB@127.0.0.1:PORT/DB is current: nothing is pending
=> 0
$ upgrades history --limit 3
when                      script                         outcome  statements  took
TIME  customization/1.1.0_extra.sql  failed            1  N ms  Table 'DB.cb_missing' doesn't exist (error 1146, 42S02)
TIME  customization/1.1.0_extra.sql  marked            0  N ms  done by hand
TIME  customization/1.1.0_extra.sql  cleared           0  N ms  mark-done: done by hand
=> 0
"#,
    );
}

#[test]
fn a_table_that_takes_no_part_in_transactions_is_refused() {
    let shop = Installation::shop();
    shop.database.query(
        "CREATE TABLE cb_system_vars (name VARCHAR(100) PRIMARY KEY, value TEXT) ENGINE=MyISAM",
    );
    check(
        &shop.sandbox,
        r#"
$ upgrades status --check --quiet
=> 3
$ upgrades plan --quiet
! error[ledger-unfit]: nothing was run, because of what is in the database
!   cause: cb_system_vars is a table of MyISAM, which takes no part in transactions; run ALTER TABLE `cb_system_vars` ENGINE = InnoDB
!   help: upgrades explain ledger-unfit
=> 4
$ upgrades check --quiet
! error[ledger-unfit]: nothing was run, because of what is in the database
!   cause: cb_system_vars is a table of MyISAM, which takes no part in transactions; run ALTER TABLE `cb_system_vars` ENGINE = InnoDB
!   help: upgrades explain ledger-unfit
=> 4
$ upgrades run
! error[ledger-unfit]: nothing was run, because of what is in the database
!   cause: cb_system_vars is a table of MyISAM, which takes no part in transactions; run ALTER TABLE `cb_system_vars` ENGINE = InnoDB
!   help: upgrades explain ledger-unfit
=> 4
"#,
    );
    shop.database
        .query("ALTER TABLE `cb_system_vars` ENGINE = InnoDB");
    check(&shop.sandbox, "$ upgrades run --quiet\n=> 0\n");
}

#[test]
fn a_table_without_a_unique_name_is_refused() {
    let shop = Installation::shop();
    shop.database
        .query("CREATE TABLE cb_system_vars (name VARCHAR(100), value TEXT)");
    check(
        &shop.sandbox,
        r#"
$ upgrades run
! error[ledger-unfit]: nothing was run, because of what is in the database
!   cause: cb_system_vars has no unique name, so that two rows could contradict each other; run ALTER TABLE `cb_system_vars` ADD UNIQUE (name)
!   help: upgrades explain ledger-unfit
=> 4
"#,
    );
    shop.database
        .query("ALTER TABLE `cb_system_vars` ADD UNIQUE (name)");
    check(&shop.sandbox, "$ upgrades run --quiet\n=> 0\n");
}

#[test]
fn a_table_of_somebody_else_is_refused() {
    let shop = Installation::shop();
    shop.database
        .query("CREATE TABLE cb_system_vars (id INT, k INT)");
    let refused = r#"
$ upgrades run
! error[ledger-unfit]: nothing was run, because of what is in the database
!   cause: cb_system_vars is not the table that upgrades keeps under this name, as it has no name, value; set another table prefix, or rename that table
!   help: upgrades explain ledger-unfit
=> 4
"#;
    check(&shop.sandbox, refused);
    check(
        &shop.sandbox,
        &refused
            .replace("run", "plan")
            .replace("was plan", "was run"),
    );
    shop.database.query("DROP TABLE cb_system_vars");
    shop.database
        .query("CREATE TABLE cb_upgrade_journal (slot INT)");
    check(
        &shop.sandbox,
        r#"
$ upgrades run
! error[ledger-unfit]: nothing was run, because of what is in the database
!   cause: cb_upgrade_journal is not the table that upgrades keeps under this name, as it has no track, file_name, run, started_at, step, done, past, last_insert_id, in_flight, surroundings, deeds; set another table prefix, or rename that table
!   help: upgrades explain ledger-unfit
=> 4
"#,
    );
}

/// Without the one right that only verbs need, the message names it; with it, the script goes on.
#[test]
fn a_verb_without_its_right() {
    let shop = Installation::with_script("CREATE TABLE #__products (id INT PRIMARY KEY);");
    shop.sandbox.write(
        "core/1.1.0_name.lua",
        "db:add_column(\"#__products\", \"name\", \"VARCHAR(100)\")\n",
    );
    let name = shop.database.name();
    let right = |words: &str, preposition: &str| {
        shop.database.query(&format!(
            "{words} CREATE TEMPORARY TABLES ON {name}.* {preposition} {name}@'127.0.0.1'"
        ));
    };
    right("REVOKE", "FROM");
    check(
        &shop.sandbox,
        r#"
$ upgrades run --quiet
! error[script-failed]: script core/1.1.0_name.lua failed in statement 0, line 1, column 1; it was rolled back, and later scripts were not run
!   cause: 1.1.0_name.lua:1: the database refuses "VARCHAR(100)"
!   cause: to learn what the server makes of a definition, a verb needs the right CREATE TEMPORARY TABLES on the database, and the user has not got it
!   cause: Access denied for user 'DB'@'127.0.0.1' to database 'DB' (error 1044, 42000)
!   help: upgrades explain script-failed
!   statement: VARCHAR(100)
!   applied before it: 1 script
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
    right("GRANT", "TO");
    check(
        &shop.sandbox,
        "$ upgrades clear-failure --quiet --reason granted && upgrades run --quiet\n=> 0\n",
    );
}
