//! What the configuration says of a MySQL or MariaDB server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::{ConfigError, duration};

/// What is said of a MySQL or MariaDB server.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mysql {
    pub(super) sql_mode: Option<String>,
    pub(super) foreign_key_checks: Option<bool>,
    #[serde(default, deserialize_with = "duration")]
    pub(super) lock_wait_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    pub(super) statement_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    pub(super) lock_expiry: Option<Duration>,
    /// The URLs of the replicas that batches wait for. They may hold passwords.
    #[serde(default)]
    replicas: Vec<String>,
    #[serde(default, deserialize_with = "duration")]
    max_lag: Option<Duration>,
    dump_tool: Option<PathBuf>,
    /// The URL of the server that rehearsals make their copies on. It may hold a password.
    pub(super) rehearse_on: Option<String>,
}

impl Mysql {
    /// The database at a URL, with these settings but for the replicas, which are those of one server.
    pub(super) fn server(
        &self,
        url: &str,
        folder: &Path,
        wait: Option<Duration>,
    ) -> Result<upgrades::store::Mysql, ConfigError> {
        let mut database = upgrades::mysql(url).map_err(ConfigError::of)?;
        if let Some(sql_mode) = &self.sql_mode {
            database = database.sql_mode(sql_mode);
        }
        if let Some(on) = self.foreign_key_checks {
            database = database.foreign_key_checks(on);
        }
        if let Some(longest) = self.lock_wait_timeout {
            database = database.lock_wait_timeout(longest);
        }
        if let Some(longest) = self.statement_timeout {
            database = database.statement_timeout(longest);
        }
        if let Some(expiry) = self.lock_expiry {
            database = database.lock_expiry(expiry);
        }
        if let Some(tool) = &self.dump_tool {
            database = database.dump_tool(Path::new(".").join(folder).join(tool));
        }
        if let Some(longest) = wait {
            database = database.wait_for_server(longest);
        }
        Ok(database)
    }

    /// The database, whose batches wait for the replicas.
    pub(super) fn with_replicas(
        &self,
        mut database: upgrades::store::Mysql,
    ) -> Result<upgrades::store::Mysql, ConfigError> {
        for url in &self.replicas {
            database = database.replica(url).map_err(ConfigError::of)?;
        }
        if let Some(longest) = self.max_lag {
            if self.replicas.is_empty() {
                return Err(ConfigError::new(
                    "max_lag says how far behind replicas may be, and there are none; name them, as in \
                     replicas = [\"mysql://user:password@host\"]",
                ));
            }
            database = database.max_lag(longest);
        }
        Ok(database)
    }
}
