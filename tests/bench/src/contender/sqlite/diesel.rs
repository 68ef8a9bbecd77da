//! diesel_migrations: a folder for each script, a transaction for each script with its record.

use crate::contender::{Contender, Embedded, Event, Source};
use anyhow::{Result, anyhow};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{Connection, migration::MigrationSource};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use upgrades_bench_scripts as embedded;
use upgrades_bench_scripts::Layout;

/// diesel's migration harness with its defaults.
#[derive(Debug)]
pub struct Diesel;

impl Contender for Diesel {
    fn name(&self) -> &'static str {
        "diesel"
    }

    fn label(&self) -> &'static str {
        "diesel_migrations"
    }

    fn layout(&self) -> Layout {
        Layout::Diesel
    }

    fn enters(&self, _event: Event) -> bool {
        true
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        let mut connection = SqliteConnection::establish(database)?;
        match scripts {
            Source::Folder(folder) => run(&mut connection, FileBasedMigrations::from_path(folder)?),
            Source::Embedded(Embedded::Thousand) => run(&mut connection, embedded::DIESEL_1000),
            Source::Embedded(Embedded::TenThousand) => run(&mut connection, embedded::DIESEL_10000),
        }
    }
}

fn run(connection: &mut SqliteConnection, source: impl MigrationSource<Sqlite>) -> Result<()> {
    connection
        .run_pending_migrations(source)
        .map_err(|error| anyhow!(error))?;
    Ok(())
}
