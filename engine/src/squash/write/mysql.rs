//! Writing a picture of a schema of MySQL or MariaDB.

use super::super::marks::Marks;
use crate::aside::picture::{Object, Picture, Rows};
use crate::sql::{Dialect, Syntax};

/// So many bytes stand in one INSERT, about: servers take a message of 16 MB unless they are told otherwise.
const BYTES: usize = 512 * 1024;
/// So many rows stand in one INSERT.
const ROWS: usize = 100;
/// The mode in which what is there already can be said again: an id of 0, dates of zeros.
const MODE: &str = "NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION";

/// The script, behind its head: routines stand before views, which may call them.
pub(super) fn baseline(mut text: String, picture: &Picture, marks: &Marks) -> String {
    let of = |kinds: &[&str]| -> Vec<&Object> {
        let objects = picture.objects.iter();
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        objects
            .filter(move |object| kinds.contains(&object.kind))
            .collect()
    };
    let plain = |object: &Object| format!("\n{};\n", marks.script(&object.sql, Syntax::mysql("")));
    let sequences = of(&["sequence"]).into_iter().map(plain);
    let tables = of(&["table"]).into_iter().map(plain);
    let rows = picture.tables.iter().map(|rows| inserts(rows, marks));
    let is_sequence = |rows: &Rows| rows.columns.is_empty();
    let counters = picture
        .tables
        .iter()
        .map(|rows| counter(rows, is_sequence(rows), marks));
    text.push_str(&in_mode(
        sequences
            .chain(tables)
            .chain(rows)
            .chain(counters)
            .collect(),
    ));
    let routines = ["function", "procedure", "package", "package body"];
    text.extend(of(&routines).into_iter().map(|object| body(object, marks)));
    text.push_str(&in_mode(of(&["view"]).into_iter().map(plain).collect()));
    for kind in ["trigger", "event"] {
        text.extend(of(&[kind]).into_iter().map(|object| body(object, marks)));
    }
    // What was made before the scripts changed them has the schema's own; what was made behind it says them.
    for (setting, value) in &picture.settings {
        text.push_str(&format!("\nALTER DATABASE {setting} {value};\n"));
    }
    text
}

/// Statements that run in [`MODE`].
fn in_mode(statements: String) -> String {
    match statements.is_empty() {
        true => String::new(),
        false => format!(
            "\nSET @upgrades_sql_mode = @@sql_mode;\nSET sql_mode = '{MODE}';\n{statements}\nSET sql_mode = @upgrades_sql_mode;\n"
        ),
    }
}

fn inserts(rows: &Rows, marks: &Marks) -> String {
    let quoted = |name: &str| Dialect::Mysql.quoted(name);
    let columns: Vec<_> = rows.columns.iter().map(|column| quoted(column)).collect();
    let head = format!(
        "\nINSERT INTO {} ({}) VALUES\n",
        quoted(&rows.table),
        columns.join(", ")
    );
    let mut text = String::new();
    let mut lines: Vec<String> = Vec::new();
    let mut write = |lines: &mut Vec<String>| {
        if !lines.is_empty() {
            let insert = format!("{head}{};\n", lines.join(",\n"));
            text.push_str(&marks.script(&insert, Syntax::mysql("")));
            lines.clear();
        }
    };
    let mut size = 0;
    for row in &rows.rows {
        let line = format!("  ({})", row.join(", "));
        if lines.len() == ROWS || size + line.len() > BYTES {
            write(&mut lines);
            size = 0;
        }
        size += line.len();
        lines.push(line);
    }
    write(&mut lines);
    text
}

fn counter(rows: &Rows, is_sequence: bool, marks: &Marks) -> String {
    let Some(counter) = &rows.counter else {
        return String::new();
    };
    let name = Dialect::Mysql.quoted(&rows.table);
    let text = match is_sequence {
        true => format!("\nDO SETVAL({name}, {counter}, 0);\n"),
        false => format!("\nALTER TABLE {name} AUTO_INCREMENT = {counter};\n"),
    };
    marks.script(&text, Syntax::mysql(""))
}

/// What makes something that has a body, in the session's settings that it has kept.
fn body(object: &Object, marks: &Marks) -> String {
    let mode = object.session.iter().find(|(name, _)| *name == "sql_mode");
    let syntax = Syntax::mysql(mode.map_or("", |(_, mode)| mode));
    let sql = marks.script(&object.sql, syntax);
    let delimiters = ["//", "$$", ";;", "||"].map(str::to_owned);
    let more = (0..).map(|number| format!("--{number}--"));
    let delimiter = delimiters
        .into_iter()
        .chain(more)
        .find(|delimiter| !sql.contains(delimiter.as_str()))
        .expect("a text does not have every word");
    let kept = object.session.iter();
    let before = kept.clone().map(|(name, value)| {
        format!("SET @upgrades_{name} = @@{name};\nSET {name} = '{value}';\n")
    });
    let behind = kept.map(|(name, _)| format!("SET {name} = @upgrades_{name};\n"));
    format!(
        "\n{}DELIMITER {delimiter}\n{sql}\n{delimiter}\nDELIMITER ;\n{}",
        before.collect::<String>(),
        behind.collect::<String>()
    )
}
