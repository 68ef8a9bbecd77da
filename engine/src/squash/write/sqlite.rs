//! Writing a picture of a SQLite database.

use super::super::marks::Marks;
use crate::aside::picture::{Object, Picture, Rows, literal};
use crate::sql::{Dialect, Syntax};

/// So many rows stand in one INSERT.
const ROWS: usize = 100;

/// The script, behind its head.
pub(super) fn baseline(mut text: String, picture: &Picture, marks: &Marks) -> String {
    let of = |kind: &'static str| {
        picture
            .objects
            .iter()
            .filter(move |object| object.kind == kind)
    };
    let make = |object: &Object| format!("\n{};\n", marks.script(&object.sql, Syntax::SQLITE));
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
        text.push_str(&marks.script(&insert, Syntax::SQLITE));
    }
    if let Some(counter) = &rows.counter {
        let name = literal(&rows.table);
        let counted = format!(
            "\nDELETE FROM sqlite_sequence WHERE name = {name};\n\
             INSERT INTO sqlite_sequence (name, seq) VALUES ({name}, {counter});\n"
        );
        text.push_str(&marks.script(&counted, Syntax::SQLITE));
    }
    text
}
