//! SIGKILL at every event that the engine tells of.

use std::time::Instant;

use upgrades_tests::crash::{Random, say};
use upgrades_tests::mariadb::Server;

use crate::lab::Lab;
use crate::scripts::{CORE, CUSTOMIZATION};

/// Kills at every event, and expects that one plain start puts it right.
fn at_every_event(what: &str, lab: &Lab<'_>) {
    let began = Instant::now();
    let (expected, events, _) = lab.undisturbed();
    for event in 1..=events {
        let story = format!("{what}, killed at event {event}");
        lab.reset();
        lab.die_at(event);
        lab.plain(&story);
        lab.must_be(&expected, &story);
    }
    say(what, events as u32, began);
}

#[test]
fn of_the_lab() {
    let lab = Lab::new(Server::shared(), CORE, CUSTOMIZATION);
    at_every_event("every event", &lab);
}

#[test]
fn of_the_sample_application() {
    let lab = Lab::sample(Server::shared());
    at_every_event("every event, sample application", &lab);
}

/// The start after a kill is killed too, somewhere in what it has to do.
#[test]
fn and_once_more_in_the_start_after_it() {
    let what = "every third event, and the next start at a random one";
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let lab = Lab::new(Server::shared(), CORE, CUSTOMIZATION);
    let (expected, events, _) = lab.undisturbed();
    let mut kills = 0;
    for event in (1..=events).step_by(3) {
        lab.reset();
        lab.die_at(event);
        kills += 1;
        // Near its beginning, where it goes on in what the first has left, or anywhere.
        let reach = [4, events][random.below(2) as usize];
        let second = 1 + random.below(reach);
        let story = format!("killed at event {event}, and the next start at event {second}");
        let end = lab.child(&["--die-at", &second.to_string()]);
        kills += u32::from(end.code.is_none());
        lab.plain(&story);
        lab.must_be(&expected, &story);
    }
    say(what, kills, began);
}
