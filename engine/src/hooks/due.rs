//! What is to be done with a row of the outbox now. Pure.

use std::time::Duration;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::ledger::outbox::NoticeRow;

/// What a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum NoticeKind {
    /// There is an issue.
    Raised,
    /// It is over.
    Cleared,
    /// Nothing: somebody tries a hook.
    Test,
}

impl NoticeKind {
    /// The word that hooks are told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Cleared => "cleared",
            Self::Test => "test",
        }
    }
}

/// What is to be done with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing any more.
    Done,
    /// Nothing until the issue is over.
    Told,
    /// It is to be told.
    Now(NoticeKind),
    /// It is to be told, and not before this moment.
    At(Timestamp),
    /// Somebody tells it, and is through by this moment, or dead.
    UnderWay(Timestamp),
    /// It could not be told for so long that nobody needs to hear it.
    GiveUp,
}

/// The longest pause between two attempts.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// How long the news that an issue is over is worth to be told, and with it what had yet to be told of the issue.
const WORTH: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The shortest pause where another attempt will hardly do better.
const SLOW: Duration = Duration::from_secs(10 * 60);

/// What is to be done with a row.
pub(super) fn due(row: &NoticeRow, now: Timestamp) -> Due {
    if row.is_done() {
        return Due::Done;
    }
    let kind = match (row.raised_sent_at, row.over_at) {
        (None, _) => NoticeKind::Raised,
        (Some(_), Some(_)) => NoticeKind::Cleared,
        (Some(_), None) => return Due::Told,
    };
    if row.over_at.is_some_and(|over| now.since(over) > WORTH) {
        return Due::GiveUp;
    }
    let left = row.next_at.since(now);
    // Nobody waits for longer; a clock was wrong that said so.
    let is_due = left.is_zero() || left > 2 * LONGEST;
    match (is_due, &row.claimed_by) {
        (true, _) => Due::Now(kind),
        (false, Some(_)) => Due::UnderWay(row.next_at),
        (false, None) => Due::At(row.next_at),
    }
}

/// Whether another attempt may do better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Soon: it was not reached, or said that it was busy.
    Soon,
    /// Hardly: it refused, and a person has to see to it.
    Slowly,
}

/// How long to wait after so many attempts in vain: a second, doubled up to an hour. `chance`: any number, by which it is up
/// to a fifth shorter, so that not all come at once.
pub(super) fn pause(attempts: u64, again: Again, chance: u64) -> Duration {
    const STEPS: u32 = 12;
    let doubled = attempts.saturating_sub(1).min(u64::from(STEPS)) as u32;
    let pause = Duration::from_secs(1 << doubled);
    let pause = match again {
        Again::Soon => pause,
        Again::Slowly => pause.max(SLOW),
    };
    let pause = pause.min(LONGEST);
    pause - pause / 5 * (chance % 100) as u32 / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Timestamp {
        let begin: Timestamp = "2026-11-22T00:00:00Z".parse().expect("it is one");
        begin.after(Duration::from_secs(second))
    }

    #[test]
    fn a_row_is_told_raised_and_then_cleared() {
        let new = NoticeRow::raised(at(0));
        const WEEK: u64 = 7 * 24 * 60 * 60;
        let sent = NoticeRow {
            raised_sent_at: Some(at(1)),
            ..new.clone()
        };
        let over = NoticeRow {
            over_at: Some(at(2)),
            ..new.clone()
        };
        let both = NoticeRow {
            over_at: Some(at(2)),
            ..sent.clone()
        };
        let later = |row: &NoticeRow, next| NoticeRow {
            next_at: at(next),
            ..row.clone()
        };
        let claimed = |row: &NoticeRow, next| NoticeRow {
            claimed_by: Some("somebody".to_owned()),
            ..later(row, next)
        };
        let rows = [
            (new.clone(), 0, Due::Now(NoticeKind::Raised)),
            // However long it takes, while the issue is open.
            (new.clone(), 9 * WEEK, Due::Now(NoticeKind::Raised)),
            (later(&new, 10), 9, Due::At(at(10))),
            (later(&new, 10), 10, Due::Now(NoticeKind::Raised)),
            (claimed(&new, 10), 9, Due::UnderWay(at(10))),
            (claimed(&new, 10), 10, Due::Now(NoticeKind::Raised)),
            // Written by a clock that was wrong.
            (later(&new, WEEK), 9, Due::Now(NoticeKind::Raised)),
            (sent.clone(), 9, Due::Told),
            (later(&sent, 10), 9, Due::Told),
            // What came first is told first.
            (over.clone(), 9, Due::Now(NoticeKind::Raised)),
            (over, WEEK + 3, Due::GiveUp),
            (both.clone(), 9, Due::Now(NoticeKind::Cleared)),
            (later(&both, 10), 9, Due::At(at(10))),
            (both.clone(), WEEK + 2, Due::Now(NoticeKind::Cleared)),
            (both.clone(), WEEK + 3, Due::GiveUp),
            (
                NoticeRow {
                    cleared_sent_at: Some(at(3)),
                    ..both.clone()
                },
                9,
                Due::Done,
            ),
            (
                NoticeRow {
                    given_up_at: Some(at(3)),
                    ..both
                },
                9,
                Due::Done,
            ),
        ];
        for (row, now, expected) in rows {
            assert_eq!(due(&row, at(now)), expected, "{row:?} at {now}");
        }
    }

    #[test]
    fn pauses_grow() {
        let rows = [
            (0, Again::Soon, 0, 1000),
            (1, Again::Soon, 0, 1000),
            (2, Again::Soon, 0, 2000),
            (2, Again::Soon, 99, 1604),
            (6, Again::Soon, 0, 32_000),
            (12, Again::Soon, 0, 2_048_000),
            (13, Again::Soon, 0, 3_600_000),
            (u64::MAX, Again::Soon, 0, 3_600_000),
            (1, Again::Slowly, 0, 600_000),
            (13, Again::Slowly, 0, 3_600_000),
        ];
        for (attempts, again, chance, expected) in rows {
            let pause = pause(attempts, again, chance);
            assert_eq!(pause.as_millis(), expected, "{attempts} {again:?} {chance}");
        }
    }
}
