//! A folder, a database in it, and what the engine answers as text that can be compared.

use std::path::PathBuf;

use rusqlite::Connection;
use upgrades::{Error, Report, Resolution, Track, Upgrader};
use upgrades_tests::Sandbox;
pub(crate) use upgrades_tests::told::{Scripts, rows, shown, source};
use upgrades_tests::told::{cleared, history, told, without_times};

/// A folder with one database.
pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
}

impl Lab {
    /// An empty folder; no database yet.
    pub(crate) fn new() -> Self {
        Self {
            sandbox: Sandbox::new(),
        }
    }

    /// A folder with a database in which this SQL has run.
    pub(crate) fn with(sql: &str) -> Self {
        let lab = Self::new();
        lab.sql(sql);
        lab
    }

    /// Where the database is, or will be.
    pub(crate) fn database(&self) -> PathBuf {
        self.sandbox.path("shop.db")
    }

    /// The database, opened with SQLite itself.
    pub(crate) fn open(&self) -> Connection {
        Connection::open(self.database()).unwrap()
    }

    /// Runs SQL without the engine.
    pub(crate) fn sql(&self, sql: &str) {
        self.open().execute_batch(sql).unwrap();
    }

    /// An upgrade without a track.
    pub(crate) fn bare(&self) -> Upgrader<'static> {
        Upgrader::new(upgrades::sqlite(self.database()))
            .failure_log(self.sandbox.path("errors.log"))
    }

    /// An upgrade with these scripts as the core track.
    pub(crate) fn core(&self, scripts: Scripts<'_>) -> Upgrader<'static> {
        self.bare().track(Track::core(source(scripts)))
    }

    /// Runs these scripts as the core track, and tells how that went.
    pub(crate) fn run(&self, scripts: Scripts<'_>) -> String {
        self.told(self.core(scripts).run())
    }

    /// Clears the failure.
    pub(crate) fn clear(&self, resolution: Resolution) -> String {
        self.tidy(&cleared(self.core(&[]).clear_failure("mended", resolution)))
    }

    /// What a run did, or the whole chain of its error.
    pub(crate) fn told(&self, outcome: Result<Report, Error>) -> String {
        self.tidy(&told(outcome))
    }

    /// The text without what differs from run to run.
    pub(crate) fn tidy(&self, text: &str) -> String {
        let file = self.sandbox.path("x");
        let folder = file.parent().unwrap().canonicalize().unwrap();
        let text = text.replace(folder.to_str().unwrap(), "[FOLDER]");
        without_times(&text)
    }

    /// What a query finds.
    pub(crate) fn rows(&self, sql: &str) -> String {
        rows(&self.open(), sql)
    }

    /// The history: outcome and script of each row.
    pub(crate) fn history(&self) -> String {
        history(&self.core(&[]))
    }

    /// The newest applied core script and the latch, as they stand in the database.
    pub(crate) fn vars(&self) -> String {
        self.rows(
            "SELECT name, value FROM system_vars WHERE name NOT LIKE 'upgrades%' ORDER BY name",
        )
    }

    /// Every file of the folder and its bytes.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let file = self.sandbox.path("x");
        let mut files: Vec<_> = std::fs::read_dir(file.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, std::fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    }
}
