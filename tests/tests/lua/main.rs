//! Scripts in Lua, on every store.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod around;
mod batches;
mod database;
mod failures;
mod inspected;
mod killed;
mod lab;
mod reference;
mod sandbox;
mod stopped;
mod values;
