//! The floor: what the work itself costs, without an engine.

use crate::contender::{Contender, Event, Source};
use crate::generate::{names_in_order, read_in_order};
use anyhow::{Result, bail};
use rusqlite::Connection;
use upgrades_bench_scripts::Layout;

/// One transaction around every script; a start is open plus one SELECT.
#[derive(Debug)]
pub struct Floor;

/// The floor's start, and the names of the scripts' folder listed and sorted.
#[derive(Debug)]
pub struct FloorListed;

impl Contender for Floor {
    fn name(&self) -> &'static str {
        crate::contender::FLOOR
    }

    fn label(&self) -> &'static str {
        "floor"
    }

    fn layout(&self) -> Layout {
        Layout::Flat
    }

    fn enters(&self, event: Event) -> bool {
        event != Event::Disturbed
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        apply(database, scripts)
    }

    fn start(&self, database: &str, _scripts: Source<'_>) -> Result<()> {
        select(database)
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
        apply(database, scripts)
    }

    fn start(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        let Source::Folder(folder) = scripts else {
            bail!("only a folder has names to list");
        };
        if names_in_order(folder)?.is_empty() {
            bail!("no scripts in {}", folder.display());
        }
        select(database)
    }
}

fn apply(database: &str, scripts: Source<'_>) -> Result<()> {
    let Source::Folder(folder) = scripts else {
        bail!("the floor applies a folder");
    };
    let mut connection = Connection::open(database)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE system_vars (name TEXT PRIMARY KEY, value TEXT NOT NULL);
         INSERT INTO system_vars VALUES ('latest_update_version', '10000_table.sql');",
    )?;
    for script in read_in_order(folder)? {
        transaction.execute_batch(&script?)?;
    }
    transaction.commit()?;
    Ok(())
}

fn select(database: &str) -> Result<()> {
    let connection = Connection::open(database)?;
    let mut statement = connection.prepare("SELECT name, value FROM system_vars")?;
    let values = statement
        .query_map([], |row| row.get(1))?
        .collect::<Result<Vec<String>, _>>()?;
    if values.len() != 1 {
        bail!("{} rows in system_vars instead of one", values.len());
    }
    Ok(())
}
