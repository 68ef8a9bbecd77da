//! A database of one store, the scripts that run on it, and what they say.

use std::sync::{Arc, Mutex};

use upgrades::{Event, Track, Upgrader, chain};
use upgrades_tests::Sandbox;
use upgrades_tests::mariadb::{Database, Server};
use upgrades_tests::told::{Scripts, source, without_times};

/// A database, and a folder beside it.
pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
    database: Option<Database<'static>>,
}

/// A lab on each store.
pub(crate) fn labs() -> [Lab; 2] {
    [Lab::sqlite(), Lab::mariadb()]
}

impl Lab {
    pub(crate) fn sqlite() -> Self {
        Self {
            sandbox: Sandbox::new(),
            database: None,
        }
    }

    pub(crate) fn mariadb() -> Self {
        Self {
            sandbox: Sandbox::new(),
            database: Some(Server::shared().database()),
        }
    }

    /// Another database of the same store.
    pub(crate) fn empty(&self) -> Self {
        self.either(Self::sqlite as fn() -> Self, Self::mariadb)()
    }

    /// How another process finds the database.
    pub(crate) fn address(&self) -> String {
        match &self.database {
            None => "shop.db".to_owned(),
            Some(database) => database.url(),
        }
    }

    /// Another database of the same store, on which these scripts have run.
    pub(crate) fn fresh(&self, scripts: Scripts<'_>) -> Self {
        let fresh = self.empty();
        fresh.run(scripts);
        fresh
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.database.is_none()
    }

    /// What differs between the stores.
    pub(crate) fn either<T>(&self, sqlite: T, mariadb: T) -> T {
        match self.is_sqlite() {
            true => sqlite,
            false => mariadb,
        }
    }

    /// An upgrade without a track.
    pub(crate) fn bare(&self) -> Upgrader<'static> {
        let upgrader = match &self.database {
            None => Upgrader::new(upgrades::sqlite(self.sandbox.path("shop.db"))),
            Some(database) => Upgrader::new(upgrades::mysql(&database.url()).unwrap()),
        };
        upgrader
            .failure_log(self.sandbox.path("errors.log"))
            .prefix("cb_")
            .placeholder("currency", "EUR")
    }

    /// Runs these scripts as the core track: what they print, and the error of the run.
    pub(crate) fn run(&self, scripts: Scripts<'_>) -> String {
        self.run_as(self.bare(), scripts)
    }

    /// The same by an upgrade that was told more.
    pub(crate) fn run_as(&self, upgrader: Upgrader<'static>, scripts: Scripts<'_>) -> String {
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&lines);
        let outcome = upgrader
            .track(Track::core(source(scripts)))
            .on_event(move |event| {
                let line = match event {
                    Event::Noted {
                        level: log::Level::Info,
                        message,
                        ..
                    } => (*message).to_owned(),
                    Event::Noted { level, message, .. } => format!("{level}: {message}"),
                    Event::Progress {
                        batch, done, total, ..
                    } => {
                        let batch = batch.map(|name| format!("{name} ")).unwrap_or_default();
                        let total = total.map(|total| format!("/{total}")).unwrap_or_default();
                        format!("[{batch}{done}{total}]")
                    }
                    _ => return,
                };
                heard.lock().unwrap().push(line);
            })
            .run();
        let mut lines = std::mem::take(&mut *lines.lock().unwrap());
        lines.extend(outcome.err().map(|error| self.tidy(&chain(&error))));
        lines.join("\n")
    }

    /// Runs one script in Lua on a new database: what it prints, and why it failed.
    pub(crate) fn say(&self, script: &str) -> String {
        self.run(&[("1.lua", script)])
    }

    /// What a query finds, without the engine: columns with commas, rows with semicolons.
    pub(crate) fn rows(&self, sql: &str) -> String {
        match &self.database {
            None => upgrades_tests::told::rows(&self.sandbox.open("shop.db"), sql),
            Some(database) => database.rows(sql),
        }
    }

    /// The text without what differs from run to run.
    pub(crate) fn tidy(&self, text: &str) -> String {
        let text = match &self.database {
            None => text.to_owned(),
            Some(database) => text.replace(database.name(), "[DATABASE]"),
        };
        without_times(&text)
    }
}

/// Compares what scripts say on each store, each on a database of its own.
pub(crate) fn check(rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (script, expected) in rows {
        for lab in labs() {
            let said = lab.say(script);
            if said != *expected {
                wrong.push(format!(
                    "{script}\n on {}\n said:     {said}\n expected: {expected}",
                    lab.either("SQLite", "MariaDB")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
