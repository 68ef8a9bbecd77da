//! Very many scripts, and a very long one.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::Command;

use upgrades::{Event, Track, Upgrader};

use crate::lab::Lab;

#[test]
fn ten_thousand_scripts() {
    let lab = Lab::new();
    let scripts: upgrades::Source = (1..=10_000)
        .map(|n| (format!("{n}.sql"), format!("INSERT INTO log VALUES ({n})")))
        .collect();
    lab.sql("CREATE TABLE log(a)");
    let upgrader = lab.bare().track(Track::core(scripts));
    assert_eq!(upgrader.run().unwrap().applied.len(), 10_000);
    assert_eq!(
        lab.rows("SELECT count(*), count(DISTINCT a), max(a) FROM log"),
        "10000,10000,10000"
    );
    // In the order of their versions, not of their names.
    assert_eq!(lab.rows("SELECT count(*) FROM log WHERE a <> rowid"), "0");
    assert_eq!(
        lab.rows("SELECT count(*), count(DISTINCT file_name) FROM upgrade_history"),
        "10000,10000"
    );
    assert_eq!(lab.told(upgrader.run()), "UpToDate");
    assert_eq!(upgrader.critical_issues().unwrap(), []);
}

/// A script of 200 MB in a child process, whose memory stays far below that.
#[test]
fn two_hundred_megabytes() {
    let lab = Lab::new();
    std::fs::create_dir(lab.sandbox.path("updates")).unwrap();
    let script = lab.sandbox.path("updates/1.sql");
    let mut file = BufWriter::new(File::create(&script).unwrap());
    let row = format!("UPDATE log SET a = a + 1; -- {}\n", "é;'x".repeat(200_000));
    writeln!(file, "CREATE TABLE log(a);\nINSERT INTO log VALUES (0);").unwrap();
    let count = 200_000_000 / row.len() + 1;
    for _ in 0..count {
        file.write_all(row.as_bytes()).unwrap();
    }
    file.flush().unwrap();
    drop(file);
    assert!(script.metadata().unwrap().len() >= 200_000_000);
    let output = Command::new(env!("CARGO_BIN_EXE_upgrade-memory"))
        .args([lab.database(), lab.sandbox.path("updates")])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(lab.rows("SELECT a FROM log"), count.to_string());
    let peak: u64 = said.trim().parse().unwrap();
    assert!(peak < 40_000, "{peak} kB at the peak");
}

/// A script that is changed between its inspection and its end. A short one was read at once, and runs as it was
/// inspected; one too long for that is noticed and rolled back, and no failure is recorded.
#[test]
fn a_script_that_changes_while_it_runs() {
    let check = |padding: usize, told: &str, tables: &str| {
        let lab = Lab::new();
        let text = |table: &str| format!("CREATE TABLE {table}(a);\n-- {}", "x".repeat(padding));
        lab.sandbox.write("updates/1.sql", "CREATE TABLE first(a)");
        lab.sandbox.write("updates/2.sql", text("before"));
        let edited = || {
            lab.sandbox.write("updates/2.sql", text("edited"));
        };
        let upgrader = Upgrader::new(upgrades::sqlite(lab.database()))
            .without_failure_log()
            .track(Track::core(lab.sandbox.path("updates")))
            .on_event(|event| {
                if let Event::Started { .. } = event {
                    edited();
                }
            });
        assert_eq!(lab.told(upgrader.run()), told);
        let found = "SELECT name FROM sqlite_schema WHERE name IN ('first', 'before', 'edited')";
        assert_eq!(lab.rows(found), tables);
        assert_eq!(
            lab.rows("SELECT value FROM system_vars WHERE name = 'failed_update_detected'"),
            ""
        );
    };
    check(10, "Upgraded core/1.sql core/2.sql", "first; before");
    check(
        33 * 1024 * 1024,
        "the scripts are not in order, and no more were run: core/2.sql was changed while it ran; what was not committed was rolled back",
        "first",
    );
}
