//! Sending a session's statements: what waits goes before them, in one message where that can be.

use super::super::StoreError;
use super::session::MysqlSession;

/// A statement that must change one row.
pub(super) struct Waiting {
    pub(super) sql: String,
    pub(super) table: String,
    pub(super) name: String,
}

const BEGIN: &str = "START TRANSACTION";

impl MysqlSession<'_> {
    /// Sends a statement behind all that waits.
    pub(super) fn send(&mut self, sql: &str) -> Result<u64, StoreError> {
        self.flush(&[])?;
        if !std::mem::take(&mut self.begins) {
            return self.link.run(sql);
        }
        let changed = self.link.run_all(&format!("{BEGIN};{sql}"))?;
        Ok(changed.last().copied().unwrap_or_default())
    }

    /// Sends what waits, and begins the transaction that is to begin.
    pub(super) fn flush_all(&mut self) -> Result<(), StoreError> {
        self.flush(&[])?;
        match std::mem::take(&mut self.begins) {
            true => self.link.run(BEGIN).map(drop),
            false => Ok(()),
        }
    }

    /// Sends what waits, and these statements behind it, at once; tells how many rows the latter changed.
    pub(super) fn flush(&mut self, behind: &[String]) -> Result<Vec<u64>, StoreError> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() && behind.is_empty() {
            return Ok(Vec::new());
        }
        let begins = std::mem::take(&mut self.begins).then_some(BEGIN);
        let first = usize::from(begins.is_some());
        let own = waiting.iter().map(|waiting| waiting.sql.as_str());
        let all: Vec<&str> = begins
            .into_iter()
            .chain(own)
            .chain(behind.iter().map(String::as_str))
            .collect();
        let changed = self.link.run_all(&all.join(";"))?;
        let mut changed = changed.into_iter().skip(first);
        for Waiting { table, name, .. } in waiting {
            match changed.next().unwrap_or_default() {
                1 => {}
                count => return Err(StoreError::contradicted(&table, &name, count)),
            }
        }
        Ok(changed.collect())
    }

    /// Counts the rows that a statement has changed. What makes a table anew tells how many it has copied: these are none.
    pub(super) fn count(&mut self, statement: &str, rows: u64) {
        const DEFINES: [&str; 4] = ["alter", "create", "optimize", "analyze"];
        let mut words = statement.split(|c: char| !c.is_ascii_alphabetic());
        let first = words.find(|word| !word.is_empty()).unwrap_or_default();
        if !DEFINES.iter().any(|word| word.eq_ignore_ascii_case(first)) {
            self.touched += rows;
        }
    }
}
