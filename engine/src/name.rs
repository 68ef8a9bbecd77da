//! [`ScriptName`]: what a file name says about a script. With `language.rs` and `stem.rs`, every rule about the form of a name.

use std::fmt;
use std::str::FromStr;

use crate::language::{Language, is_script_extension, language, split_extension};
use crate::plain_name::LONGEST_PLAIN_NAME;
use crate::program::{self, Function};
use crate::role::BASELINE;
use crate::sql::Dialect;
use crate::stem::read_stem;
use crate::version::{Version, VersionError};

/// The longest file name, in bytes: what the ledger's columns and the usual file systems hold.
pub const LONGEST_NAME: usize = 255;

/// A script's file name, read: `VERSION`, then optionally `_`, `-` or a blank and words, then the extension.
///
/// `_` or a blank ends the version. `-` goes on with it only before digits that no letter follows, or before a
/// whole word dev, alpha, beta, rc or pl (with its number); otherwise it begins the description, because PHP's
/// matching of beginnings would read `-add` as alpha. `NAME.sqlite.sql` and `NAME.mysql.sql` are the variants of one
/// script for one database each.
///
/// ```
/// use upgrades::ScriptName;
///
/// let name: ScriptName = "4.0.0-2018-03-05_price-lists.sql".parse().unwrap();
/// assert_eq!(name.version().as_str(), "4.0.0-2018-03-05");
/// assert_eq!(name.description(), "price-lists");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptName {
    file: Box<str>,
    version: Version,
    description: std::ops::Range<usize>,
    dialect: Option<Dialect>,
    language: Language,
}

/// Why a file name is no script's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It does not begin with a digit.
    #[error(
        "a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql"
    )]
    NoVersion,
    /// The part before the description is no version.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// A word that PHP's order does not know would sort the script before the release that it follows.
    #[error(
        "{0:?} is no word of a version (dev, alpha, a, beta, b, rc, pl, p); put \"_\" before it if it describes the script"
    )]
    Word(String),
    /// A character that could end a line, leave a folder or hide a part of the name.
    #[error("a script's name cannot contain {0:?}")]
    Character(char),
    /// Longer than [`LONGEST_NAME`].
    #[error("a script's name is at most {LONGEST_NAME} bytes long; this one has {0}")]
    Long(usize),
    /// The file is written in a language that this build cannot run.
    #[error("this build runs no .{0} scripts")]
    Language(String),
    /// What stands in the folder of repeatable scripts, and is not named as one.
    #[error(
        "a repeatable script's name has no version; it is of letters, digits, _, - and blanks, as in repeat/prices_view.sql"
    )]
    Plain,
    /// A callback's name with more in it than the database that it is for.
    #[error(
        "a callback is named {0}.sql, or as in {0}.sqlite.sql when it is for one database only"
    )]
    Callback(&'static str),
    /// A baseline's name with more or less in it than its version and the database that it is for.
    #[error(
        "a baseline is named by the version that it leads to, as in baseline-3.1.0.sql, or baseline-3.1.0.sqlite.sql when it is for one database only"
    )]
    Baseline,
    /// A name without a version that is longer than [`LONGEST_PLAIN_NAME`](crate::LONGEST_PLAIN_NAME).
    #[error(
        "the name of a script without a version is at most {LONGEST_PLAIN_NAME} bytes long; this one has {0}"
    )]
    LongPlain(usize),
    /// It is said to be for a database that the engine calls otherwise, or does not know: every database would run it.
    #[error(
        "{0:?} is no name that a script for one database has; there are .sqlite.sql and .mysql.sql, which is for MariaDB too"
    )]
    Database(String),
    /// The extension is not that of a script.
    #[error("a script's name ends with .sql{}", if cfg!(feature = "lua") { " or .lua" } else { "" })]
    Extension,
}

impl ScriptName {
    /// The file name, as it stands in the folder and in the ledger.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The version that the name begins with.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// What follows the version; empty when nothing does.
    pub fn description(&self) -> &str {
        &self.file[self.description.clone()]
    }

    /// The name up to the extension and the database's name: what the variants of one script share.
    pub(crate) fn stem(&self) -> &str {
        &self.file[..self.description.end]
    }

    /// The only database that this file is for; `None` when it is for every one.
    pub fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    /// What the script is written in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The name of a function, which stands in no folder.
    ///
    /// # Errors
    /// As for [`ScriptName::from_str`].
    pub(crate) fn of_function(function: &Function) -> Result<Self, NameError> {
        let file = function.file();
        let stem = &file[..file.len() - program::EXTENSION.len() - 1];
        Self::read(&file, stem, None, Language::Rust)
    }

