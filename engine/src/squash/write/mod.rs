//! Writing a picture as a script. Pure.

mod mysql;
mod sqlite;

use super::marks::Marks;
use crate::aside::picture::Picture;
use crate::sql::Dialect;

/// The script: tables, their rows, then what looks at them. `head`: what stands above the first statement.
pub(super) fn baseline(head: &str, picture: &Picture, marks: &Marks, dialect: Dialect) -> String {
    let refers = |sql: &str| sql.to_ascii_lowercase().contains("references");
    let mut head = head.to_owned();
    if picture
        .objects
        .iter()
        .any(|object| object.kind == "table" && refers(&object.sql))
    {
        // The rows of tables that refer to each other have no order.
        head.push_str("-- upgrade: foreign_keys = off\n");
    }
    match dialect {
        Dialect::Sqlite => sqlite::baseline(head, picture, marks),
        Dialect::Mysql => mysql::baseline(head, picture, marks),
    }
}
