//! Several instances on one database: one works, all wait, each script runs once.

use upgrades_tests::child::until;

use crate::gate::Gate;
use crate::lab::{Instance, Lab, is_maintenance};

/// Waits until an instance shows that it is being upgraded.
fn closed(instance: &Instance) {
    let browser = instance.browser();
    until("the page of a shop that is being upgraded", || {
        is_maintenance(&browser.get("/")).then_some(())
    });
}

/// What load balancers and orchestrators ask, and the answer.
fn ready(instance: &Instance) -> u16 {
    instance.browser().get("/admin/upgrades/readyz").status
}

#[test]
fn three_on_an_empty_database() {
    let lab = Lab::new();
    let shops = [lab.start(), lab.start(), lab.start()];
    for shop in &shops {
        shop.opened().must_be(200, &["from 249.95 EUR"]);
    }
    lab.everything_ran_once();
    // The last to have the lock, with nothing left to do, may have closed the others once more. That is over now.
    for shop in &shops {
        shop.opened();
        until("a ready instance", || (ready(shop) == 200).then_some(()));
    }
    // What one has sold, the others know.
    let visitor = shops[0].browser();
    let fields = [
        ("product", "1"),
        ("question-1", "1"),
        ("question-2", "3"),
        ("question-3", "6"),
        ("quantity", "1"),
    ];
    assert_eq!(visitor.post("/cart", &fields).status, 303);
    for shop in &shops[1..] {
        let there = visitor.moved_to(&shop.address);
        there.get("/cart").must_be(200, &["1 at 249.95 EUR"]);
    }
    for shop in shops {
        shop.stop();
    }
}

#[test]
fn while_one_upgrades_all_are_closed() {
    let lab = Lab::new();
    // It serves already when a newer release comes.
    let before = lab.open_shop();
    let gate = Gate::closed(&lab);
    let shops = [lab.start(), lab.start(), before];
    let working = gate.reached(&lab);
    let named = shops.iter().filter(|shop| shop.id() == working);
    assert_eq!(named.count(), 1, "one of them works");
    for shop in &shops {
        closed(shop);
        let browser = shop.browser();
        let choice = [("product", "1"), ("quantity", "1")];
        let tried = [
            browser.get("/products/1"),
            browser.get("/cart"),
            browser.get("/nothing"),
            browser.post("/cart", &choice),
            browser.post("/cart/1/remove", &[]),
        ];
        assert!(tried.iter().all(is_maintenance), "{tried:?}");
        until("an instance that is not ready", || {
            (ready(shop) == 503).then_some(())
        });
        assert_eq!(browser.get("/admin/upgrades/healthz").status, 200);
        // Whoever runs the shop comes in all the same, and sees how far it is.
        let page = shop.administrator().get("/admin/upgrades");
        page.must_be(200, &["1.9.0_gate.sql"]);
    }
    gate.open();
    for shop in &shops {
        shop.opened().must_be(200, &["from 249.95 EUR"]);
        until("a ready instance", || (ready(shop) == 200).then_some(()));
    }
    lab.everything_ran_once();
}
