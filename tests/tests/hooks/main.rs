//! How a hook is told: what is sent, what counts as heard, and what becomes of hooks that misbehave.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod commands;
mod setups;
mod webhooks;
