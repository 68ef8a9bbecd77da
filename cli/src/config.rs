//! `upgrades.toml`: where it is found, what may stand in it, and the [`Upgrader`] that it describes.

mod mysql;
mod shown;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use upgrades::{Track, Upgrader, WhenNewer};

use crate::args::Common;
use crate::backups::BackupTable;
use crate::hooks::HookTable;
use crate::lua_limits::LuaLimits;
use crate::url::{Database, database, refuse_a_shown_password};

/// The name of the configuration file.
pub(crate) const FILE: &str = "upgrades.toml";

/// What may stand in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    #[serde(default)]
    prefix: String,
    app_version: Option<String>,
    #[serde(default, deserialize_with = "duration")]
    lock_wait: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    busy_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    wait: Option<Duration>,
    #[serde(default)]
    mysql: mysql::Mysql,
    #[serde(default)]
    lua: LuaLimits,
    #[serde(default)]
    when_newer: Newer,
    #[serde(default)]
    tracks: toml::Table,
    #[serde(default)]
    placeholders: BTreeMap<String, String>,
    #[serde(default)]
    log: Log,
    backup: Option<BackupTable>,
    #[serde(default)]
    hooks: BTreeMap<String, HookTable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Newer {
    #[default]
    Refuse,
    Continue,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrackTable {
    directory: PathBuf,
    #[serde(default)]
    optional: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    directory: Option<PathBuf>,
    file: Option<PathBuf>,
}

/// Reads how long a text such as `5m` says.
pub(crate) fn duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

/// How long a text such as `5m` says.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{text:?} is no duration such as 30s or 5m ({error})"))
}

/// A track as it is configured.
#[derive(Debug, Clone)]
pub(crate) struct ConfiguredTrack {
    pub(crate) name: String,
    pub(crate) directory: PathBuf,
    optional: bool,
}

/// The configuration with all paths resolved.
pub(crate) struct Config {
    database: Database,
    pub(crate) tracks: Vec<ConfiguredTrack>,
    file: File,
    failure_log: PathBuf,
    /// What relative paths in the file are relative to.
    folder: PathBuf,
}

/// Why the configuration cannot be used.
#[derive(Debug)]
pub(crate) struct ConfigError {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for ConfigError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// An error that says enough by itself.
    fn of(error: impl StdError) -> Self {
        Self {
            message: error.to_string(),
            source: error.source().map(|source| source.to_string().into()),
        }
    }

    pub(crate) fn because(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }
}

/// A variable that is there and empty is one that somebody has not filled in. An empty prefix in the place of another one would
/// begin a second installation in the same database.
fn refuse_empty_variables(common: &Common, file: &File) -> Result<(), ConfigError> {
    let log_directory = common.log_directory.as_deref().and_then(Path::to_str);
    let used = [
        ("UPGRADES_DATABASE_URL", common.database.as_deref()),
        ("UPGRADES_PREFIX", common.prefix.as_deref()),
        ("UPGRADES_APP_VERSION", common.app_version.as_deref()),
        ("UPGRADES_LOG_DIRECTORY", log_directory),
    ];
    let is_empty = |name: &str| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let changes = |name: &str| name != "UPGRADES_PREFIX" || !file.prefix.is_empty();
    let empty = used
        .into_iter()
        .find(|(name, value)| *value == Some("") && is_empty(name) && changes(name));
    match empty {
        None => Ok(()),
        Some((name, _)) => Err(ConfigError::new(format!(
            "the variable {name} of the environment is empty; fill it in, or unset it so that the configuration counts"
        ))),
    }
}

impl Config {
    /// Reads the configuration file, and lets the arguments override it. Paths in the file are relative to it.
    pub(crate) fn load(common: &Common) -> Result<Self, ConfigError> {
        let path = match &common.config {
            Some(path) => Some(path.clone()),
            None => find(),
        };
        let (mut file, folder) = match &path {
            Some(path) => (
                read(path)?,
                path.parent().unwrap_or(Path::new("")).to_owned(),
            ),
            None => (File::default(), PathBuf::new()),
        };
        refuse_empty_variables(common, &file)?;
        let missing = || match &path {
            Some(path) => format!("{} names no", path.display()),
            None => format!(
                "there is no {FILE} here or in a folder above, and the command line names no"
            ),
        };
        let database = match (&common.database, &file.database) {
            (Some(url), _) => {
                refuse_a_shown_password(url, "UPGRADES_DATABASE_URL")?;
                database(url, Path::new(""))?
            }
            (None, Some(url)) => database(url, &folder)?,
            (None, None) => {
                let message = format!(
                    "{} database; write database = \"sqlite:shop.db\" or pass --database",
                    missing()
                );
                return Err(ConfigError::new(message));
            }
        };
        let tracks = tracks(&file, &folder, path.as_deref().unwrap_or(Path::new(FILE)))?;
        if tracks.is_empty() {
            let message = format!("{} track; write [tracks.core] with a directory", missing());
            return Err(ConfigError::new(message));
        }
        let log_folder = match (&common.log_directory, &file.log.directory) {
            (Some(directory), _) => directory.clone(),
            (None, Some(directory)) => folder.join(directory),
            (None, None) => folder.clone(),
        };
        let log_name = file
            .log
            .file
            .take()
            .unwrap_or_else(|| "upgrade_errors.log".into());
        if let Some(prefix) = &common.prefix {
            file.prefix.clone_from(prefix);
        }
        file.app_version = common.app_version.clone().or(file.app_version);
        let said = |text: &Option<String>, name: &str| {
            let longest = text.as_deref().map(parse_duration).transpose();
            longest
                .map_err(|error| ConfigError::new(format!("{name} cannot be used")).because(error))
        };
        let lock_wait = said(&common.lock_wait, "--lock-wait, or UPGRADES_LOCK_WAIT,")?;
        file.lock_wait = lock_wait.or(file.lock_wait);
        file.wait = said(&common.wait, "--wait, or UPGRADES_WAIT,")?.or(file.wait);
        Ok(Self {
            database,
            tracks,
            failure_log: log_folder.join(log_name),
            file,
            folder,
        })
    }

