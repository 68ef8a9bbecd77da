//! The floors: what the work itself costs, without an engine.

use crate::contender::{Contender, Event, FLOOR, Source};
use crate::generate::names_in_order;
use crate::mysql::block_on;
use anyhow::{Context, Result, bail, ensure};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use upgrades_bench_scripts::Layout;

/// Every script in one stream to the `mariadb` client; a start is connect plus one SELECT.
#[derive(Debug)]
pub struct Floor;

/// A script and its row in a journal, both in one message and, but for the script's definition
/// statements, in one transaction.
#[derive(Debug)]
pub struct FloorJournal;

/// The floor's start, and the names of the scripts' folder listed and sorted.
#[derive(Debug)]
pub struct FloorListed;

impl Contender for Floor {
    fn name(&self) -> &'static str {
        FLOOR
    }

    fn label(&self) -> &'static str {
        "floor [^floor]"
    }

    fn layout(&self) -> Layout {
        Layout::Flat
    }

    fn enters(&self, event: Event) -> bool {
        event != Event::Disturbed
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        feed_client(database, folder_of(scripts)?)
    }

    fn start(&self, database: &str, _scripts: Source<'_>) -> Result<()> {
        select(database)
    }
}

impl Contender for FloorJournal {
    fn name(&self) -> &'static str {
        "floor-journal"
    }

    fn label(&self) -> &'static str {
        "floor, journal row per script [^journal]"
    }

    fn layout(&self) -> Layout {
        Layout::Flat
    }

    fn enters(&self, event: Event) -> bool {
        event == Event::Apply
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        journaled(database, folder_of(scripts)?)
    }
}

impl Contender for FloorListed {
    fn name(&self) -> &'static str {
        "floor-listed"
    }

    fn label(&self) -> &'static str {
        "floor, names listed"
    }

    fn layout(&self) -> Layout {
        Layout::Flat
    }

    fn enters(&self, event: Event) -> bool {
        event == Event::IdleFolder
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        feed_client(database, folder_of(scripts)?)
    }

    fn start(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        let folder = folder_of(scripts)?;
        ensure!(
            !names_in_order(folder)?.is_empty(),
            "no scripts in {}",
            folder.display()
        );
        select(database)
    }
}

fn folder_of(scripts: Source<'_>) -> Result<&Path> {
    match scripts {
        Source::Folder(folder) => Ok(folder),
        Source::Embedded(_) => bail!("the floor takes a folder"),
    }
}

fn feed_client(database: &str, folder: &Path) -> Result<()> {
    let options = Opts::from_url(database)?;
    let mut client = Command::new("mariadb")
        .args(["--no-defaults", "--protocol=TCP", "--user=root"])
        .arg(format!("--host={}", options.ip_or_hostname()))
        .arg(format!("--port={}", options.tcp_port()))
        .arg(options.db_name().context("a URL with a database")?)
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot start the mariadb client")?;
    let mut stdin = client.stdin.take().context("a client that is written to")?;
    stdin.write_all(
        b"CREATE TABLE system_vars (name VARCHAR(100) PRIMARY KEY, value TEXT NOT NULL);\n\
          INSERT INTO system_vars VALUES ('latest_update_version', '10000_table.sql');\n",
    )?;
    for path in names_in_order(folder)? {
        io::copy(&mut File::open(path)?, &mut stdin)?;
    }
    drop(stdin);
    let status = client.wait()?;
    ensure!(status.success(), "the mariadb client ended with {status}");
    Ok(())
}

fn journaled(database: &str, folder: &Path) -> Result<()> {
    block_on(async {
        let mut connection = Conn::new(options(database)?).await?;
        connection
            .query_drop("CREATE TABLE journal (name VARCHAR(100) PRIMARY KEY); SET autocommit = 0")
            .await?;
        for path in names_in_order(folder)? {
            let text = fs::read_to_string(&path)?;
            let name = path.file_name().context("a file's name")?.display();
            connection
                .query_drop(format!(
                    "{text}INSERT INTO journal VALUES ('{name}'); COMMIT"
                ))
                .await?;
        }
        connection.disconnect().await?;
        Ok(())
    })
}

fn select(database: &str) -> Result<()> {
    block_on(async {
        let mut connection = Conn::new(options(database)?).await?;
        let values: Vec<String> = connection.query("SELECT value FROM system_vars").await?;
        ensure!(
            values.len() == 1,
            "{} rows in system_vars instead of one",
            values.len()
        );
        connection.disconnect().await?;
        Ok(())
    })
}

/// The driver asks for what it is not told here: a query more.
fn options(database: &str) -> Result<OptsBuilder> {
    Ok(OptsBuilder::from_opts(Opts::from_url(database)?)
        .max_allowed_packet(Some(16 << 20))
        .wait_timeout(Some(28_800)))
}
