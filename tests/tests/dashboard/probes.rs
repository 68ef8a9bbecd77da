//! `/healthz` and `/readyz`.

use axum::Router;
use upgrades::{Track, Upgrader, WhenNewer};
use upgrades_dashboard::Dashboard;

use crate::lab::{AT_WORK, Lab, SHOP, failing, get, pending};

#[track_caller]
fn check(board: &Router, status: u16, state: &str, reason: Option<&str>) {
    let answer = get(board, "/readyz");
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.body.matches('\n').count(), 1, "{}", answer.body);
    let json = answer.json();
    assert_eq!(json["ready"], status == 200, "{json}");
    assert_eq!(json["state"], state, "{json}");
    match reason {
        None => assert!(json["reason"].is_null(), "{json}"),
        Some(reason) => assert!(json["reason"].as_str().unwrap().contains(reason), "{json}"),
    }
    let health = get(board, "/healthz");
    assert_eq!(
        (health.status, health.json()["state"].as_str()),
        (200, Some("alive"))
    );
}

#[test]
fn are_true_in_every_state() {
    let shop = Lab::with(SHOP);
    check(&shop.board(SHOP), 200, "current", None);
    // It was started without them, and works with what is there.
    check(&shop.board(&pending()), 200, "pending", None);
    check(
        &shop.board(&SHOP[..1]),
        503,
        "too-old",
        Some("this program is older than the database"),
    );
    let goes_on = shop.upgrader(&SHOP[..1]).when_newer(WhenNewer::Continue);
    check(&Dashboard::new(goes_on).router(), 200, "too-old", None);
    check(
        &Lab::failed().board(&failing()),
        503,
        "failed",
        Some("an earlier upgrade failed"),
    );
    check(&Lab::new().board(SHOP), 200, "pending", None);
    {
        let _held = shop.held(AT_WORK);
        check(&shop.board(SHOP), 503, "upgrading", None);
        check(&shop.board(&pending()), 503, "upgrading", None);
    }
    let twice = [SHOP[0], ("1.0.0_again.sql", "SELECT 1;")];
    check(
        &shop.board(&twice),
        503,
        "scripts",
        Some("the scripts are not in order"),
    );
    let nobody = upgrades::mysql("mysql://shop:geheim@127.0.0.1:1/shop").unwrap();
    let nobody = Upgrader::new(nobody).track(Track::core([("1.sql", "SELECT 1;")]));
    check(
        &Dashboard::new(nobody).router(),
        503,
        "unreachable",
        Some("the database cannot be used"),
    );
}
