//! What every store promises: one suite, run on each of them.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod around;
mod failures;
mod helpers;
mod place;
mod rebuild;
mod runs;
mod verbs;
mod verbs_done;
mod verbs_refused;
