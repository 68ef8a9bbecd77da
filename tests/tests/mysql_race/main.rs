//! Races on servers: processes that upgrade one MariaDB or one Galera cluster at once, and are killed, held still and cut
//! off while they do.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test ends where its set-up does not hold, and says what it did"
)]

mod cluster;
mod cut;
mod lab;
mod others;
mod race;
mod scripts;
mod servers;
mod stall;
mod users;
mod wait;
