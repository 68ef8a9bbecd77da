//! MySQL's and MariaDB's SQL.

pub(super) mod body;
pub(super) mod classifier;
pub(super) mod command;
#[allow(dead_code, reason = "the store for MySQL asks")]
mod cursor;
pub(super) mod cutter;
#[allow(dead_code, reason = "the store for MySQL asks")]
pub(crate) mod definition;
mod keyword;
mod last;
pub(super) mod lexer;
pub(super) mod mode;
#[allow(dead_code, reason = "the store for MySQL asks")]
pub(crate) mod routine;
#[allow(dead_code, reason = "the store for MySQL asks")]
pub(crate) mod session;
mod target;
mod word;

#[cfg(test)]
mod classifier_tests;
#[cfg(test)]
mod split_tests;
