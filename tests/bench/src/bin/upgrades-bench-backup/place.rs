//! A large database of one store, in a folder.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use clap::ValueEnum;
use upgrades::{Backups, Track, Upgrader};
use upgrades_bench::server::{Server, Template, url_on};

use crate::contender::{Contender, MARIADB, SQLITE};

/// A store.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Sqlite,
    Mariadb,
}

impl Kind {
    pub const fn contenders(self) -> &'static [Contender] {
        match self {
            Self::Sqlite => SQLITE,
            Self::Mariadb => MARIADB,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Mariadb => "MariaDB",
        }
    }
}

/// A database, and where its backups are.
pub struct Place<'f> {
    pub folder: &'f Path,
    /// The port of its server; none of SQLite's.
    pub port: Option<u16>,
}

impl Place<'_> {
    pub fn upgrader(&self) -> Result<Upgrader<'static>> {
        let script = match self.port {
            None => {
                "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT, description TEXT, picture BLOB);"
            }
            Some(_) => {
                "CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR(200), description TEXT, picture BLOB);"
            }
        };
        let upgrader = match self.port {
            None => Upgrader::new(upgrades::sqlite(self.folder.join("shop.db"))),
            Some(port) => Upgrader::new(upgrades::mysql(&url_on(port))?),
        };
        Ok(upgrader
            .track(Track::core([("1.sql", script)]))
            .backups(Backups::in_directory(self.folder.join("backups")).keep(2))
            .without_failure_log())
    }

    /// Fills it with rows that are half text and half noise, and backs it up by each way.
    pub fn fill(&self, megabytes: u64) -> Result<()> {
        self.upgrader()?.run()?;
        match self.port {
            None => self.fill_sqlite(megabytes)?,
            Some(_) => self.fill_mariadb(megabytes)?,
        }
        self.upgrader()?.back_up()?;
        self.shell(match self.port {
            None => "sqlite3 shop.db '.backup kept' && zstd -q -T0 -1 --rm kept && sync",
            Some(_) => {
                "set -o pipefail; mariadb-dump $SERVER --single-transaction --hex-blob bench | zstd -q -T0 -1 -o kept.zst && sync"
            }
        })
    }

    fn fill_sqlite(&self, megabytes: u64) -> Result<()> {
        let connection = rusqlite::Connection::open(self.folder.join("shop.db"))?;
        connection.execute_batch(&format!(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
             INSERT INTO goods (name, description, picture)
             SELECT 'product ' || i, replace(hex(zeroblob(200)), '00', 'word' || (i % 977)), randomblob(400) FROM n;
             CREATE INDEX goods_name ON goods (name);
             PRAGMA journal_mode = DELETE;",
            megabytes * 1_000_000 / 1900
        ))?;
        Ok(())
    }

    /// A row has as many bytes as in SQLite, which InnoDB keeps in some more.
    fn fill_mariadb(&self, megabytes: u64) -> Result<()> {
        self.shell(&format!(
            "mariadb $SERVER bench -e \"INSERT INTO goods SELECT seq, concat('product ', seq), \
             repeat(concat('word', seq % 977), 200), \
             concat(random_bytes(200), random_bytes(200)) FROM seq_1_to_{}; \
             CREATE INDEX goods_name ON goods (name)\"",
            megabytes * 1_000_000 / 1900
        ))
    }

    pub fn shell(&self, line: &str) -> Result<()> {
        let mut shell = Command::new("bash");
        shell.args(["-c", line]).current_dir(self.folder);
        if let Some(port) = self.port {
            let server = format!("--no-defaults --host=127.0.0.1 --port={port} --user=root");
            shell.env("SERVER", server);
        }
        let status = shell.status()?;
        if !status.success() {
            bail!("{line}: {status}");
        }
        Ok(())
    }
}

/// A server of the store, where it needs one.
pub fn server(kind: Kind, folder: &Path) -> Result<Option<Server>> {
    match kind {
        Kind::Sqlite => Ok(None),
        Kind::Mariadb => Ok(Some(Template::make(folder)?.start(folder)?)),
    }
}
