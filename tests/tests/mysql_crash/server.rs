//! SIGKILL of the server while scripts run; it comes back with what was committed.

use std::thread;
use std::time::Instant;

use upgrades_tests::crash::{Random, say};
use upgrades_tests::mariadb::{Durability, Server};

use crate::lab::Lab;
use crate::scripts::{CORE, CUSTOMIZATION, DEFINITIONS};

/// Kills the server under `kills` children at moments that are spread over what an undisturbed upgrade takes. A child
/// ends with an error that records nothing, and the next one goes on.
fn at_random(what: &str, scripts: [&[(&str, &str)]; 2], kills: u32) {
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let server = Server::start(Durability::Durable);
    let lab = Lab::new(&server, scripts[0], scripts[1]);
    let (expected, _, took) = lab.undisturbed();
    for round in 0..kills {
        let story = format!("{what}, round {round}");
        // Now and then the start after it meets the same end.
        if round % 3 != 1 {
            lab.reset();
        }
        let child = lab.start(&[]);
        thread::sleep(random.moment(took));
        server.kill();
        let end = lab.ended(child);
        server.restart();
        let told = end.code == Some(0) || end.said.contains("database-unreachable: ");
        assert!(told, "{story}: {}", end.said);
        assert_eq!(lab.failures(), [""; 0], "{story}: {}", end.said);
        if round % 3 != 0 {
            lab.plain(&story);
            lab.must_be(&expected, &story);
        }
    }
    say(what, kills, began);
}

#[test]
fn and_another_child_goes_on() {
    at_random("the server, at random moments", [CORE, CUSTOMIZATION], 16);
}

#[test]
fn in_definitions() {
    at_random("the server, in definitions", [DEFINITIONS, &[]], 12);
}

/// A child that waits for servers goes on by itself once it has begun a script. Before that, it waits for a server that
/// does not answer, but a connection that is lost while it looks what there is to do ends it, with nothing done.
#[test]
fn and_the_child_waits_for_it() {
    /// Waiting for the lock may be told, and that there is something to run.
    const BEFORE_SCRIPTS: u64 = 2;
    let what = "the server, which its client waits for";
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let server = Server::start(Durability::Durable);
    let lab = Lab::new(&server, CORE, CUSTOMIZATION);
    let (expected, _, took) = lab.undisturbed();
    let kills = 12;
    let mut went_on = 0;
    for round in 0..kills {
        lab.reset();
        let child = lab.start(&["--server", "60000"]);
        thread::sleep(random.moment(took));
        server.kill();
        server.restart();
        let end = lab.ended(child);
        let story = format!("{what}, round {round}: {}", end.said);
        if end.code == Some(0) {
            went_on += 1;
        } else {
            assert!(end.said.contains("database-unreachable: "), "{story}");
            assert!(end.events() <= BEFORE_SCRIPTS, "{story}");
            assert_eq!(lab.failures(), [""; 0], "{story}");
            lab.plain(&story);
        }
        lab.must_be(&expected, &story);
    }
    assert!(went_on > 0, "{what}: none went on");
    say(&format!("{what}, {went_on} went on"), kills, began);
}
