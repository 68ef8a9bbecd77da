//! SIGKILL at random moments, between the events: inside statements, commits, and what the server does alone.

use std::time::Instant;

use upgrades_tests::crash::{Random, say};
use upgrades_tests::mariadb::Server;

use crate::lab::Lab;
use crate::scripts::{CORE, CUSTOMIZATION, DEFINITIONS};

/// Kills `kills` children at moments that are spread over what an undisturbed upgrade takes; every third time the
/// start after it too.
fn at_random(what: &str, lab: &Lab<'_>, kills: u32) {
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let (expected, _, first) = lab.undisturbed();
    let took = first.max(lab.undisturbed().2);
    let mut killed = 0;
    for attempt in 0..kills * 4 {
        if killed >= kills {
            break;
        }
        let story = format!("{what}, attempt {attempt} of {took:?} each");
        lab.reset();
        killed += u32::from(lab.die_within(&mut random, took));
        if attempt % 3 == 0 {
            killed += u32::from(lab.die_within(&mut random, took));
        }
        lab.plain(&story);
        lab.must_be(&expected, &story);
    }
    assert!(killed >= kills, "only {killed} were killed in time");
    let landed = lab.landed();
    say(&format!("{what}, {landed} landed"), killed, began);
}

#[test]
fn of_the_lab() {
    let lab = Lab::new(Server::shared(), CORE, CUSTOMIZATION);
    at_random("random moments", &lab, 60);
}

#[test]
fn of_the_sample_application() {
    let lab = Lab::sample(Server::shared());
    at_random("random moments, sample application", &lab, 40);
}

/// Most of the time is spent in definition statements here, which the server ends after their client's death.
#[test]
fn in_definitions() {
    let lab = Lab::new(Server::shared(), DEFINITIONS, &[]);
    at_random("random moments, definitions", &lab, 40);
    assert!(lab.landed() > 0, "no statement ended after its client's death");
}
