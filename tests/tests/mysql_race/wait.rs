//! What those see who wait, and when they take over.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades::{Ending, Error, Event};

use crate::lab::{
    Lab, ended, holder, must_be, outcome, server, share_the_machine, signal, until, until_runs,
};

const SLOW: &str = "CREATE TABLE #__t (n BIGINT);
    INSERT INTO #__t VALUES (1);
    INSERT INTO #__t SELECT SLEEP(3);
    UPDATE #__t SET n = n * 2 + 1;";

#[test]
fn who_waits_sees_who_works() {
    let _machine = share_the_machine();
    let lab = Lab::new(
        &[("1.0.0_first.sql", "-- Nothing."), ("1.0.1_slow.sql", SLOW)],
        &[],
    );
    let database = server().database();
    let url = database.url();
    let child = lab.start(&url, &["--expiry", "1200"]);
    until_runs(&database.connect(), "SLEEP");
    let place = "core/1.0.1_slow.sql, statement 3 of 4";
    let at = until("the place of the work", || {
        let working = lab.upgrader(&url, 1200).status().unwrap().working.unwrap();
        assert_eq!(working.holder.as_ref().unwrap().pid, child.id());
        working.at.filter(|at| at.statement == 3)
    });
    assert_eq!(at.to_string(), place);

    let error = lab
        .upgrader(&url, 1200)
        .lock_wait(Duration::from_millis(100))
        .run()
        .unwrap_err();
    assert_eq!(error.code().to_string(), "locked");
    let said = error.to_string();
    assert!(
        said.starts_with(&format!(
            "another process upgrades this database: process {} on ",
            child.id()
        )) && said.contains(&format!("now at {place}; gave up after 1")),
        "{said}"
    );
    assert!(matches!(error, Error::Locked { waited, .. } if waited >= Duration::from_millis(100)));

    let heard = Mutex::new(Vec::new());
    let report = lab
        .upgrader(&url, 1200)
        .on_event({
            let heard = &heard;
            move |event| {
                if let Event::Waiting { holder, waited } = event {
                    let at = holder.at.as_ref().map(ToString::to_string);
                    heard.lock().unwrap().push((
                        holder.holder.as_ref().unwrap().pid,
                        at.unwrap_or_default(),
                        *waited,
                    ));
                }
            }
        })
        .run()
        .unwrap();
    assert_eq!(report.ending, Ending::UpToDate);
    let heard = heard.into_inner().unwrap();
    assert!(heard.len() >= 2, "{heard:?}");
    let mut before = None;
    for (pid, at, waited) in heard {
        assert_eq!((pid, at.as_str()), (child.id(), place));
        assert!(before.is_none_or(|before| before < waited));
        before = Some(waited);
    }
    assert_eq!(ended(child).code, Some(0));
    assert_eq!(lab.upgrader(&url, 1200).status().unwrap().working, None);
}

/// The script that is seen is the one at work, also behind others that it will be committed with.
#[test]
fn the_script_that_is_seen_is_the_one_at_work() {
    let _machine = share_the_machine();
    let first = "CREATE TABLE #__t (n BIGINT); INSERT INTO #__t VALUES (1);";
    let slow = "INSERT INTO #__t SELECT SLEEP(2);";
    let lab = Lab::new(&[("1.0.0_first.sql", first), ("1.0.1_slow.sql", slow)], &[]);
    let database = server().database();
    let url = database.url();
    let child = lab.start(&url, &["--expiry", "1200"]);
    until_runs(&database.connect(), "SLEEP");
    // A heartbeat later.
    thread::sleep(Duration::from_millis(500));
    let working = lab.upgrader(&url, 1200).status().unwrap().working.unwrap();
    assert_eq!(
        working.at.unwrap().to_string(),
        "core/1.0.1_slow.sql, statement 1 of 1"
    );
    assert_eq!(ended(child).code, Some(0));
}

#[test]
fn status_forgets_who_died() {
    let _machine = share_the_machine();
    let lab = Lab::new(&[("1.0.0.sql", SLOW)], &[]);
    let database = server().database();
    let url = database.url();
    let child = lab.start(&url, &["--expiry", "800"]);
    until_runs(&database.connect(), "SLEEP");
    let working = || lab.upgrader(&url, 800).status().unwrap().working;
    assert!(working().is_some());
    signal(&child, Signal::KILL);
    assert_eq!(ended(child).code, None);
    until("the end of the expiry", || {
        working().is_none().then_some(())
    });
}

/// The holder's own expiry counts, and not that of who waits.
#[test]
fn every_holder_has_an_expiry_of_its_own() {
    let _machine = share_the_machine();
    let lab = Lab::new(&[("1.0.0.sql", SLOW)], &[]);
    let (expected, _) = lab.undisturbed();
    for (of_the_holder, of_the_other) in [("2500", "600"), ("600", "30000")] {
        let database = server().database();
        let child = lab.start(&database.url(), &["--expiry", of_the_holder]);
        until_runs(&database.connect(), "SLEEP");
        signal(&child, Signal::STOP);
        let began = Instant::now();
        let other = lab.start(&database.url(), &["--expiry", of_the_other]);
        let pid = other.id();
        let client = database.connect();
        until("the take-over", || {
            (holder(&client) == Some(pid)).then_some(())
        });
        let took = began.elapsed();
        let story = format!("{of_the_holder} against {of_the_other}");
        let expiry = Duration::from_millis(of_the_holder.parse().unwrap());
        assert!(took > expiry, "{story}: {took:?}");
        let end = ended(other);
        assert_eq!(end.code, Some(0), "{story}: {}", end.said);
        must_be(&database, &expected, &story);
        signal(&child, Signal::KILL);
        assert_eq!(ended(child).code, None);
    }
}

/// Asked to stop, a holder gives the lock back at once, and another need not wait for an expiry.
#[test]
fn who_is_asked_to_stop_gives_the_lock_back() {
    let _machine = share_the_machine();
    let lab = Lab::new(&[("1.0.0.sql", SLOW)], &[]);
    let (expected, _) = lab.undisturbed();
    let database = server().database();
    let child = lab.start(&database.url(), &["--expiry", "600000"]);
    until_runs(&database.connect(), "SLEEP");
    signal(&child, Signal::TERM);
    let end = ended(child);
    assert!(end.said.contains("ending: Stopped"), "{}", end.said);
    let stopped = outcome(&database);
    assert_eq!(stopped.complaints, ["journal: 1.0.0.sql"]);
    let end = ended(lab.start(&database.url(), &["--lock-wait", "0"]));
    assert_eq!(end.code, Some(0), "{}", end.said);
    must_be(&database, &expected, "stopped");
}
