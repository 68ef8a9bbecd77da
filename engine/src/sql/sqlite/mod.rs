//! SQLite's SQL.

pub(super) mod body;
pub(super) mod classifier;
mod keyword;
pub(super) mod lexer;
