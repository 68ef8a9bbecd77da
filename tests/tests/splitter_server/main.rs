//! The splitter against MariaDB's own client: what both make of the same script has to be the same.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod bodies;
mod dump;
mod generated;
mod handmade;
mod way;
