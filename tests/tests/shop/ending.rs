//! How an instance ends in the middle of an upgrade, and what the next one finds.

use rustix::process::Signal;
use upgrades_tests::child::until;

use crate::gate::Gate;
use crate::lab::{Instance, Lab, strings};

/// How many rows the last statement has made that stands behind the gate.
fn behind_the_gate(lab: &Lab) -> String {
    let sql = "SELECT CAST(count(*) AS TEXT) FROM cb_behind_the_gate";
    strings(&lab.open(), sql).concat()
}

fn must_have_done_everything_once(lab: &Lab) {
    lab.everything_ran_once();
    assert_eq!(behind_the_gate(lab), "1");
}

fn at_the_gate(lab: &Lab, gate: &Gate) -> Instance {
    let shop = lab.start();
    assert_eq!(gate.reached(lab), shop.id());
    shop
}

#[test]
fn a_signal_lets_the_statement_finish() {
    for number in [Signal::TERM, Signal::INT] {
        let lab = Lab::new();
        let gate = Gate::closed(&lab);
        let mut shop = at_the_gate(&lab, &gate);
        shop.signal(number);
        // It takes no more visitors, and stays for its statement.
        until("a closed door", || {
            let address = shop.address.strip_prefix("http://").unwrap();
            std::net::TcpStream::connect(address).err()
        });
        assert!(shop.runs());
        gate.open();
        assert_eq!(shop.ended().code(), Some(0));
        let passed = "SELECT CAST(count(*) AS TEXT) FROM passed";
        let gate = rusqlite::Connection::open(lab.path("gate.db")).unwrap();
        assert_eq!(strings(&gate, passed), ["1"], "the statement has finished");
        assert_eq!(behind_the_gate(&lab), "0", "and no more was begun");
        let next = lab.open_shop();
        assert_eq!(strings(&gate, passed), ["1"], "and is not repeated");
        must_have_done_everything_once(&lab);
        next.stop();
    }
}

#[test]
fn who_asks_twice_is_not_kept_waiting() {
    let lab = Lab::new();
    let gate = Gate::closed(&lab);
    let shop = at_the_gate(&lab, &gate);
    shop.signal(Signal::TERM);
    until("a closed door", || {
        let address = shop.address.strip_prefix("http://").unwrap();
        std::net::TcpStream::connect(address).err()
    });
    shop.signal(Signal::TERM);
    assert_eq!(shop.ended().code(), Some(130));
    gate.open();
    lab.open_shop().stop();
    must_have_done_everything_once(&lab);
}

#[test]
fn another_goes_on_where_one_was_killed() {
    let lab = Lab::new();
    let gate = Gate::closed(&lab);
    let shop = at_the_gate(&lab, &gate);
    let waiting = lab.start();
    shop.signal(Signal::KILL);
    assert_eq!(shop.ended().code(), None);
    // The one that has waited takes over, without a restart.
    until("the other at the gate", || {
        (gate.reached(&lab) == waiting.id()).then_some(())
    });
    gate.open();
    waiting.opened().must_be(200, &["from 249.95 EUR"]);
    must_have_done_everything_once(&lab);
}

#[test]
fn a_shop_with_nothing_to_do_ends_at_once() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    // Somebody follows the live run, and would do so for minutes.
    let follower = shop.administrator();
    let cookie = follower.cookie("shop_admin").unwrap();
    let address = shop.address.strip_prefix("http://").unwrap().to_owned();
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    let request = format!(
        "GET /admin/upgrades/live HTTP/1.1\r\nHost: {address}\r\nCookie: shop_admin={cookie}\r\n\r\n"
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut begun = [0; 15];
    std::io::Read::read_exact(&mut stream, &mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200 OK");
    shop.stop();
}
