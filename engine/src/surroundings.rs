//! What a script has made of its session, so that a new session can be made the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a script has set in its session. Values are SQL literals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Surroundings {
    /// The schema that USE has chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<String>,
    /// The SET ROLE that the script has said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    /// System variables, by their lower-case names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) system: BTreeMap<String, String>,
    /// User variables, by their names without `@`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) user: BTreeMap<String, String>,
    /// Prepared statements, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) prepared: BTreeMap<String, Prepared>,
    /// Temporary tables, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) temporary: BTreeMap<String, Temporary>,
}

/// A prepared statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prepared {
    pub(crate) text: String,
    /// The SQL_MODE that it was read by, where the script has set one before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) sql_mode: Option<String>,
}

/// A statement that makes a new session what the old one was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Restoring {
    /// The script cannot go on without it.
    Needed(String),
    /// It prepares what may be about something that is gone, and is not executed any more then.
    Optional(String),
}

/// A temporary table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Temporary {
    /// The statement that made it.
    pub(crate) statement: u64,
    /// How to make it again; `None` once it may hold rows.
    pub(crate) text: Option<String>,
}

impl Surroundings {
    /// Whether nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The statement that made a temporary table whose rows are gone with the session.
    pub(crate) fn lost(&self) -> Option<u64> {
        let lost = self.temporary.values().filter(|table| table.text.is_none());
        lost.map(|table| table.statement).min()
    }

    /// The user variables, as a SELECT names them.
    pub(crate) fn user_variables(&self) -> Vec<String> {
        self.user.keys().map(|name| variable(name)).collect()
    }

    /// Takes what the [user variables](Self::user_variables) are worth.
    pub(crate) fn set_user_variables(&mut self, literals: Vec<String>) {
        for (value, literal) in self.user.values_mut().zip(literals) {
            *value = literal;
        }
    }

    /// The statements that make a new session what this one was, in order. User variables come last, as the statements
    /// before them use one.
    pub(crate) fn restore(&self) -> Vec<Restoring> {
        use Restoring::{Needed, Optional};
        let mut statements = Vec::new();
        // First: the others may need its rights.
        statements.extend(self.role.clone().map(Needed));
        if let Some(schema) = &self.schema {
            statements.push(Needed(format!("USE {}", quoted(schema))));
        }
        // Before what depends on how texts are read.
        let texts = self
            .temporary
            .values()
            .filter_map(|table| table.text.clone());
        statements.extend(texts.map(Needed));
        // Those first that were read by the SQL_MODE of a new session.
        let mut prepared: Vec<_> = self.prepared.iter().collect();
        prepared.sort_by_key(|(_, prepared)| prepared.sql_mode.is_some());
        for (name, Prepared { text, sql_mode }) in prepared {
            if let Some(sql_mode) = sql_mode {
                statements.push(Needed(format!("SET SESSION sql_mode = {sql_mode}")));
            }
            let text = hexadecimal(text);
            statements.push(Needed(format!(
                "SET @upgrades_text = CONVERT({text} USING utf8mb4)"
            )));
            statements.push(Optional(format!(
                "PREPARE {} FROM @upgrades_text",
                quoted(name)
            )));
        }
        if !self.prepared.is_empty() {
            statements.push(Needed("SET @upgrades_text = NULL".to_owned()));
        }
        let system = self.system.iter();
        statements
            .extend(system.map(|(name, value)| Needed(format!("SET SESSION {name} = {value}"))));
        let user = self.user.iter();
        statements
            .extend(user.map(|(name, value)| Needed(format!("SET {} = {value}", variable(name)))));
        statements
    }
}

/// A user variable as SQL writes it, whatever its name.
fn variable(name: &str) -> String {
    format!("@{}", quoted(name))
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as a literal that no setting of a session reads differently.
fn hexadecimal(text: &str) -> String {
    let mut literal = String::with_capacity(3 + 2 * text.len());
    literal.push_str("X'");
    for byte in text.bytes() {
        literal.push_str(&format!("{byte:02X}"));
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restores_what_was_set() {
        let mut set = Surroundings::default();
        assert!(set.is_empty() && set.restore().is_empty());
        set.schema = Some("a`b".into());
        set.role = Some("SET ROLE r".into());
        set.system.insert("sql_mode".into(), "''".into());
        set.user.insert("id".into(), "7".into());
        let prepared = |text: &str, sql_mode: Option<&str>| Prepared {
            text: text.into(),
            sql_mode: sql_mode.map(str::to_owned),
        };
        set.prepared
            .insert("r".into(), prepared("DO 1", Some("'ANSI'")));
        set.prepared.insert("s".into(), prepared("DO 1", None));
        set.temporary.insert(
            "t".into(),
            Temporary {
                statement: 3,
                text: Some("CREATE TEMPORARY TABLE t (a INT)".into()),
            },
        );
        let needed = |sql: &str| Restoring::Needed(sql.to_owned());
        let optional = |sql: &str| Restoring::Optional(sql.to_owned());
        assert_eq!(
            set.restore(),
            [
                needed("SET ROLE r"),
                needed("USE `a``b`"),
                needed("CREATE TEMPORARY TABLE t (a INT)"),
                needed("SET @upgrades_text = CONVERT(X'444F2031' USING utf8mb4)"),
                optional("PREPARE `s` FROM @upgrades_text"),
                needed("SET SESSION sql_mode = 'ANSI'"),
                needed("SET @upgrades_text = CONVERT(X'444F2031' USING utf8mb4)"),
                optional("PREPARE `r` FROM @upgrades_text"),
                needed("SET @upgrades_text = NULL"),
                needed("SET SESSION sql_mode = ''"),
                needed("SET @`id` = 7"),
            ]
        );
        assert_eq!(set.lost(), None);
        let text = serde_json::to_string(&set).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Surroundings>(&text).expect("JSON"),
            set
        );
    }

    #[test]
    fn rows_of_temporary_tables_are_lost() {
        let mut set = Surroundings::default();
        for (name, statement) in [("a", 5), ("b", 2)] {
            let text = None;
            set.temporary
                .insert(name.into(), Temporary { statement, text });
        }
        assert_eq!(set.lost(), Some(2));
    }
}
