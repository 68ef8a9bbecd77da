//! Bad input: very many scripts, and a very long one.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::Stdio;

use upgrades_tests::Sandbox;

use crate::transcript::{bare, normal, shell};

#[test]
fn ten_thousand_scripts() {
    let sandbox = bare();
    for number in 1..=10_000 {
        let text =
            format!("CREATE TABLE t{number} (x);\nINSERT INTO t{number} VALUES ({number});\n");
        std::fs::write(sandbox.path(format!("core/{number:05}_t.sql")), text).unwrap();
    }
    let answer = |arguments: &[&str]| {
        let answer = sandbox.upgrades(arguments);
        assert_eq!(answer.stderr, "", "{arguments:?}");
        (answer.status, normal(&answer.stdout))
    };
    let (status, text) = answer(&["status", "--check"]);
    assert_eq!(
        (status, text.lines().next()),
        (Some(3), Some("sqlite:shop.db: 10000 scripts pending"))
    );
    let (status, text) = answer(&["plan"]);
    assert_eq!(
        (status, text.lines().count(), text.lines().last()),
        (
            Some(0),
            10_003,
            Some("10000 scripts would run on sqlite:shop.db")
        )
    );
    assert_eq!(answer(&["run", "--quiet"]), (Some(0), String::new()));
    assert_eq!(
        answer(&["run"]),
        (
            Some(0),
            "sqlite:shop.db is current: nothing is pending\n".to_owned()
        )
    );
    let (status, text) = answer(&["history", "--limit", "1"]);
    assert_eq!(
        (status, text.as_str()),
        (
            Some(0),
            "when                      script            outcome  statements  took\nTIME  core/10000_t.sql  applied           2  N ms\n"
        )
    );
    let (tables, sum): (i64, i64) = sandbox
        .open("shop.db")
        .query_row(
            "SELECT (SELECT count(*) FROM sqlite_schema WHERE name GLOB 't[0-9]*'), x FROM t10000",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((tables, sum), (10_000, 10_000));
}

/// Writes a script of so many bytes: long statements of a megabyte each, and many short ones.
fn write_long_script(sandbox: &Sandbox, bytes: usize) -> (i64, i64) {
    let mut file = BufWriter::new(File::create(sandbox.path("core/2_long.sql")).unwrap());
    let row = format!("INSERT INTO a VALUES ('{}');\n", "x".repeat(1 << 20));
    let (mut written, mut long, mut short) = (0, 0, 0);
    while written < bytes {
        file.write_all(row.as_bytes()).unwrap();
        written += row.len();
        long += 1;
        for number in 0..20 {
            let row =
                format!("INSERT INTO b VALUES ({number}, 'a short one; with a semicolon');\n");
            file.write_all(row.as_bytes()).unwrap();
            written += row.len();
            short += 1;
        }
    }
    file.flush().unwrap();
    (long, short)
}

#[test]
fn memory_stays_flat_in_a_script_of_200_mb() {
    const MB: usize = 1 << 20;
    let sandbox = bare();
    // What the long rows say is not kept, so that this is about the script and not about the disk.
    sandbox.write(
        "core/1.sql",
        "CREATE TABLE a (x);\nCREATE TABLE b (x, y);\n\
         CREATE TRIGGER t BEFORE INSERT ON a BEGIN SELECT RAISE(IGNORE); END;\n",
    );
    let (long, short) = write_long_script(&sandbox, 200 * MB);
    let mut child = shell(&sandbox, "exec upgrades run --quiet")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The highest mark is read while the process lives; it only rises, and what is missed at the end is small.
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    for turn in 0.. {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        assert!(turn < 100_000, "it does not end");
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let mark = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.parse::<usize>().ok());
        peak = peak.max(mark.unwrap_or(0) * 1024);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr)
        ),
        (Some(0), "".into())
    );
    assert!(peak > MB && peak < 64 * MB, "{} MB", peak / MB);
    let database = sandbox.open("shop.db");
    let count: i64 = database
        .query_row("SELECT count(*) FROM b", [], |row| row.get(0))
        .unwrap();
    let statements: i64 = database
        .query_row("SELECT max(statements) FROM upgrade_history", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!((count, statements), (short, long + short));
}
