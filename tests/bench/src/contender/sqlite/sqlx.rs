//! sqlx: a `Migrator` on one connection.

use crate::contender::{Contender, Embedded, Event, Source};
use anyhow::Result;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use upgrades_bench_scripts as embedded;
use upgrades_bench_scripts::Layout;

/// sqlx's migrator with its defaults.
#[derive(Debug)]
pub struct Sqlx;

impl Contender for Sqlx {
    fn name(&self) -> &'static str {
        "sqlx"
    }

    fn label(&self) -> &'static str {
        "sqlx"
    }

    fn layout(&self) -> Layout {
        Layout::Sqlx
    }

    fn enters(&self, _event: Event) -> bool {
        true
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(async {
            let mut connection = SqliteConnectOptions::new()
                .filename(database)
                .create_if_missing(true)
                .connect()
                .await?;
            match scripts {
                Source::Folder(folder) => run(&Migrator::new(folder).await?, &mut connection).await,
                Source::Embedded(Embedded::Thousand) => {
                    run(&embedded::SQLX_1000, &mut connection).await
                }
                Source::Embedded(Embedded::TenThousand) => {
                    run(&embedded::SQLX_10000, &mut connection).await
                }
            }?;
            connection.close().await?;
            Ok(())
        })
    }
}

async fn run(migrator: &Migrator, connection: &mut SqliteConnection) -> Result<()> {
    Ok(migrator.run(connection).await?)
}
