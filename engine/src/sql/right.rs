//! [`Right`]: what a user has to be allowed for a statement.

use std::fmt;

/// A privilege on a schema, as GRANT names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Right {
    /// SELECT.
    Select,
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
    /// CREATE.
    Create,
    /// ALTER.
    Alter,
    /// DROP.
    Drop,
    /// INDEX.
    Index,
    /// REFERENCES.
    References,
    /// CREATE VIEW.
    CreateView,
    /// SHOW VIEW.
    ShowView,
    /// TRIGGER.
    Trigger,
    /// CREATE ROUTINE.
    CreateRoutine,
    /// ALTER ROUTINE.
    AlterRoutine,
    /// EXECUTE.
    Execute,
    /// EVENT.
    Event,
    /// CREATE TEMPORARY TABLES.
    TemporaryTables,
}

/// What the engine itself needs, for the tables that it keeps.
pub(crate) const ENGINES_OWN: [Right; 5] = [
    Right::Select,
    Right::Insert,
    Right::Update,
    Right::Delete,
    Right::Create,
];

impl Right {
    /// The words that GRANT has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Create => "CREATE",
            Self::Alter => "ALTER",
            Self::Drop => "DROP",
            Self::Index => "INDEX",
            Self::References => "REFERENCES",
            Self::CreateView => "CREATE VIEW",
            Self::ShowView => "SHOW VIEW",
            Self::Trigger => "TRIGGER",
            Self::CreateRoutine => "CREATE ROUTINE",
            Self::AlterRoutine => "ALTER ROUTINE",
            Self::Execute => "EXECUTE",
            Self::Event => "EVENT",
            Self::TemporaryTables => "CREATE TEMPORARY TABLES",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a definition statement makes a foreign key, which needs [`Right::References`] on MySQL.
pub(crate) fn refers(statement: &str) -> bool {
    statement
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|word| word.eq_ignore_ascii_case("references"))
}

/// What a definition statement needs beyond [`ENGINES_OWN`], by the servers' manuals of each statement. What it needs
/// to be looked at before and after it runs is among it.
pub(crate) fn of_definition(statement: &str) -> &'static [Right] {
    use Right as R;
    let mut words = statement.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let verb = words.find(|word| !word.is_empty()).unwrap_or_default();
    // What stands between the verb and the object: OR REPLACE, DEFINER = a@b, ALGORITHM = x, TEMPORARY, UNIQUE.
    let objects = [
        "temporary",
        "table",
        "index",
        "view",
        "trigger",
        "procedure",
        "function",
        "event",
    ];
    let object = words
        .take(24)
        .find_map(|word| {
            objects
                .into_iter()
                .find(|object| word.eq_ignore_ascii_case(object))
        })
        .unwrap_or_default();
    match (verb.to_ascii_lowercase().as_str(), object) {
        ("create", "temporary") => &[R::TemporaryTables],
        ("create" | "drop", "index") => &[R::Index],
        ("create" | "alter", "view") => &[R::CreateView, R::ShowView, R::Drop],
        ("drop", "table") | ("truncate", _) => &[R::Drop],
        ("drop", "view") => &[R::Drop, R::ShowView],
        (_, "trigger") => &[R::Trigger],
        ("create", "procedure" | "function") => &[R::CreateRoutine],
        ("alter" | "drop", "procedure" | "function") => &[R::AlterRoutine],
        (_, "event") => &[R::Event],
        ("alter", "table") => &[R::Alter],
        ("rename", _) => &[R::Alter, R::Drop],
        ("call", _) => &[R::Execute],
        (_, _) => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_statements_need() {
        let rows: [(&str, &[Right]); 9] = [
            ("CREATE TABLE a (b INT)", &[]),
            ("create unique index i on t (a)", &[Right::Index]),
            ("ALTER TABLE a ADD b INT", &[Right::Alter]),
            ("DROP TABLE IF EXISTS a", &[Right::Drop]),
            (
                "CREATE OR REPLACE ALGORITHM=MERGE VIEW v AS SELECT 1",
                &[Right::CreateView, Right::ShowView, Right::Drop],
            ),
            (
                "CREATE DEFINER=`a`@`b` TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = 1",
                &[Right::Trigger],
            ),
            ("CREATE PROCEDURE p() SELECT 1", &[Right::CreateRoutine]),
            ("RENAME TABLE a TO b", &[Right::Alter, Right::Drop]),
            (
                "CREATE TEMPORARY TABLE t (a INT)",
                &[Right::TemporaryTables],
            ),
        ];
        for (statement, needed) in rows {
            assert_eq!(of_definition(statement), needed, "{statement}");
        }
    }
}
