//! While a run is at work: what others are told, a signal, a death.

use std::process::{Child, Output};

use rustix::process::{Pid, Signal, kill_process};
use upgrades_tests::mariadb::Flavour;

use super::Installation;
use crate::transcript::{check, normal};

const SLOW: &str = "CREATE TABLE #__slow (id INT PRIMARY KEY);\nALTER TABLE #__slow ADD COLUMN a INT;\n\
     INSERT INTO #__slow VALUES (1, 2);\n";

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let status = output.status.code();
    normal(&format!(
        "{}{}ended with {status:?}\n",
        text(&output.stderr),
        text(&output.stdout)
    ))
}

/// A run that waits in its second statement for a table that somebody reads, until that transaction ends.
fn stuck() -> (Installation, upgrades_tests::mariadb::Client, Child) {
    let shop = Installation::with_script(SLOW);
    shop.database
        .query("CREATE TABLE cb_slow (id INT PRIMARY KEY)");
    let text = SLOW.replace("CREATE TABLE #__slow", "CREATE TABLE IF NOT EXISTS #__slow");
    shop.sandbox.write("core/1.0.0_products.sql", text);
    let reader = shop.database.connect();
    reader.query("BEGIN; SELECT * FROM cb_slow");
    let child = shop.started("ALTER TABLE cb_slow");
    shop.told("statement 2 of 3");
    (shop, reader, child)
}

#[test]
fn others_see_who_works_and_a_signal_lets_the_statement_end() {
    let (shop, reader, child) = stuck();
    check(
        &shop.sandbox,
        r#"
$ upgrades status
mysql://DB@127.0.0.1:PORT/DB: 1 script pending

track          in the database  newest script       pending
core           -                1.0.0_products.sql        1
customization  -                -                         0

upgrading now: process PID on HOST (version 2.0.0), working since TIME, now at core/1.0.0_products.sql, statement 2 of 3
=> 0
$ upgrades status --format json
{
  "database": "mysql://DB@127.0.0.1:PORT/DB",
  "failure": null,
  "issues": [],
  "refusal": null,
  "state": "pending",
  "tracks": [
    {
      "newest": "1.0.0_products.sql",
      "pending": [
        "1.0.0_products.sql"
      ],
      "recorded": null,
      "track": "core"
    },
    {
      "newest": null,
      "pending": [],
      "recorded": null,
      "track": "customization"
    }
  ],
  "working": {
    "at": {
      "rows": null,
      "script": "core/1.0.0_products.sql",
      "statement": 2,
      "statements": 3,
      "waits_for": null
    },
    "deaths": null,
    "holder": {
      "host": "HOST",
      "pid": PID,
      "program": "2.0.0",
      "run": "RUN",
      "since": "TIME"
    }
  }
}
=> 0
$ upgrades run --lock-wait 300ms
! waiting for another upgrade since 0 s: process PID on HOST (version 2.0.0), working since TIME, now at core/1.0.0_products.sql, statement 2 of 3
! error[locked]: another process upgrades this database: process PID on HOST (version 2.0.0), working since TIME, now at core/1.0.0_products.sql, statement 2 of 3; gave up after N ms
!   help: upgrades explain locked
=> 5
$ upgrades run --lock-wait 0s --format json
{
  "error": {
    "causes": [],
    "code": "locked",
    "message": "another process upgrades this database: process PID on HOST (version 2.0.0), working since TIME, now at core/1.0.0_products.sql, statement 2 of 3; gave up after N ms"
  }
}
=> 5
$ upgrades clear-failure --reason x
no failure is recorded; nothing was changed
=> 0
"#,
    );
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    reader.query("COMMIT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        told(&output),
        "[1/1] core/1.0.0_products.sql\nstopped as asked; 0 scripts applied to \
         mysql://DB@127.0.0.1:PORT/DB, run again to go on\nended with Some(3)\n"
    );
    check(
        &shop.sandbox,
        r#"
$ upgrades status
mysql://DB@127.0.0.1:PORT/DB: 1 script pending

track          in the database  newest script       pending
core           -                1.0.0_products.sql        1
customization  -                -                         0
=> 0
$ upgrades run
track  from  to                  scripts  statements  took
core   -     1.0.0_products.sql        1           3  N ms

1 script applied to mysql://DB@127.0.0.1:PORT/DB
! [1/1] core/1.0.0_products.sql
=> 0
$ upgrades history
when                      script                   outcome  statements  took
TIME  core/1.0.0_products.sql  applied           3  N ms
=> 0
"#,
    );
    assert_eq!(shop.database.rows("SELECT * FROM cb_slow"), "1,2");
}

