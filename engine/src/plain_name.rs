//! [`PlainName`]: the file name of a script without a version, a repeatable one or a callback.

use std::ops::Range;

use crate::language::Language;
use crate::name::{Ends, NameError, is_treacherous};
use crate::program;
use crate::role::{Moment, REPEAT};
use crate::sql::Dialect;

/// The longest, in bytes and without its folder: with folder and track it fits into a key of 191, which is what the oldest
/// of the servers' tables can hold.
pub const LONGEST_PLAIN_NAME: usize = 119;

/// The file name of a script without a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlainName {
    /// With its folder.
    file: Box<str>,
    words: Range<usize>,
    dialect: Option<Dialect>,
    language: Language,
}

impl PlainName {
    /// Reads the name of a file in the folder of repeatable scripts: words, then `.sql`, or `.sqlite.sql` for one database.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn repeatable(name: &str) -> Result<Self, NameError> {
        let (ends, words) = read(name)?;
        let begins = |c: char| is_of_words(c) && !matches!(c, '-' | ' ');
        if !words.starts_with(begins) || words.ends_with(' ') || !words.chars().all(is_of_words) {
            return Err(NameError::Plain);
        }
        let folder = REPEAT.len() + 1;
        Ok(Self {
            file: format!("{REPEAT}/{name}").into(),
            words: folder..folder + words.len(),
            dialect: ends.dialect,
            language: ends.language,
        })
    }

    /// Reads the name of a callback's file.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn callback(moment: Moment, file: &str) -> Result<Self, NameError> {
        let (ends, words) = read(file)?;
        if words != moment.as_str() {
            return Err(NameError::Callback(moment.as_str()));
        }
        Ok(Self {
            file: file.into(),
            words: 0..words.len(),
            dialect: ends.dialect,
            language: ends.language,
        })
    }

    /// The name of a callback that is a function.
    pub(crate) fn of_function(moment: Moment) -> Self {
        let words = moment.as_str();
        Self {
            file: format!("{words}.{}", program::EXTENSION).into(),
            words: 0..words.len(),
            dialect: None,
            language: Language::Rust,
        }
    }

    /// The file, as it is found in the track's folder and stands in the history.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The name without folder, database and extension.
    pub(crate) fn words(&self) -> &str {
        &self.file[self.words.clone()]
    }

    /// The only database that this file is for; `None` when it is for every one.
    pub(crate) fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }
}

fn read(name: &str) -> Result<(Ends<'_>, &str), NameError> {
    let ends = Ends::of(name)?;
    if name.len() > LONGEST_PLAIN_NAME {
        return Err(NameError::LongPlain(name.len()));
    }
    match name.chars().find(|c| is_treacherous(*c)) {
        Some(c) => Err(NameError::Character(c)),
        None => {
            let words = ends.stem;
            Ok((ends, words))
        }
    }
}

/// Letters and digits of every script, with the marks that some of them need.
fn is_of_words(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '),
        false => !c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_repeatable_scripts() {
        let long = format!("{}.sql", "x".repeat(LONGEST_PLAIN_NAME - 4));
        let rows = [
            ("prices_view.sql", Some(("prices_view", None))),
            ("prices.sqlite.sql", Some(("prices", Some(Dialect::Sqlite)))),
            ("Prices.MySQL.SQL", Some(("Prices", Some(Dialect::Mysql)))),
            ("42.sql", Some(("42", None))),
            ("prix réduits-2.sql", Some(("prix réduits-2", None))),
            ("価格.sql", Some(("価格", None))),
            (&long, Some((&long[..LONGEST_PLAIN_NAME - 4], None))),
            ("1.0.0_prices.sql", None),
            ("prices.postgres.sql", None),
            (".sql", None),
            ("-x.sql", None),
            (" x.sql", None),
            ("x .sql", None),
            ("a;b.sql", None),
            ("a'b.sql", None),
            ("a\nb.sql", None),
            ("a\u{202e}b.sql", None),
            ("a\u{a0}b.sql", None),
            ("../a.sql", None),
            ("sub/a.sql", None),
            ("a\\b.sql", None),
            ("a.php", None),
            ("a.txt", None),
            ("a", None),
            ("", None),
        ];
        for (file, expected) in rows {
            let name = PlainName::repeatable(file);
            let found = name
                .as_ref()
                .map(|name| (name.words(), name.dialect()))
                .ok();
            assert_eq!(found, expected, "{file:?}");
            if let Ok(name) = &name {
                assert_eq!(name.file(), format!("repeat/{file}"));
            }
        }
        let too_long = format!("x{long}");
        assert_eq!(
            PlainName::repeatable(&too_long),
            Err(NameError::LongPlain(120))
        );
    }

    #[test]
    fn names_of_callbacks() {
        let rows = [
            ("after-run.sql", Some(None)),
            ("after-run.mysql.sql", Some(Some(Dialect::Mysql))),
            ("after-run.postgres.sql", None),
            ("after-run.sql.sql", None),
            ("after-run.php", None),
        ];
        for (file, expected) in rows {
            let name = PlainName::callback(Moment::AfterRun, file);
            assert_eq!(name.map(|name| name.dialect()).ok(), expected, "{file}");
        }
    }
}
