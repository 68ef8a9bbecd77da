//! The checks of the sample application, in `fixtures/sample`: what must be true behind its scripts.

use std::path::PathBuf;

use upgrades::{Track, TrackName, Upgrader, Version};

use crate::project;

/// A script of a track, by its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The track.
    pub track: TrackName,
    /// The version.
    pub version: Version,
}

/// One of the checks; each text is SQL.
#[derive(Debug, Default)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// The newest script that it needs.
    pub after: Option<Place>,
    /// What is done before scripts.
    pub before: Vec<(Place, String)>,
    /// What is done behind all scripts.
    pub then: String,
    /// What the database refuses then, and what it says to it.
    pub refused: Vec<(String, String)>,
    /// What answers `ok`.
    pub expect: String,
}

/// Where the lines that follow belong.
enum Part {
    Before,
    Then,
    Refused,
    Expect,
}

fn place(text: &str) -> Place {
    let (track, version) = text.trim().split_once(' ').unwrap();
    Place {
        track: track.parse().unwrap(),
        version: version.parse().unwrap(),
    }
}

/// The checks in a file of `fixtures/sample`.
pub fn checks_in(file: &str) -> Vec<Check> {
    let file = project().join("tests/fixtures/sample").join(file);
    let text = std::fs::read_to_string(file).unwrap();
    let mut checks: Vec<Check> = Vec::new();
    let mut part = None;
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("-- check: ") {
            let (name, after) = head.split_once(" (after ").unwrap();
            checks.push(Check {
                name: name.to_owned(),
                after: Some(place(after.strip_suffix(')').unwrap())),
                ..Check::default()
            });
            part = None;
            continue;
        }
        let Some(check) = checks.last_mut() else {
            continue;
        };
        if let Some(text) = line.strip_prefix("-- before: ") {
            check.before.push((place(text), String::new()));
            part = Some(Part::Before);
        } else if line == "-- then:" {
            part = Some(Part::Then);
        } else if let Some(text) = line.strip_prefix("-- refused: ") {
            check.refused.push((text.to_owned(), String::new()));
            part = Some(Part::Refused);
        } else if line == "-- expect:" {
            part = Some(Part::Expect);
        } else {
            let text = match &part {
                None if line.is_empty() => continue,
                None => panic!("{}: {line} belongs to no part", check.name),
                Some(Part::Before) => &mut check.before.last_mut().unwrap().1,
                Some(Part::Then) => &mut check.then,
                Some(Part::Refused) => &mut check.refused.last_mut().unwrap().1,
                Some(Part::Expect) => &mut check.expect,
            };
            text.push_str(line);
            text.push('\n');
        }
    }
    checks
}

/// A script in the middle of core, by which a shop has customers, orders and prices when those in Lua run: enough for several
/// chunks, every tenth customer twice. One text for every database.
pub const FILLED: (&str, &str) = (
    "3.3.0.1_filled.sql",
    "INSERT INTO #__customers (id, email, created_at, address)
     WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 99)
     SELECT one.n * 11 + two.n + 1,
            CASE two.n WHEN 10 THEN concat(' ', one.n * 11 + 1, '@example.com') ELSE concat(one.n * 11 + two.n + 1, '@example.com') END,
            '2026-01-02 03:04:05',
            CASE two.n WHEN 0 THEN '' WHEN 1 THEN 'nowhere' ELSE concat('Gasse ', one.n, ', 1080 Wien') END
       FROM n AS one
      CROSS JOIN (SELECT n FROM n WHERE n <= 10) AS two;
     INSERT INTO #__orders (id, number, customer_id, ordered_at) SELECT id, concat('O-', id), id, created_at FROM #__customers;
     INSERT INTO #__carts (id, token, customer_id, updated_at) SELECT id, concat('T-', id), id, created_at FROM #__customers;
     INSERT INTO #__products (id, sku, name, price_cents) SELECT id + 100, concat('P-', id), 'P', id * 7 FROM #__customers;
     INSERT INTO #__prices (price_list_id, product_id, price_cents)
     SELECT list.id, product.id, product.id FROM #__price_lists AS list JOIN #__products AS product ON product.id > 100;",
);

/// An upgrade with the scripts of both tracks.
pub fn both_tracks(bare: Upgrader<'static>, prefix: &str) -> Upgrader<'static> {
    bare.track(Track::core(project().join("updates-core/scripts")))
        .track(Track::customization(project().join("updates-custom")))
        .placeholder("currency", "EUR")
        .prefix(prefix)
        .without_failure_log()
}

/// Every script of both tracks that has a version, in their order.
pub fn scripts() -> Vec<Place> {
    let bare = Upgrader::new(upgrades::sqlite(PathBuf::from("none.db")));
    let scripts = both_tracks(bare, "").scripts().unwrap();
    let places = scripts.iter().map(|script| Place {
        track: script.track().clone(),
        version: script.version().clone(),
    });
    places.collect()
}

/// Has `upgrader` run every script that comes before this one, and not itself.
pub fn run_up_to(upgrader: Upgrader<'static>, place: &Place) {
    let scripts = scripts();
    let at = scripts.iter().position(|script| script == place).unwrap();
    let upgrader = match at.checked_sub(1).map(|before| &scripts[before]) {
        None => return,
        Some(before) if before.track == place.track => {
            upgrader.up_to(place.track.clone(), before.version.clone())
        }
        Some(_) => upgrader.up_to(place.track.clone(), "0".parse().unwrap()),
    };
    upgrader.run().unwrap();
    let pending = upgrader.status().unwrap().tracks;
    let recorded = pending
        .iter()
        .rev()
        .find_map(|track| track.recorded.clone());
    let name: upgrades::ScriptName = recorded.unwrap().parse().unwrap();
    assert_eq!(*name.version(), scripts[at - 1].version);
}
