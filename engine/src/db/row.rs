//! [`Row`] and [`Rows`]: what a query of a program returns.

use std::sync::Arc;

use super::error::DbError;
use super::spill::Spill;
use super::value::FromValue;
use crate::store::Value;

/// A row of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(names: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { names, values }
    }

    /// The value of a column.
    ///
    /// # Errors
    /// There is no such column, or its value is of another type. NULL is read as [`Option`] only.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, DbError> {
        let Some(value) = self.value(column) else {
            return Err(DbError::NoColumn {
                column: column.to_owned(),
                columns: self.names.join(", "),
            });
        };
        T::from_value(value.clone()).ok_or_else(|| DbError::Type {
            column: column.to_owned(),
            expected: T::WHAT,
            found: value.kind(),
        })
    }

    /// The value of a column; `None`: there is no such column.
    pub fn value(&self, column: &str) -> Option<&Value> {
        let at = self.names.iter().position(|name| name == column)?;
        self.values.get(at)
    }

    /// The names of the columns, in their order.
    pub fn columns(&self) -> &[String] {
        &self.names
    }

    /// The values, in the order of the columns.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

/// The rows of a query, as they were when it was asked. What does not fit into a few megabytes waits in a temporary
/// file, so that the database can be changed while they are gone through.
#[derive(Debug)]
pub struct Rows {
    pub(super) names: Arc<[String]>,
    pub(super) values: Spill,
}

impl Rows {
    /// The names of the columns, in their order.
    pub fn columns(&self) -> &[String] {
        &self.names
    }
}

impl Iterator for Rows {
    type Item = Result<Row, DbError>;

    fn next(&mut self) -> Option<Self::Item> {
        let values = self.values.next()?;
        let names = self.names.clone();
        Some(
            values
                .map(|values| Row::new(names, values))
                .map_err(DbError::Spill),
        )
    }
}
