//! [`Text`]: a script as the review sees it, read statement by statement.

use std::collections::BTreeSet;

use crate::code::Code;
use crate::latch::shorten;
use crate::script::ScriptId;
use crate::sql::classifier::Class;
use crate::sql::facts::{Change, Facts, Name, Uses};
use crate::sql::piece::Piece;
use crate::sql::{Dialect, Position};

/// What the review knows of a script.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) id: ScriptId,
    pub(crate) dialect: Dialect,
    /// It may run again: it says that it may start over, or is repeatable.
    pub(crate) idempotent: bool,
    /// What is allowed in the whole script.
    pub(crate) allowed: Vec<Code>,
    /// Those statements that a rule may be about; what repeats an earlier one is left out.
    pub(crate) statements: Vec<Statement>,
    /// It is in SQL and for any database, and says nothing but comments.
    pub(crate) blank: bool,
}

/// A statement.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) position: Position,
    /// Shortened, as the script has it.
    pub(crate) sql: String,
    pub(crate) class: Class,
    pub(crate) facts: Facts,
    /// What is allowed in it.
    pub(crate) allowed: Vec<Code>,
}

/// More statements of one script are not reviewed.
const MOST: usize = 10_000;

/// Gathers the statements of a script.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    statements: Vec<Statement>,
    rows: BTreeSet<(u8, Name)>,
    used: Uses,
    says_something: bool,
}

impl Reader {
    /// The next statement: as the script has it, and as the database gets it.
    pub(crate) fn take(&mut self, piece: &Piece<'_>, rendered: &str, allowed: Vec<Code>) {
        self.says_something |= !piece.is_empty();
        if self.statements.len() == MOST {
            return;
        }
        let facts = match piece.is_empty() {
            true => Facts::default(),
            false => Facts::read(rendered, piece.class, piece.syntax),
        };
        if allowed.is_empty() && self.says_nothing_new(piece.class, &facts) {
            return;
        }
        self.statements.push(Statement {
            position: piece.position,
            sql: shorten(piece.statement()),
            class: piece.class,
            facts,
            allowed,
        });
    }

    /// A script of a million INSERTs is reviewed as one.
    fn says_nothing_new(&mut self, class: Class, facts: &Facts) -> bool {
        if class.danger.is_some() {
            return false;
        }
        let mut new = false;
        for change in &facts.changes {
            let rows = match change {
                Change::Insert(table) => (0, table),
                Change::Update(table) => (1, table),
                Change::Delete(table) => (2, table),
                _ => return false,
            };
            let kind = rows.0 + if facts.once.is_some() { 4 } else { 0 };
            new |= self.rows.insert((kind, rows.1.clone()));
        }
        for table in &facts.uses.tables {
            new |= self.used.tables.insert(table.clone());
        }
        for column in &facts.uses.columns {
            new |= self.used.columns.insert(column.clone());
        }
        !new
    }

    /// The script, when its end is reached.
    pub(crate) fn finish(
        self,
        id: ScriptId,
        dialect: Dialect,
        idempotent: bool,
        allowed: Vec<Code>,
    ) -> Text {
        Text {
            blank: self.statements.is_empty() && !self.says_something,
            id,
            dialect,
            idempotent,
            allowed,
            statements: self.statements,
        }
    }
}
