//! Scripts in Lua, on every store.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test ends where its set-up does not hold, and says what it measured"
)]

mod around;
mod batches;
mod database;
mod failures;
mod inspected;
mod killed;
mod lab;
mod million;
mod reference;
mod sandbox;
mod stopped;
mod values;
mod verbs_killed;
