//! The real command in a temporary folder: status, standard output and standard error compared exactly.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod adopt;
mod around;
mod bad_database;
mod bad_folder;
mod bad_ledger;
mod bad_name;
mod bad_script;
mod check;
mod clear_failure;
mod completions;
mod config;
mod damage;
mod dashboard;
mod exit;
mod explain;
mod full;
mod history;
mod hooks;
mod json;
mod large;
mod lint;
mod mysql;
mod new;
mod pages;
mod plan;
mod repair;
mod rights;
mod run;
mod signals;
mod since;
mod status;
mod support_bundle;
mod terminal;
mod transcript;
mod two_programs;
mod urls;
