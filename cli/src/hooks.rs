//! `[hooks.NAME]` of `upgrades.toml`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use upgrades::{Hook, Upgrader};

use crate::config::{ConfigError, duration};
use crate::reply::After;

/// How long hooks may keep a command from ending once it has answered. What they have not heard by then waits for the next
/// command or start.
const BEHIND_A_COMMAND: Duration = Duration::from_secs(10);

/// What is said of a hook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HookTable {
    /// It may be a secret.
    url: Option<String>,
    command: Option<Vec<String>>,
    secret_file: Option<PathBuf>,
    secret_env: Option<String>,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
}

impl HookTable {
    /// As the engine takes it; paths are relative to `folder`.
    pub(crate) fn hook(&self, name: &str, folder: &Path) -> Result<Hook, ConfigError> {
        let refuse = |why: &str| Err(ConfigError::new(format!("[hooks.{name}] {why}")));
        let mut hook = match (&self.url, &self.command) {
            (Some(url), None) => Hook::webhook(name, url),
            (None, Some(command)) => Hook::command(name, in_folder(command, folder)),
            (Some(_), Some(_)) => return refuse("has a url and a command; make two hooks of it"),
            (None, None) => {
                return refuse(
                    "has neither; write url = \"https://...\" or command = [\"program\", \"argument\"]",
                );
            }
        };
        hook = match (&self.secret_file, &self.secret_env) {
            (Some(path), None) => hook.secret_file(folder.join(path)),
            (None, Some(variable)) => hook.secret_env(variable),
            (None, None) => hook,
            (Some(_), Some(_)) => {
                return refuse(
                    "has a secret_file and a secret_env; which of them signs cannot be told",
                );
            }
        };
        Ok(match self.timeout {
            Some(longest) => hook.timeout(longest),
            None => hook,
        })
    }

    /// What kind of hook it is, and whether it signs, without anything that could be secret.
    pub(crate) fn shown(&self) -> serde_json::Value {
        serde_json::json!({
            "kind": if self.url.is_some() { "webhook" } else { "command" },
            "signs": self.secret_file.is_some() || self.secret_env.is_some(),
            "timeout": self.timeout.map(|timeout| timeout.as_secs_f64()),
        })
    }
}

/// A program that is named by a path is looked for where the configuration is, as all files that it names are.
fn in_folder(command: &[String], folder: &Path) -> Vec<std::ffi::OsString> {
    let mut command: Vec<_> = command.iter().map(std::ffi::OsString::from).collect();
    if let Some(program) = command.first_mut() {
        let path = Path::new(program.as_os_str());
        if path.components().count() > 1 {
            *program = Path::new(".").join(folder).join(path).into();
        }
    }
    command
}

/// How often a command that goes on looks what hooks have yet to be told.
const NOW_AND_THEN: Duration = Duration::from_secs(30);

/// Tells hooks what is due, also of what other processes have left, until `stop` is true; and once more then. Whoever
/// sets it wakes the thread.
pub(crate) fn now_and_then(upgrader: &Upgrader<'_>, stop: &AtomicBool) {
    if upgrader.hooks().is_empty() {
        return;
    }
    loop {
        let is_last = stop.load(Ordering::Relaxed);
        if let Err(error) = upgrader.send_notices(BEHIND_A_COMMAND) {
            let told = upgrades::chain(&error);
            log::warn!("hooks are told later: {told}");
        }
        if is_last {
            return;
        }
        if !stop.load(Ordering::Relaxed) {
            thread::park_timeout(NOW_AND_THEN);
        }
    }
}

/// What is left to do once a command has answered: the hooks get their chance.
pub(crate) fn after(upgrader: Upgrader<'static>) -> After {
    match upgrader.hooks() {
        [] => After::default(),
        [_, ..] => After::doing(move || {
            if let Err(error) = upgrader.send_notices(BEHIND_A_COMMAND) {
                let told = upgrades::chain(&error);
                log::warn!("hooks are told by the next command: {told}");
            }
        }),
    }
}
