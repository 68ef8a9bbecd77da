//! [`Chart`]: durations and outcomes over time, as a picture. Only numbers and the engine's own words get into it.

use upgrades::{Attempt, Outcome};

use crate::words::{self, Tone};

/// A picture of attempts that ran something, oldest first.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) bars: Vec<Bar>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) title: String,
    pub(crate) description: String,
}

/// An attempt. Its height is the logarithm of its duration, as durations differ by a thousand.
#[derive(Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) id: i64,
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Beside the colour, a sign above the bar.
    pub(crate) tone: Tone,
    pub(crate) words: String,
}

/// A duration at the side.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) y: usize,
    pub(crate) words: String,
}

/// The size of the picture, and of what of it the bars have.
pub(crate) const WIDTH: usize = 720;
pub(crate) const HEIGHT: usize = 190;
pub(crate) const LEFT: usize = 64;
const TOP: usize = 22;
const BOTTOM: usize = 180;
/// More than this cannot be told apart.
const MOST: usize = 100;
const WIDEST: usize = 28;

/// The durations that may stand at the side, in milliseconds.
const TICKS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000];
/// So many of them are readable.
const MOST_TICKS: usize = 4;

impl Chart {
    /// Of these attempts, oldest first; `None`: there are too few to see anything.
    pub(crate) fn of(attempts: &[Attempt]) -> Option<Self> {
        let ran: Vec<&Attempt> = attempts
            .iter()
            .filter(|attempt| ran(attempt.outcome))
            .collect();
        let ran = &ran[ran.len().saturating_sub(MOST)..];
        let longest = ran.iter().map(|attempt| attempt.took_ms).max()?;
        if ran.len() < 2 {
            return None;
        }
        let step = ((WIDTH - LEFT) / ran.len()).min(WIDEST);
        let bars = ran.iter().enumerate().map(|(index, attempt)| {
            let height = height(attempt.took_ms, longest).max(2);
            let words = format!(
                "{}, {}",
                attempt.outcome.as_str(),
                words::took(attempt.took_ms)
            );
            Bar {
                id: attempt.id,
                x: LEFT + index * step + 1,
                y: BOTTOM - height,
                width: step.saturating_sub(2).max(2),
                height,
                tone: Tone::of_outcome(attempt.outcome),
                words,
            }
        });
        let failed = ran
            .iter()
            .filter(|attempt| attempt.outcome != Outcome::Applied)
            .count();
        Some(Self {
            bars: bars.collect(),
            ticks: ticks(longest),
            title: "How long each attempt took, and how it ended".to_owned(),
            description: format!(
                "{} from the oldest to the newest, the longest {}; {failed} of them failed. The table below has the same numbers.",
                words::count(ran.len(), "attempt"),
                words::took(longest),
            ),
        })
    }
}

/// Whether something ran, for a time that can be told.
fn ran(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Applied | Outcome::Failed | Outcome::Died => true,
        Outcome::Adopted
        | Outcome::Marked
        | Outcome::Cleared
        | Outcome::Skipped
        | Outcome::Accepted
        | Outcome::Undone
        | Outcome::Restored => false,
        // An outcome of a newer engine.
        _ => false,
    }
}

fn height(took_ms: u64, longest: u64) -> usize {
    let logarithm = |ms: u64| ((ms.max(1) + 1) as f64).ln();
    let share = logarithm(took_ms) / logarithm(longest);
    ((BOTTOM - TOP) as f64 * share).round() as usize
}

fn ticks(longest: u64) -> Vec<Tick> {
    let fitting: Vec<u64> = TICKS
        .into_iter()
        .filter(|ms| *ms <= longest.max(1))
        .collect();
    let every = fitting.len().div_ceil(MOST_TICKS).max(1);
    let shown = fitting.into_iter().rev().step_by(every);
    let tick = |ms| Tick {
        y: BOTTOM - height(ms, longest),
        words: words::took(ms)
            .replace(".0 s", " s")
            .replace(" min 0 s", " min"),
    };
    shown.map(tick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_their_heights() {
        let whole = BOTTOM - TOP;
        let rows = [
            (0, 0, whole),
            (0, 1_000, 16),
            (31, 1_000, 79),
            (1_000, 1_000, whole),
            (5, 5, whole),
        ];
        for (took, longest, expected) in rows {
            assert_eq!(height(took, longest), expected, "{took} of {longest}");
        }
    }

    #[test]
    fn the_side_has_round_numbers() {
        let rows: [(u64, &[&str]); 4] = [
            (0, &["1 ms"]),
            (999, &["100 ms", "10 ms", "1 ms"]),
            (70_000, &["1 min", "1 s", "10 ms"]),
            (9_000_000, &["1 h 0 min", "1 min", "1 s", "10 ms"]),
        ];
        for (longest, expected) in rows {
            let ticks = ticks(longest);
            let words: Vec<&str> = ticks.iter().map(|tick| tick.words.as_str()).collect();
            assert_eq!(words, expected, "{longest}");
        }
    }
}
