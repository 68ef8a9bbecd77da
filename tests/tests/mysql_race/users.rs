//! Two users of one database, who do not see each other's connections.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::lab::{
    Lab, ended, holder, must_be, server, share_the_machine, signal, strings, until, until_halted,
    until_runs,
};

#[test]
fn one_takes_over_from_the_other_when_its_session_has_ended() {
    let _machine = share_the_machine();
    let script = "CREATE TABLE #__t (n BIGINT);
        INSERT INTO #__t VALUES (1);
        INSERT INTO #__t SELECT SLEEP(2);
        UPDATE #__t SET n = n * 2 + 1;";
    let lab = Lab::new(&[("1.0.0.sql", script)], &[]);
    let (expected, _) = lab.undisturbed();
    for (number, how) in [Signal::KILL, Signal::STOP].into_iter().enumerate() {
        let database = server().database();
        let client = database.connect();
        let name = database.name();
        let [one, two] = ["one", "two"].map(|user| {
            let user = format!("{user}{number}");
            client.query(&format!(
                "CREATE USER {user}@'127.0.0.1'; GRANT ALL ON {name}.* TO {user}@'127.0.0.1'"
            ));
            format!("mysql://{user}@127.0.0.1:{}/{name}", server().port())
        });
        let child = lab.start(&one, &["--expiry", "1500"]);
        let session = until_runs(&client, "SLEEP");
        signal(&child, how);
        if how == Signal::STOP {
            until_halted(&child);
        }
        let began = Instant::now();
        let other = lab.start(&two, &["--expiry", "1500"]);
        let pid = other.id();
        until("the take-over", || {
            (holder(&client) == Some(pid)).then_some(())
        });
        let took = began.elapsed();
        assert!(took > Duration::from_millis(1400), "{how:?}: {took:?}");
        let end = ended(other);
        assert_eq!(end.code, Some(0), "{how:?}: {}", end.said);
        let there = format!("SELECT ID FROM information_schema.PROCESSLIST WHERE ID = {session}");
        assert_eq!(strings(&client, &there), [""; 0], "{how:?}");
        must_be(&database, &expected, &format!("{how:?}"));
        if how == Signal::STOP {
            signal(&child, Signal::CONT);
        }
        let end = ended(child);
        if how == Signal::STOP {
            assert!(end.said.contains("\novertaken: "), "{}", end.said);
            must_be(&database, &expected, "continued");
        }
    }
}
