//! [`Tool`]: the server's own program for dumps.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use once_cell::sync::Lazy;
use regex::Regex;

use super::super::super::{Fault, StoreError};
use super::super::server::{Kind, Server};

/// A program for dumps that suits a server.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) path: PathBuf,
    /// Its name and its version.
    pub(super) told: String,
    /// What about it deserves a second look, in words.
    pub(super) doubt: Option<String>,
}

/// What a program says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edition {
    kind: Kind,
    version: (u32, u32),
}

/// Where else it may be: services have a short PATH.
const PLACES: [&str; 4] = [
    "/usr/bin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/local/mysql/bin",
];

impl Tool {
    /// Finds the tool for a server, or takes the one that was told.
    ///
    /// # Errors
    /// There is none, or none that suits the server.
    pub(super) fn find(told: Option<&Path>, server: &Server) -> Result<Self, StoreError> {
        let unsuitable = |message: String| StoreError::new(Fault::Unsuitable, message);
        let (name, package) = match server.kind {
            Kind::MariaDb => ("mariadb-dump", "mariadb-client"),
            Kind::Mysql => ("mysqldump", "mysql-client"),
        };
        let remedy = format!(
            "install {name} of the server's version (the package is often called {package}), or say where it is \
             (dump_tool)"
        );
        if let Some(path) = told {
            return Self::try_one(path, server).map_err(|why| {
                unsuitable(format!(
                    "{}, which dump_tool names, {why}; {remedy}",
                    path.display()
                ))
            });
        }
        let mut refused = None;
        for path in candidates(server.kind) {
            match Self::try_one(&path, server) {
                Ok(tool) => return Ok(tool),
                Err(why) => {
                    refused.get_or_insert_with(|| format!("{} {why}", path.display()));
                }
            }
        }
        let found = refused
            .unwrap_or_else(|| format!("{name} is neither in PATH nor in {}", PLACES.join(", ")));
        Err(unsuitable(format!("{found}; {remedy}")))
    }

    /// The program at a path, or why it cannot be used, as the end of a sentence about it.
    fn try_one(path: &Path, server: &Server) -> Result<Self, String> {
        let output = Command::new(path)
            .args(["--no-defaults", "--version"])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cannot be started ({error})"))?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let Some(edition) = edition(&text).filter(|_| output.status.success()) else {
            return Err("does not tell its version".to_owned());
        };
        let doubt = judge(edition, server.kind, server.release())?;
        let name = path
            .file_name()
            .map(OsStr::to_string_lossy)
            .unwrap_or_default();
        let (major, minor) = edition.version;
        Ok(Self {
            path: path.to_owned(),
            told: format!("{name} {major}.{minor}"),
            doubt,
        })
    }
}

fn candidates(kind: Kind) -> impl Iterator<Item = PathBuf> {
    let names: &[&str] = match kind {
        Kind::MariaDb => &["mariadb-dump", "mysqldump"],
        Kind::Mysql => &["mysqldump"],
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(PLACES.map(PathBuf::from));
    let named = names.iter().flat_map(move |name| {
        let paths: Vec<_> = folders.iter().map(|folder| folder.join(name)).collect();
        paths
    });
    named.filter(|path| path.is_file())
}

/// What `--version` says: `mariadb-dump  Ver 10.19 Distrib 10.11.6-MariaDB, ...`, `mariadb-dump from 11.4.2-MariaDB,
/// client 10.19 ...`, `mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)`.
fn edition(text: &str) -> Option<Edition> {
    static VERSION: Lazy<Regex> = Lazy::new(|| {
        Regex::new(r"(?:Distrib|from) (\d+)\.(\d+)|Ver (\d+)\.(\d+)\.\d+")
            .expect("the pattern is valid")
    });
    let found = VERSION.captures(text)?;
    let number = |at: usize| {
        found
            .get(at)
            .and_then(|number| number.as_str().parse().ok())
    };
    let version = number(1)
        .zip(number(2))
        .or_else(|| number(3).zip(number(4)))?;
    let kind = match text.contains("MariaDB") {
        true => Kind::MariaDb,
        false => Kind::Mysql,
    };
    Some(Edition { kind, version })
}

/// Whether a tool suits a server: its doubt, or why not.
fn judge(tool: Edition, kind: Kind, server: (u32, u32)) -> Result<Option<String>, String> {
    let (major, minor) = tool.version;
    if tool.kind != kind {
        let other = match kind {
            Kind::MariaDb => {
                "is MySQL's, and the server is MariaDB, whose sequences it does not know"
            }
            Kind::Mysql => "is MariaDB's, and the server is MySQL",
        };
        return Err(other.to_owned());
    }
    let oldest = match kind {
        Kind::MariaDb => (10, 5),
        Kind::Mysql => (8, 0),
    };
    if tool.version < oldest {
        return Err(format!(
            "is too old: it is {major}.{minor}, and {}.{} is the oldest that knows all that is to be kept",
            oldest.0, oldest.1
        ));
    }
    let is_older = tool.version < server;
    Ok(is_older.then(|| {
        format!(
            "the tool for dumps, {major}.{minor}, is older than the server, {}.{}: what it does not know is not in \
             the backup",
            server.0, server.1
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_and_judges() {
        let server = (Kind::MariaDb, (10, 11));
        let rows = [
            (
                "mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)",
                server,
                "fits",
            ),
            (
                "mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu",
                server,
                "fits",
            ),
            (
                "mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)",
                server,
                "fits",
            ),
            (
                "mariadb-dump  Ver 10.19 Distrib 10.6.4-MariaDB, for Linux",
                server,
                "doubt: is older than the server",
            ),
            (
                "mysqldump  Ver 10.16 Distrib 10.1.48-MariaDB, for Linux",
                server,
                "is too old",
            ),
            (
                "mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)",
                server,
                "is MySQL's",
            ),
            (
                "mysqldump  Ver 8.4.0 for Linux on x86_64",
                (Kind::Mysql, (8, 4)),
                "fits",
            ),
            (
                "mysqldump  Ver 10.13 Distrib 5.7.44, for Linux (x86_64)",
                (Kind::Mysql, (8, 0)),
                "is too old",
            ),
            (
                "mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB",
                (Kind::Mysql, (8, 0)),
                "is MariaDB's",
            ),
            ("hello", server, "no version"),
        ];
        for (text, (kind, server), expected) in rows {
            let found = match edition(text).map(|edition| judge(edition, kind, server)) {
                None => "no version".to_owned(),
                Some(Ok(None)) => "fits".to_owned(),
                Some(Ok(Some(doubt))) => format!("doubt: {doubt}"),
                Some(Err(why)) => why,
            };
            let part = expected.trim_start_matches("doubt: ");
            assert!(found.contains(part), "{text}: {found}");
        }
    }
}
