//! What a script says to MySQL's client and not to the server: DELIMITER, USE without an end, `\G`, and commands that
//! upgrades does not run.
//!
//! The rules are those of the [`mysql`](https://dev.mysql.com/doc/refman/8.4/en/mysql-commands.html) and
//! [`mariadb`](https://mariadb.com/kb/en/mysql-command-line-client/) clients, found by trying: a command stands where
//! a statement could begin, its name in any case, and takes the rest of its line.

/// The client's commands, with the letter that stands for each after a backslash. DELIMITER and USE, which are
/// followed, and `\g` and `\G` are not among them.
const COMMANDS: &[(&str, u8)] = &[
    ("?", b'?'),
    ("charset", b'C'),
    ("clear", b'c'),
    ("connect", b'r'),
    ("edit", b'e'),
    ("ego", b'G'),
    ("exit", b'q'),
    ("go", b'g'),
    ("help", b'h'),
    ("nopager", b'n'),
    ("notee", b't'),
    ("nowarning", b'w'),
    ("pager", b'P'),
    ("print", b'p'),
    ("prompt", b'R'),
    ("query_attributes", 0),
    ("quit", b'q'),
    ("rehash", b'#'),
    ("resetconnection", b'x'),
    ("sandbox", b'-'),
    ("source", b'.'),
    ("ssl_session_data_print", 0),
    ("status", b's'),
    ("system", b'!'),
    ("tee", b'T'),
    ("use", b'u'),
    ("warnings", b'W'),
];

/// What a line that begins a statement says to the client.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sql) enum Line<'l> {
    /// DELIMITER and what follows the word.
    Delimiter(&'l str),
    /// USE without an end: the line is the statement.
    Use,
    /// A command of the client's that nobody here runs.
    Other(&'static str),
}

/// What a line says, from the first word of a statement to its end; `None` for SQL. `delimiter` is what ends a
/// statement; `first` says that nothing but white space stands before it in its line.
pub(in crate::sql) fn line<'l>(line: &'l str, delimiter: &str, first: bool) -> Option<Line<'l>> {
    let line = line.trim_end();
    let ended = line.contains(delimiter) || line.contains("\\g");
    let name = &line[..line.find([' ', '\t']).unwrap_or(line.len())];
    if name.eq_ignore_ascii_case("delimiter") {
        return Some(Line::Delimiter(&line[name.len()..]));
    }
    if name.eq_ignore_ascii_case("use") {
        return (first && !ended && line.len() > name.len()).then_some(Line::Use);
    }
    let end = name.find(delimiter).unwrap_or(name.len());
    let (known, _) = COMMANDS
        .iter()
        .find(|(known, _)| name[..end].eq_ignore_ascii_case(known))?;
    Some(Line::Other(known))
}

/// The longest name of a command, and a bit more.
pub(in crate::sql) const LONGEST_NAME: usize = 24;

/// Whether a word may begin such a line.
pub(in crate::sql) fn may_begin(word: &[u8]) -> bool {
    word.len() < LONGEST_NAME
        && (word.eq_ignore_ascii_case(b"delimiter")
            || COMMANDS
                .iter()
                .any(|(known, _)| word.eq_ignore_ascii_case(known.as_bytes())))
}

/// What a backslash and a letter mean outside quotes and comments.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sql) enum Short {
    /// `\g`, `\G`: the statement ends.
    Go,
    /// `\d`: DELIMITER.
    Delimiter,
    /// A command of the client's that nobody here runs.
    Other(&'static str),
    /// `\N`, and what the client does not know either.
    None,
}

/// What `\letter` means.
pub(in crate::sql) fn short(letter: u8) -> Short {
    match letter {
        b'g' | b'G' => Short::Go,
        b'd' => Short::Delimiter,
        _ => COMMANDS
            .iter()
            .find(|(_, known)| *known == letter && letter != 0)
            .map_or(Short::None, |(name, _)| Short::Other(name)),
    }
}

/// Why a delimiter cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadDelimiter {
    #[error("it must be followed by a delimiter")]
    Missing,
    #[error("a delimiter cannot contain a backslash")]
    Backslash,
    #[error("a delimiter cannot be longer than 15 bytes")]
    Long,
    #[error("its quote is never closed")]
    Unclosed,
}

/// How many bytes of a delimiter the client keeps.
const LONGEST_DELIMITER: usize = 15;

/// The delimiter that the rest of a DELIMITER line names: one word, or what stands in quotes.
pub(in crate::sql) fn delimiter(rest: &str) -> Result<String, BadDelimiter> {
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| ['\'', '"', '`'].contains(c));
    let mut found = String::new();
    let mut characters = rest.chars().skip(usize::from(quote.is_some())).peekable();
    let mut closed = quote.is_none();
    while let Some(character) = characters.next() {
        match (character, quote, characters.peek()) {
            ('\\', _, Some(_)) => found.extend(characters.next()),
            (_, Some(quote), Some(next)) if character == quote && *next == quote => {
                found.extend(characters.next());
            }
            (_, Some(quote), _) if character == quote => {
                closed = true;
                break;
            }
            (_, None, _) if character.is_ascii_whitespace() => break,
            _ => found.push(character),
        }
    }
    match found {
        _ if !closed => Err(BadDelimiter::Unclosed),
        found if found.is_empty() => Err(BadDelimiter::Missing),
        found if found.contains('\\') => Err(BadDelimiter::Backslash),
        found if found.len() > LONGEST_DELIMITER => Err(BadDelimiter::Long),
        found => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_delimiters() {
        let rows = [
            (" //", Ok("//")),
            (" $$ ", Ok("$$")),
            ("\t;;\t-- words", Ok(";;")),
            (" // words", Ok("//")),
            (" ';'", Ok(";")),
            (" \"$$\" x", Ok("$$")),
            (" `|`", Ok("|")),
            (" 'a''b'", Ok("a'b")),
            (" 'a b'", Ok("a b")),
            (r" \$\$", Ok("$$")),
            ("", Err(BadDelimiter::Missing)),
            ("  ", Err(BadDelimiter::Missing)),
            (" ''", Err(BadDelimiter::Missing)),
            (r" \\", Err(BadDelimiter::Backslash)),
            (r" a\", Err(BadDelimiter::Backslash)),
            (" 'a", Err(BadDelimiter::Unclosed)),
            (" 1234567890123456", Err(BadDelimiter::Long)),
        ];
        for (rest, expected) in rows {
            let expected = expected.map(str::to_owned);
            assert_eq!(delimiter(rest), expected, "{rest:?}");
        }
    }

    #[test]
    fn reads_lines() {
        let rows = [
            ("DELIMITER $$", Some(Line::Delimiter(" $$"))),
            ("delimiter\t//", Some(Line::Delimiter("\t//"))),
            ("Delimiter", Some(Line::Delimiter(""))),
            ("DELIMITER ;", Some(Line::Delimiter(" ;"))),
            ("use a", Some(Line::Use)),
            ("USE a;", None),
            ("use", None),
            ("source x.sql", Some(Line::Other("source"))),
            ("SOURCE x.sql;", Some(Line::Other("source"))),
            ("exit;", Some(Line::Other("exit"))),
            ("system ls", Some(Line::Other("system"))),
            ("SELECT 1", None),
            ("delimiters", None),
        ];
        for (text, expected) in rows {
            assert_eq!(line(text, ";", true), expected, "{text}");
        }
        assert_eq!(line("use a", ";", false), None);
    }
}
