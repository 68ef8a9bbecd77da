//! What a session is asked because definition statements commit by themselves.

use std::collections::BTreeSet;

use mysql_async::Column;

use super::super::{Definition, MissingRights, SelfCommitting, StoreError};
use super::session::MysqlSession;
use super::{definition, fitness, literal, rights};
use crate::sql::{Object, Right};

impl SelfCommitting for MysqlSession<'_> {
    fn definition(&mut self, object: &Object) -> Result<Option<Definition>, StoreError> {
        self.aside(|link, schema| definition::show(link, schema, object))
    }

    fn procedure(
        &mut self,
        schema: Option<&str>,
        name: &str,
    ) -> Result<Option<String>, StoreError> {
        self.aside(|link, own| definition::procedure(link, schema.unwrap_or(own), name))
    }

    fn without_transactions(&mut self) -> Result<Vec<String>, StoreError> {
        self.aside(definition::unprotected)
    }

    fn left_behind(&mut self) -> Option<String> {
        let old = self.work.as_ref()?.elsewhere.as_ref()?;
        Some(format!(
            "connection {} of an earlier process, to server {}, cannot be ended from here, and may be at work still",
            old.id, old.server.name
        ))
    }

    fn values(&mut self, expressions: &[String]) -> Result<Vec<String>, StoreError> {
        const ASKED: usize = 4;
        if expressions.is_empty() {
            return Ok(Vec::new());
        }
        let questions: Vec<String> = expressions
            .iter()
            .map(|expression| literal::question(expression))
            .collect();
        self.flush(&[])?;
        let select = format!("SELECT {}", questions.join(", "));
        let rows = self.link.rows(&select)?;
        let Some(row) = rows.into_iter().next() else {
            return Ok(Vec::new());
        };
        let columns: Vec<Column> = row.columns().iter().step_by(ASKED).cloned().collect();
        let values = row.unwrap();
        let answers = columns.iter().zip(values.chunks(ASKED));
        Ok(answers
            .map(|(column, answer)| literal::of_answer(column, answer))
            .collect())
    }

    fn unfit(&mut self, tables: &[String]) -> Result<Option<String>, StoreError> {
        match self.work {
            None => fitness::unfit(&mut self.link, &self.store.schema, tables),
            Some(_) => self.aside(|link, schema| fitness::unfit(link, schema, tables)),
        }
    }

    fn missing_rights(
        &mut self,
        needed: &BTreeSet<Right>,
    ) -> Result<Option<MissingRights>, StoreError> {
        let server = self.work()?.server.clone();
        self.aside(|link, schema| rights::missing(link, schema, &server, needed))
    }

    #[cfg(feature = "backup")]
    fn run_bytes(&mut self, statement: &[u8]) -> Result<(), StoreError> {
        self.flush(&[])?;
        let outcome = self.link.run_bytes(statement);
        self.explained(outcome)
    }
}
