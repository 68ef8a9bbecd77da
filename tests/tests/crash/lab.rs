//! A folder with scripts, a child that upgrades in it, and what must be true afterwards.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rusqlite::Connection;
use upgrades::{LockRecord, Track, Upgrader};
use upgrades_tests::crash::{End, ended};
use upgrades_tests::sample::FILLED;
use upgrades_tests::{DIARY, Sandbox, files, picture, project};

/// Scripts in a folder of one's own, and the database that they upgrade.
pub(crate) struct Lab {
    sandbox: Sandbox,
    mode: Mode,
}

/// How the database keeps its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Rollback,
    Wal,
}

/// What an upgrade that nobody disturbed left, but for moments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Schema and rows, of the database and of the one that a script attaches.
    pub(crate) picture: String,
    /// Settings that the file keeps.
    pub(crate) settings: String,
    /// Every row of the history: track, file, statements, outcome. A script in Lua has `-`: it counts those of its last process.
    pub(crate) history: Vec<String>,
    /// What must not be there: a tripped latch, entries of the journal, broken keys, damage.
    pub(crate) complaints: Vec<String>,
}

impl Lab {
    /// A lab with these scripts.
    pub(crate) fn new(core: &[(&str, &str)], customization: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        for (folder, scripts) in [("core", core), ("customization", customization)] {
            fs::create_dir(sandbox.path(folder)).unwrap();
            for (file, text) in scripts {
                sandbox.write(Path::new(folder).join(file), text);
            }
        }
        let mode = Mode::Rollback;
        Self { sandbox, mode }
    }

    /// A lab with the scripts of the sample application, whose shop is not empty when those in Lua run.
    pub(crate) fn sample() -> Self {
        let lab = Self::new(&[], &[]);
        let folders = [
            ("updates-core/scripts", "core"),
            ("updates-custom", "customization"),
        ];
        for (from, to) in folders {
            for (file, text) in files(&project().join(from)) {
                lab.sandbox.write(Path::new(to).join(file), text);
            }
        }
        let (file, text) = FILLED;
        lab.write(&format!("core/{file}"), text);
        lab
    }

    /// As it is, with databases in this mode.
    pub(crate) fn mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// Writes a script.
    pub(crate) fn write(&self, file: &str, text: &str) {
        self.sandbox.write(file, text);
    }

    /// Begins again, without a database.
    pub(crate) fn reset(&self) {
        for entry in fs::read_dir(self.sandbox.path("")).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        if self.mode == Mode::Wal {
            let connection = self.open();
            connection
                .pragma_update(None, "journal_mode", "wal")
                .unwrap();
        }
    }

    pub(crate) fn path(&self, file: &str) -> std::path::PathBuf {
        self.sandbox.path(file)
    }

    /// The database, by SQLite itself.
    pub(crate) fn open(&self) -> Connection {
        self.sandbox.open("shop.db")
    }

    /// The same upgrade as the child's, in this process.
    pub(crate) fn upgrader(&self) -> Upgrader<'static> {
        Upgrader::new(upgrades::sqlite(self.path("shop.db")))
            .track(Track::core(self.path("core")))
            .track(Track::customization(self.path("customization")))
            .prefix("cb_")
            .placeholder("currency", "EUR")
            .app_version("1.2.3")
            .without_failure_log()
    }

    /// Starts a child.
    pub(crate) fn start(&self, options: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_upgrade-child"))
            .args(["shop.db", "core", "customization"])
            .args(options)
            .current_dir(self.sandbox.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs a child to its end.
    pub(crate) fn child(&self, options: &[&str]) -> End {
        ended(self.start(options))
    }

    /// Runs a child that must succeed, and tells how many events it observed.
    pub(crate) fn plain(&self) -> u64 {
        let end = self.child(&[]);
        assert_eq!(end.code, Some(0), "a plain start: {}", end.said);
        end.events()
    }

    /// Runs a child that kills itself at an event.
    pub(crate) fn die_at(&self, event: u64) {
        self.die_lingering(event, 0);
    }

    /// The same, so many milliseconds later.
    pub(crate) fn die_lingering(&self, event: u64, milliseconds: u64) {
        let (at, linger) = (event.to_string(), milliseconds.to_string());
        let end = self.child(&["--linger", &linger, "--die-at", &at]);
        assert_eq!(end.code, None, "not killed at event {event}: {}", end.said);
    }

    /// What the lock file says.
    pub(crate) fn lock(&self) -> LockRecord {
        let text = fs::read_to_string(self.path("shop.db-upgrade")).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_default()
    }

    /// What the upgrade has left.
    pub(crate) fn outcome(&self) -> Outcome {
        let connection = self.open();
        let mut shown = picture(&connection, &DIARY);
        if self.path("side.db").exists() {
            shown += &picture(&self.sandbox.open("side.db"), &[]);
        }
        let pragmas = [
            "auto_vacuum",
            "user_version",
            "application_id",
            "page_size",
            "journal_mode",
            "encoding",
        ];
        let settings = pragmas.map(|name| {
            let value = strings(&connection, &format!("SELECT {name} FROM pragma_{name}"));
            format!("{name} {value:?}")
        });
        Outcome {
            picture: shown,
            settings: settings.join(", "),
            history: strings(
                &connection,
                "SELECT track || '/' || file_name || ' ' || iif(file_name LIKE '%.lua', '-', statements) || ' ' || outcome
                 FROM cb_upgrade_history ORDER BY id",
            ),
            complaints: strings(
                &connection,
                "SELECT name || ' is ' || value FROM cb_system_vars
                     WHERE name = 'failed_update_detected' AND value <> '0'
                 UNION ALL SELECT 'journal: ' || file_name FROM cb_upgrade_journal
                 UNION ALL SELECT 'broken key in ' || \"table\" FROM pragma_foreign_key_check
                 UNION ALL SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
            ),
        }
    }

    /// What an upgrade leaves that nobody disturbs, and how many events it has.
    pub(crate) fn undisturbed(&self) -> (Outcome, u64) {
        self.reset();
        let events = self.plain();
        let outcome = self.outcome();
        assert_eq!(outcome.complaints, [""; 0]);
        let unapplied: Vec<_> = outcome
            .history
            .iter()
            .filter(|row| !row.ends_with(" applied") && !row.ends_with(" adopted"))
            .collect();
        assert_eq!(unapplied, [""; 0]);
        (outcome, events)
    }

    /// Panics where what is there is not what an undisturbed upgrade leaves.
    pub(crate) fn must_be(&self, expected: &Outcome, story: &str) {
        let lines = |outcome: &Outcome| {
            format!(
                "{}\n{}\n{}\n{}",
                outcome.picture,
                outcome.settings,
                outcome.history.join("\n"),
                outcome.complaints.join("\n")
            )
        };
        upgrades_tests::crash::must_be(&self.outcome(), expected, lines, story);
    }
}

/// The first column of a query, as text.
pub(crate) fn strings(connection: &Connection, sql: &str) -> Vec<String> {
    let mut select = connection.prepare(sql).unwrap();
    let rows = select.query_map([], |row| {
        let value: rusqlite::types::Value = row.get(0)?;
        Ok(match value {
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}
