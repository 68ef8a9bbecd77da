//! SIGKILL at every event that the engine tells of.

use std::time::Instant;
use upgrades_tests::crash::{BASELINE, BASELINE_BEHIND, Random, say};

use crate::lab::{Lab, Mode};
use crate::scripts::{CORE, CUSTOMIZATION};

/// Kills at every event, and expects that one plain start puts it right.
fn at_every_event(what: &str, lab: &Lab) {
    let began = Instant::now();
    let (expected, events) = lab.undisturbed();
    for event in 1..=events {
        lab.reset();
        lab.die_at(event);
        lab.plain();
        lab.must_be(&expected, &format!("{what}, killed at event {event}"));
    }
    say(what, events as u32, began);
}

#[test]
fn in_rollback_mode() {
    at_every_event(
        "every event, rollback journal",
        &Lab::new(CORE, CUSTOMIZATION),
    );
}

#[test]
fn in_wal_mode() {
    at_every_event(
        "every event, WAL",
        &Lab::new(CORE, CUSTOMIZATION).mode(Mode::Wal),
    );
}

#[test]
fn of_the_sample_application() {
    at_every_event("every event, sample application", &Lab::sample());
}

#[test]
fn of_baselines() {
    at_every_event(
        "every event, baselines",
        &Lab::new(BASELINE, BASELINE_BEHIND),
    );
}

/// The start after a kill is killed too, somewhere in what it has to do.
#[test]
fn and_once_more_in_the_start_after_it() {
    let what = "every event, and the next start at a random one";
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let lab = Lab::new(CORE, CUSTOMIZATION);
    let (expected, events) = lab.undisturbed();
    let mut kills = 0;
    for event in 1..=events {
        lab.reset();
        lab.die_at(event);
        kills += 1;
        // Near its beginning, where it goes on in what the first has left, or anywhere.
        let reach = [4, events][random.below(2) as usize];
        let second = 1 + random.below(reach);
        let end = lab.child(&["--die-at", &second.to_string()]);
        kills += u32::from(end.code.is_none());
        lab.plain();
        lab.must_be(
            &expected,
            &format!("killed at event {event}, and the next start at event {second}"),
        );
    }
    say(what, kills, began);
}
