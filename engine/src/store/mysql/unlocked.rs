//! Single transactions without the lock.

use std::time::Duration;

use super::super::{StoreError, Unlocked, Value};
use super::link::Link;
use super::opening::lock_limits;
use super::{Mysql, literal, server};
use crate::store::Statement;

/// A connection of its own, which has no part in the lock.
pub(super) struct UnlockedLink(Link);

impl UnlockedLink {
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub(super) fn open(store: &Mysql, patience: Duration) -> Result<Self, StoreError> {
        let mut link = store.connect(&store.bridge, store.committing())?;
        server::keep_up(&mut link)?;
        for limit in lock_limits(patience) {
            link.run(&format!("SET SESSION {limit}"))?;
        }
        Ok(Self(link))
    }
}

impl Unlocked for UnlockedLink {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        self.0.query(&literal::filled(sql, parameters))
    }

    fn change(&mut self, statements: &[Statement]) -> Result<Vec<u64>, StoreError> {
        self.0.run("START TRANSACTION")?;
        let changed = statements
            .iter()
            .map(|(sql, parameters)| self.0.run(&literal::filled(sql, parameters)));
        let outcome = changed
            .collect::<Result<Vec<u64>, _>>()
            .and_then(|changed| self.0.run("COMMIT").map(|_| changed));
        if outcome.is_err() {
            // The error that counts is the first; a transaction ends with a connection that is lost.
            let _ = self.0.run("ROLLBACK");
        }
        outcome
    }
}
