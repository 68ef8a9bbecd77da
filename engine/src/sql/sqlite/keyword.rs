//! The words that decide what a statement is.

use crate::sql::words::Words;

/// The words that matter here; every other token of a statement is `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Keyword {
    #[default]
    None,
    Other,
    Alter,
    Attach,
    Begin,
    Changes,
    Commit,
    Create,
    Delete,
    Detach,
    Drop,
    End,
    Explain,
    ForeignKeys,
    Insert,
    /// What stands before the name in CREATE, but for TABLE: INDEX, TRIGGER, VIEW, IF NOT EXISTS.
    Introduces,
    /// A pragma that asks, or whose value lives in the database file.
    Lasting,
    Pragma,
    Release,
    Rollback,
    Savepoint,
    Table,
    Temp,
    To,
    Transaction,
    Update,
    Vacuum,
    Where,
    With,
}

/// Lower case; from SQLite's list of keywords, functions and pragmas.
const KEYWORDS: &[(&str, Keyword)] = &[
    ("alter", Keyword::Alter),
    ("application_id", Keyword::Lasting),
    ("attach", Keyword::Attach),
    ("begin", Keyword::Begin),
    ("changes", Keyword::Changes),
    ("collation_list", Keyword::Lasting),
    ("commit", Keyword::Commit),
    ("compile_options", Keyword::Lasting),
    ("create", Keyword::Create),
    ("data_version", Keyword::Lasting),
    ("database_list", Keyword::Lasting),
    ("delete", Keyword::Delete),
    ("detach", Keyword::Detach),
    ("drop", Keyword::Drop),
    ("encoding", Keyword::Lasting),
    ("end", Keyword::End),
    ("exists", Keyword::Introduces),
    ("explain", Keyword::Explain),
    ("foreign_key_check", Keyword::Lasting),
    ("foreign_key_list", Keyword::Lasting),
    ("foreign_keys", Keyword::ForeignKeys),
    ("freelist_count", Keyword::Lasting),
    ("incremental_vacuum", Keyword::Lasting),
    ("index", Keyword::Introduces),
    ("index_info", Keyword::Lasting),
    ("index_list", Keyword::Lasting),
    ("index_xinfo", Keyword::Lasting),
    ("insert", Keyword::Insert),
    ("integrity_check", Keyword::Lasting),
    ("optimize", Keyword::Lasting),
    ("page_count", Keyword::Lasting),
    ("pragma", Keyword::Pragma),
    ("quick_check", Keyword::Lasting),
    ("release", Keyword::Release),
    ("replace", Keyword::Insert),
    ("rollback", Keyword::Rollback),
    ("savepoint", Keyword::Savepoint),
    ("schema_version", Keyword::Lasting),
    ("table", Keyword::Table),
    ("table_info", Keyword::Lasting),
    ("table_list", Keyword::Lasting),
    ("table_xinfo", Keyword::Lasting),
    ("temp", Keyword::Temp),
    ("temporary", Keyword::Temp),
    ("to", Keyword::To),
    ("total_changes", Keyword::Changes),
    ("transaction", Keyword::Transaction),
    ("trigger", Keyword::Introduces),
    ("update", Keyword::Update),
    ("user_version", Keyword::Lasting),
    ("vacuum", Keyword::Vacuum),
    ("view", Keyword::Introduces),
    ("wal_checkpoint", Keyword::Lasting),
    ("where", Keyword::Where),
    ("with", Keyword::With),
];

/// The keyword that a word is.
pub(super) fn keyword(word: &[u8]) -> Keyword {
    static WORDS: Words<Keyword> = Words::new(KEYWORDS);
    WORDS.get(word).unwrap_or(Keyword::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_stand_in_their_order() {
        assert!(KEYWORDS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
