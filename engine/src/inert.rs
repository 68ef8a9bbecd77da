//! Texts fit to be shown: those of scripts, names and databases may hold characters that act instead of being read.

/// Whether a character acts where it is shown, on a terminal or a page, instead of being read: it moves the cursor or tells the
/// terminal something, line feeds and tabs among them, turns the direction of the text around it, or is not seen at all. What joins
/// letters and pictures is none of these.
///
/// ```
/// assert!(upgrades::acts('\u{1b}') && upgrades::acts('\u{202e}') && upgrades::acts('\n'));
/// assert!(!upgrades::acts('é') && !upgrades::acts('\u{200d}'));
/// ```
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Marks, embeddings, overrides and isolates of the direction; what has no width.
            '\u{061c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text on one line, with U+FFFD in the place of each character that [`acts`]: for whoever shows an error, the name of a script,
/// or what a database has answered. A page has to escape it as well.
///
/// ```
/// assert_eq!(upgrades::inert("no such table: \u{1b}[2Jx"), "no such table: \u{fffd}[2Jx");
/// ```
pub fn inert(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// A text of several lines, such as a script or what a server has answered: as [`inert`], but line feeds and tabs stay.
///
/// ```
/// assert_eq!(upgrades::inert_lines("a\n\tb\r\u{1b}c"), "a\n\tb\u{fffd}\u{fffd}c");
/// ```
pub fn inert_lines(text: &str) -> String {
    let shown = |c| match c {
        '\n' | '\t' => c,
        c => shown(c),
    };
    text.chars().map(shown).collect()
}

fn shown(c: char) -> char {
    match acts(c) {
        true => char::REPLACEMENT_CHARACTER,
        false => c,
    }
}