    /// An upgrade of the database that is configured.
    fn on_database(&self) -> Result<Upgrader<'static>, ConfigError> {
        let url = match &self.database {
            Database::Sqlite(path) => {
                let mut database = upgrades::sqlite(path);
                if let Some(longest) = self.file.busy_timeout {
                    database = database.busy_timeout(longest);
                }
                return Ok(Upgrader::new(database));
            }
            Database::Mysql(url) => url,
        };
        let told = &self.file.mysql;
        let database = told.server(url, &self.folder, self.file.wait)?;
        Ok(Upgrader::new(told.with_replicas(database)?))
    }

    /// The server that rehearsals make their copies on, where it is another one: as an option or the environment says, or the
    /// configuration.
    ///
    /// # Errors
    /// Its URL cannot be used, or shows a password on the command line.
    pub(crate) fn rehearses_on(
        &self,
        said: Option<&str>,
    ) -> Result<Option<upgrades::store::Mysql>, ConfigError> {
        if let Some(url) = said {
            refuse_a_shown_password(url, "UPGRADES_REHEARSE_ON")?;
        }
        let told = &self.file.mysql;
        let url = said.or(told.rehearse_on.as_deref());
        url.map(|url| told.server(url, &self.folder, self.file.wait))
            .transpose()
    }

    /// The upgrade that is configured, for a command that ends soon: hooks get their chance once it has answered.
    ///
    /// # Errors
    /// The database's URL cannot be used.
    pub(crate) fn upgrader(&self) -> Result<Upgrader<'static>, ConfigError> {
        // A command ends soon: hooks get their chance once it has answered.
        Ok(self.lasting_upgrader()?.send_only_when_asked())
    }

    /// The same for a command that goes on, which tells hooks at once.
    ///
    /// # Errors
    /// What the configuration says cannot be used.
    pub(crate) fn lasting_upgrader(&self) -> Result<Upgrader<'static>, ConfigError> {
        let mut upgrader = self
            .on_database()?
            .prefix(&self.file.prefix)
            .failure_log(&self.failure_log)
            .when_newer(match self.file.when_newer {
                Newer::Refuse => WhenNewer::Refuse,
                Newer::Continue => WhenNewer::Continue,
            });
        if let Some(longest) = self.file.lock_wait {
            upgrader = upgrader.lock_wait(longest);
        }
        if let Some(version) = &self.file.app_version {
            upgrader = upgrader.app_version(version);
        }
        upgrader = self.file.lua.limit(upgrader);
        for (name, value) in &self.file.placeholders {
            upgrader = upgrader.placeholder(name, value);
        }
        for (name, told) in &self.file.hooks {
            upgrader = upgrader.hook(told.hook(name, &self.folder)?);
        }
        if let Some(told) = &self.file.backup {
            upgrader = upgrader.backups(told.backups(&self.folder));
        }
        for ConfiguredTrack {
            name,
            directory,
            optional,
        } in &self.tracks
        {
            let track = Track::named(name, directory.as_path());
            upgrader = upgrader.track(if *optional { track.optional() } else { track });
        }
        Ok(upgrader)
    }

    /// Where the failure log is, or would be.
    pub(crate) fn failure_log(&self) -> &Path {
        &self.failure_log
    }
}

/// The nearest configuration file, from the working directory upwards; relative, as it is shown to people.
fn find() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let mut folder = PathBuf::new();
    for _ in here.ancestors() {
        let path = folder.join(FILE);
        if path.is_file() {
            return Some(path);
        }
        folder.push("..");
    }
    None
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let unusable = |what: &str| {
        ConfigError::new(format!(
            "the configuration {} cannot be {what}",
            path.display()
        ))
    };
    let text = fs::read_to_string(path).map_err(|error| unusable("read").because(error))?;
    toml::from_str(&text).map_err(|error| unusable("used").because(described(&text, &error)))
}

/// What is wrong with a file, and where; not the line itself, which may hold a secret.
fn described(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("line {line}, column {column}: {}", error.message())
}

fn tracks(file: &File, folder: &Path, path: &Path) -> Result<Vec<ConfiguredTrack>, ConfigError> {
    let mut tracks = Vec::new();
    for (name, value) in &file.tracks {
        let table: TrackTable = value.clone().try_into().map_err(|error: toml::de::Error| {
            ConfigError::new(format!(
                "[tracks.{name}] of {} cannot be used",
                path.display()
            ))
            .because(error.message().to_owned())
        })?;
        tracks.push(ConfiguredTrack {
            name: name.clone(),
            directory: folder.join(table.directory),
            optional: table.optional,
        });
    }
    Ok(tracks)
}