    /// Reads the name of a baseline: `baseline-`, the version that it leads to, and `.sql`.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn baseline(file: &str) -> Result<Self, NameError> {
        let ends = Ends::of(file)?;
        let told = ends.stem.strip_prefix(BASELINE);
        let (Some(told), Language::Sql) = (told, ends.language) else {
            return Err(NameError::Baseline);
        };
        let Self { version, .. } = Self::read(file, told, ends.dialect, ends.language)?;
        if version.as_str() != told {
            return Err(NameError::Baseline);
        }
        Ok(Self {
            file: file.into(),
            version,
            description: ends.stem.len()..ends.stem.len(),
            dialect: ends.dialect,
            language: ends.language,
        })
    }

    fn read(
        file: &str,
        stem: &str,
        dialect: Option<Dialect>,
        language: Language,
    ) -> Result<Self, NameError> {
        if file.len() > LONGEST_NAME {
            return Err(NameError::Long(file.len()));
        }
        if let Some(c) = file.chars().find(|c| is_treacherous(*c)) {
            return Err(NameError::Character(c));
        }
        let (version, description) = read_stem(stem)?;
        Ok(Self {
            file: file.into(),
            version,
            description,
            dialect,
            language,
        })
    }

    /// Reads a name that the ledger holds. Older releases wrote the version alone, or a name with an extension that
    /// nobody runs any more; both say which version it was.
    ///
    /// # Errors
    /// As for [`ScriptName::from_str`], but for the extension.
    pub(crate) fn recorded_version(file: &str) -> Result<Version, NameError> {
        let stem = match split_extension(file) {
            Some((stem, extension)) if is_script_extension(extension) => split_dialect(stem).0,
            Some((stem, program::EXTENSION)) => stem,
            _ => file,
        };
        Ok(read_stem(stem)?.0)
    }
}

impl FromStr for ScriptName {
    type Err = NameError;

    fn from_str(file: &str) -> Result<Self, NameError> {
        let ends = Ends::of(file)?;
        let is_other = |suffix: &str| {
            let mut others = OTHER_DATABASES.split(' ');
            others.any(|other| suffix.eq_ignore_ascii_case(other))
        };
        if let Some((_, suffix)) = ends.stem.rsplit_once('.')
            && is_other(suffix)
        {
            return Err(NameError::Database(suffix.to_owned()));
        }
        Self::read(file, ends.stem, ends.dialect, ends.language)
    }
}

/// What the end of a file name says, and what stands before it.
pub(crate) struct Ends<'f> {
    pub(crate) stem: &'f str,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) language: Language,
}

impl<'f> Ends<'f> {
    /// Takes the extension off, and the database's name before it.
    ///
    /// # Errors
    /// The extension is not that of a script that this build runs.
    pub(crate) fn of(file: &'f str) -> Result<Self, NameError> {
        let (stem, extension) = split_extension(file).ok_or(NameError::Extension)?;
        let Some(language) = language(extension) else {
            return Err(if is_script_extension(extension) {
                NameError::Language(extension.to_ascii_lowercase())
            } else {
                NameError::Extension
            });
        };
        let (stem, dialect) = split_dialect(stem);
        Ok(Self {
            stem,
            dialect,
            language,
        })
    }
}

impl fmt::Display for ScriptName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)
    }
}

/// Separators of folders, and characters that change how the text around them is shown.
pub(crate) fn is_treacherous(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() || matches!(c, '/' | '\\');
    }
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// What people put before the extension where they mean one database, and what means none here.
const OTHER_DATABASES: &str = "mariadb sqlite3 postgres postgresql pgsql mssql sqlserver oracle";

