//! MySQL's and MariaDB's SQL.

#[cfg(feature = "backup")]
pub(crate) mod beyond;
pub(super) mod body;
pub(super) mod classifier;
pub(super) mod command;
pub(super) mod cutter;
pub(crate) mod definition;
mod keyword;
mod last;
pub(super) mod lexer;
pub(super) mod mode;
pub(crate) mod refused;
pub(crate) mod routine;
pub(crate) mod session;
mod target;
mod word;

#[cfg(test)]
mod classifier_tests;
#[cfg(test)]
mod split_tests;
