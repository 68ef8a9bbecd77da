//! MySQL's and MariaDB's SQL.

pub(super) mod body;
pub(super) mod classifier;
pub(super) mod command;
pub(super) mod cutter;
mod keyword;
mod last;
pub(super) mod lexer;
pub(super) mod mode;
mod target;
mod word;

#[cfg(test)]
mod split_tests;
