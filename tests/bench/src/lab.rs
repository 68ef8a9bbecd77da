//! What the parts share: the scripts' folders, the contenders taking part, and how a child is started.

use crate::child::Task;
use crate::contender::{Contender, Embedded, Event};
use crate::measure::{Outcome, Running};
use crate::server::{Server, Template};
use crate::store::Store;
use crate::verify::Expected;
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use upgrades_bench_scripts::{self as scripts, Layout};

/// The bench of one invocation.
#[derive(Debug)]
pub struct Lab {
    /// Where everything is written; removed at the end.
    pub folder: TempDir,
    /// Who takes part.
    pub contenders: Vec<&'static dyn Contender>,
    /// What their databases are.
    pub databases: Databases,
    /// How long one child may work.
    pub limit: Duration,
    /// Orders and moments.
    pub random: fastrand::Rng,
}

/// What a fresh database is made of.
#[derive(Debug)]
pub enum Databases {
    /// SQLite's file.
    Files,
    /// A MariaDB server, begun from this template.
    Servers(Template),
}

impl Databases {
    /// Those of `store`; what they need is made below `folder`.
    ///
    /// # Errors
    ///
    /// A server that is not installed.
    pub fn of(store: Store, folder: &Path) -> Result<Self> {
        Ok(match store {
            Store::Sqlite => Self::Files,
            Store::Mariadb => Self::Servers(Template::make(folder)?),
        })
    }

    /// Their store.
    pub const fn store(&self) -> Store {
        match self {
            Self::Files => Store::Sqlite,
            Self::Servers(_) => Store::Mariadb,
        }
    }

    /// The database's name and version.
    pub fn version(&self) -> String {
        match self {
            Self::Files => format!("SQLite {}", rusqlite::version()),
            Self::Servers(template) => template.version.clone(),
        }
    }
}

/// The scripts of one child and what they must leave.
#[derive(Clone, Debug)]
pub struct Work {
    /// Where they are.
    pub scripts: Scripts,
    /// What they leave.
    pub expected: Expected,
}

/// Where a child finds its scripts.
#[derive(Clone, Debug)]
pub enum Scripts {
    /// In a folder.
    Folder(PathBuf),
    /// In itself.
    Embedded(Embedded),
}

impl Lab {
    /// Those who take part in `event`.
    pub fn entrants(&self, event: Event) -> Vec<&'static dyn Contender> {
        self.contenders
            .iter()
            .copied()
            .filter(|contender| contender.enters(event))
            .collect()
    }

    /// A folder of `count` small scripts in `layout`, written when first asked for.
    ///
    /// # Errors
    ///
    /// Whatever the file system answers.
    pub fn small(&self, layout: Layout, count: u32) -> Result<Work> {
        let folder = self.scripts_folder(layout, &count.to_string());
        if !folder.exists() {
            scripts::write(layout, &folder, count)
                .with_context(|| format!("cannot write scripts to {}", folder.display()))?;
        }
        Ok(Work {
            scripts: Scripts::Folder(folder),
            expected: Expected::Tables(count),
        })
    }

    /// The folder for a set of scripts in `layout`; it may not exist yet.
    pub fn scripts_folder(&self, layout: Layout, set: &str) -> PathBuf {
        self.folder.path().join(layout.folder()).join(set)
    }

    /// A database that holds nothing, in a folder of its own, removed when dropped.
    ///
    /// # Errors
    ///
    /// Whatever the file system answers, or a server that does not start.
    pub fn fresh(&self) -> Result<Fresh> {
        let folder = tempfile::Builder::new()
            .prefix("run")
            .tempdir_in(self.folder.path())
            .context("cannot create a folder for a database")?;
        let (database, server) = match &self.databases {
            Databases::Files => {
                let path = folder.path().join("shop.db");
                (
                    path.to_str().context("a path that is UTF-8")?.to_string(),
                    None,
                )
            }
            Databases::Servers(template) => {
                let server = template.start(folder.path())?;
                (server.url(), Some(server))
            }
        };
        Ok(Fresh {
            database,
            server,
            folder,
        })
    }

    /// A contender's program as a child.
    ///
    /// # Errors
    ///
    /// A program that is not known or not built.
    pub fn command(
        &self,
        contender: &dyn Contender,
        task: Task,
        database: &str,
        work: &Work,
    ) -> Result<Command> {
        let mut command = Command::new(contender.program()?);
        command.env_remove("RUST_BACKTRACE");
        command.args(["child", &value(self.databases.store()), contender.name()]);
        command.args([&value(task), database]);
        // Where a library writes to its working directory, it shall not be ours.
        command.current_dir(self.folder.path());
        match &work.scripts {
            Scripts::Folder(folder) => command.arg("--folder").arg(folder),
            Scripts::Embedded(set) => command.args(["--embedded", &value(*set)]),
        };
        match work.expected {
            Expected::Tables(count) => command.args(["--tables", &count.to_string()]),
            Expected::BulkRows(count) => command.args(["--bulk-rows", &count.to_string()]),
        };
        Ok(command)
    }

    /// Starts a child and waits for its end, as long as a child may work.
    ///
    /// # Errors
    ///
    /// A child that cannot be started or waited for.
    pub fn run(
        &self,
        contender: &dyn Contender,
        task: Task,
        database: &str,
        work: &Work,
    ) -> Result<Outcome> {
        self.run_within(self.limit, contender, task, database, work)
    }

    /// Starts a child and waits for its end, at most `limit`.
    ///
    /// # Errors
    ///
    /// A child that cannot be started or waited for.
    pub fn run_within(
        &self,
        limit: Duration,
        contender: &dyn Contender,
        task: Task,
        database: &str,
        work: &Work,
    ) -> Result<Outcome> {
        Running::start(&mut self.command(contender, task, database, work)?)?.finish(limit)
    }
}

/// A database that holds nothing yet. Its server ends before its folder goes.
#[derive(Debug)]
pub struct Fresh {
    /// The database's path or URL.
    pub database: String,
    /// The server that holds it, if its store has one.
    pub server: Option<Server>,
    /// A folder of its own.
    pub folder: TempDir,
}

/// A value's name on the command line.
fn value<T: ValueEnum>(value: T) -> String {
    value
        .to_possible_value()
        .expect("no value is skipped")
        .get_name()
        .to_string()
}
