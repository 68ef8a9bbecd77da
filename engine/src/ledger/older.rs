//! Tables that an older engine has made.

use super::LedgerError;
use super::book::Book;
use crate::store::Session;

impl Book {
    /// The statements that bring the tables of an older engine to what this one needs. One that a process has died behind
    /// is not among them.
    pub(super) fn lacking(
        &self,
        session: &mut dyn Session,
        schema: u32,
    ) -> Result<Vec<String>, LedgerError> {
        let mut lacking = Vec::new();
        for added in self.tables.added() {
            let relation = session
                .structure()
                .relation(&added.table)
                .map_err(LedgerError::read)?;
            let lacks = relation.is_some_and(|table| {
                let mut columns = table.columns.iter();
                !columns.any(|column| column.name == added.column)
            });
            if added.since > schema && lacks {
                lacking.push(added.statement);
            }
        }
        Ok(lacking)
    }
}
