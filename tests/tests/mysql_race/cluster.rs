//! Processes against different nodes of a Galera cluster.

use std::time::Instant;

use rustix::process::Signal;
use upgrades_tests::galera::{Cluster, NODES};
use upgrades_tests::mariadb::{Client, Flavour};

use crate::lab::{
    End, Lab, Place, count, ended, holder, must_be, must_succeed, say, signal, until_runs,
    whole_machine,
};
use crate::scripts::{CORE, CUSTOMIZATION, OWNERS};

/// How often many start at once.
const CLUSTER_ROUNDS: u32 = 3;

/// A database as a node of the cluster has it.
struct OnNode<'c> {
    cluster: &'c Cluster,
    node: usize,
    database: &'c str,
}

impl Place for OnNode<'_> {
    fn client(&self) -> Client {
        let client = self.cluster.node(self.node).connect_to(self.database);
        client.query("SET wsrep_sync_wait = 15");
        client
    }

    fn picture(&self, without: &[&str]) -> String {
        // Whoever asks has waited already for what the others have written.
        self.client().query("SELECT 1");
        self.cluster.node(self.node).picture(self.database, without)
    }
}

#[test]
fn of_a_cluster() {
    // The nodes are always MariaDB's: nothing else would be seen.
    if Flavour::MariaDb.is_absent() {
        return;
    }
    let _machine = whole_machine();
    // The nodes count their AUTO_INCREMENT each in its own way.
    let core = CORE.iter().filter(|(file, _)| *file != OWNERS);
    let core: Vec<_> = core.copied().collect();
    let lab = Lab::new(&core, CUSTOMIZATION);
    let (expected, _) = lab.undisturbed();
    let began = Instant::now();
    let cluster = &Cluster::start();
    say("a cluster of three", began);
    let create = |name: &str| {
        cluster.node(0).connect().query(&format!(
            "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        ));
    };
    let must_be_on = |nodes: &[usize], database: &str, story: &str| {
        for &node in nodes {
            let place = OnNode {
                cluster,
                node,
                database,
            };
            must_be(&place, &expected, &format!("{story}, node {node}"));
        }
    };

    for round in 1..=CLUSTER_ROUNDS {
        let name = format!("race_{round}");
        create(&name);
        let urls: Vec<String> = (0..12)
            .map(|number| cluster.node(number % NODES).url(&name))
            .collect();
        let children = lab.start_at_once(urls.iter().map(String::as_str), &[]);
        let ends: Vec<End> = children.into_iter().map(ended).collect();
        must_succeed(&ends, &name);
        assert_eq!(count(&ends, "ending: Upgraded"), 1, "{name}: {ends:#?}");
        must_be_on(&[0, 1, 2], &name, &name);
        say(&name, began);
    }

    for (name, how) in [("killed", Signal::KILL), ("halted", Signal::STOP)] {
        for text in ["INSERT%SLEEP", "CREATE%SLEEP"] {
            let name = format!("{name}_{}", &text[..6]).to_lowercase();
            create(&name);
            let child = lab.start(&cluster.node(0).url(&name), &["--expiry", "2000"]);
            until_runs(&cluster.node(0).connect_to(&name), text);
            signal(&child, how);
            let end = ended(lab.start(&cluster.node(1).url(&name), &["--expiry", "2000"]));
            assert_eq!(end.code, Some(0), "{name}: {}", end.said);
            must_be_on(&[0, 1, 2], &name, &name);
            if how == Signal::STOP {
                signal(&child, Signal::CONT);
            }
            let end = ended(child);
            if how == Signal::STOP {
                assert_eq!(end.code, Some(1), "{name}: {}", end.said);
                assert!(end.said.contains("\novertaken: "), "{name}: {}", end.said);
                must_be_on(&[0, 1, 2], &name, &name);
            }
            say(&name, began);
        }
    }

    let name = "node";
    create(name);
    let child = lab.start(&cluster.node(2).url(name), &["--expiry", "2000"]);
    let client = cluster.node(2).connect_to(name);
    until_runs(&client, "INSERT%SLEEP");
    assert_eq!(holder(&client), Some(child.id()));
    let waiter = lab.start(&cluster.node(0).url(name), &["--expiry", "2000"]);
    cluster.kill(2);
    say("a node was killed", began);
    let end = ended(child);
    assert_eq!(end.code, Some(1), "{}", end.said);
    let end = ended(waiter);
    assert_eq!(end.code, Some(0), "{}", end.said);
    must_be_on(&[0, 1], name, "a node was killed");
    cluster.rejoin(2);
    must_be_on(&[0, 1, 2], name, "it has come back");
    say("it has come back", began);
}
