//! The dashboard, by its router and over a real connection: its pages, its JSON, its numbers, the live run.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod attempts;
mod hostile;
mod json;
mod lab;
mod live;
mod markup;
mod metrics;
mod nested;
mod pages;
mod probes;
mod prometheus;
mod shared;
mod visitors;
