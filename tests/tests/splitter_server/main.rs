//! The splitter against MariaDB's own client: what both make of the same script has to be the same.
//!
//! It is left out on MySQL's own server, whose client is another one: it sends `--5`, a comment here where a statement may
//! begin, and does not say which statement an error is about.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod bodies;
mod dump;
mod generated;
mod handmade;
mod way;
