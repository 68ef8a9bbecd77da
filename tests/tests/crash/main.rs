//! The crash lab and the races: a real child process that uses the real library is killed, stopped and started many
//! times at once, and what it leaves is held against an upgrade that nobody disturbed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test ends where its set-up does not hold, and says what it did"
)]

mod around;
mod boundaries;
mod deaths;
mod journal;
mod lab;
mod neighbours;
mod race;
mod random;
mod scripts;
mod stop;
