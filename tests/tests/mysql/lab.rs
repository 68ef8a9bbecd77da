//! A database on MariaDB, and what the engine answers as text that can be compared.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use upgrades::store::Mysql;
use upgrades::{Error, Event, Report, Resolution, Track, Upgrader};
use upgrades_tests::mariadb::{Database, Server};
use upgrades_tests::told::{Scripts, cleared, history, source, told, without_times};
use upgrades_tests::{Sandbox, forget_surroundings};

/// A folder and a database of a test's own.
pub(crate) struct Lab {
    pub(crate) database: Database<'static>,
    pub(crate) sandbox: Sandbox,
}

/// What a test observes of a run.
pub(crate) type Seen = Arc<Mutex<Vec<String>>>;

impl Lab {
    /// An empty database of the server that all tests share.
    pub(crate) fn new() -> Self {
        Self::on(Server::shared())
    }

    pub(crate) fn on(server: &'static Server) -> Self {
        Self {
            database: server.database(),
            sandbox: Sandbox::new(),
        }
    }

    /// The database, as the engine is given it.
    pub(crate) fn store(&self) -> Mysql {
        upgrades::mysql(&self.database.url()).unwrap()
    }

    /// An upgrade of the database as this store knows it, under the prefix that `upgrade-child` has.
    pub(crate) fn with(&self, store: Mysql, scripts: Scripts<'_>) -> Upgrader<'static> {
        Upgrader::new(store)
            .without_failure_log()
            .prefix("cb_")
            .track(Track::core(source(scripts)))
    }

    /// An upgrade with these scripts as the core track.
    pub(crate) fn core(&self, scripts: Scripts<'_>) -> Upgrader<'static> {
        self.with(self.store(), scripts)
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
        without_times(&text.replace(self.database.name(), "[DATABASE]"))
    }

    /// What the last of these statements finds.
    pub(crate) fn rows(&self, sql: &str) -> String {
        self.database.rows(sql)
    }

    /// The history: outcome and script of each row.
    pub(crate) fn history(&self) -> String {
        history(&self.core(&[]))
    }

    /// What the scripts have made: everything but the engine's own tables.
    pub(crate) fn made(&self) -> String {
        let own = [
            "system_vars",
            "upgrade_history",
            "upgrade_journal",
            "upgrade_lock",
        ];
        self.database.picture(&own)
    }

    /// Runs this as the script `core/1.sql` in a process that kills itself right behind its n-th statement.
    pub(crate) fn die_behind(&self, script: &str, statement: u64) {
        self.die_behind_as(&self.database.url(), script, statement);
    }

    /// The same as the user of a URL.
    pub(crate) fn die_behind_as(&self, url: &str, script: &str, statement: u64) {
        self.sandbox.write("core/1.sql", script);
        self.sandbox.write("customization/README.md", "");
        // Before the first statement come the events of the run and of the script.
        let status = child(url, &self.sandbox.path(""))
            .args(["--expiry", "1500", "--die-at", &(2 + statement).to_string()])
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), None, "it was to be killed");
    }
}

/// An upgrade of the database at `url` with the scripts in `core` and `customization` in a process of its own.
pub(crate) fn child(url: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_upgrade-child"));
    command
        .arg(url)
        .arg(folder.join("core"))
        .arg(folder.join("customization"));
    forget_surroundings(&mut command);
    command
}

/// Notes the numbers of the statements that run.
pub(crate) fn observe(upgrader: Upgrader<'static>) -> (Upgrader<'static>, Seen) {
    let seen = Seen::default();
    let notes = seen.clone();
    let upgrader = upgrader.on_event(move |event| {
        if let Event::StatementDone { statement, .. } = event {
            notes.lock().unwrap().push(statement.to_string());
        }
    });
    (upgrader, seen)
}
