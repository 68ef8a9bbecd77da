//! Reading the text of a CREATE TABLE.

use std::ops::Range;

use super::{Clause, ColumnText, Item, TableText, Token, What, unquoted};
use crate::sql::lexer::{TokenKind, tokens};
use crate::sql::{Dialect, Syntax};

/// Where a clause stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Column,
    Table,
}

impl<'t> TableText<'t> {
    /// Reads the text of a CREATE TABLE; `None`: it is something else, such as a virtual table.
    pub(crate) fn read(text: &'t str, syntax: Syntax) -> Option<Self> {
        let mut end = 0;
        let all = tokens(text, syntax).map(|(kind, token)| {
            let start = end;
            end += token.len();
            Token {
                kind,
                span: start..end,
            }
        });
        let tokens = all.filter(|token| !token.kind.is_layout()).collect();
        let mut table = Self {
            text,
            dialect: syntax.dialect,
            tokens,
            name: String::new(),
            items: Vec::new(),
            options: 0..0,
        };
        let open = table.head()?;
        table.name = unquoted(table.token(open - 1));
        let inside = table.parentheses(open..table.tokens.len())?;
        table.options = inside.end + 1..table.tokens.len();
        let parts = table.parts(inside);
        if parts.iter().any(Range::is_empty) {
            return None;
        }
        table.items = parts.into_iter().map(|part| table.item(part)).collect();
        Some(table)
    }

    /// The parenthesis behind the name.
    fn head(&self) -> Option<usize> {
        let mut at = 0;
        let mut takes = |table: &Self, word: &str| {
            let is_it = table.is(at, word);
            at += usize::from(is_it);
            is_it
        };
        if !takes(self, "create") {
            return None;
        }
        let _ = takes(self, "temp") || takes(self, "temporary");
        if !takes(self, "table") {
            return None;
        }
        if takes(self, "if") {
            let _ = takes(self, "not") && takes(self, "exists");
        }
        at += 1;
        if self.is(at, ".") {
            at += 2;
        }
        self.is(at, "(").then_some(at)
    }

    fn item(&self, tokens: Range<usize>) -> Item {
        let first = tokens.start;
        if self.begins_constraint(first) {
            let clauses = self.clauses(tokens.clone(), Place::Table);
            return Item {
                tokens,
                column: None,
                clauses,
            };
        }
        let clauses = self.clauses(first + 1..tokens.end, Place::Column);
        let type_end = clauses.first().map_or(tokens.end, |c| c.tokens.start);
        let type_start = (first + 1).min(type_end);
        Item {
            column: Some(ColumnText {
                name: self.name_at(first),
                type_name: self.joined(type_start..type_end),
            }),
            tokens,
            clauses,
        }
    }

    /// Whether an item is no column.
    fn begins_constraint(&self, at: usize) -> bool {
        let Some(word) = self.word(at) else {
            return false;
        };
        match (word.as_str(), self.dialect) {
            ("constraint" | "primary" | "unique" | "check" | "foreign", _) => true,
            ("key" | "index" | "fulltext" | "spatial" | "period" | "vector", Dialect::Mysql) => {
                true
            }
            (_, _) => false,
        }
    }

    fn clauses(&self, range: Range<usize>, place: Place) -> Vec<Clause> {
        let (mut starts, mut depth) = (Vec::new(), 0);
        for at in range.clone() {
            match self.token(at) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ if depth == 0 && self.begins_clause(at, range.start, place) => starts.push(at),
                _ => {}
            }
        }
        let ends = starts.iter().skip(1).copied().chain([range.end]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| self.clause(*start..end))
            .collect()
    }

    fn begins_clause(&self, at: usize, first: usize, place: Place) -> bool {
        let before = |distance: usize| {
            let at = at.checked_sub(distance).filter(|at| *at >= first);
            at.and_then(|at| self.word(at)).unwrap_or_default()
        };
        // The value of a default and a constraint's name may be any word; the clause behind a name belongs to it.
        if ["default", "constraint"].contains(&before(1).as_str()) && before(2) != "set"
            || before(2) == "constraint"
        {
            return false;
        }
        let in_column = place == Place::Column;
        let mysql = self.dialect == Dialect::Mysql;
        if self.tokens[at].kind == TokenKind::Mark {
            return mysql;
        }
        let Some(word) = self.word(at) else {
            return false;
        };
        match word.as_str() {
            "constraint" | "primary" | "unique" | "check" | "foreign" => true,
            "not" => self.word(at + 1).is_some_and(|next| next == "null"),
            "null" => !["not", "set"].contains(&before(1).as_str()),
            "default" => before(1) != "set",
            "collate" | "references" | "generated" => in_column,
            "as" => in_column && before(1) != "always",
            "comment" | "auto_increment" | "invisible" | "visible" | "on" | "character" => {
                in_column && mysql
            }
            _ => false,
        }
    }

    fn clause(&self, tokens: Range<usize>) -> Clause {
        let named = self.is(tokens.start, "constraint") && self.word(tokens.start).is_some();
        let (name, first) = match named {
            // MySQL lets the name away.
            true if self.begins_constraint(tokens.start + 1) => (None, tokens.start + 1),
            true => (Some(self.name_at(tokens.start + 1)), tokens.start + 2),
            false => (None, tokens.start),
        };
        let word = (first < tokens.end).then(|| self.word(first)).flatten();
        let what = match word.as_deref().unwrap_or_default() {
            "primary" => What::PrimaryKey,
            "not" => What::NotNull,
            "null" => What::Null,
            "unique" => What::Unique,
            "check" => What::Check,
            "default" => What::Default,
            "collate" => What::Collate,
            "references" | "foreign" => What::ForeignKey,
            "generated" | "as" => What::Generated,
            _ => What::Other,
        };
        Clause { tokens, name, what }
    }
}
