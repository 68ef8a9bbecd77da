//! `/metrics`.

use axum::Router;
use upgrades_dashboard::Dashboard;

use crate::lab::{AT_WORK, Lab, SHOP, failing, get, pending};
use crate::prometheus::{Samples, parse};

#[track_caller]
fn check(board: &Router, expected: &[(&str, f64)]) -> Samples {
    let page = get(board, "/metrics");
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let samples = parse(&page.body);
    for (name, value) in expected {
        assert_eq!(samples.get(*name), Some(value), "{name} in\n{}", page.body);
    }
    samples
}

#[test]
fn tell_the_state() {
    let shop = Lab::with(SHOP);
    let samples = check(
        &shop.board(&pending()),
        &[
            ("upgrades_up", 1.0),
            ("upgrades_pending_scripts{track=\"core\"}", 1.0),
            ("upgrades_failed", 0.0),
            ("upgrades_database_newer", 0.0),
            ("upgrades_working", 0.0),
            ("upgrades_open_issues", 0.0),
            (
                "upgrades_attempts_total{track=\"core\",outcome=\"applied\"}",
                2.0,
            ),
            ("upgrades_last_run_success", 1.0),
            ("upgrades_lock_waits_total", 0.0),
            ("upgrades_lock_wait_seconds_total", 0.0),
        ],
    );
    // The test began after this.
    assert!(samples["upgrades_last_run_timestamp_seconds"] > 1_700_000_000.0);
    check(
        &Lab::failed().board(&failing()),
        &[
            ("upgrades_failed", 1.0),
            ("upgrades_open_issues", 1.0),
            (
                "upgrades_attempts_total{track=\"core\",outcome=\"failed\"}",
                1.0,
            ),
            ("upgrades_last_run_success", 0.0),
        ],
    );
    check(
        &shop.board(&SHOP[..1]),
        &[
            ("upgrades_database_newer", 1.0),
            ("upgrades_open_issues", 1.0),
        ],
    );
    let _held = shop.held(AT_WORK);
    check(&shop.board(SHOP), &[("upgrades_working", 1.0)]);
}

#[test]
fn durations_are_added_up() {
    let lab = Lab::cleared("mended");
    lab.sql("UPDATE shop_upgrade_history SET took_ms = id * 1500");
    check(
        &lab.board(&failing()),
        &[
            (
                "upgrades_attempt_seconds_total{track=\"core\",outcome=\"applied\"}",
                4.5,
            ),
            (
                "upgrades_attempt_seconds_total{track=\"core\",outcome=\"failed\"}",
                4.5,
            ),
            // A decision is no run.
            ("upgrades_last_run_duration_seconds", 4.5),
            ("upgrades_last_run_success", 0.0),
        ],
    );
}

#[test]
fn a_database_that_is_not_there() {
    let fresh = Lab::new();
    let samples = check(
        &fresh.board(SHOP),
        &[
            ("upgrades_up", 1.0),
            ("upgrades_pending_scripts{track=\"core\"}", 2.0),
        ],
    );
    assert!(
        !samples.contains_key("upgrades_last_run_success"),
        "{samples:?}"
    );
    let nobody = upgrades::mysql("mysql://shop:geheim@127.0.0.1:1/shop").unwrap();
    let down = Dashboard::new(upgrades::Upgrader::new(nobody)).router();
    let samples = check(
        &down,
        &[
            ("upgrades_up", 0.0),
            ("upgrades_working", 0.0),
            ("upgrades_lock_waits_total", 0.0),
        ],
    );
    assert_eq!(samples.len(), 4, "{samples:?}");
}

/// What a run of this process has waited for another one.
#[test]
fn waiting_is_counted() {
    let lab = Lab::with(SHOP);
    let held = lab.held(AT_WORK);
    let upgrader = std::sync::Arc::new(
        lab.upgrader(&pending())
            .lock_wait(std::time::Duration::from_millis(30)),
    );
    upgrader.run().unwrap_err();
    drop(held);
    upgrader.run().unwrap();
    let board = Dashboard::new(upgrader).router();
    let samples = check(&board, &[("upgrades_lock_waits_total", 1.0)]);
    assert!(
        samples["upgrades_lock_wait_seconds_total"] >= 0.03,
        "{samples:?}"
    );
}
