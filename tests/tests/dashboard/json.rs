//! What programs are told has the shapes of docs/json.md, and those of the command where it has one.

use regex::Regex;
use serde_json::{Value, json};
use upgrades::{HistoryFilter, Outcome, Rehearsal, TrackName};
use upgrades_dashboard::Dashboard;
use upgrades_tests::shape;

use crate::lab::{AT_WORK, Lab, SHOP, failing, get, pending};

/// What the command writes with `--format json` is what the engine tells.
#[test]
fn the_same_as_the_command() {
    let lab = Lab::cleared("mended");
    let newer = Lab::with(SHOP);
    let fresh = Lab::new();
    let rows = [
        (&lab, failing()),
        (&lab, SHOP.to_vec()),
        (&newer, SHOP[..1].to_vec()),
        (&fresh, SHOP.to_vec()),
    ];
    for (lab, scripts) in rows {
        let upgrader = lab.upgrader(&scripts);
        let board = lab.board(&scripts);
        assert_eq!(
            get(&board, "/api/status").json(),
            json!(upgrader.status().unwrap())
        );
        assert_eq!(
            get(&board, "/api/issues").json(),
            json!(upgrader.critical_issues().unwrap())
        );
        let all = HistoryFilter::default();
        let filters = [
            ("", all.clone()),
            (
                "?track=core&limit=2",
                all.clone().track(TrackName::CORE).limit(2),
            ),
            ("?outcome=failed", all.clone().outcome(Outcome::Failed)),
            ("?version=1.1.0", all.clone().version("1.1.0")),
            ("?before=3", all.before(3)),
        ];
        for (query, filter) in filters {
            let told = get(&board, &format!("/api/history{query}"));
            assert_eq!(
                told.json(),
                json!(upgrader.history(&filter).unwrap()),
                "{query}"
            );
            assert_eq!(told.header("cache-control"), "no-store");
        }
    }
}

#[test]
fn attempts_have_their_shape() {
    let lab = Lab::cleared("mended");
    let board = lab.board(&failing());
    let told = (1..=4).map(|id| get(&board, &format!("/api/history/{id}")).json());
    shape::check("/api/history/ID", told);
}

#[test]
fn the_run_has_its_shape() {
    let lab = Lab::with(SHOP);
    let run = |scripts: &[(&str, &str)]| get(&lab.board(scripts), "/api/run").json();
    let mut told = vec![run(SHOP), run(&pending())];
    let records = [
        AT_WORK.to_owned(),
        AT_WORK.replace(r#","rows":{"done":5000,"total":12000}"#, ""),
        AT_WORK.replace("12000", "null").replace(r#""replica b is 6 s behind""#, "null").replace(r#""program":"3.6.0""#, r#""program":null"#),
        r#"{"holder":{"host":"h","pid":1,"program":null,"run":"r","since":"2026-11-22T05:10:00Z"}}"#.to_owned(),
        AT_WORK.replacen('}', r#"},"deaths":{"count":1,"at":{"script":"core/1.3.0_clean.sql","statement":2,"statements":7}}"#, 1),
        "{".to_owned(),
    ];
    // The same text ran here before, so that its time is known.
    lab.sql("INSERT INTO shop_upgrade_history (id, run, track, version, file_name, checksum, started_at, took_ms, statements, outcome, host) \
             SELECT 3, run, track, version, file_name, 'x', started_at, 90000, statements, outcome, host FROM shop_upgrade_history WHERE id = 2");
    let checksum = {
        let other = Lab::with(&pending());
        let attempts = other
            .upgrader(&pending())
            .history(&HistoryFilter::default())
            .unwrap();
        attempts
            .last()
            .unwrap()
            .checksum
            .clone()
            .unwrap()
            .to_string()
    };
    lab.sql(&format!(
        "UPDATE shop_upgrade_history SET checksum = '{checksum}' WHERE id = 3"
    ));
    for record in records {
        let _held = lab.held(&record);
        told.push(run(&pending()));
    }
    let left = &told[2]["left"];
    assert_eq!(
        (&left["by"], &left["unknown"]),
        (&json!("history"), &json!(0)),
        "{left}"
    );
    assert!(left["left_ms"].as_u64().unwrap() > 80_000, "{left}");
    shape::check("/api/run", told);
}

/// A rehearsal knows better than what the history says.
#[test]
fn a_rehearsal_tells_how_long_the_run_takes() {
    let lab = Lab::with(SHOP);
    let rehearsal = Rehearsal::default();
    lab.upgrader(&pending()).rehearse(&rehearsal).unwrap();
    let kept = lab.0.read("shop.db-rehearsal");
    let took = Regex::new(r#""took_ms":\d+"#).unwrap();
    let longer = took.replace(&kept, r#""took_ms":60000"#);
    lab.0.write("shop.db-rehearsal", &*longer);
    let _held = lab.held(AT_WORK);
    let left = get(&lab.board(&pending()), "/api/run").json()["left"].clone();
    assert_eq!(left["by"], "rehearsal", "{kept}: {left}");
    assert!(left["left_ms"].as_u64().unwrap() > 50_000, "{left}");
    let page = get(&lab.board(&pending()), "/").body;
    assert!(page.contains(" s left, by the rehearsal"), "{page}");
}

#[test]
fn the_probe_has_its_shape() {
    let lab = Lab::with(SHOP);
    let told = [lab.board(SHOP), lab.board(&SHOP[..1])].map(|board| get(&board, "/readyz").json());
    shape::check("/readyz", told);
}

#[test]
fn errors_are_those_of_the_command() {
    let nobody = upgrades::mysql("mysql://shop:geheim@127.0.0.1:1/shop").unwrap();
    let nobody = upgrades::Upgrader::new(nobody);
    let down = Dashboard::new(nobody).router();
    let lab = Lab::with(SHOP);
    let board = lab.board(SHOP);
    let rows: [(_, &str, u16, &str); 9] = [
        (&down, "/api/status", 503, "database-unreachable"),
        (&down, "/api/issues", 503, "database-unreachable"),
        (&down, "/api/history", 503, "database-unreachable"),
        (&down, "/api/run", 503, "database-unreachable"),
        (&board, "/api/history/99", 404, "not-found"),
        (&board, "/api/history/x", 404, "not-found"),
        (&board, "/api/nowhere", 404, "not-found"),
        (&board, "/api/history?outcome=won", 400, "usage"),
        (&board, "/api/history?limit=0", 400, "usage"),
    ];
    let told: Vec<Value> = rows
        .into_iter()
        .map(|(board, path, status, code)| {
            let answer = get(board, path);
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            let json = answer.json();
            assert_eq!(json["error"]["code"], code, "{path}");
            assert!(!answer.body.contains("geheim"), "{}", answer.body);
            json
        })
        .collect();
    shape::check("Errors of the dashboard", told);
}
