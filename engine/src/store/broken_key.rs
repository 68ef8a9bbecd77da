//! [`BrokenKey`]: a row without the one that it refers to.

/// A row whose parent is missing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BrokenKey {
    /// The table of the row.
    pub table: String,
    /// The row's id, where the table has such.
    pub row: Option<i64>,
    /// The table that the missing parent belongs to.
    pub parent: String,
}

impl std::fmt::Display for BrokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.row {
            Some(row) => write!(
                f,
                "row {row} of {} has no parent in {}",
                self.table, self.parent
            ),
            None => write!(
                f,
                "a row of {} has no parent in {}",
                self.table, self.parent
            ),
        }
    }
}
