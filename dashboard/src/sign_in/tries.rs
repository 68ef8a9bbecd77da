//! How often a wrong token may be tried.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So many wrong tokens within [`WITHIN`] are heard, by whomever; then nobody signs in for a while.
pub(crate) const MOST: usize = 10;
/// See [`MOST`].
pub(crate) const WITHIN: Duration = Duration::from_secs(60);

/// The wrong tokens of late.
#[derive(Debug, Default)]
pub(crate) struct Tries(VecDeque<Instant>);

impl Tries {
    /// How long nobody may try; `None`: now is well.
    pub(crate) fn wait(&mut self, now: Instant) -> Option<Duration> {
        while let Some(first) = self.0.front()
            && now.duration_since(*first) >= WITHIN
        {
            self.0.pop_front();
        }
        match self.0.front() {
            Some(first) if self.0.len() >= MOST => Some(WITHIN - now.duration_since(*first)),
            Some(_) | None => None,
        }
    }

    /// A wrong one was tried.
    pub(crate) fn note(&mut self, now: Instant) {
        self.0.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_a_minute() {
        let mut tries = Tries::default();
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        for second in 0..10 {
            assert_eq!(tries.wait(at(second)), None, "second {second}");
            tries.note(at(second));
        }
        let rows = [
            (9, Some(51)),
            (10, Some(50)),
            (59, Some(1)),
            // The first is forgotten, and one is free.
            (60, None),
            (1000, None),
        ];
        for (second, wait) in rows {
            let expected = wait.map(Duration::from_secs);
            assert_eq!(tries.wait(at(second)), expected, "second {second}");
        }
    }
}
