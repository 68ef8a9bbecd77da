//! The example shop as people start it: the real process, a real SQLite file, real HTTP.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod administration;
mod browser;
mod carts;
mod ending;
mod failing;
mod gate;
mod lab;
mod options;
mod products;
mod together;
