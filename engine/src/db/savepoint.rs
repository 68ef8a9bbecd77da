//! Points that a program can go back to.

use super::Db;
use super::error::DbError;
use crate::deeds::Deeds;

/// A point that was marked, and what was done before it.
#[derive(Debug)]
pub(crate) struct Mark {
    name: String,
    before: Deeds,
}

impl Db<'_> {
    /// Does something that is taken back when it fails, and only that.
    ///
    /// # Errors
    /// What `work` returns; or the database refuses.
    pub fn savepoint<T, E: From<DbError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let mark = self.mark()?;
        match work(self) {
            Ok(value) => {
                self.release(mark)?;
                Ok(value)
            }
            Err(error) => {
                self.take_back(mark)?;
                Err(error)
            }
        }
    }

    pub(crate) fn mark(&mut self) -> Result<Mark, DbError> {
        self.must_go_on()?;
        self.open()?;
        let name = format!("upgrades_{}", self.savepoints + 1);
        self.bare(&format!("SAVEPOINT {name}"))?;
        self.savepoints += 1;
        Ok(Mark {
            name,
            before: self.deeds.clone(),
        })
    }

    pub(crate) fn release(&mut self, mark: Mark) -> Result<(), DbError> {
        self.savepoints -= 1;
        self.bare(&format!("RELEASE SAVEPOINT {}", mark.name))
    }

    /// Takes back what was done since.
    pub(crate) fn take_back(&mut self, mark: Mark) -> Result<(), DbError> {
        self.savepoints -= 1;
        if self.halted.is_some() {
            // The whole transaction is about to be.
            return Ok(());
        }
        self.bare(&format!("ROLLBACK TO SAVEPOINT {}", mark.name))?;
        self.bare(&format!("RELEASE SAVEPOINT {}", mark.name))?;
        self.deeds = mark.before;
        Ok(())
    }

    fn bare(&mut self, sql: &str) -> Result<(), DbError> {
        let outcome = self.session.run(sql);
        self.settled(outcome, sql)
    }
}
