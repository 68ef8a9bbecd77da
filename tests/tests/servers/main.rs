//! The servers that the tests start for themselves keep their promises.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod galera;
mod mariadb;
