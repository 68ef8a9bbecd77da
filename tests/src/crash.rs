//! What the crash labs share, whatever the database: differences that tell a story, and moments that look random.

#![allow(
    clippy::print_stderr,
    reason = "whoever runs a crash lab with --nocapture reads what it did"
)]

use std::fmt::Debug;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub use crate::child::{End, ended, signal, until};
use crate::told::Scripts;

/// Panics with the lines that differ, where two outcomes do.
pub fn must_be<T: Debug + PartialEq>(
    found: &T,
    expected: &T,
    lines: impl Fn(&T) -> String,
    story: &str,
) {
    if found == expected {
        return;
    }
    let (found_lines, expected_lines) = (lines(found), lines(expected));
    let beside = |one: &str, other: &str| -> Vec<String> {
        let others: Vec<_> = other.lines().collect();
        let alone = one.lines().filter(|line| !others.contains(line));
        alone.map(str::to_owned).collect()
    };
    let missing = beside(&expected_lines, &found_lines);
    let more = beside(&found_lines, &expected_lines);
    panic!("{story}: missing {missing:#?}, more {more:#?}");
}

/// How many the whole suite has killed, for whoever reads its output.
static KILLS: AtomicU32 = AtomicU32::new(0);

/// Says what was done; shown with `--nocapture`.
pub fn say(what: &str, kills: u32, began: Instant) {
    let all = KILLS.fetch_add(kills, Ordering::Relaxed) + kills;
    eprintln!(
        "{what}: {kills} kills in {:.1} s; {all} kills by now",
        began.elapsed().as_secs_f64()
    );
}

/// Numbers that look random and are the same for the same seed (splitmix64).
pub struct Random(u64);

impl Random {
    /// From this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From the clock, or from the environment to see a failure again; the seed is said.
    pub fn seeded(what: &str) -> Self {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let told = std::env::var("CRASH_SEED").ok();
        let seed = told.map_or(now.as_nanos() as u64, |seed| seed.parse().unwrap());
        eprintln!("{what}: CRASH_SEED={seed}");
        Self::new(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end.max(1)
    }

    /// A moment below `end`.
    pub fn moment(&mut self, end: Duration) -> Duration {
        Duration::from_micros(self.below(end.as_micros() as u64))
    }
}

/// A core that begins with a baseline, which a restart must go on with though the database is not empty any more.
pub const BASELINE: Scripts<'static> = &[
    (
        "1.0_a.sql",
        "CREATE TABLE #__a (n INTEGER); INSERT INTO #__a VALUES (0);",
    ),
    ("2.0_b.sql", "UPDATE #__a SET n = n + 1;"),
    ("3.0_c.sql", "UPDATE #__a SET n = n * 2 + 1;"),
    (
        "baseline-2.0.sql",
        "-- upgrade: transaction = off
         CREATE TABLE #__a (n INTEGER);
         INSERT INTO #__a VALUES (0);
         UPDATE #__a SET n = n + 1;",
    ),
];

/// A track behind it, which begins with a baseline too.
pub const BASELINE_BEHIND: Scripts<'static> = &[
    ("1.0_x.sql", "CREATE TABLE #__x (n INTEGER);"),
    (
        "baseline-1.0.sql",
        "CREATE TABLE #__x (n INTEGER); INSERT INTO #__x SELECT n FROM #__a;",
    ),
];
