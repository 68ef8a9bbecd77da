//! Connections that are cut while their process works, and work that takes longer than the expiry.

use std::thread;
use std::time::{Duration, Instant};

use crate::lab::{
    Connection, Lab, connection, ended, must_be, must_succeed, say, server, share_the_machine,
    strings, token, until_runs,
};

/// MySQL goes on with a definition whose SLEEP was ended, which is 1 then.
const SLOW: &str = "CREATE TABLE #__t (n BIGINT);
    INSERT INTO #__t VALUES (1);
    UPDATE #__t SET n = n * 2 + 1;
    INSERT INTO #__t SELECT SLEEP(2.5);
    UPDATE #__t SET n = n * 2 + 1;
    CREATE TABLE #__u AS SELECT 0 * SLEEP(2.5) AS slept;
    UPDATE #__t SET n = n * 2 + 1;";

/// A statement that takes four times the expiry, beside one who waits.
#[test]
fn nothing_is_and_the_work_takes_long() {
    let _machine = share_the_machine();
    let lab = Lab::new(&[("1.0.0.sql", SLOW)], &[]);
    let (expected, _) = lab.undisturbed();
    let database = server().database();
    let url = database.url();
    let children = lab.start_at_once([url.as_str(); 3], &["--expiry", "600"]);
    let ends: Vec<_> = children.into_iter().map(ended).collect();
    must_succeed(&ends, "long work");
    must_be(&database, &expected, "long work");
    // Each had the lock once.
    assert_eq!(token(&database.connect()), 3);
}

#[test]
fn of_the_heartbeat_the_work_or_both() {
    let _machine = share_the_machine();
    let began = Instant::now();
    let lab = Lab::new(&[("1.0.0.sql", SLOW)], &[]);
    let (expected, _) = lab.undisturbed();
    let rows: [&[Connection]; 3] = [
        &[Connection::Beat],
        &[Connection::Work],
        &[Connection::Work, Connection::Beat],
    ];
    for cut in rows {
        let database = server().database();
        let (url, client) = (database.url(), database.connect());
        let holder = lab.start(&url, &["--expiry", "1200"]);
        until_runs(&client, "SLEEP");
        let waiter = lab.start(&url, &["--expiry", "1200"]);
        for text in ["INSERT%SLEEP", "CREATE%SLEEP"] {
            until_runs(&client, text);
            // The heartbeat again and again.
            for time in 0..4 {
                for which in cut
                    .iter()
                    .filter(|which| time == 0 || **which == Connection::Beat)
                {
                    let id = connection(&client, *which).unwrap();
                    let _ = client.try_query(&format!("KILL {id}"));
                }
                thread::sleep(Duration::from_millis(350));
            }
        }
        let ends = [holder, waiter].map(ended);
        must_succeed(&ends, &format!("{cut:?}"));
        assert!(
            ends[0].said.contains("ending: Upgraded"),
            "{cut:?}: {ends:#?}"
        );
        must_be(&database, &expected, &format!("{cut:?}"));
        assert_eq!(token(&client), 2, "{cut:?}");
    }
    say("connections cut", began);
}

/// One who waits is cut off from the server, and waits on.
#[test]
fn of_one_who_waits() {
    let _machine = share_the_machine();
    let lab = Lab::new(&[("1.0.0.sql", SLOW)], &[]);
    let (expected, _) = lab.undisturbed();
    let database = server().database();
    let (url, client) = (database.url(), database.connect());
    let holder = lab.start(&url, &[]);
    until_runs(&client, "SLEEP");
    let others = "SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND DB = DATABASE()";
    let known = strings(&client, others);
    let waiter = lab.start(&url, &[]);
    let mut cut = 0;
    while cut < 3 {
        let new = strings(&client, others).into_iter();
        for id in new.filter(|id| !known.contains(id)) {
            // One that has just gone by itself is not counted.
            let killed = client.try_query(&format!("KILL {id}"));
            cut += u32::from(killed.is_ok());
        }
        thread::sleep(Duration::from_millis(200));
    }
    let ends = [holder, waiter].map(ended);
    must_succeed(&ends, "the waiter was cut off");
    must_be(&database, &expected, "the waiter was cut off");
}
