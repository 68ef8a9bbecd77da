//! What only MySQL and MariaDB have, through the public interface, against a real server.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod bad_servers;
mod failures;
mod lab;
mod lost;
mod relay;
mod replicas;
mod retried;
mod sample;
mod session;
mod surroundings;
mod transactions;
mod undecided;
