//! SIGKILL at every event that the engine tells of.

use std::time::Instant;

use upgrades_tests::crash::{BASELINE, BASELINE_BEHIND, Random, say};
use upgrades_tests::mariadb::Server;

use crate::lab::{Lab, in_turns};
use crate::scripts::{CORE, CUSTOMIZATION};

fn lab() -> Lab<'static> {
    Lab::new(Server::shared(), CORE, CUSTOMIZATION)
}

/// Kills at every event, and expects that one plain start puts it right.
pub(crate) fn at_every_event(what: &str, make: impl Fn() -> Lab<'static> + Sync) {
    let began = Instant::now();
    let (expected, events, _) = make().undisturbed();
    let kills = in_turns(events, make, |lab, round| {
        let event = round + 1;
        let story = format!("{what}, killed at event {event}");
        lab.reset();
        lab.die_at(event);
        lab.plain(&story);
        lab.must_be(&expected, &story);
        1
    });
    say(what, kills, began);
}

#[test]
fn of_the_lab() {
    at_every_event("every event", lab);
}

#[test]
fn of_the_sample_application() {
    at_every_event("every event, sample application", || {
        Lab::sample(Server::shared())
    });
}

#[test]
fn of_baselines() {
    at_every_event("every event, baselines", || {
        Lab::new(Server::shared(), BASELINE, BASELINE_BEHIND)
    });
}

/// The start after a kill is killed too, somewhere in what it has to do.
#[test]
fn and_once_more_in_the_start_after_it() {
    let what = "every fourth event, and the next start at a random one";
    let began = Instant::now();
    let seed = Random::seeded(what).below(u64::MAX);
    let (expected, events, _) = lab().undisturbed();
    let kills = in_turns(events / 4, lab, |lab, round| {
        let mut random = Random::new(seed ^ round);
        let event = 4 * round + 1 + random.below(4);
        lab.reset();
        lab.die_at(event);
        // Near its beginning, where it goes on in what the first has left, or anywhere.
        let reach = [5, events][random.below(2) as usize];
        let second = 1 + random.below(reach);
        let story = format!("killed at event {event}, and the next start at event {second}");
        let end = lab.child(&["--die-at", &second.to_string()]);
        lab.plain(&story);
        lab.must_be(&expected, &story);
        1 + u32::from(end.code.is_none())
    });
    say(what, kills, began);
}
