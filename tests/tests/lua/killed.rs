//! Batches that are killed: at each event of a run, and at moments of chance. Each row is taken once.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use upgrades_tests::crash::{End, ended};

use crate::lab::{Lab, labs};
use crate::million::Running;

const ROWS: u64 = 60;

/// Rows change by what they were, so that one that is taken twice shows it.
const SCRIPTS: [(&str, &str); 3] = [
    (
        "2.lua",
        "db:add_column('#__p', 'done', 'INTEGER NOT NULL DEFAULT 0')
         batch{table = '#__p', rows = 13, each = function(row) return {price = row.price + 1000, done = row.done + 1} end}
         batch{table = '#__p', name = 'again', rows = 9, where = 'price > 0', chunk = function(rows)
             for _, row in ipairs(rows) do db:execute('UPDATE #__p SET price = price * 2 WHERE id = ?', {row.id}) end
         end}
         db:add_index('#__p', 'by_price', {'price'})",
    ),
    (
        "3.lua",
        "-- upgrade: idempotent
         db:execute('UPDATE #__p SET note = ?', {'x'})
         batch{table = '#__p', key = 'name', rows = 25, each = function(row) return {done = row.done + 1} end}",
    ),
    ("4.sql", "INSERT INTO #__p (id, name, price, done) VALUES (1000, 'last', 0, 2);"),
];

/// What an upgrade that nobody disturbed leaves.
const WHOLE: &str = "0,2,NULL,1";

fn write(lab: &Lab) {
    let values: Vec<String> = (1..=ROWS)
        .map(|id| format!("({id}, 'n{id}', {id}, NULL)"))
        .collect();
    let table = format!(
        "CREATE TABLE #__p (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE, price BIGINT, note VARCHAR(9));
         INSERT INTO #__p VALUES {};",
        values.join(", ")
    );
    lab.sandbox.write("core/1.sql", table);
    for (file, text) in SCRIPTS {
        lab.sandbox.write(format!("core/{file}"), text);
    }
    std::fs::create_dir_all(lab.sandbox.path("customization")).unwrap();
}

/// It takes a dead holder's place at once.
pub(crate) fn child(lab: &Lab, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_upgrade-child"));
    command
        .args([lab.address().as_str(), "core", "customization"])
        .args(["--expiry", "600"])
        .args(options)
        .current_dir(lab.sandbox.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(lab: &Lab, options: &[&str]) -> End {
    ended(child(lab, options).spawn().unwrap())
}

/// Every row was taken once by every batch, and nothing waits for anybody.
fn must_be_whole(lab: &Lab, story: &str) {
    let end = run(lab, &[]);
    assert_eq!(end.code, Some(0), "{story}: {}", end.said);
    let other = "SELECT COUNT(*) FROM cb_p WHERE id < 1000 AND (price <> (id + 1000) * 2 OR done <> 2 OR note <> 'x')";
    assert_eq!(lab.rows(other), "0", "{story}");
    assert_eq!(
        lab.rows("SELECT price, done, note, 1 FROM cb_p WHERE id = 1000"),
        WHOLE,
        "{story}"
    );
    assert_eq!(
        lab.rows("SELECT COUNT(*) FROM cb_upgrade_journal"),
        "0",
        "{story}"
    );
}

#[test]
fn at_each_event() {
    for lab in labs() {
        write(&lab);
        let events = run(&lab, &[]).events();
        assert!(events > 20, "{events} events");
        for event in 1..=events {
            let lab = lab.empty();
            write(&lab);
            let end = run(&lab, &["--die-at", &event.to_string()]);
            assert_eq!(end.code, None, "not killed at event {event}: {}", end.said);
            must_be_whole(&lab, &format!("killed at event {event}"));
        }
    }
}

#[test]
fn at_moments_of_chance() {
    for lab in labs() {
        write(&lab);
        for after in (0..10).map(|step| step * 17) {
            let mut running = child(&lab, &[]).spawn().unwrap();
            thread::sleep(Duration::from_millis(after));
            // It may be through already.
            let _ = running.kill();
            running.wait().unwrap();
            if after % 2 == 0 {
                must_be_whole(&lab, &format!("killed after {after} ms"));
                let fresh = lab.empty();
                write(&fresh);
                return_to(&fresh);
            }
        }
        must_be_whole(&lab, "killed again and again");
    }
}

/// Two deaths in one upgrade.
fn return_to(lab: &Lab) {
    for event in ["9", "7"] {
        run(lab, &["--die-at", event]);
    }
    must_be_whole(lab, "killed twice");
}

const SMALL: &str = "CREATE TABLE #__p (id BIGINT PRIMARY KEY, n INTEGER NOT NULL);
     INSERT INTO #__p WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 60) SELECT i, 0 FROM s;";

/// Ten chunks.
const COUNT: &str =
    "batch{table = '#__p', rows = 6, each = function(row) return {n = row.n + 1} end}";

const ENDLESS: &str = "batch{table = '#__p', each = function() while true do end end}";

/// Whether processes that die one after another trip the latch depends on whether the batch moves in between.
#[test]
fn deaths_count_where_nothing_moves() {
    for lab in labs() {
        lab.sandbox.write("core/1.sql", SMALL);
        std::fs::create_dir_all(lab.sandbox.path("customization")).unwrap();
        let die = |event: u32| {
            let event = event.to_string();
            run(&lab, &["--die-at", &event])
        };
        assert_eq!(run(&lab, &[]).code, Some(0));
        lab.sandbox.write("core/2.lua", COUNT);
        // Started, the script, two chunks; on servers a later start waits first.
        let mut kills = 0;
        let end = loop {
            let end = die(4);
            if end.code.is_some() {
                break end;
            }
            kills += 1;
        };
        assert_eq!(end.code, Some(0), "after {kills} kills: {}", end.said);
        assert!(kills > 3, "{kills} kills");
        let counted = "SELECT COUNT(*), MIN(n), MAX(n) FROM cb_p";
        assert_eq!(lab.rows(counted), "60,1,1");

        lab.sandbox.write("core/3.lua", ENDLESS);
        for _ in 0..3 {
            let mut running = Running::start(&lab);
            running.until_begun("endless");
            // A heartbeat tells where it is.
            thread::sleep(Duration::from_millis(600));
            assert_eq!(running.kill("endless"), None);
        }
        let end = run(&lab, &[]);
        let said = "script-died: script core/3.lua waits for a decision";
        let last = end.said.lines().last().unwrap_or_default();
        assert!(last.starts_with(said), "{}", end.said);
        assert_eq!(lab.rows(counted), "60,1,1");
    }
}
