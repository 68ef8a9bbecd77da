//! What every store promises: one suite, run on each of them.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod adopt;
mod around;
mod baselines;
mod batches;
mod callbacks;
mod chunks;
mod decisions;
mod failures;
mod helpers;
mod past;
mod place;
mod programs;
mod rebuild;
mod repair;
mod repeat;
mod runs;
mod sample;
mod servers;
mod times;
mod two_programs;
mod verbs;
mod verbs_done;
mod verbs_refused;