fn split_dialect(stem: &str) -> (&str, Option<Dialect>) {
    if let Some((rest, suffix)) = stem.rsplit_once('.')
        && let Some(dialect) = Dialect::from_suffix(suffix)
    {
        return (rest, Some(dialect));
    }
    (stem, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_version_and_description() {
        let rows = [
            ("0042.sql", "0042", ""),
            ("0042_add_vat.sql", "0042", "add_vat"),
            ("0042-add-vat.sql", "0042", "add-vat"),
            ("0042 add vat.sql", "0042", "add vat"),
            ("0042-2fa.sql", "0042", "2fa"),
            ("0042_2fa_support.sql", "0042", "2fa_support"),
            ("4.0.0-2018-03-05.sql", "4.0.0-2018-03-05", ""),
            (
                "2018-01-14-171611_create_tables.sql",
                "2018-01-14-171611",
                "create_tables",
            ),
            ("3.3.3.10.sql", "3.3.3.10", ""),
            ("2013011700.sql", "2013011700", ""),
            ("1.0-beta2.sql", "1.0-beta2", ""),
            ("1.0-beta.2.sql", "1.0-beta.2", ""),
            ("1.0-Beta2_x.sql", "1.0-Beta2", "x"),
            ("1.0-beta2nd.sql", "1.0", "beta2nd"),
            ("1.0-betas.sql", "1.0", "betas"),
            ("1.0-add.sql", "1.0", "add"),
            ("1.0-preview.sql", "1.0", "preview"),
            ("1.0-a1.sql", "1.0", "a1"),
            ("1.0-rc.2-fix.sql", "1.0-rc.2", "fix"),
            ("1.0RC1.sql", "1.0RC1", ""),
            ("16.03.1b.sql", "16.03.1b", ""),
            ("1_2_3.sql", "1", "2_3"),
            ("1+2.sql", "1+2", ""),
            ("0042_add_vat.mysql.sql", "0042", "add_vat"),
            ("3.1.0.sqlite.SQL", "3.1.0", ""),
            ("0042_prix réduits.sql", "0042", "prix réduits"),
            ("0042_it's \"quoted\".sql", "0042", "it's \"quoted\""),
        ];
        for (file, version, description) in rows {
            let name: ScriptName = file.parse().unwrap_or_else(|e| panic!("{file}: {e}"));
            assert_eq!(
                (name.version().as_str(), name.description()),
                (version, description),
                "{file}"
            );
        }
    }

    #[test]
    fn case_does_not_make_another_word() {
        let version = |file: &str| file.parse::<ScriptName>().expect("valid").version().clone();
        assert_eq!(version("1.0-Beta2.sql"), version("1.0-beta2.sql"));
        assert!(version("1.0-Beta2.sql") < version("1.0.sql"));
    }

    #[test]
    fn refuses_other_names() {
        let rows = [
            ("add_vat.sql", NameError::NoVersion),
            ("V1__init.sql", NameError::NoVersion),
            ("1.0..sql", VersionError::Edge('.').into()),
            ("1.0(1).sql", VersionError::Character('(').into()),
            ("3.2.0.backup.sql", NameError::Word("backup".into())),
            ("2fa.sql", NameError::Word("fa".into())),
            ("1\n2.sql", NameError::Character('\n')),
            ("../1.sql", NameError::Character('/')),
            ("1_\u{202e}lqs.sql", NameError::Character('\u{202e}')),
            ("1_a.mariadb.sql", NameError::Database("mariadb".into())),
            ("1_a.SQLite3.sql", NameError::Database("SQLite3".into())),
            ("1.postgresql.sql", NameError::Database("postgresql".into())),
            ("1.php", NameError::Language("php".into())),
            ("1.txt", NameError::Extension),
        ];
        for (file, error) in rows {
            assert_eq!(file.parse::<ScriptName>(), Err(error), "{file:?}");
        }
        let long = format!("1_{}.sql", "x".repeat(250));
        assert_eq!(long.parse::<ScriptName>(), Err(NameError::Long(256)));
    }

    #[test]
    fn reads_what_older_releases_recorded() {
        for (file, version) in [
            ("3.3.3.10.php", "3.3.3.10"),
            ("3.1.0", "3.1.0"),
            ("2.0.1_prices.sqlite.sql", "2.0.1"),
        ] {
            let read = ScriptName::recorded_version(file).expect(file);
            assert_eq!(read.as_str(), version);
        }
        assert!(ScriptName::recorded_version("garbage").is_err());
    }

    #[test]
    fn baselines() {
        let rows = [
            ("baseline-3.1.0.sql", Some(("3.1.0", None))),
            ("baseline-0042.sql", Some(("0042", None))),
            ("baseline-1.0-RC1.sql", Some(("1.0-RC1", None))),
            (
                "baseline-3.1.0.sqlite.sql",
                Some(("3.1.0", Some(Dialect::Sqlite))),
            ),
            (
                "baseline-3.1.0.mysql.SQL",
                Some(("3.1.0", Some(Dialect::Mysql))),
            ),
            ("baseline-3.1.0_prices.sql", None),
            ("baseline-3.1.0 .sql", None),
            ("baseline-.sql", None),
            ("baseline-x.sql", None),
            ("baseline-3.1.0.lua", None),
            ("baseline-3.1.0.php", None),
            ("baseline-3.1.0", None),
            ("3.1.0.sql", None),
        ];
        for (file, expected) in rows {
            let name = ScriptName::baseline(file);
            let read = name.as_ref().ok();
            let found = read.map(|name| (name.version().as_str(), name.dialect()));
            assert_eq!(found, expected, "{file}");
        }
    }
}
