//! One attempt, and the way through the history.

use crate::lab::{FAILING, Lab, SHOP, failing, get};
use crate::markup::sound;

#[track_caller]
fn check(lab: &Lab, path: &str, says: &[&str]) -> String {
    let page = get(&lab.board(&failing()), path);
    assert_eq!(page.status, 200, "{path}\n{}", page.body);
    sound(&page, "");
    for words in says {
        assert!(
            page.body.contains(words),
            "{path} does not say {words:?}:\n{}",
            page.body
        );
    }
    page.body
}

#[test]
fn of_what_was_applied() {
    let lab = Lab::with(SHOP);
    let says = [
        "core/1.1.0_sample.sql",
        "applied",
        "INSERT INTO #__products (name) VALUES (&#39;Lamp&#39;);",
        "Statements that ran",
        "3.6.0",
    ];
    let page = check(&lab, "/history/2", &says);
    assert!(!page.contains("failed here"), "{page}");
}

/// A failed script's text is the file's, as long as nobody has edited that.
#[test]
fn of_what_failed() {
    let lab = Lab::failed();
    let says = [
        "core/1.2.0_points.sql",
        "What went wrong",
        "In statement 2, line 4, column 1:",
        "no such table: shop_customer",
        "<tr class=\"failed\" id=\"failed\"><th scope=\"row\">4</th><td><code>ALTER TABLE #__customer ADD COLUMN points INTEGER;</code><span class=\"flag\">failed here</span>",
        "-- Points for all.",
    ];
    check(&lab, "/history/3", &says);
    let edited = [SHOP[0], SHOP[1], (FAILING.0, "SELECT 2;")];
    let page = get(&lab.board(&edited), "/history/3");
    assert!(page.body.contains("It was not kept"), "{}", page.body);
}

#[test]
fn of_a_decision() {
    let lab = Lab::cleared("The table is called customers.\nAsk Kim.");
    check(
        &lab,
        "/history/4",
        &[
            "cleared",
            "What a person said",
            "The table is called customers.\nAsk Kim.",
            "go-on",
        ],
    );
    check(
        &lab,
        "/history",
        &["The table is called customers. Ask Kim."],
    );
}

/// Every row is on one page, and the pages lead to each other.
#[test]
fn pages_of_a_long_history() {
    let lab = Lab::with(SHOP);
    let columns = "run, track, version, file_name, started_at, took_ms, statements, outcome, host";
    lab.sql(&format!(
        "INSERT INTO shop_upgrade_history (id, {columns}) WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 120) \
         SELECT i, 'r', 'core', '0.' || i, '0.' || i || '_x.sql', '2026-11-22T05:10:00.000Z', i, 1, 'applied', 'h' FROM n"
    ));
    let mut path = "/history?track=core&version=&outcome=".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = check(&lab, &path, &["<caption>"]);
        let ids = page.split("id=\"attempt-").skip(1);
        seen.extend(ids.map(|rest| rest.split('"').next().unwrap().parse::<i64>().unwrap()));
        let Some((before, _)) = page.split_once("\" rel=\"next\"") else {
            break;
        };
        let (_, next) = before.rsplit_once("href=\"").unwrap();
        path = next.replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!(seen, (1..=120).rev().collect::<Vec<i64>>());
    check(&lab, &path, &["Newest"]);
}
