//! Nothing gets out of a schema aside: its programs' statements are read before they are sent, and what was copied into it
//! before anything runs.

use super::super::super::{Fault, StoreError, as_texts};
use super::super::link::Link;
use super::super::literal::text;
use super::super::session::MysqlSession;
use super::names;
use crate::aside::confines::beyond;
use crate::sql::classifier::classify;
use crate::sql::mysql::beyond::{Neighbours, beyond_body, is_far};
use crate::sql::{Dialect, Syntax};

/// The other schemas that the user can see. The one that only describes what is there is none.
pub(super) fn neighbours(link: &mut Link, own: &str) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA \
         WHERE SCHEMA_NAME NOT IN ('information_schema', {})",
        text(own)
    );
    names(link, &sql)
}

impl MysqlSession<'_> {
    /// Refuses a statement of a program in a schema aside that would reach beyond it; anywhere else, none. A program says the
    /// same statement for many rows, which is read once.
    pub(in super::super) fn must_stay(&mut self, statement: &str) -> Result<(), StoreError> {
        let Some(neighbours) = &self.store.neighbours else {
            return Ok(());
        };
        if self.stayed == statement {
            return Ok(());
        }
        let mode = self.store.sql_mode.as_deref().unwrap_or_default();
        let syntax = Syntax::of(Dialect::Mysql, mode);
        match beyond(statement, classify(statement, syntax), syntax, neighbours) {
            None => {
                self.stayed.clear();
                self.stayed.push_str(statement);
                Ok(())
            }
            Some(what) => Err(StoreError::new(
                Fault::Refused,
                format!(
                    "the statement reaches beyond its database, which nothing may in a copy: it {what}"
                ),
            )),
        }
    }
}

/// Kind, name, SQL_MODE and body of all that runs when something else does. A routine in another language is one that can do
/// anything.
const BODIES: [&str; 4] = [
    "SELECT 'view', TABLE_NAME, '', VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA",
    "SELECT 'trigger', TRIGGER_NAME, SQL_MODE, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA",
    "SELECT LOWER(ROUTINE_TYPE), ROUTINE_NAME, SQL_MODE, IF(ROUTINE_BODY = 'EXTERNAL', 'EXECUTE IMMEDIATE CONCAT(1)', ROUTINE_DEFINITION) \
     FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA",
    "SELECT 'event', EVENT_NAME, SQL_MODE, EVENT_DEFINITION FROM information_schema.EVENTS WHERE EVENT_SCHEMA",
];

/// What in a schema would reach beyond it as soon as it is used, in words.
pub(super) fn reaching_out(
    link: &mut Link,
    schema: &str,
    neighbours: &Neighbours,
) -> Result<Vec<String>, StoreError> {
    let place = text(schema);
    let mut found = Vec::new();
    for bodies in BODIES {
        for [kind, name, mode, body] in rows(link, &format!("{bodies} = {place}"))? {
            if let Some(what) = beyond_body(&body, Syntax::mysql(&mode), neighbours) {
                found.push(format!("the {kind} {name} {what}"));
            }
        }
    }
    let engines = "SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE ENGINE IS NOT NULL AND TABLE_SCHEMA";
    for [table, engine] in rows(link, &format!("{engines} = {place}"))? {
        if is_far(&engine) {
            found.push(format!(
                "the table {table} has its rows elsewhere ({engine})"
            ));
        }
    }
    let keys = format!(
        "SELECT DISTINCT TABLE_NAME, REFERENCED_TABLE_SCHEMA FROM information_schema.KEY_COLUMN_USAGE \
         WHERE TABLE_SCHEMA = {place} AND REFERENCED_TABLE_SCHEMA <> TABLE_SCHEMA"
    );
    for [table, other] in rows(link, &keys)? {
        found.push(format!(
            "the table {table} has a foreign key into the database {other}"
        ));
    }
    Ok(found)
}

/// Rows of so many texts; NULL is an empty one.
fn rows<const COLUMNS: usize>(
    link: &mut Link,
    sql: &str,
) -> Result<Vec<[String; COLUMNS]>, StoreError> {
    Ok(as_texts(link.query(sql)?))
}
