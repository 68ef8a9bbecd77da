//! The dashboard in a real browser: what a person sees and does, on a desk and on a phone, in light and in the dark.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod access;
mod dashboard;
mod driver;
mod shop;
mod story;
