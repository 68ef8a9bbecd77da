//! SIGTERM and Ctrl-C in the middle of a statement, and others that look on.

use std::process::{Child, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use upgrades_tests::Sandbox;
use upgrades_tests::crash::until;

use crate::transcript::{bare, check, normal, shell, slow};

/// A script whose second statement takes long, and one behind it.
pub(crate) fn slow_shop(head: &str, rows: u64) -> Sandbox {
    let sandbox = bare();
    sandbox.write("core/1.sql", "CREATE TABLE slow (x);");
    let slow = slow(rows);
    sandbox.write(
        "core/2.sql",
        format!("{head}INSERT INTO slow VALUES (1);\n{slow}INSERT INTO slow VALUES (2);\n"),
    );
    sandbox.write("core/3.sql", "INSERT INTO slow VALUES (3);");
    sandbox
}

/// So many rows that the statement is still at work when the signal comes, and so many that it never ends.
const LONG: u64 = 12_000_000;
pub(crate) const ENDLESS: u64 = u64::MAX / 4;

/// Starts a run, and waits until the slow statement is at work.
pub(crate) fn started(sandbox: &Sandbox) -> Child {
    let mut child = shell(sandbox, "exec upgrades run")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..2_000 {
        let lock = std::fs::read_to_string(sandbox.path("shop.db-upgrade")).unwrap_or_default();
        // A dead one may have left its record.
        let holder = format!(r#""pid":{},"#, child.id());
        let place = r#""script":"core/2.sql","statement":2,"#;
        let at_work = lock
            .lines()
            .next()
            .is_some_and(|line| line.contains(&holder) && line.contains(place));
        if at_work {
            return child;
        }
        assert_eq!(child.try_wait().unwrap(), None, "ended too early");
        thread::sleep(Duration::from_millis(5));
    }
    panic!("the slow statement was never reached");
}

const STOPPED: &str = "[1/3] core/1.sql\n[2/3] core/2.sql\n\
     track  from  to     scripts  statements  took\n\
     core   -     1.sql        1           1  N ms\n\
     stopped as asked; 1 script applied to sqlite:shop.db, run again to go on\n\
     ended with 3\n";

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let status = output.status.code().unwrap();
    normal(&format!(
        "{}{}ended with {status}\n",
        text(&output.stderr),
        text(&output.stdout)
    ))
}

#[test]
fn the_statement_ends_and_the_next_run_goes_on() {
    let sandbox = slow_shop("", LONG);
    let child = started(&sandbox);
    send(&child, Signal::TERM);
    let output = child.wait_with_output().unwrap();
    assert_eq!(told(&output), STOPPED);
    check(
        &sandbox,
        r#"
$ sed -i 's/i < [0-9]*/i < 9/' core/2.sql # so that it is quick now
=> 0
$ upgrades status --check # in a transaction
sqlite:shop.db: 2 scripts pending

track  in the database  newest script  pending
core   1.sql            3.sql                2
=> 3
$ upgrades run # in a transaction
track  from   to     scripts  statements  took
core   1.sql  3.sql        2           4  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/2.sql
! [2/2] core/3.sql
=> 0
$ upgrades history # in a transaction
when                      script      outcome  statements  took
TIME  core/1.sql  applied           1  N ms
TIME  core/2.sql  applied           3  N ms
TIME  core/3.sql  applied           1  N ms
=> 0
"#,
    );
}

#[test]
fn a_script_without_a_transaction_goes_on_behind_the_statement() {
    let sandbox = slow_shop("-- upgrade: transaction = off\n", LONG);
    let child = started(&sandbox);
    send(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(told(&output), STOPPED);
    check(
        &sandbox,
        r#"
$ upgrades status --check # without one
sqlite:shop.db: 2 scripts pending

track  in the database  newest script  pending
core   1.sql            3.sql                2
=> 3
$ upgrades run # without one
track  from   to     scripts  statements  took
core   1.sql  3.sql        2           4  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/2.sql
! [2/2] core/3.sql
=> 0
$ upgrades history # without one
when                      script      outcome  statements  took
TIME  core/1.sql  applied           1  N ms
TIME  core/2.sql  applied           3  N ms
TIME  core/3.sql  applied           1  N ms
=> 0
"#,
    );
    let rows: i64 = sandbox
        .open("shop.db")
        .query_row("SELECT count(*) FROM slow", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 4, "every statement ran once");
}

#[test]
fn the_second_signal_ends_the_process_at_once() {
    for head in ["", "-- upgrade: transaction = off\n"] {
        let sandbox = slow_shop(head, ENDLESS);
        let mut child = started(&sandbox);
        send(&child, Signal::TERM);
        thread::sleep(Duration::from_millis(50));
        assert_eq!(child.try_wait().unwrap(), None, "the statement goes on");
        // Two that come before the process has seen the first are one.
        until("its end", || {
            send(&child, Signal::TERM);
            child.try_wait().unwrap()
        });
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), None, "ended by the signal");
        sandbox.write(
            "core/2.sql",
            head.to_owned() + "INSERT INTO slow VALUES (1);\n",
        );
        let answer = sandbox.upgrades(["status", "--check", "--quiet"]);
        assert_eq!(answer.status, Some(3), "{answer:?}");
        let answer = sandbox.upgrades(["run", "--quiet"]);
        assert_eq!((answer.status, answer.stderr.as_str()), (Some(0), ""));
        let rows: i64 = sandbox
            .open("shop.db")
            .query_row("SELECT count(*) FROM slow", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 2, "what was done is not done again");
    }
}

#[test]
fn others_see_who_works_and_give_up() {
    let sandbox = slow_shop("", ENDLESS);
    let mut child = started(&sandbox);
    check(
        &sandbox,
        r#"
$ upgrades status
sqlite:shop.db: 3 scripts pending

track  in the database  newest script  pending
core   -                3.sql                3

upgrading now: process PID on HOST, working since TIME, now at core/2.sql, statement 2 of 3
=> 0
$ upgrades status --check --quiet
=> 3
$ upgrades run --lock-wait 20ms
! waiting for another upgrade since 0 s: process PID on HOST, working since TIME, now at core/2.sql, statement 2 of 3
! error[locked]: another process upgrades this database: process PID on HOST, working since TIME, now at core/2.sql, statement 2 of 3; gave up after N ms
!   help: upgrades explain locked
=> 5
$ upgrades run --lock-wait 0s --quiet
! error[locked]: another process upgrades this database: process PID on HOST, working since TIME, now at core/2.sql, statement 2 of 3; gave up after N ms
!   help: upgrades explain locked
=> 5
"#,
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
