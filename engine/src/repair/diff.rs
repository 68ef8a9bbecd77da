//! The difference of two texts of a script, for people.

use std::time::Duration;

use similar::TextDiff;

/// How long the smallest difference is looked for; a larger one serves too.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many lines are shown before and behind a change.
const AROUND: usize = 3;

/// A unified diff. Line endings and a byte-order mark are no difference, as they are none for the engine.
pub(super) fn unified(was: &str, now: &str, headers: (&str, &str)) -> String {
    let (was, now) = (plain(was), plain(now));
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(was.as_str(), now.as_str());
    let mut unified = diff.unified_diff();
    let unified = unified.context_radius(AROUND);
    unified.header(headers.0, headers.1).to_string()
}

fn plain(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_was_edited() {
        let rows = [
            ("a\nb\n", "a\nb\n", ""),
            ("\u{feff}a\r\nb\r\n", "a\nb\n", ""),
            (
                "a\nb\nc\n",
                "a\nB\nc\n",
                "--- was\n+++ is\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n",
            ),
            ("a\n", "", "--- was\n+++ is\n@@ -1 +0,0 @@\n-a\n"),
            (
                "a",
                "b",
                "--- was\n+++ is\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
            ),
        ];
        for (was, now, expected) in rows {
            assert_eq!(
                unified(was, now, ("was", "is")),
                expected,
                "{was:?} {now:?}"
            );
        }
    }
}
