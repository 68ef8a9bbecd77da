//! [`Ready`]: a script that was read, and what follows from what it says for the way it runs.

use std::collections::BTreeSet;

use crate::checksum::Checksum;
use crate::directive::{Directives, Transaction};
use crate::language::Language;
use crate::role::Role;
use crate::runnable::Runnable;
use crate::script::ScriptId;
use crate::slot::Slot;
use crate::sql::piece::Cut;
use crate::sql::{Dialect, Right};

/// A script that was read and found in order.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) id: ScriptId,
    pub(crate) script: Runnable,
    pub(crate) dialect: Dialect,
    pub(crate) directives: Directives,
    /// Of the text, and of what it says.
    pub(crate) checksums: (Checksum, Checksum),
    pub(crate) statements: u64,
    /// The length of the text in bytes.
    pub(crate) length: u64,
    /// Where a short text that is in memory has to be cut, so that it need not be split again; nothing otherwise.
    pub(crate) cuts: Vec<Cut>,
    /// It changes settings of the session, which the next script must not find.
    pub(crate) changes_session: bool,
    /// It asks for the id of the last row inserted.
    pub(crate) asks_last_id: bool,
    /// What the user has to be allowed for it, beyond what the engine itself needs.
    pub(crate) needs: BTreeSet<Right>,
    /// Where nobody can tell how far it has come, it may start over by itself.
    pub(crate) starts_over: bool,
}

/// Where definition statements commit by themselves, no script can run whole.
pub(crate) fn runs_whole(dialect: Dialect, transaction: Transaction) -> bool {
    match (dialect, transaction) {
        (Dialect::Sqlite, Transaction::Whole) => true,
        (Dialect::Sqlite, Transaction::Off) | (Dialect::Mysql, _) => false,
    }
}

impl Ready {
    /// What the script says of itself, or what its name says.
    pub(crate) fn description(&self) -> String {
        let by_name = || self.script.description().replace('_', " ");
        self.directives.description.clone().unwrap_or_else(by_name)
    }

    /// What it is for.
    pub(crate) fn role(&self) -> Role {
        self.id.role()
    }

    /// The journal's row of it.
    pub(crate) fn slot(&self) -> Slot {
        Slot::of(&self.id)
    }

    /// Its version, as the history has it; empty where it has none.
    pub(crate) fn version(&self) -> String {
        self.script
            .version()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// Whether it is a program, and not SQL.
    pub(crate) fn is_program(&self) -> bool {
        self.script.language() != Language::Sql
    }

    /// Whether the script runs in one transaction, or statement by statement through the journal.
    pub(crate) fn is_transactional(&self) -> bool {
        runs_whole(self.dialect, self.directives.transaction)
    }

    /// Whether the script may begin in the transaction that records `before`, which runs statement by statement too.
    pub(crate) fn carries_on(&self, before: &Self) -> bool {
        let leaves_alone = |ready: &Self| {
            ready.dialect == Dialect::Mysql
                && ready.role() == Role::Version
                && !ready.changes_session
                && !ready.directives.changes_session()
        };
        !self.is_transactional() && !self.is_program() && leaves_alone(before) && leaves_alone(self)
    }

    /// Whether the script may share its commit with others.
    pub(crate) fn shares_commits(&self) -> bool {
        let called = matches!(self.role(), Role::Callback(_));
        self.is_transactional()
            && !called
            && !self.is_program()
            && !self.directives.changes_session()
            && !self.changes_session
    }
}
