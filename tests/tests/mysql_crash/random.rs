//! SIGKILL at random moments, between the events: inside statements, commits, and what the server does alone.

use std::time::Instant;

use upgrades_tests::crash::{Random, say};
use upgrades_tests::mariadb::Server;

use crate::lab::{Lab, in_turns, landed};
use crate::scripts::{CORE, CUSTOMIZATION, DEFINITIONS};

/// Kills children at moments that are spread over what an undisturbed upgrade takes; every third time the start after it
/// too. Some end by themselves before.
fn at_random(what: &str, rounds: u64, make: impl Fn() -> Lab<'static> + Sync) {
    let began = Instant::now();
    let seed = Random::seeded(what).below(u64::MAX);
    let lab = make();
    let (expected, _, first) = lab.undisturbed();
    let took = first.max(lab.undisturbed().2);
    let kills = in_turns(rounds, make, |lab, round| {
        let mut random = Random::new(seed ^ round);
        let story = format!("{what}, round {round} of {took:?} each");
        lab.reset();
        let mut killed = u32::from(lab.die_within(&mut random, took));
        if round % 3 == 0 {
            killed += u32::from(lab.die_within(&mut random, took));
        }
        lab.plain(&story);
        lab.must_be(&expected, &story);
        killed
    });
    assert!(
        u64::from(kills) >= rounds / 2,
        "only {kills} were killed in time"
    );
    say(what, kills, began);
}

#[test]
fn of_the_lab() {
    at_random("random moments", 60, || {
        Lab::new(Server::shared(), CORE, CUSTOMIZATION)
    });
}

#[test]
fn of_the_sample_application() {
    at_random("random moments, sample application", 40, || {
        Lab::sample(Server::shared())
    });
}

/// Most of the time is spent in definition statements here, which the server ends after their client's death.
#[test]
fn in_definitions() {
    at_random("random moments, definitions", 40, || {
        Lab::new(Server::shared(), DEFINITIONS, &[])
    });
    eprintln!("{} statements ended after their client's death", landed());
    assert!(landed() > 0);
}
