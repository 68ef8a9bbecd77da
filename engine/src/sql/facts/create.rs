//! Reading CREATE.

use super::{
    Change, Column, Cursor, ForeignKey, Index, Key, Name, Table, Token, TokenKind, column,
    column_name, columns, items, name,
};
use crate::sql::ObjectKind;

/// What stands behind CREATE.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Vec<Change>> {
    let mut replaces = false;
    let mut temporary = false;
    let mut unique = false;
    let mut is_virtual = false;
    loop {
        let words = [
            "table",
            "index",
            "view",
            "trigger",
            "procedure",
            "function",
            "event",
            "sequence",
            "unique",
            "temporary",
            "temp",
            "replace",
            "virtual",
        ];
        // A user may have any name: DEFINER = event@trigger.
        let found = match cursor.before() {
            "=" | "@" => None,
            _ => cursor.takes_any(&words),
        };
        let kind = match found {
            Some("table") => {
                let table = table(cursor, replaces, temporary, is_virtual)?;
                return Some(vec![Change::CreateTable(Box::new(table))]);
            }
            Some("index") => return Some(vec![Change::AddIndex(index(cursor, unique)?)]),
            Some("unique") => {
                unique = true;
                continue;
            }
            Some("temporary" | "temp") => {
                temporary = true;
                continue;
            }
            Some("replace") => {
                replaces = true;
                continue;
            }
            Some("virtual") => {
                is_virtual = true;
                continue;
            }
            Some("view") => ObjectKind::View,
            Some("trigger") => ObjectKind::Trigger,
            Some("procedure") => ObjectKind::Procedure,
            Some("function") => ObjectKind::Function,
            Some("event") => ObjectKind::Event,
            Some(_) => return None,
            None => {
                cursor.next()?;
                continue;
            }
        };
        cursor.skip_condition();
        let own = name(cursor)?;
        let on = match kind {
            ObjectKind::Trigger if cursor.skip_to("on") => name(cursor),
            _ => None,
        };
        let name = own;
        return Some(vec![Change::CreateObject { kind, name, on }]);
    }
}

fn index(cursor: &mut Cursor<'_>, unique: bool) -> Option<Index> {
    cursor.skip_condition();
    let own = name(cursor)?;
    if !cursor.skip_to("on") {
        return None;
    }
    let table = name(cursor)?;
    let list = cursor.group()?;
    Some(Index {
        name: Some(own),
        table,
        columns: columns(&list, cursor.syntax()),
        unique,
    })
}

fn table(
    cursor: &mut Cursor<'_>,
    replaces: bool,
    temporary: bool,
    is_virtual: bool,
) -> Option<Table> {
    cursor.skip_condition();
    let name = name(cursor)?;
    let mut table = Table {
        name,
        temporary,
        replaces,
        copied: false,
        is_virtual,
        columns: Vec::new(),
        indexes: Vec::new(),
        has_primary_key: false,
        foreign_keys: Vec::new(),
    };
    let syntax = cursor.syntax();
    let list = cursor.group().unwrap_or_default();
    let begins_with = |tokens: &[Token<'_>], words: &[&str]| {
        let first = tokens.first();
        first.is_some_and(|(kind, text)| {
            *kind == TokenKind::Word && words.iter().any(|word| text.eq_ignore_ascii_case(word))
        })
    };
    let asks = |tokens: &[Token<'_>]| {
        tokens
            .iter()
            .any(|token| begins_with(&[*token], &["select", "values", "like"]))
    };
    table.copied = begins_with(&list, &["like", "select"]) || asks(cursor.rest());
    if table.is_virtual || begins_with(&list, &["like", "select"]) {
        return Some(table);
    }
    for item in items(&list) {
        element(&mut Cursor::over(item, syntax), &mut table);
    }
    Some(table)
}

/// Takes one element of a table: a column, a key, a check.
fn element(cursor: &mut Cursor<'_>, table: &mut Table) {
    match constraint(cursor, &table.name) {
        Some(Constraint::Primary(index)) => {
            table.has_primary_key = true;
            table.indexes.push(index);
        }
        Some(Constraint::Index(index)) => table.indexes.push(index),
        Some(Constraint::Foreign(key)) => table.foreign_keys.push(key),
        Some(Constraint::Other) => {}
        None => {
            let Some(column) = column::definition(cursor) else {
                return;
            };
            table.has_primary_key |= column.key == Key::Primary;
            table.indexes.extend(column.index(&table.name));
            table.foreign_keys.extend(own_key(&column));
            table.columns.push(column);
        }
    }
}

/// The foreign key that a column says itself.
pub(super) fn own_key(column: &Column) -> Option<ForeignKey> {
    let parent = column.references.clone()?;
    Some(ForeignKey {
        columns: vec![column.name.clone()],
        parent,
    })
}

/// An element of a table that is no column.
pub(super) enum Constraint {
    Primary(Index),
    Index(Index),
    Foreign(ForeignKey),
    Other,
}

/// Takes an element of a table that is no column; `None`: a column comes.
pub(super) fn constraint(cursor: &mut Cursor<'_>, table: &Name) -> Option<Constraint> {
    let syntax = cursor.syntax();
    if cursor.takes("constraint") && !is_kind(cursor) {
        cursor.name();
    }
    let words = [
        "primary", "unique", "foreign", "index", "key", "fulltext", "spatial", "check", "period",
    ];
    let word = cursor.takes_any(&words)?;
    let unique = word == "unique";
    if matches!(word, "check" | "period") {
        return Some(Constraint::Other);
    }
    if word == "foreign" {
        cursor.takes("key");
        cursor.skip_condition();
        if !cursor.sees_sign("(") {
            cursor.name();
        }
        let list = cursor.group().unwrap_or_default();
        cursor.takes("references");
        let Some(parent) = name(cursor) else {
            return Some(Constraint::Other);
        };
        return Some(Constraint::Foreign(ForeignKey {
            columns: columns(&list, syntax),
            parent,
        }));
    }
    if matches!(word, "primary" | "unique" | "fulltext" | "spatial") {
        let _ = cursor.takes_any(&["key", "index"]);
    }
    cursor.skip_condition();
    let mut own = None;
    while !cursor.rest().is_empty() && !cursor.sees_sign("(") {
        match cursor.takes("using") {
            true => drop(cursor.next()),
            false => own = column_name(cursor).or_else(|| cursor.next().and(None)),
        }
    }
    let list = cursor.group().unwrap_or_default();
    let index = Index {
        name: own,
        table: table.clone(),
        columns: columns(&list, syntax),
        unique: unique || word == "primary",
    };
    Some(match word {
        "primary" => Constraint::Primary(index),
        _ => Constraint::Index(index),
    })
}

/// Whether a constraint comes without a name.
fn is_kind(cursor: &Cursor<'_>) -> bool {
    ["primary", "unique", "foreign", "check"]
        .iter()
        .any(|word| cursor.sees(word))
}
