//! sqlx: a `Migrator` on one connection. Its lock, `GET_LOCK` with a time-out of -1, is refused by
//! MariaDB with NULL and a warning, which sqlx does not read: it works without a lock.

use crate::contender::{Contender, Embedded, Event, Source};
use crate::mysql::block_on;
use anyhow::Result;
use sqlx::migrate::Migrator;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
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
        "sqlx [^lock]"
    }

    fn layout(&self) -> Layout {
        Layout::Sqlx
    }

    fn enters(&self, _event: Event) -> bool {
        true
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        block_on(async {
            let options: MySqlConnectOptions = database.parse()?;
            let mut connection = options.connect().await?;
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

async fn run(migrator: &Migrator, connection: &mut MySqlConnection) -> Result<()> {
    Ok(migrator.run(connection).await?)
}
