//! The crash lab on a server where something is in its way: nothing is touched, nothing is left.

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;
use upgrades_tests::crash::{ended, signal, until};
use upgrades_tests::mariadb::Server;

use super::crash_lab::shop;
use crate::crash_lab::{LAB, findings};
use crate::shop::Shop;

const MORE: (&str, &str) = (
    "core/2.sql",
    "UPDATE #__a SET n = n + 1; ALTER TABLE #__a ADD COLUMN m INT;",
);

#[test]
fn a_server_that_is_not_there() {
    let shop = Shop::on("mysql://nobody@127.0.0.1:1/shop", "", &[MORE]);
    let (status, code, message) = shop.refused(LAB);
    assert_eq!(
        (status, code.as_str()),
        (Some(7), "database-unreachable"),
        "{message}"
    );
}

/// Nobody else's process takes itself for a child of a lab, least of all one on the real schema.
#[test]
fn a_child_without_a_lab() {
    let shop = shop(&[MORE]);
    let child = ["rehearse", "--crash-lab", "--crash-lab-child"];
    for name in [shop.database.name(), "mysql", "nowhere_upgrades_1", ""] {
        let mut command = shop.command(child);
        command.env("UPGRADES_CRASH_LAB_COPY", name);
        let answer = shop.untouched(|| shop.answer(&mut command));
        assert_eq!(answer.status, Some(9), "{name}: {answer:#?}");
        let said = format!(
            "{name} is no copy of {} that was made to try things in",
            shop.database.name()
        );
        assert!(answer.stderr.contains(&said), "{name}: {answer:#?}");
    }
}

/// On another server, whose password stands on no command line.
#[test]
fn on_another_server() {
    let other = Server::with(&[]);
    let beside = other.database();
    beside.query(
        "CREATE TABLE mine (a INT); CREATE USER r@'127.0.0.1' IDENTIFIED BY 'sEcret9'; GRANT ALL ON *.* TO r@'127.0.0.1'",
    );
    let url = format!(
        "mysql://r:sEcret9@127.0.0.1:{}/{}",
        other.port(),
        beside.name()
    );
    let shop = shop(&[MORE]);
    let mut command = shop.command(LAB);
    command
        .args(["--format", "json"])
        .env("UPGRADES_REHEARSE_ON", &url);
    let answer = shop.untouched(|| shop.answer(&mut command));
    assert_eq!(answer.status, Some(0), "{answer:#?}");
    let told: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert!(told["crash_lab"]["killed"].as_u64().unwrap() > 5, "{told}");
    let copies =
        "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '%upgrades%'";
    assert_eq!(beside.rows(copies), "0");
    assert_eq!(beside.rows("SHOW TABLES"), "mine");
}

/// Two labs at once take copies of their own.
#[test]
fn two_at_once() {
    let shop = shop(&[MORE]);
    let both = shop.untouched(|| {
        let started = || {
            let mut command = shop.command(LAB);
            let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        };
        [started(), started()].map(ended)
    });
    for end in both {
        assert_eq!(end.code, Some(0), "{}", end.said);
    }
}

/// A signal ends the lab soon, and leaves nothing; SIGKILL leaves schemas, which the next one drops.
#[test]
fn stopped_and_killed() {
    let statements = (0..200).map(|n| format!("INSERT INTO #__log VALUES ('x', {n});\n"));
    let long: String = statements.collect();
    let shop = shop(&[("core/2.sql", &long)]);
    for (kind, code) in [(Signal::TERM, Some(3)), (Signal::KILL, None)] {
        let mut command = shop.command(LAB);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One is expected and one is tried.
        until("two copies", || shop.beside().contains("; ").then_some(()));
        signal(&child, kind);
        let end = ended(child);
        assert_eq!(end.code, code, "{}", end.said);
        match kind {
            Signal::TERM => shop.untouched(|| ()),
            _ => assert_ne!(shop.beside(), ""),
        }
    }
    shop.write("core/2.sql", MORE.1);
    until("the dead one's locks are given back", || {
        shop.told(["rehearse"]);
        shop.beside().is_empty().then_some(())
    });
    let told = shop.untouched(|| shop.told(LAB));
    assert_eq!(findings(&told), [""; 0]);
}
