//! The library against real databases, through its public interface alone.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod asynchronous;
mod bad_databases;
mod bad_scripts;
mod check;
mod counting;
mod decisions;
mod events;
mod foreign_keys;
mod hostile;
mod idle;
mod issues;
mod journaled;
mod lab;
mod large;
mod ledger;
mod lock;
mod order;
mod repeat;
mod resumed;
mod sample;
mod splitter;
mod surroundings;
mod transactions;
mod versions;
