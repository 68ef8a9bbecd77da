//! Fifty processes at once.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::lab::{
    Connection, End, Lab, connection, count, ended, holder, must_be, must_succeed, say, server,
    signal, until, until_halted, until_runs, whole_machine,
};
use crate::scripts::{CORE, CUSTOMIZATION};

const ROUNDS: u64 = 5;
const STARTERS: usize = 50;

#[test]
fn of_fifty_on_a_fresh_database() {
    let _machine = whole_machine();
    let lab = Lab::new(CORE, CUSTOMIZATION);
    let (expected, _) = lab.undisturbed();
    let began = Instant::now();
    for round in 1..=ROUNDS {
        let database = server().database();
        let url = database.url();
        let children = lab.start_at_once([url.as_str(); STARTERS], &[]);
        let ends: Vec<End> = children.into_iter().map(ended).collect();
        must_succeed(&ends, &format!("round {round}"));
        assert_eq!(
            count(&ends, "ending: Upgraded"),
            1,
            "round {round}: {ends:#?}"
        );
        must_be(&database, &expected, &format!("round {round}"));
    }
    say("race of 50, 5 rounds", began);
}

/// Kills the one of them that has this number, and takes it from them.
fn kill(children: &mut Vec<Child>, pid: u32) {
    let at = children.iter().position(|child| child.id() == pid).unwrap();
    let child = children.swap_remove(at);
    signal(&child, Signal::KILL);
    assert_eq!(ended(child).code, None);
}

/// Three times a round, in places that differ by the round; the third in the script that sleeps last.
#[test]
fn of_fifty_whose_holder_is_killed_again_and_again() {
    let _machine = whole_machine();
    let lab = Lab::new(CORE, CUSTOMIZATION);
    let (expected, _) = lab.undisturbed();
    let began = Instant::now();
    for round in 1..=ROUNDS {
        let database = server().database();
        let (url, client) = (database.url(), database.connect());
        let mut children = lab.start_at_once([url.as_str(); STARTERS], &["--expiry", "2000"]);
        let first = until("a holder", || holder(&client));
        thread::sleep(Duration::from_millis(30 * (round - 1)));
        kill(&mut children, first);
        for text in ["INSERT%SLEEP", "CREATE%SLEEP"] {
            let next = until("the statement of a living holder", || {
                let runs = until_runs(&client, text);
                let pid = holder(&client)?;
                let lives = children.iter().any(|child| child.id() == pid);
                (lives && connection(&client, Connection::Work) == Some(runs)).then_some(pid)
            });
            kill(&mut children, next);
        }
        let ends: Vec<End> = children.into_iter().map(ended).collect();
        must_succeed(&ends, &format!("round {round}"));
        assert_eq!(
            count(&ends, "ending: Upgraded"),
            1,
            "round {round}: {ends:#?}"
        );
        must_be(&database, &expected, &format!("round {round}"));
    }
    say("race of 50 with 3 kills, 5 rounds", began);
}

#[test]
fn of_fifty_whose_holder_is_held_still() {
    let _machine = whole_machine();
    let lab = Lab::new(CORE, CUSTOMIZATION);
    let (expected, _) = lab.undisturbed();
    let began = Instant::now();
    for round in 1..=ROUNDS {
        let database = server().database();
        let (url, client) = (database.url(), database.connect());
        let mut children = lab.start_at_once([url.as_str(); STARTERS], &["--expiry", "2000"]);
        let texts = ["INSERT%SLEEP", "CREATE%SLEEP"];
        until_runs(&client, texts[round as usize % 2]);
        let pid = holder(&client).unwrap();
        let at = children.iter().position(|child| child.id() == pid).unwrap();
        let still = children.swap_remove(at);
        signal(&still, Signal::STOP);
        until_halted(&still);
        let ends: Vec<End> = children.into_iter().map(ended).collect();
        must_succeed(&ends, &format!("round {round}"));
        must_be(&database, &expected, &format!("round {round}"));
        signal(&still, Signal::CONT);
        let end = ended(still);
        assert_eq!(end.code, Some(1), "round {round}: {}", end.said);
        assert!(
            end.said.contains("\novertaken: "),
            "round {round}: {}",
            end.said
        );
        must_be(&database, &expected, &format!("round {round}, continued"));
    }
    say("race of 50 with a halt, 5 rounds", began);
}
