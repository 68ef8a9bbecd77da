//! Repeatable scripts: which of them are to run, and which may start over. Decides, and touches nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::checksum::Checksum;
use crate::role::Role;
use crate::script::ScriptId;
use crate::slot::Slot;
use crate::sql::classifier::{Class, Kind};
use crate::sql::mysql::definition;
use crate::sql::{Dialect, Object, Syntax};

/// What the database remembers of repeatable scripts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ran {
    /// The checksum of each as it ran last, or was marked as done; nothing of one that nobody could read then.
    pub(crate) newest: BTreeMap<Slot, Option<Checksum>>,
    /// Those that were begun and are not done.
    pub(crate) under_way: BTreeSet<Slot>,
}

/// Why a repeatable script is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// It never ran here.
    New,
    /// Its content is not the one that ran last.
    Changed,
    /// It was begun and is not done, so that what it makes may be half made, whatever its content is now.
    UnderWay,
}

impl Due {
    /// As a sentence about the script goes on.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::New => "is new, and runs at the next start",
            Self::Changed => "has changed, and runs at the next start",
            Self::UnderWay => "was interrupted, and goes on at the next start",
        }
    }
}

impl Ran {
    /// Whether a script is to run whose content has this checksum now, and why.
    pub(crate) fn due(&self, script: &ScriptId, now: &Checksum) -> Option<Due> {
        let slot = Slot::of(script);
        if self.under_way.contains(&slot) {
            return Some(Due::UnderWay);
        }
        match self.newest.get(&slot) {
            None => Some(Due::New),
            Some(ran) => (ran.as_ref() != Some(now)).then_some(Due::Changed),
        }
    }
}

/// Finds out whether a script may start over though part of it has run: each of its statements makes something what it is
/// to be, whatever it was.
#[derive(Debug, Default)]
pub(crate) struct Again {
    /// Nothing of a script with a version, which runs once and is never started over by itself.
    asked: bool,
    /// What the statements have dropped if it was there.
    dropped: Vec<Object>,
    refuted: bool,
}

impl Again {
    pub(crate) fn of(role: Role) -> Self {
        Self {
            asked: match role {
                Role::Version | Role::Baseline => false,
                Role::Repeatable | Role::Callback(_) => true,
            },
            ..Self::default()
        }
    }

    /// Takes the next statement, rendered.
    pub(crate) fn take(&mut self, class: Class, statement: &str, syntax: Syntax) {
        if !self.asked || self.refuted {
            return;
        }
        self.refuted = match class.kind {
            Kind::Empty
            | Kind::Setting
            | Kind::SessionPragma
            | Kind::ForeignKeysPragma
            | Kind::Autocommit
            | Kind::TableLock => class.sets_variables,
            Kind::Repeatable => {
                self.dropped
                    .extend(definition::read(statement, syntax).objects);
                false
            }
            Kind::Definition => !self.makes_what_was_dropped(statement, syntax),
            Kind::Ordinary
            | Kind::Begin
            | Kind::Commit
            | Kind::Rollback
            | Kind::Savepoint
            | Kind::Pragma
            | Kind::Attach
            | Kind::Vacuum
            | Kind::TempTable
            | Kind::TempDefinition
            | Kind::TempDrop
            | Kind::Untold
            | Kind::Prepare
            | Kind::Execute
            | Kind::Call => true,
        };
    }

    fn makes_what_was_dropped(&self, statement: &str, syntax: Syntax) -> bool {
        let head = statement.trim_start().get(..6).unwrap_or_default();
        let objects = definition::read(statement, syntax).objects;
        syntax.dialect == Dialect::Mysql
            && head.eq_ignore_ascii_case("create")
            && !objects.is_empty()
            && objects.iter().all(|made| self.dropped.contains(made))
    }

