//! Reading a column's definition.

use super::{Column, Cursor, Generated, Key, Name, TokenKind, Value, column_name, name};

/// What ends the type of a column.
const BEHIND_THE_TYPE: [&str; 22] = [
    "constraint",
    "primary",
    "not",
    "null",
    "unique",
    "check",
    "default",
    "collate",
    "references",
    "generated",
    "as",
    "auto_increment",
    "comment",
    "key",
    "on",
    "virtual",
    "stored",
    "persistent",
    "invisible",
    "first",
    "after",
    "character",
];

/// Takes `name TYPE constraints`, up to the end of the cursor.
pub(super) fn definition(cursor: &mut Cursor<'_>) -> Option<Column> {
    let name = column_name(cursor)?;
    let kind = kind(cursor);
    let is_serial = kind == "serial";
    let mut column = Column {
        name,
        kind,
        not_null: is_serial,
        default: Value::Null,
        generated: None,
        counts_up: is_serial,
        key: if is_serial { Key::Unique } else { Key::None },
        references: None,
    };
    let words = [
        "not",
        "default",
        "generated",
        "as",
        "primary",
        "key",
        "unique",
        "auto_increment",
        "autoincrement",
        "references",
        "collate",
        "comment",
        "constraint",
        "on",
    ];
    while !cursor.rest().is_empty() {
        match cursor.takes_any(&words) {
            Some("not") => column.not_null |= cursor.takes("null"),
            Some("default") => column.default = value(cursor),
            Some("generated") => {
                cursor.takes("always");
            }
            Some("as") => column.generated = Some(generated(cursor)),
            Some("primary" | "key") => {
                cursor.takes("key");
                column.key = Key::Primary;
            }
            Some("unique") => {
                cursor.takes("key");
                column.key = Key::Unique;
            }
            Some("auto_increment" | "autoincrement") => column.counts_up = true,
            Some("references") => {
                column.references = self::name(cursor);
                cursor.group();
            }
            // The next token belongs to it.
            Some(_) => {
                cursor.next();
            }
            None => {
                if cursor.group().is_none() {
                    cursor.next();
                }
            }
        }
    }
    Some(column)
}

fn kind(cursor: &mut Cursor<'_>) -> String {
    let mut kind = String::new();
    while let Some((token, text)) = cursor.rest().first().copied() {
        if BEHIND_THE_TYPE.iter().any(|word| cursor.sees(word)) {
            break;
        }
        let is_name = matches!(token, TokenKind::Word | TokenKind::Quoted);
        if is_name && !kind.is_empty() && !kind.ends_with(['(', ',']) {
            kind.push(' ');
        }
        kind.push_str(&text.to_lowercase());
        cursor.next();
    }
    kind
}

/// What stands behind DEFAULT.
fn value(cursor: &mut Cursor<'_>) -> Value {
    if let Some(group) = cursor.group() {
        return match group[..] {
            [(TokenKind::Word, word)] => word_value(word),
            [(TokenKind::Text, _)] => Value::Constant,
            _ => Value::Computed,
        };
    }
    let _ = cursor.takes_sign("-") || cursor.takes_sign("+");
    let found = match cursor.next() {
        Some((TokenKind::Word, word)) => word_value(word),
        _ => Value::Constant,
    };
    // x'00', b'0', and fractions.
    while matches!(
        cursor.rest().first(),
        Some((TokenKind::Text, _) | (TokenKind::Other, "."))
    ) {
        cursor.next();
    }
    match cursor.group() {
        Some(_) => Value::Computed,
        None => found,
    }
}

fn word_value(word: &str) -> Value {
    let is = |other: &&str| word.eq_ignore_ascii_case(other);
    let now = [
        "current_timestamp",
        "current_date",
        "current_time",
        "localtime",
        "localtimestamp",
    ];
    match word.eq_ignore_ascii_case("null") {
        true => Value::Null,
        false if now.iter().any(is) => Value::Computed,
        false => Value::Constant,
    }
}

fn generated(cursor: &mut Cursor<'_>) -> Generated {
    cursor.group();
    match cursor.takes_any(&["stored", "persistent", "virtual"]) {
        Some("stored" | "persistent") => Generated::Stored,
        Some(_) | None => Generated::Virtual,
    }
}

impl Column {
    /// Whether rows that are there get no value for it, though they need one.
    pub(crate) fn is_required(&self) -> bool {
        self.not_null && self.default == Value::Null && self.generated.is_none() && !self.counts_up
    }

    /// The index that it brings along.
    pub(super) fn index(&self, table: &Name) -> Option<super::Index> {
        (self.key != Key::None).then(|| super::Index {
            name: None,
            table: table.clone(),
            columns: vec![self.name.clone()],
            unique: true,
        })
    }
}
