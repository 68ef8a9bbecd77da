//! The checks of the sample application, in `fixtures/sample/checks.mysql.sql`, against the real scripts of both tracks.

use upgrades::Upgrader;
use upgrades_tests::sample::{Check, both_tracks, checks_in, run_up_to};

use crate::lab::Lab;

const PREFIX: &str = "cb_";

fn check(check: &Check) {
    let lab = Lab::new();
    let name = &check.name;
    let text = |sql: &str| sql.replace("#__", PREFIX).replace("${currency}", "EUR");
    let upgrader = || both_tracks(Upgrader::new(lab.store()), PREFIX);
    let connect = || {
        let client = lab.database.connect();
        client.query("SET sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')");
        client
    };
    for (place, sql) in &check.before {
        run_up_to(upgrader(), place);
        connect().query(&text(sql));
    }
    let report = upgrader().run();
    report.unwrap_or_else(|error| panic!("{name}: {}", upgrades::chain(&error)));
    let client = connect();
    if !check.then.is_empty() {
        client.query(&text(&check.then));
    }
    for (expected, sql) in &check.refused {
        let refusal = client
            .try_query(&text(sql))
            .expect_err(&format!("{name}: {sql} is refused"));
        assert!(
            refusal.message.contains(expected),
            "{name}: {} has {expected}",
            refusal.message
        );
    }
    let found = client.query(&text(&check.expect));
    assert_eq!(found, [[Some("ok".to_owned())]], "{name}");
}

#[test]
fn the_checks_hold() {
    for one in checks_in("checks.mysql.sql") {
        check(&one);
    }
}
