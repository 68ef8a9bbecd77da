//! Which columns a key's clause names, and what it refers to.

use super::{Clause, Item, TableText};

/// What a foreign key refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct References {
    pub(crate) parent: String,
    /// None where it is the parent's primary key.
    pub(crate) columns: Vec<String>,
    /// What happens ON DELETE and ON UPDATE, in upper case; NO ACTION where nothing is said.
    pub(crate) on_delete: String,
    pub(crate) on_update: String,
}

impl TableText<'_> {
    /// The columns that a key of the table names; `None` in a column's own definition.
    pub(crate) fn key_columns(&self, clause: &Clause) -> Option<Vec<String>> {
        let behind_name = match clause.name {
            Some(_) => clause.tokens.start + 2,
            None => clause.tokens.start,
        };
        let open = (behind_name..clause.tokens.end).find(|at| self.is(*at, "("))?;
        let references = self.references_at(clause);
        if references.is_some_and(|references| references < open) {
            return None;
        }
        Some(self.names(open..clause.tokens.end))
    }

    /// The columns of a key: those that it names, or the one whose definition it is part of.
    pub(crate) fn columns_of(&self, item: &Item, clause: &Clause) -> Vec<String> {
        match &item.column {
            Some(column) => vec![column.name.clone()],
            None => self.key_columns(clause).unwrap_or_default(),
        }
    }

    /// What a foreign key refers to; `None`: the clause is something else.
    pub(crate) fn references(&self, clause: &Clause) -> Option<References> {
        let mut parent = self.references_at(clause)? + 1;
        if self.is(parent + 1, ".") {
            parent += 2;
        }
        let columns = match self.is(parent + 1, "(") {
            true => self.names(parent + 1..clause.tokens.end),
            false => Vec::new(),
        };
        Some(References {
            parent: self.name_at(parent),
            columns,
            on_delete: self.action(clause, "delete"),
            on_update: self.action(clause, "update"),
        })
    }

    fn references_at(&self, clause: &Clause) -> Option<usize> {
        let mut all = clause.tokens.clone();
        all.find(|at| self.word(*at).is_some_and(|word| word == "references"))
    }

    fn action(&self, clause: &Clause, event: &str) -> String {
        let mut all = clause.tokens.clone();
        let on = all.find(|at| self.is(*at, "on") && self.is(*at + 1, event));
        let Some(on) = on else {
            return "NO ACTION".to_owned();
        };
        let words = match self.word(on + 2).as_deref() {
            Some("set" | "no") => on + 2..on + 4,
            _ => on + 2..on + 3,
        };
        self.joined(words).to_ascii_uppercase()
    }

    /// The first name of each part of the first parentheses.
    fn names(&self, range: std::ops::Range<usize>) -> Vec<String> {
        let Some(inside) = self.parentheses(range) else {
            return Vec::new();
        };
        let parts = self.parts(inside);
        parts
            .into_iter()
            .map(|part| self.name_at(part.start))
            .collect()
    }
}
