//! The statements on the outbox, where what has to be told waits.

use super::Tables;
#[cfg(any(feature = "hooks", feature = "backup"))]
use super::marks;
#[cfg(any(feature = "hooks", feature = "backup"))]
use crate::sql::Dialect;

/// The columns of the outbox, in the order of [`Tables::insert_notice`].
pub(super) const COLUMNS: &str = "slot, id, hook, issue, body, raised_at, over_at, raised_sent_at, cleared_sent_at, given_up_at, \
     step, attempts, next_at, claimed_by, error";
#[cfg(any(feature = "hooks", feature = "backup"))]
const COLUMN_COUNT: usize = 15;

impl Tables {
    /// The bare name of the outbox.
    pub(crate) fn outbox_name(&self) -> String {
        format!("{}upgrade_outbox", self.prefix)
    }

    fn outbox(&self) -> String {
        self.quoted(&self.outbox_name())
    }

    /// Parameters: the moment, the issue's id.
    pub(in crate::ledger) fn end_issue(&self) -> String {
        let outbox = self.outbox();
        format!("UPDATE {outbox} SET over_at = ? WHERE issue = ? AND over_at IS NULL")
    }
}

/// What a restore needs too.
#[cfg(any(feature = "hooks", feature = "backup"))]
impl Tables {
    pub(in crate::ledger) fn create_outbox(&self) -> String {
        let (outbox, options, text) = (self.outbox(), self.options(), self.long_text());
        format!(
            "CREATE TABLE IF NOT EXISTS {outbox} (\
             slot CHAR(64) NOT NULL PRIMARY KEY, id CHAR(32) NOT NULL, hook VARCHAR(64) NOT NULL, issue VARCHAR(512) NOT NULL, \
             body {text} NOT NULL, raised_at VARCHAR(32) NOT NULL, over_at VARCHAR(32), raised_sent_at VARCHAR(32), \
             cleared_sent_at VARCHAR(32), given_up_at VARCHAR(32), step BIGINT NOT NULL, attempts BIGINT NOT NULL, \
             next_at VARCHAR(32) NOT NULL, claimed_by VARCHAR(255), error TEXT){options}"
        )
    }

    /// The type of a column for texts of any length.
    fn long_text(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "TEXT",
            Dialect::Mysql => "MEDIUMTEXT",
        }
    }

    /// Parameters: all columns.
    pub(in crate::ledger) fn insert_notice(&self) -> String {
        let (outbox, marks) = (self.outbox(), marks(COLUMN_COUNT));
        format!("INSERT INTO {outbox} ({COLUMNS}) VALUES ({marks})")
    }

    pub(in crate::ledger) fn select_notices(&self, rest: &str) -> String {
        format!("SELECT {COLUMNS} FROM {} {rest}", self.outbox())
    }

    #[cfg(feature = "backup")]
    pub(in crate::ledger) fn delete_notices(&self) -> String {
        format!("DELETE FROM {}", self.outbox())
    }
}

/// What only those need who tell hooks.
#[cfg(feature = "hooks")]
impl Tables {
    /// Parameters: the new body, slot.
    pub(in crate::ledger) fn update_untold(&self) -> String {
        let outbox = self.outbox();
        format!("UPDATE {outbox} SET body = ? WHERE slot = ? AND raised_sent_at IS NULL")
    }

    /// Parameters: by when it is to be through, by whom, slot, the step before.
    pub(in crate::ledger) fn claim_notice(&self) -> String {
        let outbox = self.outbox();
        format!(
            "UPDATE {outbox} SET step = step + 1, attempts = attempts + 1, next_at = ?, claimed_by = ? \
             WHERE slot = ? AND step = ?"
        )
    }

    /// Parameters: the moment twice, slot.
    pub(in crate::ledger) fn note_raised_sent(&self) -> String {
        self.note_sent("raised_sent_at")
    }

    /// Parameters: the moment twice, slot.
    pub(in crate::ledger) fn note_cleared_sent(&self) -> String {
        self.note_sent("cleared_sent_at")
    }

    fn note_sent(&self, column: &str) -> String {
        format!(
            "UPDATE {} SET step = step + 1, attempts = 0, {column} = ?, next_at = ?, claimed_by = NULL, error = NULL \
             WHERE slot = ? AND {column} IS NULL",
            self.outbox()
        )
    }

    /// Parameters: when it is due again, the error, slot, the step of the claim.
    pub(in crate::ledger) fn note_unsent(&self) -> String {
        let outbox = self.outbox();
        format!(
            "UPDATE {outbox} SET step = step + 1, next_at = ?, claimed_by = NULL, error = ? WHERE slot = ? AND step = ?"
        )
    }

    /// Parameters: the moment, slot, the step before.
    pub(in crate::ledger) fn give_notice_up(&self) -> String {
        let outbox = self.outbox();
        format!("UPDATE {outbox} SET step = step + 1, given_up_at = ? WHERE slot = ? AND step = ?")
    }

    /// Parameters: the moment before which an issue has to be over.
    pub(in crate::ledger) fn delete_old_notices(&self) -> String {
        format!(
            "DELETE FROM {} WHERE over_at < ? AND (cleared_sent_at IS NOT NULL OR given_up_at IS NOT NULL)",
            self.outbox()
        )
    }

    /// Parameters: the new value, name, the value before.
    pub(in crate::ledger) fn exchange_var(&self) -> String {
        self.update_var() + " AND value = ?"
    }
}
