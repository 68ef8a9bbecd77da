//! Whether a statement can run twice and lead to the same.

use super::rows::behind_with;
use super::{Cursor, Name, Token, TokenKind, column_name, items};
use crate::sql::classifier::{Class, Kind};

/// Why it cannot; `None`: it can, or nobody can tell.
pub(super) fn once(cursor: &mut Cursor<'_>, class: Class) -> Option<&'static str> {
    if class.can_fail || matches!(class.kind, Kind::TempTable | Kind::TempDefinition) {
        return None;
    }
    let guarded = says(cursor.rest(), &["if", "exists"])
        || says(cursor.rest(), &["if", "not", "exists"])
        || says(cursor.rest(), &["or", "replace"]);
    let verbs = [
        "create", "alter", "drop", "rename", "insert", "update", "with",
    ];
    match cursor.takes_any(&verbs)? {
        "create" if guarded => None,
        "create" => {
            Some("what it creates is there the second time; write IF NOT EXISTS or drop it before")
        }
        "drop" if guarded => None,
        "drop" => Some("what it drops is gone the second time; write IF EXISTS"),
        "rename" => Some("the old name is gone the second time"),
        "alter" if guarded => None,
        "alter" => altered(cursor),
        "update" => updated(cursor),
        "insert" => inserted(cursor),
        _ => match behind_with(cursor)? {
            "update" => updated(cursor),
            "insert" => inserted(cursor),
            _ => None,
        },
    }
}

fn altered(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    let mut actions = cursor.rest().iter().map(|(kind, text)| {
        let is = |word: &str| *kind == TokenKind::Word && text.eq_ignore_ascii_case(word);
        (is("add"), is("drop"), is("rename") || is("change"))
    });
    actions.find_map(|action| match action {
        (true, _, _) => Some("what it adds is there the second time"),
        (_, true, _) => Some("what it drops is gone the second time"),
        (_, _, true) => Some("the old name is gone the second time"),
        (false, false, false) => None,
    })
}

/// An INSERT is guarded when it says what to do with rows that are there, or asks whether they are.
fn inserted(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    let guards: [&[&str]; 8] = [
        &["or", "ignore"],
        &["or", "replace"],
        &["insert", "ignore"],
        &["on", "conflict"],
        &["on", "duplicate", "key"],
        &["not", "exists"],
        &["not", "in"],
        &["is", "null"],
    ];
    let rest = cursor.rest();
    let ignores = says(&rest[..rest.len().min(2)], &["ignore"]);
    let asks = says(rest, &["except"]) || guards.iter().any(|words| says(rest, words));
    (!ignores && !asks).then_some(
        "it inserts its rows again the second time; ask WHERE NOT EXISTS, or say what to do ON CONFLICT",
    )
}

/// An UPDATE is not repeatable when a column becomes something computed from itself, for rows that its WHERE does not
/// tell by that column.
fn updated(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    if !cursor.skip_to("set") {
        return None;
    }
    let rest = cursor.rest();
    let at = top_level(rest, "where").unwrap_or(rest.len());
    let (assignments, condition) = rest.split_at(at);
    for assignment in items(assignments) {
        let mut cursor = Cursor::over(assignment, cursor.syntax());
        let Some(mut column) = column_name(&mut cursor) else {
            continue;
        };
        while cursor.takes_sign(".") {
            column = column_name(&mut cursor)?;
        }
        if !cursor.takes_sign("=") {
            continue;
        }
        if computes(cursor.rest())
            && mentions(cursor.rest(), &column)
            && !mentions(condition, &column)
        {
            return Some(
                "it computes a column from itself again the second time; tell by a WHERE which rows are done",
            );
        }
    }
    None
}

/// Whether an expression adds to something, which a second time adds once more.
fn computes(expression: &[Token<'_>]) -> bool {
    expression.iter().any(|(kind, text)| match kind {
        TokenKind::Other => matches!(*text, "+" | "-" | "*" | "/" | "|" | "%"),
        TokenKind::Word => {
            text.eq_ignore_ascii_case("concat") || text.eq_ignore_ascii_case("concat_ws")
        }
        _ => false,
    })
}

fn mentions(tokens: &[Token<'_>], column: &Name) -> bool {
    tokens.iter().any(|(kind, text)| match kind {
        TokenKind::Word => Name::new(*text) == *column,
        TokenKind::Quoted => Name::new(crate::sql::cursor::unquoted(text)) == *column,
        _ => false,
    })
}

/// Where a word stands outside parentheses.
fn top_level(tokens: &[Token<'_>], word: &str) -> Option<usize> {
    let mut depth = 0_u32;
    tokens.iter().position(|(kind, text)| {
        match (kind, *text) {
            (TokenKind::Other, "(") => depth += 1,
            (TokenKind::Other, ")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *kind == TokenKind::Word && text.eq_ignore_ascii_case(word)
    })
}

/// Whether these words follow each other somewhere.
fn says(tokens: &[Token<'_>], words: &[&str]) -> bool {
    tokens.windows(words.len()).any(|window| {
        window
            .iter()
            .zip(words)
            .all(|((kind, text), word)| *kind == TokenKind::Word && text.eq_ignore_ascii_case(word))
    })
}
