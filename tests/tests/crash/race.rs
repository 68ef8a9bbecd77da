//! Many processes start at once: one works, the others wait, all succeed.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades::{Ending, Error, Event, LockRecord};
use upgrades_tests::crash::{End, ended, say, signal, until};

use crate::lab::{Lab, strings};
use crate::scripts::{CORE, CUSTOMIZATION};

const ROUNDS: u32 = 5;
const STARTERS: usize = 50;

/// A statement that takes about a second.
pub(crate) const SLOW: &str = "INSERT INTO #__slow WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 3000000) \
     SELECT count(*) FROM i;";

/// Starts children that all wait for one start, and gives it.
fn start_at_once(lab: &Lab) -> Vec<Child> {
    let start = lab.path("start");
    let start = start.to_str().unwrap();
    let children: Vec<Child> = (0..STARTERS)
        .map(|_| lab.start(&["--wait-for", start]))
        .collect();
    until("the last child", || {
        let here = children
            .iter()
            .filter(|child| lab.path(&format!("start.{}", child.id())).exists());
        (here.count() == STARTERS).then_some(())
    });
    fs::write(start, "").unwrap();
    children
}

fn count(ends: &[End], fits: impl Fn(&End) -> bool) -> usize {
    ends.iter().filter(|end| fits(end)).count()
}

#[test]
fn of_fifty_on_a_fresh_database() {
    let began = Instant::now();
    let lab = Lab::new(CORE, CUSTOMIZATION);
    let (expected, _) = lab.undisturbed();
    for round in 1..=ROUNDS {
        lab.reset();
        let ends: Vec<End> = start_at_once(&lab).into_iter().map(ended).collect();
        assert_eq!(
            count(&ends, |end| end.code == Some(0)),
            STARTERS,
            "round {round}: {ends:?}"
        );
        // One may be told to work by what it saw before it had the lock, and then finds nothing to do.
        assert_eq!(
            count(&ends, |end| end.said.contains("ending: Upgraded")),
            1,
            "round {round}: {ends:?}"
        );
        lab.must_be(&expected, &format!("round {round}"));
    }
    say("race of 50, 5 rounds", 0, began);
}

#[test]
fn of_fifty_of_which_the_one_that_works_is_killed() {
    let began = Instant::now();
    let slow = [
        (
            "1.0.1_slow.sql",
            format!("CREATE TABLE #__slow (n); {SLOW}"),
        ),
        (
            "1.4.2_slow.sql",
            format!("-- upgrade: transaction = off\nINSERT INTO #__slow VALUES (1); {SLOW}"),
        ),
    ];
    let lab = Lab::new(CORE, CUSTOMIZATION);
    for (file, text) in &slow {
        lab.write(&format!("core/{file}"), text);
    }
    let (expected, _) = lab.undisturbed();
    for round in 1..=ROUNDS {
        lab.reset();
        let children = start_at_once(&lab);
        let script = format!("core/{}", slow[round as usize % 2].0);
        let pid = until("the slow statement", || {
            let record = lab.lock();
            let at = record.at?;
            (at.script == script && at.statement == 2).then_some(record.holder?.pid)
        });
        let holder = children.iter().find(|child| child.id() == pid).unwrap();
        signal(holder, Signal::KILL);
        let ends: Vec<End> = children.into_iter().map(ended).collect();
        assert_eq!(
            count(&ends, |end| end.code.is_none()),
            1,
            "round {round}: {ends:?}"
        );
        assert_eq!(
            count(&ends, |end| end.code == Some(0)),
            STARTERS - 1,
            "round {round}: {ends:?}"
        );
        lab.must_be(&expected, &format!("round {round}, {script} killed"));
    }
    say("race of 50 with a kill, 5 rounds", ROUNDS, began);
}

/// A lab whose only script has its slow statement in the middle, with `head` before the slow statement.
pub(crate) fn slow_lab(directives: &str, head: &str) -> Lab {
    let text = format!(
        "{directives}\nCREATE TABLE #__slow (n); {head}\n{SLOW}\nINSERT INTO #__slow VALUES (1);"
    );
    Lab::new(&[("1.0.0_slow.sql", &text)], &[])
}

/// Starts a child and waits until it is at this statement.
pub(crate) fn start_until(lab: &Lab, options: &[&str], statement: u64) -> Child {
    let child = lab.start(options);
    until("the slow statement", || {
        let record = lab.lock();
        let ours = record.holder?.pid == child.id();
        (ours && record.at?.statement == statement).then_some(())
    });
    child
}

