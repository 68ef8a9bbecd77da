//! How a script's own SET statements change what its quotes mean.

use crate::sql::Syntax;
use crate::sql::lexer::{TokenKind, tokens};

/// The SQL_MODE of the session, as far as the script says it in so many words.
///
/// `SET sql_mode = 'ANSI_QUOTES'` counts at once, and so does `SET sql_mode = @old`, which gives back what `@old` was
/// set to, or else the mode before the script. What is computed (`CONCAT(...)`) changes nothing here.
#[derive(Debug)]
pub(in crate::sql) struct Mode {
    first: Syntax,
    now: Syntax,
    /// User variables that keep a mode: `SET @old = @@sql_mode`.
    kept: Vec<(String, Syntax)>,
}

impl Mode {
    pub(in crate::sql) fn new(first: Syntax) -> Self {
        Self {
            first,
            now: first,
            kept: Vec::new(),
        }
    }

    /// How the next statement is to be read.
    pub(in crate::sql) fn now(&self) -> Syntax {
        self.now
    }

    /// Follows a statement that may set something.
    pub(in crate::sql) fn follow(&mut self, statement: &str) {
        let is_layout = |kind: TokenKind| kind.is_layout() || kind == TokenKind::Mark;
        let mut words = tokens(statement, self.now)
            .filter(|(kind, _)| !is_layout(*kind))
            .map(|(_, text)| text);
        if !words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("set"))
        {
            return;
        }
        let mut assignment = Vec::new();
        let mut depth = 0_u32;
        let before = self.now;
        let mut after = before;
        for word in words.chain([","]) {
            match word {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                "," if depth == 0 => {
                    self.assign(&assignment, &mut after);
                    assignment.clear();
                    continue;
                }
                _ => {}
            }
            assignment.push(word);
        }
        self.now = after;
    }

    fn assign(&mut self, words: &[&str], after: &mut Syntax) {
        let is = |word: &str, wanted: &str| word.eq_ignore_ascii_case(wanted);
        let Some(equals) = words.iter().position(|word| *word == "=") else {
            return;
        };
        let (target, value) = (&words[..equals], &words[equals + 1..]);
        let target = target.strip_suffix(&[":"]).unwrap_or(target);
        if let ["@", name] = target
            && *name != "@"
        {
            let is_mode = value.last().is_some_and(|word| is(word, "sql_mode"));
            let is_global = value.iter().any(|word| is(word, "global"));
            if is_mode && value[0] == "@" {
                let kept = if is_global { self.first } else { self.now };
                self.kept.retain(|(known, _)| !is(known, name));
                self.kept.push(((*name).to_owned(), kept));
            }
            return;
        }
        let target = match target {
            ["@", "@", scope, ".", name] if is(scope, "session") || is(scope, "local") => *name,
            ["@", "@", name] | [name] => *name,
            [scope, name] if is(scope, "session") || is(scope, "local") => *name,
            _ => return,
        };
        if !is(target.trim_matches('`'), "sql_mode") {
            return;
        }
        match value {
            ["@", name] => {
                let kept = self.kept.iter().find(|(known, _)| is(known, name));
                *after = kept.map_or(self.first, |(_, syntax)| *syntax);
            }
            [name] if is(name, "default") => *after = self.first,
            [number] if number.bytes().all(|b| b.is_ascii_digit()) => *after = numbered(number),
            [text] => *after = Syntax::mysql(text.trim_matches(['\'', '"', '`'])),
            _ => {}
        }
    }
}

/// A mode as the number that `@@sql_mode + 0` gives; the bits are those of
/// [MariaDB's table](https://mariadb.com/kb/en/sql-mode/) and of MySQL's `SQL_MODE` set.
fn numbered(number: &str) -> Syntax {
    const ANSI_QUOTES: u64 = 1 << 2;
    const NO_BACKSLASH_ESCAPES: u64 = 1 << 20;
    let bits: u64 = number.parse().unwrap_or_default();
    let plain = Syntax::mysql("");
    Syntax {
        ansi_quotes: bits & ANSI_QUOTES != 0,
        no_backslash_escapes: bits & NO_BACKSLASH_ESCAPES != 0,
        ..plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_a_script() {
        let keep = "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */";
        // Statements, and whether `"` quotes names and a backslash escapes at their end.
        let rows: &[(&str, &[&str], (bool, bool))] = &[
            ("", &[], (false, true)),
            ("", &["SET sql_mode = 'ANSI_QUOTES'"], (true, true)),
            ("", &["set session sql_mode := \"ansi\""], (true, true)),
            ("", &["SET @@SESSION . sql_mode = ANSI"], (true, true)),
            (
                "",
                &["SET @@sql_mode = 'ansi_quotes,NO_BACKSLASH_ESCAPES'"],
                (true, false),
            ),
            ("", &["SET a = (1, 2), sql_mode = 'ANSI'"], (true, true)),
            ("", &["SET sql_mode = 1048580"], (true, false)),
            ("", &["SET GLOBAL sql_mode = 'ANSI'"], (false, true)),
            ("", &["SET @@global.sql_mode = 'ANSI'"], (false, true)),
            ("", &["SET @sql_mode = 'ANSI'"], (false, true)),
            (
                "ANSI",
                &["SET sql_mode = CONCAT(@@sql_mode, ',TRADITIONAL')"],
                (true, true),
            ),
            ("ANSI", &["SET sql_mode = ''"], (false, true)),
            ("ANSI", &[keep], (false, true)),
            (
                "ANSI",
                &[keep, "/*!40101 SET SQL_MODE=@OLD_SQL_MODE */"],
                (true, true),
            ),
            (
                "ANSI",
                &["SET sql_mode = ''", "SET sql_mode = @elsewhere"],
                (true, true),
            ),
            (
                "ANSI",
                &["SET sql_mode = ''", "SET sql_mode = DEFAULT"],
                (true, true),
            ),
            (
                "ANSI",
                &[
                    "SET sql_mode = ''",
                    "SET @x = @@session.sql_mode",
                    "SET sql_mode = @X",
                ],
                (false, true),
            ),
            (
                "",
                &["SELECT 1", "UPDATE a SET sql_mode = 'ANSI'"],
                (false, true),
            ),
        ];
        for (first, statements, (ansi, escapes)) in rows {
            let mut mode = Mode::new(Syntax::mysql(first));
            for statement in *statements {
                mode.follow(statement);
            }
            let Syntax {
                ansi_quotes,
                no_backslash_escapes,
                ..
            } = mode.now();
            assert_eq!(
                (ansi_quotes, !no_backslash_escapes),
                (*ansi, *escapes),
                "{statements:?}"
            );
        }
    }
}
