//! `-- upgrade: batch = TABLE by KEY, ROWS` before a statement of SQL: it runs in chunks, `${batch}` in it being the
//! condition for the rows of one.

use crate::db::Batch;
use crate::directive;
use crate::sql::Syntax;
use crate::sql::classifier::{Class, Kind};
use crate::sql::lexer::{self, TokenKind};
use crate::sql::piece::Piece;

/// The name of the directive, and of the placeholder that its statement has.
pub(crate) const BATCH: &str = "batch";

/// Whether a directive is about the statement behind it.
pub(crate) fn is_batch(directive: &str) -> bool {
    let name = directive.split_once('=').map(|(name, _)| name.trim());
    name == Some(BATCH)
}

/// The chunks that a statement says it runs in; `None`: it says nothing.
///
/// # Errors
/// What it says and why that cannot be followed.
pub(crate) fn of_piece(piece: &Piece<'_>) -> Option<Result<Batch, (String, String)>> {
    let before = &piece.text[..piece.start];
    if !before.contains(BATCH) {
        return None;
    }
    let mut said = comments(before, piece.syntax).filter(|directive| is_batch(directive));
    let first = said.next()?;
    let read = match said.next() {
        Some(_) => Err("it is said twice".to_owned()),
        None => read(first).and_then(|batch| fits(piece).map(|()| batch)),
    };
    Some(read.map_err(|reason| (first.to_owned(), reason)))
}

fn comments(text: &str, syntax: Syntax) -> impl Iterator<Item = &str> {
    lexer::tokens(text, syntax)
        .filter(|(kind, _)| *kind == TokenKind::LineComment)
        .filter_map(|(_, comment)| directive::text_of(comment))
}

fn read(directive: &str) -> Result<Batch, String> {
    let form = || "write it as in batch = products by id, 5000".to_owned();
    let (_, said) = directive.split_once('=').ok_or_else(form)?;
    let (table, rest) = said.trim().split_once(" by ").ok_or_else(form)?;
    let (key, rows) = rest.rsplit_once(',').ok_or_else(form)?;
    let rows: usize = rows.trim().parse().map_err(|_| form())?;
    let key: Vec<&str> = key.split(',').map(str::trim).collect();
    if rows == 0 || table.trim().is_empty() || key.iter().any(|column| column.is_empty()) {
        return Err(form());
    }
    Ok(Batch::over(table.trim()).by(key).rows(rows))
}

fn fits(piece: &Piece<'_>) -> Result<(), String> {
    let Class {
        kind, sets_changes, ..
    } = piece.class;
    if kind != Kind::Ordinary || !sets_changes {
        return Err("it is for a statement that inserts, updates or deletes rows".to_owned());
    }
    let mut tokens = lexer::tokens(piece.statement(), piece.syntax);
    match tokens.any(|(kind, token)| kind == TokenKind::Placeholder && token == "${batch}") {
        true => Ok(()),
        false => Err(
            "the statement has no ${batch}, which is where the condition for the rows of a chunk goes: \
             UPDATE products SET ... WHERE ${batch}"
                .to_owned(),
        ),
    }
}
