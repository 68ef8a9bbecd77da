//! MariaDB's side of it.

use super::Expected;
use crate::generate::BULK_TABLE;
use crate::mysql::block_on;
use anyhow::{Context, Result, ensure};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use upgrades_bench_scripts::table;

/// Tables that one statement reads.
const GROUP: usize = 50;

/// Reads `database` and compares it.
///
/// # Errors
///
/// The first thing that is not as expected.
pub fn verify(database: &str, expected: Expected) -> Result<()> {
    block_on(async {
        let mut connection = Conn::new(Opts::from_url(database)?)
            .await
            .context("cannot connect to the database to verify it")?;
        match expected {
            Expected::Tables(count) => tables(&mut connection, count).await?,
            Expected::BulkRows(count) => {
                let found: Option<u32> = connection
                    .query_first(format!("SELECT count(*) FROM {BULK_TABLE}"))
                    .await?;
                ensure!(found == Some(count), "{found:?} rows instead of {count}");
            }
        }
        connection.disconnect().await?;
        Ok(())
    })
}

async fn tables(connection: &mut Conn, count: u32) -> Result<()> {
    let found: Vec<String> = connection
        .query(
            "SELECT table_name FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name RLIKE '^t[0-9]+$'",
        )
        .await?;
    ensure!(
        found.len() == count as usize,
        "{} tables instead of {count}",
        found.len()
    );
    let numbers: Vec<_> = (1..=count).collect();
    for group in numbers.chunks(GROUP) {
        let selects: Vec<_> = group
            .iter()
            .map(|number| format!("SELECT {number}, count(*), max(id) FROM {}", table(*number)))
            .collect();
        let found: Vec<(u32, u32, Option<u32>)> =
            connection.query(selects.join(" UNION ALL ")).await?;
        for (number, rows, id) in found {
            ensure!(
                (rows, id) == (1, Some(number)),
                "table {} has {rows} rows, the last with id {id:?}",
                table(number)
            );
        }
    }
    Ok(())
}
