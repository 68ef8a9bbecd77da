//! SIGKILL at random moments, between the events: inside statements, commits and the work of SQLite.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades_tests::crash::{Random, ended, say, signal};

use crate::lab::{Lab, Mode};
use crate::scripts::{CORE, CUSTOMIZATION};

/// Kills `kills` children at moments that are spread over what an undisturbed upgrade takes; every third time the
/// start after it too.
fn at_random(what: &str, lab: &Lab, kills: u32) {
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let (expected, _) = lab.undisturbed();
    let mut took = Duration::ZERO;
    for _ in 0..3 {
        lab.reset();
        let start = Instant::now();
        lab.plain();
        took = took.max(start.elapsed());
    }
    let mut kill = |lab: &Lab| -> bool {
        let child = lab.start(&[]);
        thread::sleep(Duration::from_micros(random.below(took.as_micros() as u64)));
        // It may have ended by itself; then the signal meets nobody.
        signal(&child, Signal::KILL);
        ended(child).code.is_none()
    };
    let mut killed = 0;
    for attempt in 0..kills * 4 {
        if killed >= kills {
            break;
        }
        lab.reset();
        killed += u32::from(kill(lab));
        if attempt % 3 == 0 {
            killed += u32::from(kill(lab));
        }
        lab.plain();
        lab.must_be(
            &expected,
            &format!("{what}, attempt {attempt} of {took:?} each"),
        );
    }
    assert!(killed >= kills, "only {killed} were killed in time");
    say(what, killed, began);
}

#[test]
fn in_rollback_mode() {
    at_random(
        "random moments, rollback journal",
        &Lab::new(CORE, CUSTOMIZATION),
        100,
    );
}

/// Without the script that writes two files: SQLite does not commit them together in WAL mode.
#[test]
fn in_wal_mode() {
    let core: Vec<_> = CORE
        .iter()
        .copied()
        .filter(|(file, _)| !file.contains("attached"))
        .collect();
    at_random(
        "random moments, WAL",
        &Lab::new(&core, CUSTOMIZATION).mode(Mode::Wal),
        60,
    );
}

#[test]
fn of_the_sample_application() {
    at_random("random moments, sample application", &Lab::sample(), 60);
}
