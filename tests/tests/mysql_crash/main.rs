//! The crash lab on MariaDB: real child processes, and real servers, are killed while scripts run, and what a plain start
//! makes of it is held against an upgrade that nobody disturbed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test ends where its set-up does not hold, and says what it did"
)]

mod around;
mod boundaries;
mod deaths;
mod lab;
mod long_statement;
mod random;
mod scripts;
mod server;
