//! The splitter against MariaDB's own client: what both make of the same script has to be the same.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test ends where its set-up does not hold"
)]

mod bodies;
mod generated;
mod handmade;
mod picture;
mod server;
mod way;
