//! Verbs: changes of the schema that do nothing where it is so already.
//!
//! What to do is decided by pure functions, a file for each kind of thing; [`calls`] and [`key_calls`] ask the database,
//! have them decide, and carry it out.

mod calls;
mod column;
mod constraint;
mod index;
mod key_calls;
mod rebuild;
mod relation;
#[cfg(test)]
mod tests;

use self::rebuild::Defer;
use super::Db;
use super::error::DbError;
use crate::sql::Dialect;
use crate::sql::lexer::{TokenKind, tokens};
use crate::sql::table::{part, unquoted};
use crate::store::{Relation, RelationKind, TableParts, Value};

/// What a verb has to do.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    /// It is so already.
    Nothing,
    /// These statements; on a database whose definition statements commit by themselves there is one only.
    Run(Vec<String>),
    /// What SQLite's ALTER TABLE cannot.
    Rebuild(Rebuild),
}

/// A table that is made anew, with all its rows.
#[derive(Debug, PartialEq, Eq)]
struct Rebuild {
    /// Statements before it.
    before: Vec<String>,
    /// The statement that makes the new one.
    text: String,
    /// Statements after it.
    after: Vec<String>,
}

/// What to do, or why it must not be done.
type Decided = Result<Decision, String>;

impl Rebuild {
    fn into(text: String) -> Decision {
        Decision::Rebuild(Self {
            before: Vec::new(),
            text,
            after: Vec::new(),
        })
    }
}

impl Db<'_> {
    /// Does to a table what was decided.
    fn carry_out(&mut self, table: &Relation, decided: Decided) -> Result<(), DbError> {
        match decided.map_err(DbError::Impossible)? {
            Decision::Nothing => Ok(()),
            Decision::Run(statements) => self.run_all(&statements),
            Decision::Rebuild(rebuild) => self.rebuild(table, &rebuild),
        }
    }

    /// Runs statements of which all are done or none.
    fn run_all(&mut self, statements: &[String]) -> Result<(), DbError> {
        match statements {
            [only] => self.define(only),
            several => self.savepoint(|db| several.iter().try_for_each(|sql| db.define(sql))),
        }
    }

    fn rebuild(&mut self, table: &Relation, rebuild: &Rebuild) -> Result<(), DbError> {
        rebuild::must_last(table).map_err(DbError::Impossible)?;
        let enforced = self.enforced()?;
        let deferred = self.ask_rows("PRAGMA defer_foreign_keys")?;
        let is_deferred = deferred.into_iter().flatten().next() == Some(Value::Integer(1));
        let defer = match (enforced, is_deferred) {
            (true, false) => Defer::Here,
            (true, true) | (false, _) => Defer::AsItIs,
        };
        let outcome = self.savepoint(|db| db.make_anew(table, rebuild, enforced, defer));
        // No savepoint takes that back.
        let reset = match defer {
            Defer::Here => self.define("PRAGMA defer_foreign_keys = OFF"),
            Defer::AsItIs => Ok(()),
        };
        outcome.and(reset)
    }

    fn make_anew(
        &mut self,
        table: &Relation,
        rebuild: &Rebuild,
        enforced: bool,
        defer: Defer,
    ) -> Result<(), DbError> {
        for sql in &rebuild.before {
            self.define(sql)?;
        }
        let parts = self.parts(table)?;
        let referrers = self.ask(&table.name, |s| s.referrers(table))?;
        if let Some(reason) = rebuild::refusal(table, &parts, &referrers, enforced) {
            return Err(DbError::Impossible(reason));
        }
        for sql in rebuild::statements(table, &parts, rebuild, defer) {
            self.define(&sql)?;
        }
        let orphans = self.parts(table)?.orphans;
        let is_new = |orphan: &&String| !parts.orphans.contains(orphan);
        let more = orphans
            .last()
            .filter(|_| orphans.len() > parts.orphans.len());
        match orphans.iter().find(is_new).or(more) {
            Some(orphan) => Err(DbError::Impossible(orphan.clone())),
            None => Ok(()),
        }
    }

    fn parts(&mut self, table: &Relation) -> Result<TableParts, DbError> {
        let parts = self.ask(&table.name, |s| s.surroundings(table))?;
        Ok(parts.unwrap_or_default())
    }

    /// Whether foreign keys are enforced.
    fn enforced(&mut self) -> Result<bool, DbError> {
        let answer = self.asking()?.foreign_keys();
        self.settled(answer, "PRAGMA foreign_keys")
    }

    /// The definition of a column, or a condition, as it can stand in a statement.
    fn part(&self, text: &str) -> Result<String, DbError> {
        let substitution = self.scope.substitution;
        let (syntax, kept) = (substitution.syntax, crate::sql::render::Values::Kept);
        let rendered = match substitution.render(text, syntax, kept) {
            Ok(rendered) => rendered,
            Err(unknown) => return Err(DbError::Impossible(unknown.name)),
        };
        part(&rendered, syntax)
            .map_err(|reason| DbError::Impossible(format!("{text:?} cannot stand here: {reason}")))
    }
}

/// Nothing but a table can be changed.
fn must_be_table(relation: &Relation) -> Result<(), String> {
    match relation.kind {
        RelationKind::Table | RelationKind::TemporaryTable => Ok(()),
        RelationKind::View | RelationKind::VirtualTable => Err(format!(
            "{} is a {}, and no table",
            relation.name,
            relation.what()
        )),
    }
}

/// Whether two texts say the same in SQL, apart from layout, and from quotes and capital letters of names and words.
fn same_sql(dialect: Dialect, one: &str, other: &str) -> bool {
    let syntax = crate::sql::Syntax::of(dialect, "");
    let words = |text| tokens(text, syntax).filter(|(kind, _)| !kind.is_layout());
    let same = |((kind, one), (other_kind, other)): ((TokenKind, &str), (TokenKind, &str))| {
        let is_name = |kind| matches!(kind, TokenKind::Word | TokenKind::Quoted);
        let same_name = || unquoted(one).eq_ignore_ascii_case(&unquoted(other));
        kind == other_kind && one == other || is_name(kind) && is_name(other_kind) && same_name()
    };
    words(one).count() == words(other).count() && words(one).zip(words(other)).all(same)
}

/// Names as a statement lists them.
fn listed(dialect: Dialect, names: &[impl AsRef<str>]) -> String {
    let quoted = names.iter().map(|name| dialect.quoted(name.as_ref()));
    quoted.collect::<Vec<_>>().join(", ")
}
