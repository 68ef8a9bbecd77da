//! What is tried aside before it happens, by the real command: squashing, rehearsals, the crash lab.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod crash_lab;
mod lab_faults;
mod lab_library;
mod mysql;
mod rehearsal;
mod shop;
mod squash;
