//! `upgrades.toml`: where it is found, what may stand in it, and the [`Upgrader`] that it describes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use upgrades::{Track, Upgrader, WhenNewer};

use crate::args::Common;

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
    #[serde(default)]
    when_newer: Newer,
    #[serde(default)]
    tracks: toml::Table,
    #[serde(default)]
    placeholders: BTreeMap<String, String>,
    #[serde(default)]
    log: Log,
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

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

fn parse_duration(text: &str) -> Result<Duration, String> {
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
#[derive(Debug)]
pub(crate) struct Config {
    database: PathBuf,
    pub(crate) tracks: Vec<ConfiguredTrack>,
    file: File,
    failure_log: PathBuf,
}

/// Why the configuration cannot be used.
#[derive(Debug)]
pub(crate) struct ConfigError {
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
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

    fn because(self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
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
        let missing = || match &path {
            Some(path) => format!("{} names no", path.display()),
            None => format!(
                "there is no {FILE} here or in a folder above, and the command line names no"
            ),
        };
        let database = match (&common.database, &file.database) {
            (Some(url), _) => sqlite_path(url)?,
            (None, Some(url)) => folder.join(sqlite_path(url)?),
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
        if let Some(text) = &common.lock_wait {
            let longest = parse_duration(text).map_err(|error| {
                ConfigError::new("--lock-wait, or UPGRADES_LOCK_WAIT, cannot be used")
                    .because(error)
            })?;
            file.lock_wait = Some(longest);
        }
        Ok(Self {
            database,
            tracks,
            failure_log: log_folder.join(log_name),
            file,
        })
    }

    /// The upgrade that is configured.
    pub(crate) fn upgrader(&self) -> Upgrader<'static> {
        let mut database = upgrades::sqlite(&self.database);
        if let Some(longest) = self.file.busy_timeout {
            database = database.busy_timeout(longest);
        }
        let mut upgrader = Upgrader::new(database)
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
        for (name, value) in &self.file.placeholders {
            upgrader = upgrader.placeholder(name, value);
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
        upgrader
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

/// The path in a URL such as `sqlite:shop.db` or `sqlite:///srv/shop.db`. What stands behind other schemes may be secret.
fn sqlite_path(url: &str) -> Result<PathBuf, ConfigError> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(ConfigError::new(
            "the database's URL has no scheme; write it as in sqlite:shop.db",
        ));
    };
    match scheme {
        "sqlite" => Ok(rest.strip_prefix("//").unwrap_or(rest).into()),
        "mysql" | "mariadb" => Err(ConfigError::new(format!(
            "this build has no store for {scheme}: databases; it upgrades sqlite: databases"
        ))),
        _ => Err(ConfigError::new(
            "the database's URL has a scheme that is not known; write it as in sqlite:shop.db",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls() {
        let rows = [
            ("sqlite:shop.db", Ok("shop.db")),
            ("sqlite:/srv/shop.db", Ok("/srv/shop.db")),
            ("sqlite:///srv/shop.db", Ok("/srv/shop.db")),
            ("sqlite://shop.db", Ok("shop.db")),
            ("shop.db", Err("no scheme")),
            ("mysql://root:secret@host/shop", Err("no store for mysql:")),
            ("postgres://root:secret@host/shop", Err("not known")),
        ];
        for (url, expected) in rows {
            match (sqlite_path(url), expected) {
                (Ok(path), Ok(expected)) => assert_eq!(path, Path::new(expected)),
                (Err(error), Err(part)) => {
                    let message = error.to_string();
                    assert!(
                        message.contains(part) && !message.contains("secret"),
                        "{message}"
                    );
                }
                (found, _) => panic!("{url}: {found:?}"),
            }
        }
    }
}
