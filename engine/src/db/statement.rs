//! The statements of a program, read once each.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

use super::allowed::{How, how};
use super::error::DbError;
use crate::latch::shorten;
use crate::sql::Dialect;
use crate::sql::classifier::Kind;
use crate::sql::mysql::refused::refused;
use crate::sql::read_only::makes_read_only;
use crate::sql::render::{Substitution, Values};
use crate::sql::splitter::Splitter;

/// A statement as the database gets it.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) sql: Arc<str>,
    pub(super) how: How,
    /// It inserts, updates or deletes rows.
    pub(super) changes_rows: bool,
    /// It leaves something in the session.
    pub(super) changes_session: bool,
}

/// The statements that a program has asked for.
#[derive(Debug, Default)]
pub(super) struct Statements(HashMap<String, Statement>);

/// A program that builds its statements' texts itself may have any number of them.
const MOST: usize = 1000;

impl Statements {
    /// Reads a statement: one, with `#__` replaced.
    ///
    /// # Errors
    /// It is none, or more than one, or not for a program.
    pub(super) fn read(
        &mut self,
        text: &str,
        substitution: &Substitution,
    ) -> Result<Statement, DbError> {
        if let Some(known) = self.0.get(text) {
            return Ok(known.clone());
        }
        let statement = read(text, substitution).map_err(|reason| DbError::Forbidden {
            sql: shorten(text),
            reason,
        })?;
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn read(text: &str, substitution: &Substitution) -> Result<Statement, String> {
    let syntax = substitution.syntax;
    let mut splitter =
        Splitter::new(Cursor::new(text.as_bytes()), syntax).map_err(|error| error.to_string())?;
    let mut found = None;
    while let Some(piece) = splitter.next(&mut ()).map_err(|error| error.to_string())? {
        if piece.is_empty() {
            continue;
        }
        if found.is_some() {
            return Err("it is more than one statement".to_owned());
        }
        let rendered = substitution.render(piece.statement(), piece.syntax, Values::Kept);
        let sql = rendered.map_err(|unknown| unknown.name)?;
        if let (Dialect::Mysql, Some(reason)) = (syntax.dialect, refused(piece.statement())) {
            return Err(reason.to_owned());
        }
        if let Some(reason) = makes_read_only(&piece) {
            return Err(reason.to_owned());
        }
        found = Some(Statement {
            sql: sql.as_ref().into(),
            how: how(syntax.dialect, piece.class.kind)?,
            changes_rows: piece.class.sets_changes,
            changes_session: matches!(
                piece.class.kind,
                Kind::SessionPragma
                    | Kind::Setting
                    | Kind::TempTable
                    | Kind::TempDefinition
                    | Kind::Call
            ) || piece.class.sets_variables,
        });
    }
    found.ok_or_else(|| "there is no statement in it".to_owned())
}
