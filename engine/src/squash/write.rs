//! Writing a picture as a script. Pure.

use super::marks::Marks;
use super::picture::{Object, Picture, Rows, literal};
use crate::sql::Dialect;

/// So many rows stand in one INSERT.
const ROWS: usize = 100;

/// The script: tables, their rows, then what looks at them.
pub(super) fn baseline(head: &str, picture: &Picture, marks: &Marks) -> String {
    let refers = |object: &&Object| object.sql.to_ascii_lowercase().contains("references");
    let mut text = head.to_owned();
    if picture.objects.iter().any(|object| refers(&object)) {
        // The rows of tables that refer to each other have no order.
        text.push_str("-- upgrade: foreign_keys = off\n");
    }
    let of = |kind: &'static str| {
        picture
            .objects
            .iter()
            .filter(move |object| object.kind == kind)
    };
    let make = |object: &Object| format!("\n{};\n", marks.script(&object.sql));
    text.extend(of("table").map(make));
    text.extend(picture.tables.iter().map(|rows| inserts(rows, marks)));
    for kind in ["index", "view", "trigger"] {
        text.extend(of(kind).map(make));
    }
    for (pragma, value) in &picture.settings {
        text.push_str(&format!("\nPRAGMA {pragma} = {value};\n"));
    }
    text
}

fn inserts(rows: &Rows, marks: &Marks) -> String {
    let quoted = |name: &str| Dialect::Sqlite.quoted(name);
    let table = quoted(&rows.table);
    let columns: Vec<_> = rows.columns.iter().map(|column| quoted(column)).collect();
    let mut text = String::new();
    for rows in rows.rows.chunks(ROWS) {
        let lines = rows.iter().map(|row| format!("  ({})", row.join(", ")));
        let lines = lines.collect::<Vec<_>>().join(",\n");
        let insert = format!(
            "\nINSERT INTO {table} ({}) VALUES\n{lines};\n",
            columns.join(", ")
        );
        text.push_str(&marks.script(&insert));
    }
    if let Some(counter) = &rows.counter {
        let name = literal(&rows.table);
        let counted = format!(
            "\nDELETE FROM sqlite_sequence WHERE name = {name};\n\
             INSERT INTO sqlite_sequence (name, seq) VALUES ({name}, {counter});\n"
        );
        text.push_str(&marks.script(&counted));
    }
    text
}
