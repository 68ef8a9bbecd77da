//! [`Door`]: the outbox, for whoever does not hold the lock.

use super::super::{NOTICES, Tables};
use super::rows::{NoticeRow, UNDONE, select};
use super::{Outbox, QUIET};
use crate::clock::Timestamp;
use crate::hooks::NoticeKind;
use crate::store::{Fault, Statement, StoreError, Unlocked, Value};

/// The outbox by a connection without the lock.
pub(crate) struct Door<'d> {
    session: &'d mut (dyn Unlocked + 'd),
    tables: &'d Tables,
}

impl<'d> Door<'d> {
    pub(crate) fn new(session: &'d mut (dyn Unlocked + 'd), tables: &'d Tables) -> Self {
        Self { session, tables }
    }

    /// What the ledger's row holds; `None`: there is no outbox.
    pub(crate) fn mark(&mut self) -> Result<Option<String>, StoreError> {
        let select = self.tables.select_vars(1);
        let rows = match self.session.query(&select, &[NOTICES.into()]) {
            // There is no ledger yet.
            Err(error) if error.fault() == Fault::Refused => Vec::new(),
            rows => rows?,
        };
        let value = rows.into_iter().next().and_then(|mut row| row.pop());
        Ok(value.and_then(Value::into_text))
    }

    /// The rows of which something may have to be told; none where there is no outbox.
    pub(crate) fn undone(&mut self) -> Result<Vec<NoticeRow>, StoreError> {
        self.rows(UNDONE, &[])
    }

    pub(crate) fn rows(
        &mut self,
        rest: &str,
        parameters: &[Value],
    ) -> Result<Vec<NoticeRow>, StoreError> {
        if self.mark()?.is_none() {
            return Ok(Vec::new());
        }
        let ask = &mut |sql: &str, parameters: &[Value]| self.session.query(sql, parameters);
        select(ask, self.tables, rest, parameters)
    }

    /// Executes what puts an issue there; `false`: somebody else has just done so.
    pub(crate) fn put(&mut self, statements: &[Statement]) -> Result<bool, StoreError> {
        match self.session.change(statements) {
            Ok(_) => Ok(true),
            // The slot is taken.
            Err(error) if matches!(error.fault(), Fault::Refused | Fault::Conflict) => {
                log::debug!("the outbox was not changed: {error}");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes that the outbox has nothing to tell, if nobody has put anything there since the row held this mark.
    pub(crate) fn be_quiet(&mut self, mark: Option<String>) -> Result<(), StoreError> {
        match (Outbox::read(mark.as_deref()), mark) {
            (Outbox::Open, Some(mark)) => {
                let values = vec![QUIET.into(), NOTICES.into(), mark.into()];
                self.change(self.tables.exchange_var(), values).map(drop)
            }
            (Outbox::None | Outbox::Quiet | Outbox::Open, _) => Ok(()),
        }
    }

    /// Takes a row to tell it; `false`: somebody else was faster.
    pub(crate) fn claim(
        &mut self,
        row: &NoticeRow,
        by: Timestamp,
        whom: &str,
    ) -> Result<bool, StoreError> {
        let values = vec![
            by.to_string().into(),
            whom.into(),
            row.slot.as_str().into(),
            row.step.into(),
        ];
        match self.change(self.tables.claim_notice(), values) {
            Ok(changed) => Ok(changed == 1),
            // Another session, or another node of the cluster.
            Err(error) if error.fault() == Fault::Conflict => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Notes that a row that was claimed was heard.
    pub(crate) fn sent(
        &mut self,
        row: &NoticeRow,
        kind: NoticeKind,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = match kind {
            NoticeKind::Raised | NoticeKind::Test => self.tables.note_raised_sent(),
            NoticeKind::Cleared => self.tables.note_cleared_sent(),
        };
        let now = Value::from(now.to_string());
        // Nothing changes where somebody else has told it too, when this took too long.
        self.change(statement, vec![now.clone(), now, row.slot.as_str().into()])
            .map(drop)
    }

    /// Notes that a row that was claimed was not heard.
    pub(crate) fn unsent(
        &mut self,
        row: &NoticeRow,
        next: Timestamp,
        why: &str,
    ) -> Result<(), StoreError> {
        let values = vec![
            next.to_string().into(),
            why.into(),
            row.slot.as_str().into(),
            (row.step + 1).into(),
        ];
        // Nothing changes where somebody else tells it by now.
        self.change(self.tables.note_unsent(), values).map(drop)
    }

    /// Notes that nothing of a row will be told any more.
    pub(crate) fn give_up(&mut self, row: &NoticeRow, now: Timestamp) -> Result<(), StoreError> {
        let values = vec![
            now.to_string().into(),
            row.slot.as_str().into(),
            row.step.into(),
        ];
        self.change(self.tables.give_notice_up(), values).map(drop)
    }

    /// Notes that an issue is over.
    pub(crate) fn end_issue(&mut self, issue: &str, now: Timestamp) -> Result<(), StoreError> {
        let values = vec![now.to_string().into(), issue.into()];
        self.change(self.tables.end_issue(), values).map(drop)
    }

    /// Forgets what was over and told before this moment.
    pub(crate) fn forget(&mut self, before: Timestamp) -> Result<(), StoreError> {
        let values = vec![before.to_string().into()];
        self.change(self.tables.delete_old_notices(), values)
            .map(drop)
    }

    fn change(&mut self, sql: String, values: Vec<Value>) -> Result<u64, StoreError> {
        let changed = self.session.change(&[(sql, values)])?;
        Ok(changed.first().copied().unwrap_or_default())
    }
}
