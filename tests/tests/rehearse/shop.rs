//! An installation: the command in a folder of its own.

use std::ffi::OsStr;

use serde_json::Value;
use upgrades_tests::{Answer, Sandbox, files, project};

/// An installation that keeps its database in `shop.db`.
pub(crate) struct Shop(Sandbox);

impl std::ops::Deref for Shop {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.0
    }
}

/// The configuration of every shop.
const CONFIG: &str = "database = \"sqlite:shop.db\"\nprefix = \"cb_\"\n\
                      [tracks.core]\ndirectory = \"core\"\n\
                      [tracks.customization]\ndirectory = \"custom\"\noptional = true\n\
                      [placeholders]\ncurrency = \"EUR\"\n";

impl Shop {
    /// With these scripts, by their paths.
    pub(crate) fn new(scripts: &[(&str, &str)]) -> Self {
        Self::configured(CONFIG, scripts)
    }

    /// With a database elsewhere, and these lines more in the configuration.
    pub(crate) fn on(url: &str, more: &str, scripts: &[(&str, &str)]) -> Self {
        let config = CONFIG.replace("sqlite:shop.db", url);
        Self::configured(&format!("{config}{more}"), scripts)
    }

    fn configured(config: &str, scripts: &[(&str, &str)]) -> Self {
        let shop = Self(Sandbox::new());
        shop.write("upgrades.toml", config);
        std::fs::create_dir(shop.path("core")).unwrap();
        for (file, text) in scripts {
            shop.write(file, text);
        }
        shop
    }

    /// With the sample application's scripts.
    pub(crate) fn sample() -> Self {
        Self::new(&[]).with_the_sample()
    }

    /// It, with the sample application's scripts.
    pub(crate) fn with_the_sample(self) -> Self {
        let shop = self;
        for (from, to) in [
            ("updates-core/scripts", "core"),
            ("updates-custom", "custom"),
        ] {
            for (file, text) in files(&project().join(from)) {
                shop.write(std::path::Path::new(to).join(file), text);
            }
        }
        shop
    }

    /// What a command answers, as data.
    pub(crate) fn asked<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> (Answer, Value) {
        let mut command = self.command(arguments);
        let answer = self.answer(command.args(["--format", "json"]));
        let value = serde_json::from_str(&answer.stdout)
            .unwrap_or_else(|error| panic!("{error}: {answer:#?}"));
        (answer, value)
    }

    /// What a command that succeeds answers, as data.
    pub(crate) fn told<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        let (answer, value) = self.asked(arguments);
        assert_eq!(answer.status, Some(0), "{answer:#?}");
        value
    }

    /// The exit code that a command ends with, the code of its error, and its message with all causes.
    pub(crate) fn refused<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> (Option<i32>, String, String) {
        let (answer, value) = self.asked(arguments);
        let error = &value["error"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let causes = error["causes"].as_array().cloned().unwrap_or_default();
        let causes = causes.iter().map(text);
        let message: Vec<_> = std::iter::once(text(&error["message"]))
            .chain(causes)
            .collect();
        (answer.status, text(&error["code"]), message.join(": "))
    }

    /// Every file and folder of the installation, but for tracks, configuration and logs.
    pub(crate) fn things(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let known = ["core", "custom", "upgrades.toml", "log"];
        let mut things: Vec<_> = names
            .filter(|name| !known.contains(&name.as_str()))
            .collect();
        things.sort();
        things
    }
}

/// Fate, statements, definitions and rows of each script.
pub(crate) fn scripts(told: &Value) -> Vec<String> {
    let scripts = told["scripts"].as_array().unwrap().iter();
    let script = |script: &Value| {
        let [fate, file] = ["fate", "file"].map(|key| script[key].as_str().unwrap());
        let [statements, definitions, rows] =
            ["statements", "definitions", "rows"].map(|key| script[key].to_string());
        format!("{file} {fate} {statements} {definitions} {rows}")
    };
    scripts.map(script).collect()
}
