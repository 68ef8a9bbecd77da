//! The dashboard, by its router and over a real connection: its pages, its JSON, its numbers, the live run.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod attempts;
mod command;
mod forms;
mod hostile;
mod json;
mod lab;
mod live;
mod markup;
mod metrics;
mod nested;
mod pages;
mod paths;
mod probes;
mod prometheus;
mod runs;
mod security;
mod shared;
mod visitors;
mod wire;
