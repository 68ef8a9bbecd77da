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

/// A child that waits for servers goes on by itself.
#[test]
fn and_the_child_waits_for_it() {
    let what = "the server, which its client waits for";
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let server = Server::start(Durability::Durable);
    let lab = Lab::new(&server, CORE, CUSTOMIZATION);
    let (expected, _, took) = lab.undisturbed();
    let kills = 8;
    for round in 0..kills {
        lab.reset();
        let child = lab.start(&["--server", "60000"]);
        thread::sleep(random.moment(took));
        server.kill();
        server.restart();
        let end = lab.ended(child);
        let story = format!("{what}, round {round}: {}", end.said);
        assert_eq!(end.code, Some(0), "{story}");
        lab.must_be(&expected, &story);
    }
    say(what, kills, began);
}