    /// Whether it may. `idempotent`: its author says so.
    pub(crate) fn holds(&self, idempotent: bool) -> bool {
        self.asked && (idempotent || !self.refuted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::classifier::classify;

    #[test]
    fn which_are_due() {
        let id = |file: &str| ScriptId {
            track: crate::TrackName::CORE,
            file: file.to_owned(),
        };
        let checksum = Checksum::recorded;
        let ran = Ran {
            newest: BTreeMap::from([
                (Slot::of(&id("repeat/a.sql")), Some(checksum("1"))),
                (Slot::of(&id("repeat/b.sql")), Some(checksum("1"))),
                (Slot::of(&id("repeat/c.sql")), None),
            ]),
            under_way: ["repeat/b.sql", "repeat/n.sql"]
                .map(|file| Slot::of(&id(file)))
                .into(),
        };
        let rows = [
            ("repeat/a.sql", "1", None),
            ("repeat/a.sql", "2", Some(Due::Changed)),
            ("repeat/a.sqlite.sql", "1", None),
            ("repeat/a.sqlite.sql", "2", Some(Due::Changed)),
            ("repeat/b.sql", "1", Some(Due::UnderWay)),
            ("repeat/b.sql", "2", Some(Due::UnderWay)),
            ("repeat/c.sql", "1", Some(Due::Changed)),
            ("repeat/n.sql", "1", Some(Due::UnderWay)),
            ("repeat/x.sql", "1", Some(Due::New)),
        ];
        for (file, now, expected) in rows {
            assert_eq!(ran.due(&id(file), &checksum(now)), expected, "{file} {now}");
        }
    }

    #[test]
    fn which_start_over() {
        const MYSQL: &[(&[&str], bool)] = &[
            (&["CREATE OR REPLACE VIEW v AS SELECT 1"], true),
            (
                &["DROP VIEW IF EXISTS v", "CREATE VIEW v AS SELECT 1"],
                true,
            ),
            (
                &[
                    "DROP VIEW IF EXISTS v",
                    "/* x */",
                    "SET NAMES utf8mb4",
                    "CREATE VIEW V AS SELECT 1",
                ],
                false,
            ),
            (
                &[
                    "DROP PROCEDURE IF EXISTS p",
                    "CREATE PROCEDURE p() SELECT 1",
                ],
                true,
            ),
            (
                &["DROP VIEW IF EXISTS v", "CREATE VIEW w AS SELECT 1"],
                false,
            ),
            (
                &["DROP TABLE IF EXISTS v", "CREATE VIEW v AS SELECT 1"],
                false,
            ),
            (&["CREATE VIEW v AS SELECT 1"], false),
            (&["DROP VIEW v", "CREATE VIEW v AS SELECT 1"], false),
            (
                &["DROP TABLE IF EXISTS t", "ALTER TABLE t ADD a INT"],
                false,
            ),
            (
                &[
                    "CREATE OR REPLACE VIEW v AS SELECT 1",
                    "INSERT INTO t VALUES (1)",
                ],
                false,
            ),
            (&["SET @a = 1"], false),
            (&["CALL p()"], false),
            (&["-- nothing"], true),
            (&[], true),
        ];
        const SQLITE: &[(&[&str], bool)] = &[
            (
                &["DROP VIEW IF EXISTS v", "CREATE VIEW v AS SELECT 1"],
                false,
            ),
            (&["VACUUM"], false),
            (&["-- nothing"], true),
        ];
        for (syntax, rows) in [(Syntax::mysql(""), MYSQL), (Syntax::SQLITE, SQLITE)] {
            for (statements, expected) in rows {
                let found = |role, idempotent| {
                    let mut again = Again::of(role);
                    for statement in *statements {
                        again.take(classify(statement, syntax), statement, syntax);
                    }
                    again.holds(idempotent)
                };
                assert_eq!(found(Role::Repeatable, false), *expected, "{statements:?}");
                assert!(found(Role::Repeatable, true), "{statements:?}");
                assert!(!found(Role::Version, true), "{statements:?}");
            }
        }
    }
}
