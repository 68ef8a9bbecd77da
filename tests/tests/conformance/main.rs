//! What every store promises: one suite, run on each of them.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod around;
mod callbacks;
mod failures;
mod place;
mod repeat;
mod runs;
