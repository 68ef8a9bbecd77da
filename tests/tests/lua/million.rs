//! A million rows on each store, in batches that are killed again and again: each row is taken once, and the memory
//! stays as small as for few rows.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades_tests::crash::{Random, say, signal};

use crate::lab::Lab;

const ROWS: u64 = 1_000_000;
/// What the memory for [`ROWS`] is compared with.
const FEW: u64 = 50_000;

/// A script with a batch, and how often it is killed.
struct Script {
    file: &'static str,
    text: &'static str,
    /// How many rows a chunk has.
    chunk: u64,
    kills: u32,
}

/// A row that is taken twice counts to two; one whose chunk was committed without its place stands in the log twice.
const LUA: Script = Script {
    file: "2.lua",
    text: "batch{table = '#__p', rows = 2000, each = function(row)
               if row.id % 250 == 0 then db:insert('#__log', {id = row.id}) end
               return {n = row.n + 1}
           end}",
    chunk: 2000,
    kills: 50,
};
const SQL: Script = Script {
    file: "3.sql",
    text: "-- upgrade: transaction = off
           -- upgrade: batch = #__p by id, 5000
           INSERT INTO #__copy (id, n) SELECT id, n FROM #__p WHERE ${batch};",
    chunk: 5_000,
    kills: 10,
};

/// What is true when every row was taken once, by the script.
const ONCE: [(&str, &str, &str); 3] = [
    (
        LUA.file,
        "SELECT COUNT(*), SUM(n), MIN(n), MAX(n) FROM cb_p",
        "1000000,1000000,1,1",
    ),
    (
        LUA.file,
        "SELECT COUNT(*), COUNT(DISTINCT id), SUM(id) FROM cb_log",
        "4000,4000,2000500000",
    ),
    (
        SQL.file,
        "SELECT COUNT(*), COUNT(DISTINCT id), SUM(n), SUM(id) FROM cb_copy",
        "1000000,1000000,1000000,500000500000",
    ),
];

#[test]
fn on_sqlite() {
    check("a million rows, SQLite", Lab::sqlite);
}

#[test]
fn on_mariadb() {
    check("a million rows, MariaDB", Lab::mariadb);
}

fn check(what: &str, new: fn() -> Lab) {
    let began = Instant::now();
    let mut random = Random::seeded(what);
    let lab = with_rows(new, ROWS);
    for script in [LUA, SQL] {
        let core = format!("core/{}", script.file);
        lab.sandbox.write(core, script.text);
        kill(&lab, &script, &mut random);
        let mut last = Running::start(&lab);
        let said = last.rest();
        assert!(said.ends_with("ending: Upgraded"), "{said}");
        for (file, query, expected) in ONCE {
            if file == script.file {
                assert_eq!(lab.rows(query), expected, "{file}");
            }
        }
    }
    let left = "SELECT COUNT(*) FROM cb_upgrade_journal";
    assert_eq!(lab.rows(left), "0");
    let history = "SELECT file_name, outcome FROM cb_upgrade_history ORDER BY id";
    assert_eq!(lab.rows(history), "2.lua,applied; 3.sql,applied");
    say(what, LUA.kills + SQL.kills, began);
    let few = peak(&with_rows(new, FEW));
    let many = peak(&lab);
    eprintln!("{what}: {many} kB at the peak, {few} kB for {FEW} rows");
    assert!(
        many * 2 <= few * 3,
        "{many} kB at the peak, {few} kB for {FEW} rows"
    );
}

/// A database with so many rows, and tables for what the batches do with them.
fn with_rows(new: fn() -> Lab, rows: u64) -> Lab {
    let lab = new();
    let numbers = format!(
        "WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < {rows}) SELECT seq, 0 FROM s"
    );
    lab.rows(&format!(
        "CREATE TABLE cb_p (id BIGINT PRIMARY KEY, n BIGINT NOT NULL); CREATE TABLE cb_log (id BIGINT);
         CREATE TABLE cb_copy (id BIGINT, n BIGINT); INSERT INTO cb_p {numbers}; SELECT 1"
    ));
    for folder in ["core", "customization", "memory"] {
        std::fs::create_dir_all(lab.sandbox.path(folder)).unwrap();
    }
    lab
}

