//! While a run is at work: what others are told, a signal, a death.

use std::process::{Child, Output};

use rustix::process::{Pid, Signal, kill_process};

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
=> 0
$ upgrades status --format json
=> 0
$ upgrades run --lock-wait 300ms
=> 5
$ upgrades run --lock-wait 0s --format json
=> 5
$ upgrades clear-failure --reason x
=> 0
"#,
    );
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    reader.query("COMMIT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(told(&output), "");
    check(
        &shop.sandbox,
        r#"
$ upgrades status
=> 0
$ upgrades run
=> 0
$ upgrades history
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
        r#"
$ upgrades run 2> told
=> 0
$ grep -v waiting told
=> 0
$ upgrades status --check --quiet
=> 0
"#,
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
=> 0
$ upgrades status
=> 0
$ upgrades clear-failure --reason "the copy is there" --resolution skip-statement
=> 0
$ upgrades run
=> 0
$ upgrades history
=> 0
"#,
    );
}
