//! [`Shown`]: texts from scripts, names and the database, fit to be shown.

use std::fmt;

/// A text without characters that act instead of being read. The templates escape it like every other text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shown(String);

impl Shown {
    /// A text on one line, such as a name: line feeds are made visible too.
    pub(crate) fn line(text: impl fmt::Display) -> Self {
        Self(upgrades::inert(&text.to_string()))
    }

    /// A text of the engine's on one line, which begins in lower case and has no full stop, as a sentence.
    pub(crate) fn sentence(text: impl fmt::Display) -> Self {
        let Self(line) = Self::line(text);
        let mut characters = line.chars();
        let first = characters.next().map(|c| c.to_uppercase().to_string());
        let mut sentence = first.unwrap_or_default() + characters.as_str();
        if !sentence.ends_with(['.', '!', '?', '…']) {
            sentence.push('.');
        }
        Self(sentence)
    }

    /// A text of several lines, such as a script.
    pub(crate) fn text(text: impl fmt::Display) -> Self {
        let text = text.to_string().replace("\r\n", "\n");
        Self(upgrades::inert_lines(&text))
    }

    /// A text of several lines, of which no more than so many characters are shown, and how many are left out.
    pub(crate) fn beginning(text: &str, longest: usize) -> Self {
        match text.char_indices().nth(longest) {
            None => Self::text(text),
            Some((end, _)) => {
                let Self(mut shown) = Self::text(&text[..end]);
                let more = text[end..].chars().count();
                shown.push_str(&format!("… ({more} more characters)"));
                Self(shown)
            }
        }
    }

    /// It as a string.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_visible_what_acts() {
        let rows = [
            ("core/1.0.0_x.sql", "core/1.0.0_x.sql", "core/1.0.0_x.sql"),
            (
                "a\nb\tc\r\nd",
                "a\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}d",
                "a\nb\tc\nd",
            ),
            ("lqs.\u{202e}exe", "lqs.\u{fffd}exe", "lqs.\u{fffd}exe"),
            (
                "\u{2066}x\u{2069}\u{200f}\u{feff}",
                "\u{fffd}x\u{fffd}\u{fffd}\u{fffd}",
                "\u{fffd}x\u{fffd}\u{fffd}\u{fffd}",
            ),
            (
                "\u{1b}[31m\0",
                "\u{fffd}[31m\u{fffd}",
                "\u{fffd}[31m\u{fffd}",
            ),
            // Letters of every writing stay, and what joins them.
            (
                "שלום می\u{200c}شود é 👩\u{200d}🔧",
                "שלום می\u{200c}شود é 👩\u{200d}🔧",
                "שלום می\u{200c}شود é 👩\u{200d}🔧",
            ),
            ("<b>&", "<b>&", "<b>&"),
        ];
        for (text, line, lines) in rows {
            assert_eq!(Shown::line(text).as_str(), line, "{text:?}");
            assert_eq!(Shown::text(text).as_str(), lines, "{text:?}");
        }
    }

    #[test]
    fn makes_sentences() {
        let rows = [
            ("the database is silent", "The database is silent."),
            ("Done.", "Done."),
            ("é", "É."),
            ("", "."),
        ];
        for (text, sentence) in rows {
            assert_eq!(Shown::sentence(text).as_str(), sentence);
        }
    }

    #[test]
    fn shows_the_beginning_of_what_is_long() {
        let rows = [
            ("", 3, ""),
            ("äöü", 3, "äöü"),
            ("äöüß", 3, "äöü… (1 more characters)"),
        ];
        for (text, longest, shown) in rows {
            assert_eq!(Shown::beginning(text, longest).as_str(), shown);
        }
    }
}
