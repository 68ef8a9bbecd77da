//! [`Language`]: what a script is written in, and which files claim to be scripts.

use serde::Serialize;

/// What a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Language {
    /// SQL: `*.sql`.
    Sql,
    /// Lua: `*.lua`.
    Lua,
    /// Rust: a function of the application.
    Rust,
}

/// The extensions of the languages that this build runs.
const EXTENSIONS: &[(&str, Language)] = &[
    ("sql", Language::Sql),
    #[cfg(feature = "lua")]
    ("lua", Language::Lua),
];

/// Extensions of languages that this build cannot run; a file with one must not be passed over in silence.
const FOREIGN_EXTENSIONS: &[&str] = &[
    #[cfg(not(feature = "lua"))]
    "lua",
    "php",
];

/// Whose a file in a track's folder is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A hidden file or a README.
    Nobody,
    /// Something else that stands among the scripts.
    Other,
    /// A script's: its name must be readable.
    Script,
}

/// Tells whether a file name claims to be a script's.
pub(crate) fn whose(file: &str) -> Whose {
    let starts_with_readme = file
        .get(..6)
        .is_some_and(|s| s.eq_ignore_ascii_case("readme"));
    // A script that is given in code may have any name: ../1.sql is not hidden.
    if (file.starts_with('.') || starts_with_readme) && !file.contains('/') {
        return Whose::Nobody;
    }
    match split_extension(file) {
        Some((_, extension)) if is_script_extension(extension) => Whose::Script,
        _ => Whose::Other,
    }
}

/// Whether a file with this extension claims to be a script, of whatever language.
pub(crate) fn is_script_extension(extension: &str) -> bool {
    language(extension).is_some()
        || FOREIGN_EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
}

/// The language of an extension, when this build runs it.
pub(crate) fn language(extension: &str) -> Option<Language> {
    EXTENSIONS
        .iter()
        .find(|(known, _)| extension.eq_ignore_ascii_case(known))
        .map(|(_, language)| *language)
}

/// A file name without its extension, and that.
pub(crate) fn split_extension(file: &str) -> Option<(&str, &str)> {
    file.rsplit_once('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_whose_a_file_is() {
        let rows = [
            (".1.0.sql.swp", Whose::Nobody),
            ("../1.0.sql", Whose::Script),
            ("README.md", Whose::Nobody),
            ("readme.sql", Whose::Nobody),
            ("1.0.sql", Whose::Script),
            ("broken.SQL", Whose::Script),
            ("1.0.lua", Whose::Script),
            ("1.0.sql~", Whose::Other),
            ("1.0.sql.bak", Whose::Other),
            ("notes", Whose::Other),
        ];
        for (file, expected) in rows {
            assert_eq!(whose(file), expected, "{file}");
        }
    }
}
