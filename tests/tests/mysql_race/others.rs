//! Others who use the server meanwhile.

use rustix::process::Signal;
use upgrades_tests::mariadb::Server;

use crate::lab::{Lab, ended, must_be, must_succeed, share_the_machine, signal, until, until_runs};

const SLOW: &str = "CREATE TABLE #__t (n BIGINT); INSERT INTO #__t SELECT SLEEP(2.5);";

/// MySQL does not tell who is connected while somebody's statement has a letter of four bytes; a dead holder is replaced
/// nevertheless, at once.
#[test]
fn who_send_an_emoji() {
    let _machine = share_the_machine();
    let lab = Lab::new(&[("1.0.0.sql", SLOW)], &[]);
    let (expected, _) = lab.undisturbed();
    // The other tests ask theirs who is connected.
    let server = Server::with(&[]);
    let database = server.database();
    let (url, client) = (database.url(), database.connect());
    let holder = lab.start(&url, &["--expiry", "600000"]);
    until_runs(&client, "SLEEP");
    let other = server.connect();
    let id = other.id();
    let waiting = other.begin("SELECT SLEEP(1000), '\u{1f980}'");
    until("the emoji", || {
        let mut listed = client.query("SHOW PROCESSLIST").into_iter().flatten();
        let is_there = listed.any(|text| text.is_some_and(|text| text.contains('\u{1f980}')));
        is_there.then_some(())
    });
    signal(&holder, Signal::KILL);
    ended(holder);
    let next = lab.start(&url, &["--expiry", "600000"]);
    must_succeed(&[ended(next)], "an emoji");
    client.query(&format!("KILL {id}"));
    let _ = waiting.wait();
    must_be(&database, &expected, "an emoji");
}
