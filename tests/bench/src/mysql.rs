//! Calls of the asynchronous driver from synchronous code.

use anyhow::Result;
use mysql_async::prelude::{FromRow, Queryable};
use mysql_async::{Conn, Opts};
use std::future::Future;

/// Runs `work` to its end on a runtime of this thread.
///
/// # Errors
///
/// Those of `work`, or a runtime that cannot be made.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// The rows that `query` gives on a connection of its own.
///
/// # Errors
///
/// A URL that does not parse, or the server's.
pub fn rows<R>(url: &str, query: &str) -> Result<Vec<R>>
where
    R: FromRow + Send + 'static,
{
    block_on(async {
        let mut connection = Conn::new(Opts::from_url(url)?).await?;
        let rows = connection.query(query).await?;
        connection.disconnect().await?;
        Ok(rows)
    })
}