/// Kills as many runs of a script as are to be killed, each while it is at work: before its first chunk, in one, or
/// between two. The moments are spread over the whole batch.
fn kill(lab: &Lab, script: &Script, random: &mut Random) {
    let (mut done, mut idle) = (0, false);
    for kills in 0..script.kills {
        let story = format!("{}, kill {kills}, after {done} rows", script.file);
        let left = (ROWS - done) / script.chunk;
        // What it has done and not told yet is done all the same.
        let fair = left / (2 * u64::from(script.kills - kills + 1));
        // The third process that dies in one chunk would trip the latch, as it should.
        let least = u64::from(idle);
        let chunks = random.below(2 * fair).max(least);
        let mut running = Running::start(lab);
        running.until_begun(&story);
        let mut took = Duration::from_millis(20);
        for _ in 0..chunks {
            let before = Instant::now();
            done = running.chunk(&story);
            took = before.elapsed();
        }
        thread::sleep(random.moment(took * 2));
        let behind = running.kill(&story);
        idle = chunks == 0 && behind.is_none();
        done = behind.unwrap_or(done);
        assert!(done < ROWS, "{story}: nothing was left to interrupt");
    }
}

/// A child that upgrades, and tells of each chunk.
pub(crate) struct Running {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(lab: &Lab) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_upgrade-child"))
            .args([lab.address().as_str(), "core", "customization"])
            .args(["--expiry", "600", "--tell-progress", "1"])
            .current_dir(lab.sandbox.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, said }
    }

    /// Waits until the script has begun.
    pub(crate) fn until_begun(&mut self, story: &str) {
        let line = self.line(story);
        assert!(line.starts_with(BEGAN), "{story}: {line}");
    }

    fn line(&mut self, story: &str) -> String {
        let line = self.said.next();
        line.unwrap_or_else(|| panic!("{story}: it ended")).unwrap()
    }

    /// Waits for the end of the next chunk, and tells how many rows are done.
    fn chunk(&mut self, story: &str) -> u64 {
        // On a machine that is so busy that the server takes it for idle, it connects and begins again.
        let mut line = self.line(story);
        while line.starts_with(BEGAN) {
            line = self.line(story);
        }
        done(&line).unwrap_or_else(|| panic!("{story}: {line}"))
    }

    /// Kills it, and tells how many rows were done by what it said since; `None`: it said nothing. It must have been at
    /// work.
    pub(crate) fn kill(mut self, story: &str) -> Option<u64> {
        signal(&self.child, Signal::KILL);
        let status = self.child.wait().unwrap();
        let rest = self.said.map(Result::unwrap);
        let rest: Vec<String> = rest.filter(|line| !line.starts_with(BEGAN)).collect();
        assert_eq!(status.code(), None, "{story}: not killed: {rest:?}");
        let rows: Vec<u64> = rest.iter().filter_map(|line| done(line)).collect();
        assert_eq!(rows.len(), rest.len(), "{story}: {rest:?}");
        rows.last().copied()
    }

    /// Waits for its end: what it says until then.
    fn rest(&mut self) -> String {
        let lines: Vec<String> = self.said.by_ref().map(Result::unwrap).collect();
        self.child.wait().unwrap();
        lines.join("\n")
    }
}

const BEGAN: &str = "began: ";

fn done(line: &str) -> Option<u64> {
    line.strip_prefix("done: ")?.parse().ok()
}

/// The largest memory that a run of the batch takes which nobody disturbs, in kB.
fn peak(lab: &Lab) -> u64 {
    lab.sandbox.write("memory/9.lua", LUA.text);
    let output = Command::new(env!("CARGO_BIN_EXE_upgrade-memory"))
        .args([lab.address().as_str(), "memory"])
        .current_dir(lab.sandbox.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let why = String::from_utf8_lossy(&output.stderr);
    said.trim()
        .parse()
        .unwrap_or_else(|_| panic!("{said}{why}"))
}
