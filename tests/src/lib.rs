//! What the integration tests share: a folder of one's own, the real binary, a picture of a database.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

pub mod child;
pub mod crash;
pub mod disk;
pub mod galera;
pub mod mariadb;
pub mod receiver;
pub mod sample;
pub mod served;
pub mod shape;
pub mod told;

/// The root of the project.
pub fn project() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The files of a track's folder and of its `repeat/`, by their paths in it, with their contents.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for part in ["", "repeat"] {
        let Ok(entries) = fs::read_dir(folder.join(part)) else {
            continue;
        };
        for entry in entries.map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                let text = fs::read(entry.path()).unwrap();
                found.push((Path::new(part).join(entry.file_name()), text));
            }
        }
    }
    found
}

/// The command `upgrades`, built as it is now.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| built(&["--package", "upgrades-cli"], "upgrades"))
}

/// The example `shop` of the dashboard, built as it is now.
pub fn shop() -> &'static Path {
    static SHOP: OnceLock<PathBuf> = OnceLock::new();
    let package = ["--package", "upgrades-dashboard", "--example", "shop"];
    SHOP.get_or_init(|| built(&package, "examples/shop"))
}

/// Builds a program of this project, which comes to stand there.
fn built(what: &[&str], place: &str) -> PathBuf {
    let mut build = Command::new(env!("CARGO"));
    build
        .args(["build", "--quiet"])
        .args(what)
        .current_dir(project());
    // What cargo tells a test of itself, some build scripts (ring's) take for a change, and half of all is built anew.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"]
            .iter()
            .any(|of_this| text.starts_with(of_this))
        {
            build.env_remove(&name);
        }
    }
    let status = build.status().unwrap();
    assert!(status.success(), "{place} cannot be built");
    // This test stands in target/debug/deps, the program in target/debug or below.
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join(place)
}

/// A folder of one's own, gone at the end.
pub struct Sandbox(TempDir);

/// What a command answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The exit code; `None` when a signal ended it.
    pub status: Option<i32>,
    /// Standard output, with the sandbox's path shown as `[FOLDER]`.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// An empty folder.
    pub fn new() -> Self {
        Self(
            tempfile::Builder::new()
                .prefix("upgrades-")
                .tempdir()
                .unwrap(),
        )
    }

    /// The path of a file in it.
    pub fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(file)
    }

    /// Writes a file, and the folders that it is in.
    pub fn write(&self, file: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Reads a file.
    pub fn read(&self, file: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Opens a database in it with SQLite itself.
    pub fn open(&self, file: impl AsRef<Path>) -> Connection {
        Connection::open(self.path(file)).unwrap()
    }

    /// The command `upgrades` with these arguments, in this folder and with nothing of the environment that it heeds.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        forget_surroundings(&mut command);
        command
    }

    /// Runs `upgrades` with these arguments to its end.
    pub fn upgrades<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Answer {
        self.answer(&mut self.command(arguments))
    }

    /// Runs a command to its end.
    pub fn answer(&self, command: &mut Command) -> Answer {
        let output = command.output().unwrap();
        let folder = self.0.path().canonicalize().unwrap();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(folder.to_str().unwrap(), "[FOLDER]")
        };
        Answer {
            status: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// Takes from a command's environment what it would heed: its own settings, and what decides about colours, such as the
/// `CI` of a build server. Colours are off until a test asks for them.
pub fn forget_surroundings(command: &mut Command) {
    const HEEDED: [&str; 4] = ["RUST_LOG", "CI", "CLICOLOR", "CLICOLOR_FORCE"];
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("UPGRADES_") || HEEDED.contains(&text.as_ref()) {
            command.env_remove(&name);
        }
    }
    command.env("NO_COLOR", "1");
}

/// A database as text: its schema and every row of every table, in an order of its own; but for the tables whose names
/// end with one of `without`.
pub fn picture(connection: &Connection, without: &[&str]) -> String {
    let mut picture = String::new();
    let mut tables = Vec::new();
    let mut schema = connection
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name")
        .unwrap();
    let mut rows = schema.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (kind, name): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        if without.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let sql: Option<String> = row.get(2).unwrap();
        picture += &format!("{kind} {name}: {}\n", sql.unwrap_or_default());
        if kind == "table" {
            tables.push(name);
        }
    }
    for table in tables {
        let mut select = connection
            .prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\"")))
            .unwrap();
        let columns = select.column_count();
        let mut rows = select.query([]).unwrap();
        let mut lines = BTreeMap::<String, usize>::new();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<Value> = (0..columns)
                .map(|column| row.get(column).unwrap())
                .collect();
            *lines.entry(format!("{table} {values:?}")).or_default() += 1;
        }
        for (line, times) in lines {
            picture += &format!("{times} x {line}\n");
        }
    }
    picture
}

/// The tables of the engine that name runs and moments.
pub const DIARY: [&str; 2] = ["upgrade_history", "upgrade_journal"];

/// The Rust of the README is compiled with the documentation's examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// So is that of the guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct Embedding;
