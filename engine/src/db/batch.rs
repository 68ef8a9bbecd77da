//! [`Batch`]: a long change of data in chunks, each committed with the place that it has come to.

use std::time::Duration;

/// A way through a table, from the smallest key to the largest that is there when it begins.
///
/// Each chunk is a transaction that ends with its place in the journal: a run that was killed or has failed goes on
/// behind the last chunk, so that each row is taken exactly once. The key must be unique and never NULL, and stay as it
/// is. Rows that come in behind the largest key while the batch runs are not part of it.
#[derive(Debug, Clone)]
pub struct Batch {
    pub(super) name: Option<String>,
    pub(super) table: String,
    pub(super) key: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) filter: Option<String>,
    pub(super) rows: usize,
    pub(super) time: Option<Duration>,
    pub(super) pause: Duration,
    pub(super) max_lag: Option<Duration>,
}

/// How many rows a chunk has, unless told.
const ROWS: usize = 1000;

impl Batch {
    /// Through a table by its primary key, 1,000 rows a chunk, all columns of each.
    pub fn over(table: impl Into<String>) -> Self {
        Self {
            name: None,
            table: table.into(),
            key: Vec::new(),
            columns: Vec::new(),
            filter: None,
            rows: ROWS,
            time: None,
            pause: Duration::ZERO,
            max_lag: None,
        }
    }

    /// What the journal calls it; the table's name unless told. A script's batches have names of their own.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The columns to go by, in this order: together they are unique, and none is ever NULL.
    pub fn by<N: Into<String>>(mut self, key: impl IntoIterator<Item = N>) -> Self {
        self.key = key.into_iter().map(Into::into).collect();
        self
    }

    /// The columns that the rows have, beside the key.
    pub fn columns<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.columns = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Only rows of this condition, in SQL.
    pub fn filter(mut self, condition: impl Into<String>) -> Self {
        self.filter = Some(condition.into());
        self
    }

    /// The most rows that a chunk has.
    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = rows.max(1);
        self
    }

    /// How long a chunk is to take: chunks get fewer rows while they take longer.
    pub fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// How long to wait between chunks, so that others get their turn.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// How far behind the replicas may be that are configured, in whole seconds; otherwise the batch waits before its next
    /// chunk. As configured unless told.
    pub fn max_lag(mut self, longest: Duration) -> Self {
        self.max_lag = Some(longest);
        self
    }
}
