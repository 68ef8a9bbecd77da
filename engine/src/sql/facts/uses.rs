//! Which tables, views and columns a statement needs to be there. What cannot be told for sure is left out: the review
//! would rather miss something than alarm without reason.

use std::collections::BTreeSet;

use super::{Cursor, Name, Token, TokenKind, name};
use crate::sql::cursor::unquoted;

/// What a statement needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Uses {
    /// Tables and views.
    pub(crate) tables: BTreeSet<Name>,
    /// Columns, each with its table.
    pub(crate) columns: BTreeSet<(Name, Name)>,
}

/// A table that a statement names, and what it calls it.
struct Source {
    table: Name,
    alias: Name,
}

/// Words behind a table's name that are no alias.
const NO_ALIAS: [&str; 30] = [
    "where",
    "set",
    "join",
    "on",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "natural",
    "group",
    "order",
    "limit",
    "union",
    "except",
    "intersect",
    "having",
    "values",
    "select",
    "using",
    "begin",
    "for",
    "when",
    "straight_join",
    "default",
    "window",
    "not",
    "indexed",
    "outer",
    "partition",
];

/// What the statement needs; the cursor stands at its beginning.
pub(super) fn read(cursor: &Cursor<'_>) -> Uses {
    let tokens = cursor.rest();
    let word = tokens.first().map(|(_, text)| text.to_ascii_lowercase());
    let asks = match word.as_deref() {
        Some("insert" | "replace" | "update" | "delete" | "select" | "with") => true,
        Some("create") => tokens
            .iter()
            .take(12)
            .any(|token| is(token, "view") || is(token, "trigger")),
        _ => false,
    };
    let named = named(tokens);
    let mut found = Vec::new();
    let mut uses = Uses::default();
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        let mut next = ahead(tokens, at, cursor);
        let starts = match token {
            (TokenKind::Other, "(") => {
                open.push(before.is_some_and(takes_from));
                false
            }
            (TokenKind::Other, ")") => {
                open.pop();
                false
            }
            _ if is(token, "from") => {
                open.last() != Some(&true) && !before.is_some_and(|word| is(word, "distinct"))
            }
            _ if is(token, "select") => {
                if let Some(last) = open.last_mut() {
                    *last = false;
                }
                false
            }
            _ if is(token, "join") || is(token, "references") => true,
            _ if is(token, "into") => before.is_some_and(begins_insert),
            _ if is(token, "update") => updates(before, &mut next),
            _ if is(token, "alter") && at == 0 => {
                let _ = next.takes_any(&["online", "ignore"]);
                let is_table = next.takes("table");
                next.skip_condition();
                is_table
            }
            _ if is(token, "on") && is_index_or_trigger(&tokens[..at]) => true,
            _ => false,
        };
        if starts {
            let lists = is(token, "from");
            sources(&mut next, lists, &named, &mut found);
            if is(token, "into")
                && let Some(source) = found.last()
            {
                inserted(&mut next, &source.table, &mut uses);
            }
        }
        at += 1;
    }
    for source in &found {
        uses.tables.insert(source.table.clone());
    }
    if asks {
        columns(tokens, &found, &mut uses);
    }
    uses
}

/// No list of tables is looked at any further.
const FURTHEST: usize = 512;

/// What stands behind a word that may be followed by a table; nothing behind any other.
fn ahead<'s>(tokens: &[Token<'s>], at: usize, cursor: &Cursor<'s>) -> Cursor<'s> {
    let words = [
        "from",
        "join",
        "references",
        "into",
        "update",
        "alter",
        "on",
    ];
    let end = match words.iter().any(|word| is(&tokens[at], word)) {
        true => tokens.len().min(at + FURTHEST),
        false => at + 1,
    };
    Cursor::over(&tokens[at + 1..end], cursor.syntax())
}

fn is((kind, text): &Token<'_>, word: &str) -> bool {
    *kind == TokenKind::Word && text.eq_ignore_ascii_case(word)
}

/// Names that WITH gives to queries: they are no tables.
fn named(tokens: &[Token<'_>]) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let opens = |at: usize| tokens.get(at) == Some(&(TokenKind::Other, "("));
        let is_query = is(token, "as")
            && (opens(at + 1)
                || tokens.get(at + 1).is_some_and(|next| {
                    (is(next, "not") || is(next, "materialized"))
                        && (opens(at + 2) || opens(at + 3))
                }));
        if !is_query {
            continue;
        }
        // Back over a list of columns.
        let mut name = at;
        if name > 0 && tokens[name - 1] == (TokenKind::Other, ")") {
            while name > 0 && tokens[name] != (TokenKind::Other, "(") {
                name -= 1;
            }
        }
        if let Some(token) = name.checked_sub(1).and_then(|at| named_by(&tokens[at])) {
            found.insert(token);
        }
    }
    found
}

fn named_by((kind, text): &Token<'_>) -> Option<Name> {
    match kind {
        TokenKind::Word => Some(Name::new(*text)),
        TokenKind::Quoted => Some(Name::new(unquoted(text))),
        _ => None,
    }
}

