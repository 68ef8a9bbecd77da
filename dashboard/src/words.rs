//! Numbers, moments and outcomes as people read them.

use std::time::Duration;

use upgrades::{FailedStatement, Outcome, State, Timestamp, Who};

use crate::shown::Shown;

/// How a thing stands, for its colour; the words beside it say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Waiting,
    Busy,
    Bad,
    Quiet,
}

impl Tone {
    /// The class of the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Busy => "busy",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }

    /// A sign of a shape of its own, for whoever does not tell the colours apart.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Waiting => "○",
            Self::Busy => "▶",
            Self::Bad => "✕",
            Self::Quiet => "·",
        }
    }

    /// Of a state.
    pub(crate) fn of(state: State) -> Self {
        match state {
            State::Current => Self::Good,
            State::Pending => Self::Waiting,
            State::Failed | State::TooOld => Self::Bad,
            // A state of a newer engine.
            _ => Self::Bad,
        }
    }

    /// Of an outcome.
    pub(crate) fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Applied => Self::Good,
            Outcome::Failed | Outcome::Died => Self::Bad,
            Outcome::Skipped | Outcome::Undone => Self::Waiting,
            Outcome::Adopted
            | Outcome::Marked
            | Outcome::Cleared
            | Outcome::Accepted
            | Outcome::Restored => Self::Quiet,
            // An outcome of a newer engine.
            _ => Self::Quiet,
        }
    }
}

/// Every outcome that the history can be filtered by.
pub(crate) const OUTCOMES: [Outcome; 10] = [
    Outcome::Applied,
    Outcome::Failed,
    Outcome::Died,
    Outcome::Adopted,
    Outcome::Marked,
    Outcome::Cleared,
    Outcome::Skipped,
    Outcome::Accepted,
    Outcome::Undone,
    Outcome::Restored,
];

/// What an outcome means, for whoever meets the word for the first time.
pub(crate) fn meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "the script ran, and its work is in the database",
        Outcome::Failed => "the script failed, which a person has to clear",
        Outcome::Died => "processes died while it ran, and a person has to decide",
        Outcome::Adopted => "the database was at this version before",
        Outcome::Marked => "a person said that its work is done",
        Outcome::Cleared => "a person cleared the failure",
        Outcome::Skipped => "whoever upgraded the database before had not run it",
        Outcome::Accepted => "a person accepted that it is not what ran any more",
        Outcome::Undone => "a backup from before it was brought back",
        Outcome::Restored => "a backup took the place of the database",
        _ => "known to a newer release only",
    }
}

/// Who can mend an issue.
pub(crate) fn who(who: Who) -> &'static str {
    match who {
        Who::Maintainer => "Whoever makes the application",
        Who::Integrator => "Whoever adds the customization",
        Who::Operator => "Whoever runs the installation",
    }
}

/// Where a statement stands.
pub(crate) fn place(statement: &FailedStatement) -> String {
    format!(
        "statement {}, line {}, column {}",
        statement.number, statement.position.line, statement.position.column
    )
}

/// Milliseconds.
pub(crate) fn took(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100),
        60_000..3_600_000 => format!(
            "{} min {} s",
            milliseconds / 60_000,
            milliseconds / 1000 % 60
        ),
        _ => format!(
            "{} h {} min",
            milliseconds / 3_600_000,
            milliseconds / 60_000 % 60
        ),
    }
}

/// A moment, to the second.
pub(crate) fn moment(moment: Timestamp) -> String {
    let text = moment.to_string();
    match text.split_once('T') {
        Some((day, time)) => format!("{day} {} UTC", time.get(..8).unwrap_or(time)),
        None => text,
    }
}

/// How long ago.
pub(crate) fn ago(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// A count with its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", grouped(number as u64)),
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A piece of prose: words, or what stood between backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Words(Shown),
    Code(Shown),
}

/// Prose of the engine's, with what stands between backticks told apart. A backtick without its partner is one.
pub(crate) fn prose(text: &str, longest: usize) -> Vec<Piece> {
    let shown = Shown::beginning(text, longest);
    let parts: Vec<&str> = shown.as_str().split('`').collect();
    let mut pieces = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let is_code = index % 2 == 1;
        pieces.push(match (is_code, index + 1 < parts.len()) {
            (true, true) => Piece::Code(Shown::text(part)),
            (true, false) => Piece::Words(Shown::text(format!("`{part}"))),
            (false, _) => Piece::Words(Shown::text(part)),
        });
    }
    pieces.retain(|piece| match piece {
        Piece::Words(text) | Piece::Code(text) => !text.as_str().is_empty(),
    });
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let rows = [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1.0 s"),
            (59_999, "59.9 s"),
            (61_000, "1 min 1 s"),
            (3_599_999, "59 min 59 s"),
            (7_260_000, "2 h 1 min"),
        ];
        for (milliseconds, words) in rows {
            assert_eq!(took(milliseconds), words);
        }
    }

    #[test]
    fn moments_are_read_from_the_left() {
        let rows = [
            (0, "just now"),
            (61, "1 min ago"),
            (7_300, "2 h ago"),
            (200_000, "2 days ago"),
        ];
        for (seconds, words) in rows {
            assert_eq!(ago(Duration::from_secs(seconds)), words);
        }
        let time: Timestamp = "2026-11-22T05:10:00.123Z".parse().expect("a time");
        assert_eq!(moment(time), "2026-11-22 05:10:00 UTC");
    }

    #[test]
    fn numbers_are_grouped() {
        let rows = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, words) in rows {
            assert_eq!(grouped(number), words);
        }
        assert_eq!(
            (count(1, "row"), count(1_000, "row")),
            ("1 row".into(), "1,000 rows".into())
        );
    }

    #[test]
    fn prose_has_its_code_apart() {
        use Piece::{Code, Words};
        let words = |text: &str| Words(Shown::text(text));
        let code = |text: &str| Code(Shown::text(text));
        let rows = [
            ("", vec![]),
            ("no code", vec![words("no code")]),
            (
                "then `run`, and",
                vec![words("then "), code("run"), words(", and")],
            ),
            ("`a` `b`", vec![code("a"), words(" "), code("b")]),
            ("a lone ` tick", vec![words("a lone "), words("` tick")]),
        ];
        for (text, pieces) in rows {
            assert_eq!(prose(text, 100), pieces, "{text:?}");
        }
    }
}
