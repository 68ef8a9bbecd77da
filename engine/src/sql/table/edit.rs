//! The text of a CREATE TABLE with one thing changed.

use std::ops::Range;

use super::{Clause, Item, TableText};

impl TableText<'_> {
    /// With one more column, behind the others.
    pub(crate) fn with_column(&self, definition: &str) -> String {
        let mut columns = self.items.iter().filter(|item| item.column.is_some());
        self.with_item(columns.next_back(), definition)
    }

    /// With one more constraint, behind all others.
    pub(crate) fn with_constraint(&self, constraint: &str) -> String {
        self.with_item(self.items.last(), constraint)
    }

    fn with_item(&self, behind: Option<&Item>, new: &str) -> String {
        let Some(item) = behind else {
            return self.text.to_owned();
        };
        let at = self.span(item.tokens.clone()).end;
        format!("{}, {new}{}", &self.text[..at], &self.text[at..])
    }

    /// Without these clauses of one item, which goes as well where it is no column and nothing is left of it.
    pub(crate) fn without(&self, item: &Item, clauses: &[&Clause]) -> String {
        let mut gone: Vec<Range<usize>> = Vec::new();
        if item.column.is_none() && clauses.len() == item.clauses.len() {
            // A table begins with a column, so that a comma stands before everything else.
            gone.push(self.span(item.tokens.start - 1..item.tokens.start));
        }
        gone.extend(
            clauses
                .iter()
                .map(|clause| self.span(clause.tokens.clone())),
        );
        self.cut(&gone)
    }

    /// With another definition of a column, whose constraints stay.
    pub(crate) fn with_definition(&self, item: &Item, definition: &str) -> String {
        let whole = self.span(item.tokens.clone());
        let name = self.span(item.tokens.start..item.tokens.start + 1);
        let kept = item
            .clauses
            .iter()
            .filter(|clause| clause.what.is_constraint());
        let kept = kept.map(|clause| &self.text[self.span(clause.tokens.clone())]);
        let parts: Vec<&str> = [&self.text[name], definition]
            .into_iter()
            .chain(kept)
            .collect();
        format!(
            "{}{}{}",
            &self.text[..whole.start],
            parts.join(" "),
            &self.text[whole.end..]
        )
    }

    /// The text that some clauses of an item have.
    pub(crate) fn text_of(&self, clause: &Clause) -> &str {
        &self.text[self.span(clause.tokens.clone())]
    }

    /// Where some tokens stand.
    fn span(&self, tokens: Range<usize>) -> Range<usize> {
        match self.tokens.get(tokens.clone()) {
            Some([first, .., last]) => first.span.start..last.span.end,
            Some([only]) => only.span.clone(),
            Some([]) | None => 0..0,
        }
    }

    fn cut(&self, gone: &[Range<usize>]) -> String {
        let mut text = String::with_capacity(self.text.len());
        let mut from = 0;
        for range in gone {
            text.push_str(&self.text[from..range.start]);
            from = range.end;
        }
        text + &self.text[from..]
    }
}
