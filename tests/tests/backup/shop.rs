//! An installation with backups: the command in a folder of its own.

use std::ffi::OsStr;

use serde_json::Value;
use upgrades_tests::{Answer, Sandbox};

/// An installation that keeps its database in `shop.db` unless told, and its backups in `backups`.
pub(crate) struct Shop {
    sandbox: Sandbox,
    /// The configuration, before what is said of backups.
    config: String,
}

impl std::ops::Deref for Shop {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

const TRACK: &str = "[tracks.core]\ndirectory = \"core\"\n\n";

impl Shop {
    /// With these lines under `[backup]`, and a first script.
    pub(crate) fn new(backup: &str) -> Self {
        Self::on("database = \"sqlite:shop.db\"\n", backup)
    }

    /// With this database.
    pub(crate) fn on(database: &str, backup: &str) -> Self {
        let shop = Self {
            sandbox: Sandbox::new(),
            config: format!("{database}{TRACK}"),
        };
        shop.configure(backup);
        shop.write(
            "core/1_first.sql",
            "CREATE TABLE first (id INTEGER PRIMARY KEY, name TEXT);",
        );
        shop
    }

    /// Says this of backups from now on.
    pub(crate) fn configure(&self, backup: &str) {
        let config = &self.config;
        let text = format!("{config}[backup]\ndirectory = \"backups\"\n{backup}\n");
        self.write("upgrades.toml", text);
    }

    /// What a command that succeeds answers, as data.
    pub(crate) fn told<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        let (answer, value) = self.asked(arguments);
        assert_eq!(answer.status, Some(0), "{answer:#?}");
        value
    }

    /// The code of the error that a command ends with, and its exit code.
    pub(crate) fn refused<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> (String, Option<i32>) {
        let (answer, value) = self.asked(arguments);
        let code = value["error"]["code"].as_str();
        let code = code.unwrap_or_else(|| panic!("no error: {answer:#?}"));
        (code.to_owned(), answer.status)
    }

    fn asked<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> (Answer, Value) {
        let mut command = self.command(arguments);
        let answer = self.answer(command.args(["--format", "json"]));
        let value = serde_json::from_str(&answer.stdout)
            .unwrap_or_else(|error| panic!("{error}: {answer:#?}"));
        (answer, value)
    }

    /// Makes a backup, and tells its name.
    pub(crate) fn back_up(&self) -> String {
        let told = self.told(["backup", "create"]);
        told["id"].as_str().unwrap().to_owned()
    }

    /// The names of the backups that are there, oldest first.
    pub(crate) fn backups(&self) -> Vec<String> {
        let told = self.told(["backup", "list"]);
        let listed = told.as_array().unwrap().iter();
        listed
            .map(|backup| backup["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The outcomes that the history tells of, oldest first, each with its script.
    pub(crate) fn history(&self) -> Vec<String> {
        let told = self.told(["history"]);
        let rows = told.as_array().unwrap().iter();
        let row = |row: &Value| {
            format!(
                "{} {}",
                row["file"].as_str().unwrap(),
                row["outcome"].as_str().unwrap()
            )
        };
        rows.map(row).collect()
    }

    /// Everything in the folder for backups that is no backup.
    pub(crate) fn left_over(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path("backups")) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let known = self.backups();
        let mut left: Vec<_> = names.filter(|name| !known.contains(name)).collect();
        left.sort();
        left
    }
}