#[test]
fn who_waits_sees_who_works() {
    let lab = slow_lab("", "");
    lab.reset();
    let child = start_until(&lab, &[], 2);

    let working = lab.upgrader().status().unwrap().working.unwrap();
    let (holder, at) = (working.holder.clone().unwrap(), working.at.clone().unwrap());
    assert_eq!(holder.pid, child.id());
    assert_eq!(holder.program.as_deref(), Some("1.2.3"));
    assert_eq!(at.to_string(), "core/1.0.0_slow.sql, statement 2 of 3");

    let error = lab
        .upgrader()
        .lock_wait(Duration::from_millis(50))
        .run()
        .unwrap_err();
    assert_eq!(error.code().to_string(), "locked");
    let said = error.to_string();
    let (who, waited) = said.rsplit_once("; gave up after ").unwrap();
    assert_eq!(
        who,
        format!(
            "another process upgrades this database: process {} on {} (version 1.2.3), working since {}, \
             now at core/1.0.0_slow.sql, statement 2 of 3",
            child.id(),
            holder.host,
            holder.since
        )
    );
    assert!(
        waited
            .strip_suffix("ms")
            .is_some_and(|ms| ms.parse::<u32>().is_ok()),
        "{waited}"
    );

    // One that is patient hears who works, and finds nothing to do.
    let heard = std::sync::Mutex::new(Vec::<LockRecord>::new());
    let report = lab
        .upgrader()
        .on_event({
            let heard = &heard;
            move |event| {
                if let Event::Waiting { holder, .. } = event {
                    heard.lock().unwrap().push((*holder).clone());
                }
            }
        })
        .run()
        .unwrap();
    assert_eq!(report.ending, Ending::UpToDate);
    assert_eq!(
        heard.lock().unwrap().first().and_then(|r| r.holder.clone()),
        Some(holder)
    );
    assert_eq!(ended(child).code, Some(0));
    assert_eq!(lab.upgrader().status().unwrap().working, None);
}

/// A transaction larger than SQLite's cache locks readers out until its commit; who starts then waits like everybody.
#[test]
fn who_cannot_even_read_waits_too() {
    let spill = "PRAGMA cache_size = 10;
        INSERT INTO #__slow WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 500)
            SELECT randomblob(3000) FROM i;
        DELETE FROM #__slow;";
    let lab = slow_lab("", spill);
    let (expected, _) = lab.undisturbed();
    lab.reset();
    let child = start_until(&lab, &[], 5);
    let others: Vec<Child> = (0..5).map(|_| lab.start(&["--busy", "20"])).collect();
    let store = upgrades::sqlite(lab.path("shop.db")).busy_timeout(Duration::from_millis(20));
    let outsider = upgrades::Upgrader::new(store)
        .track(upgrades::Track::core(lab.path("core")))
        .prefix("cb_");
    let error = outsider.status().unwrap_err();
    let Error::Locked { holder, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(holder.holder.unwrap().pid, child.id());
    assert_eq!(ended(child).code, Some(0));
    for other in others {
        let end = ended(other);
        assert_eq!(end.code, Some(0), "{}", end.said);
    }
    lab.must_be(&expected, "readers were locked out");
}

/// Looking who works must not be in the way of who wants to.
#[test]
fn who_only_looks_is_not_in_the_way() {
    let lab = Lab::new(&[("1.0.0.sql", "CREATE TABLE #__t (n)")], &[]);
    lab.reset();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                lab.upgrader().status().unwrap();
            }
        });
        let failed = (0..200).find_map(|round| {
            lab.write(
                &format!("core/1.1.{round}.sql"),
                "INSERT INTO #__t VALUES (1)",
            );
            let outcome = lab.upgrader().lock_wait(Duration::ZERO).run();
            outcome.err().map(|error| (round, error))
        });
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(failed.is_none(), "{failed:?}");
    });
    assert_eq!(
        strings(&lab.open(), "SELECT count(*) FROM cb_upgrade_history"),
        ["201"]
    );
}

/// A look at the very moment in which the database and its tables come into being.
#[test]
fn who_looks_while_the_database_is_made() {
    let lab = Lab::new(&[("1.0.0.sql", "CREATE TABLE #__t (n)")], &[]);
    for round in 0..200 {
        lab.reset();
        let upgrader = lab.upgrader();
        let looks = std::thread::scope(|scope| {
            let run = scope.spawn(|| upgrader.run().map(|report| report.ending));
            let mut looks = Vec::new();
            while !run.is_finished() {
                looks.push(lab.upgrader().status().map(|status| status.state));
            }
            assert_eq!(run.join().unwrap().unwrap(), Ending::Upgraded);
            looks
        });
        let failed = looks.iter().find(|look| look.is_err());
        assert!(failed.is_none(), "round {round}: {failed:?}");
    }
}