#[test]
fn a_killed_run_is_gone_on_with() {
    let (shop, reader, mut child) = stuck();
    child.kill().unwrap();
    child.wait().unwrap();
    reader.query("COMMIT");
    check(
        &shop.sandbox,
        &r#"
$ upgrades run 2> told
track  from  to                  scripts  statements  took
core   -     1.0.0_products.sql        1           3  N ms

1 script applied to mysql://DB@127.0.0.1:PORT/DB
=> 0
$ grep -v waiting told
warning: core/1.0.0_products.sql, statement 2 had happened when its process died, and was not run again: table cb_slow was: CREATE TABLE `cb_slow` (
  `id` [INT] NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci; is: CREATE TABLE `cb_slow` (
  `id` [INT] NOT NULL,
  `a` [INT] DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci
[1/1] core/1.0.0_products.sql
=> 0
$ upgrades status --check --quiet
=> 0
"#
        .replace("[INT]", Flavour::choose("int(11)", "int")),
    );
    assert_eq!(shop.database.rows("SELECT * FROM cb_slow"), "1,2");
}

#[test]
fn what_nobody_can_tell_asks_a_person() {
    let shop = Installation::with_script(
        "CREATE PROCEDURE #__copy() BEGIN CREATE TABLE #__copies (id INT); DO SLEEP(600); END;\n\
         CALL #__copy();\nDROP PROCEDURE #__copy;\n",
    );
    let mut child = shop.started("DO SLEEP");
    child.kill().unwrap();
    child.wait().unwrap();
    check(
        &shop.sandbox,
        r#"
$ upgrades run 2>&1 | grep -v waiting
error[script-died]: script core/1.0.0_products.sql waits for a decision at statement 2, line 2, column 1; neither it nor later scripts were run
  cause: statement 2 was under way when its process was interrupted, and whether it has happened cannot be told: the procedure does more than data statements: CREATE TABLE cb_copies (id INT); look into the database, then go on if it has not, skip the statement if it has, or start over
  help: upgrades explain script-died
  statement: CALL #__copy()
  applied before it: 0 scripts
  log: log/upgrade_errors.log
  then: upgrades clear-failure --reason "..." --resolution HOW, and run again
=> 0
$ upgrades status
mysql://DB@127.0.0.1:PORT/DB: failed; nothing runs until that is cleared

track          in the database  newest script       pending
core           -                1.0.0_products.sql        1
customization  -                -                         0

An upgrade of this installation waits for a decision: script-died
  problem:   The script core/1.0.0_products.sql waits for a decision at statement 2, line 2, column 1: statement 2 was under way when its process was interrupted, and whether it has happened cannot be told: the procedure does more than data statements: CREATE TABLE cb_copies (id INT); look into the database, then go on if it has not, skip the statement if it has, or start over. No upgrade runs until that is cleared.
  statement: CALL #__copy()
  since:     TIME
  solution:  Do what the problem asks for; then `upgrades clear-failure --reason "..." --resolution HOW`, where HOW is go-on, start-over, skip-statement or mark-done, and start the application again.
  who:       whoever makes the application
  log:       [FOLDER]/log/upgrade_errors.log
=> 0
$ upgrades clear-failure --reason "the copy is there" --resolution skip-statement
cleared: script core/1.0.0_products.sql waits for a decision at statement 2, line 2, column 1
the next run goes on behind the failed statement
=> 0
$ upgrades run
track  from  to                  scripts  statements  took
core   -     1.0.0_products.sql        1           3  N ms

1 script applied to mysql://DB@127.0.0.1:PORT/DB
! [1/1] core/1.0.0_products.sql
=> 0
$ upgrades history
when                      script                   outcome  statements  took
TIME  core/1.0.0_products.sql  died              1  N ms  statement 2 was under way when its process was interrupted, and whether it has happened cannot be told: the procedure does more than data statements: CREATE TABLE cb_copies (id INT); look into the database, then go on if it has not, skip the statement if it has, or start over
TIME  core/1.0.0_products.sql  cleared           0  N ms  skip-statement: the copy is there
TIME  core/1.0.0_products.sql  applied           3  N ms
=> 0
"#,
    );
}
