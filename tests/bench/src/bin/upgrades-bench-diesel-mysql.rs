//! diesel_migrations on MariaDB: a folder for each script, a transaction for each script with its
//! record, which MariaDB commits at the script's first definition statement.
//!
//! It is a program of its own because loading MariaDB's C library, and what that needs, takes a
//! millisecond: a quarter of the other contenders' start with nothing to do.

use anyhow::{Result, anyhow};
use diesel::mysql::{Mysql, MysqlConnection};
use diesel::{Connection, migration::MigrationSource};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use upgrades_bench::contender::{Embedded, Source};
use upgrades_bench_scripts as embedded;

fn main() -> Result<()> {
    upgrades_bench::main(Some(upgrade))
}

fn upgrade(database: &str, scripts: Source<'_>) -> Result<()> {
    let mut connection = MysqlConnection::establish(database)?;
    match scripts {
        Source::Folder(folder) => run(&mut connection, FileBasedMigrations::from_path(folder)?),
        Source::Embedded(Embedded::Thousand) => run(&mut connection, embedded::DIESEL_1000),
        Source::Embedded(Embedded::TenThousand) => run(&mut connection, embedded::DIESEL_10000),
    }
}

fn run(connection: &mut MysqlConnection, source: impl MigrationSource<Mysql>) -> Result<()> {
    connection
        .run_pending_migrations(source)
        .map_err(|error| anyhow!(error))?;
    Ok(())
}
