//! What the project's own tests look at: the splitter by itself.

use crate::Position;
use crate::sql::facts::Facts;
use crate::sql::mysql::{definition, routine, session};
use crate::sql::splitter::{SplitError, Splitter, without_mark};
use crate::sql::{Dialect, Syntax};

/// The statements of a script, each with its place, as they would be sent one by one.
///
/// # Errors
/// Why the script cannot be split.
pub fn split(
    text: &[u8],
    dialect: Dialect,
    sql_mode: &str,
) -> Result<Vec<(String, Position)>, String> {
    let pieces =
        pieces(text, Syntax::of(dialect, sql_mode), usize::MAX).map_err(|e| crate::chain(&e))?;
    let statements = pieces.into_iter().filter(|piece| !piece.is_empty);
    Ok(statements
        .map(|piece| (piece.statement, piece.position))
        .collect())
}

/// Checks what must hold for any text whatever: it is split without a panic, the pieces joined are the text, and the
/// size of the reads does not matter.
///
/// # Panics
/// It does not hold.
pub fn check(text: &[u8], dialect: Dialect, sql_mode: &str) {
    let syntax = Syntax::of(dialect, sql_mode);
    let whole = pieces(text, syntax, usize::MAX).map_err(|error| error.to_string());
    for chunk in [1, 7, 64] {
        let parts = pieces(text, syntax, chunk).map_err(|error| error.to_string());
        assert_eq!(parts, whole, "read {chunk} bytes at once");
    }
    let Ok(whole) = whole else { return };
    let joined: String = whole.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(joined.as_bytes(), without_mark(text));
    for piece in &whole {
        let _ = Facts::read(&piece.statement, piece.class, syntax);
        if dialect == Dialect::Mysql {
            read(&piece.statement, syntax);
        }
    }
}

/// Everything that is read from a statement for MySQL is read without a panic.
fn read(statement: &str, syntax: Syntax) {
    let _ = definition::read(statement, syntax);
    let _ = definition::called(statement, syntax);
    let _ = definition::temporary_table(statement, syntax);
    definition::words(statement, syntax).for_each(drop);
    routine::body_kinds(statement, syntax).for_each(drop);
    let _ = session::prepared(statement, syntax);
    let _ = session::executed(statement, syntax);
    let _ = session::use_target(statement, syntax);
    let _ = session::assigned_variables(statement, syntax);
}

#[derive(Debug, PartialEq, Eq)]
struct Whole {
    text: String,
    statement: String,
    position: Position,
    is_empty: bool,
    class: crate::sql::classifier::Class,
}

fn pieces(text: &[u8], syntax: Syntax, chunk: usize) -> Result<Vec<Whole>, SplitError> {
    let chunk = chunk.min(64 * 1024);
    let mut splitter = Splitter::in_chunks(text, syntax, chunk)?;
    let mut found = Vec::new();
    while let Some(piece) = splitter.next(&mut ())? {
        found.push(Whole {
            text: piece.text.to_owned(),
            statement: piece.statement().to_owned(),
            position: piece.position,
            is_empty: piece.is_empty(),
            class: piece.class,
        });
    }
    Ok(found)
}
