//! [`Unlocked`]: the one way to write for whoever does not hold the lock.

#[cfg(feature = "sqlite")]
use super::Session;
use super::{StoreError, Value};

/// A statement with the values for its `?`.
pub type Statement = (String, Vec<Value>);

/// A connection for rows that no upgrade depends on, such as those of the outbox. It holds nothing between two calls, so
/// that it never keeps an upgrade waiting for longer than a few rows take.
pub trait Unlocked {
    /// The rows of a query.
    ///
    /// # Errors
    /// The database refuses the query.
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError>;

    /// Executes these statements in a transaction of their own, and tells how many rows each has changed. A statement that
    /// decides something is a compare-and-set that changes a row, which also holds between the nodes of a cluster.
    ///
    /// # Errors
    /// The database refuses one of them, or is busy for longer than this connection is patient: nothing is changed then.
    fn change(&mut self, statements: &[Statement]) -> Result<Vec<u64>, StoreError>;
}

/// By a session whose transactions begin as writing ones.
#[cfg(feature = "sqlite")]
pub(super) struct BySession<S>(pub(super) S);

#[cfg(feature = "sqlite")]
impl<S: Session> Unlocked for BySession<S> {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        self.0.query(sql, parameters)
    }

    fn change(&mut self, statements: &[Statement]) -> Result<Vec<u64>, StoreError> {
        self.0.begin()?;
        let changed = statements
            .iter()
            .map(|(sql, parameters)| self.0.execute(sql, parameters));
        let outcome = changed
            .collect::<Result<Vec<u64>, _>>()
            .and_then(|changed| self.0.commit().map(|()| changed));
        if outcome.is_err() {
            // The error that counts is the first.
            let _ = self.0.roll_back();
        }
        outcome
    }
}