/// Functions with a FROM of their own: `extract(YEAR FROM x)`.
fn takes_from(word: &Token<'_>) -> bool {
    let functions = [
        "extract",
        "trim",
        "substring",
        "substr",
        "overlay",
        "position",
    ];
    functions.iter().any(|function| is(word, function))
}

fn begins_insert(word: &Token<'_>) -> bool {
    let words = [
        "insert",
        "replace",
        "ignore",
        "low_priority",
        "high_priority",
        "delayed",
        "abort",
        "fail",
        "rollback",
    ];
    words.iter().any(|known| is(word, known))
}

/// Whether UPDATE is the verb, whose table comes next.
fn updates(before: Option<&Token<'_>>, next: &mut Cursor<'_>) -> bool {
    let other = ["on", "for", "after", "before", "key", "do", "of", "no"];
    if before.is_some_and(|word| other.iter().any(|known| is(word, known))) {
        return false;
    }
    while next
        .takes_any(&[
            "or",
            "ignore",
            "replace",
            "abort",
            "fail",
            "rollback",
            "low_priority",
        ])
        .is_some()
    {}
    !next.sees("on") && !next.sees("of")
}

/// Whether what stands before ON is the head of CREATE INDEX or CREATE TRIGGER.
fn is_index_or_trigger(head: &[Token<'_>]) -> bool {
    let only_once = head.iter().filter(|token| is(token, "on")).count() == 0;
    let begins = |words: &[&str]| {
        head.iter()
            .take(12)
            .any(|token| words.iter().any(|word| is(token, word)))
    };
    only_once
        && head.first().is_some_and(|token| is(token, "create"))
        && begins(&["index", "trigger"])
        && !begins(&["view", "table"])
}

/// Takes a table, or several with commas between them.
fn sources(next: &mut Cursor<'_>, lists: bool, named: &BTreeSet<Name>, found: &mut Vec<Source>) {
    loop {
        let Some(table) = name(next) else { return };
        // A function that makes a table: json_each(x).
        if lists && next.sees_sign("(") {
            return;
        }
        let mut ahead = next.clone();
        let said = ahead.takes("as");
        let is_alias = said || !NO_ALIAS.iter().any(|word| ahead.sees(word));
        let own = is_alias.then(|| ahead.name()).flatten();
        if lists && own.is_some() {
            *next = ahead;
        }
        if !named.contains(&table) {
            let short = match table.as_str().rsplit_once('.') {
                Some((_, short)) => Name::new(short),
                None => table.clone(),
            };
            let alias = own.map_or(short, Name::new);
            found.push(Source { table, alias });
        }
        if !lists || !next.takes_sign(",") {
            return;
        }
    }
}

/// The columns of an INSERT's list.
fn inserted(next: &mut Cursor<'_>, table: &Name, uses: &mut Uses) {
    for token in next.group().unwrap_or_default() {
        if is(&token, "select") {
            return;
        }
        if let Some(column) = named_by(&token) {
            uses.columns.insert((table.clone(), column));
        }
    }
}

/// Columns by their table's alias; those without one where there is only one table.
fn columns(tokens: &[Token<'_>], found: &[Source], uses: &mut Uses) {
    let tables: BTreeSet<&Name> = found.iter().map(|source| &source.table).collect();
    let only = match tables.len() {
        1 => tables.first().copied(),
        _ => None,
    };
    let dot = (TokenKind::Other, ".");
    let begin = match tokens.iter().take(12).any(|token| is(token, "view")) {
        // The names that a view gives to its columns are its own.
        true => tokens.iter().position(|token| is(token, "as")).unwrap_or(0),
        false => 0,
    };
    for (at, token) in tokens.iter().enumerate().skip(begin) {
        let Some(word) = named_by(token) else {
            continue;
        };
        let before = at.checked_sub(1).map(|at| tokens[at]);
        let after = tokens.get(at + 1).copied();
        if before == Some(dot) {
            let Some(alias) = at.checked_sub(2).and_then(|at| named_by(&tokens[at])) else {
                continue;
            };
            // One alias may stand for several tables in several queries; then nobody can tell.
            let mut meant = found.iter().filter(|source| source.alias == alias);
            if let (Some(source), None) = (meant.next(), meant.next()) {
                uses.columns.insert((source.table.clone(), word));
            }
            continue;
        }
        let is_name = after != Some(dot)
            && after != Some((TokenKind::Other, "("))
            && before.is_some_and(|before| wants_value(&before));
        if let Some(table) = only
            && is_name
        {
            uses.columns.insert((table.clone(), word));
        }
    }
}

/// Whether a value has to follow, so that a name is that of a column and no alias.
fn wants_value(token: &Token<'_>) -> bool {
    let words = [
        "select", "distinct", "where", "and", "or", "not", "by", "on", "set", "when", "then",
        "else", "case", "between", "like", "having",
    ];
    match token {
        (TokenKind::Other, sign) => *sign != ")",
        (TokenKind::Word, _) => words.iter().any(|word| is(token, word)),
        _ => false,
    }
}
