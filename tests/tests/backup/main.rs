//! Backups by the real command: what comes back is what was there, whatever others write, wherever a process dies, and
//! whatever is wrong with the disk or the backup.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]

mod again;
mod asked;
mod faults;
mod files;
mod forged;
mod hooks;
mod kept;
mod killed;
mod load;
mod mysql;
mod owed;
mod policy;
mod round_trip;
mod shop;
