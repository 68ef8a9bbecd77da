//! The rows of the outbox, and what is done to it as a whole.

use super::super::book::Book;
use super::super::{LedgerError, NOTICES, Tables, must_fit};
use super::QUIET;
use crate::clock::Timestamp;
use crate::store::{Session, StoreError, Value};

/// A row: one hook, one occurrence of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoticeRow {
    /// Made of hook, issue and the occurrence before, so that of many processes that add it only one does.
    pub(crate) slot: String,
    /// What receivers know it by.
    pub(crate) id: String,
    pub(crate) hook: String,
    pub(crate) issue: String,
    /// What is told, as JSON.
    pub(crate) body: String,
    pub(crate) raised_at: Timestamp,
    pub(crate) over_at: Option<Timestamp>,
    pub(crate) raised_sent_at: Option<Timestamp>,
    pub(crate) cleared_sent_at: Option<Timestamp>,
    pub(crate) given_up_at: Option<Timestamp>,
    /// Counts the changes.
    pub(crate) step: u64,
    /// How often this was tried in vain.
    pub(crate) attempts: u64,
    /// When it may be tried, or by when whoever tries it now is through.
    pub(crate) next_at: Timestamp,
    pub(crate) claimed_by: Option<String>,
    pub(crate) error: Option<String>,
}

impl NoticeRow {
    /// One that nobody was told of yet, and that may be told at once; of whom and what, it does not say.
    #[cfg(feature = "hooks")]
    pub(crate) fn raised(now: Timestamp) -> Self {
        Self {
            slot: String::new(),
            id: String::new(),
            hook: String::new(),
            issue: String::new(),
            body: String::new(),
            raised_at: now,
            over_at: None,
            raised_sent_at: None,
            cleared_sent_at: None,
            given_up_at: None,
            step: 0,
            attempts: 0,
            next_at: now,
            claimed_by: None,
            error: None,
        }
    }

    pub(super) fn values(&self) -> Vec<Value> {
        let moment = |at: Option<Timestamp>| Value::from(at.map(|at| at.to_string()));
        vec![
            self.slot.as_str().into(),
            self.id.as_str().into(),
            self.hook.as_str().into(),
            self.issue.as_str().into(),
            self.body.as_str().into(),
            moment(Some(self.raised_at)),
            moment(self.over_at),
            moment(self.raised_sent_at),
            moment(self.cleared_sent_at),
            moment(self.given_up_at),
            self.step.into(),
            self.attempts.into(),
            moment(Some(self.next_at)),
            self.claimed_by.clone().into(),
            self.error.clone().into(),
        ]
    }

    /// Reads a row; `None` of one that another hand has made unreadable.
    fn from_row(row: Vec<Value>) -> Option<Self> {
        let mut columns = row.into_iter();
        let mut text = || columns.next().and_then(Value::into_text);
        let moment = |text: Option<String>| text.map(|text| text.parse()).transpose().ok();
        Some(Self {
            slot: text()?,
            id: text()?,
            hook: text()?,
            issue: text()?,
            body: text()?,
            raised_at: moment(text())??,
            over_at: moment(text())?,
            raised_sent_at: moment(text())?,
            cleared_sent_at: moment(text())?,
            given_up_at: moment(text())?,
            step: text()?.parse().ok()?,
            attempts: text()?.parse().ok()?,
            next_at: moment(text())??,
            claimed_by: text(),
            error: text(),
        })
    }

    /// Whether nothing of it will ever be told any more.
    pub(crate) fn is_done(&self) -> bool {
        self.cleared_sent_at.is_some() || self.given_up_at.is_some()
    }
}

/// Asks one question: a session's way, or that of whoever has no lock.
pub(crate) type Ask<'a> = dyn FnMut(&str, &[Value]) -> Result<Vec<Vec<Value>>, StoreError> + 'a;

/// The rows that `rest` of a SELECT asks for.
pub(crate) fn select(
    ask: &mut Ask<'_>,
    tables: &Tables,
    rest: &str,
    parameters: &[Value],
) -> Result<Vec<NoticeRow>, StoreError> {
    let rows = ask(&tables.select_notices(rest), parameters)?;
    Ok(rows.into_iter().filter_map(NoticeRow::from_row).collect())
}

/// Those of which something may have to be told.
#[cfg(feature = "hooks")]
pub(crate) const UNDONE: &str =
    "WHERE cleared_sent_at IS NULL AND given_up_at IS NULL ORDER BY raised_at, slot";

/// All of its rows, oldest first.
pub(crate) const ALL: &str = "ORDER BY raised_at, slot";

impl Book {
    /// Makes the outbox.
    pub(crate) fn prepare_outbox(&self, session: &mut dyn Session) -> Result<(), LedgerError> {
        must_fit(session, &self.tables)?;
        session.begin().map_err(LedgerError::write)?;
        session
            .execute(&self.tables.create_outbox(), &[])
            .map_err(LedgerError::write)?;
        self.put(session, NOTICES, QUIET)?;
        session.commit().map_err(LedgerError::write)
    }

    /// Makes the outbox of a database that is to take the place of another one what it is there, in the open transaction.
    #[cfg(feature = "backup")]
    pub(crate) fn copy_outbox(
        &self,
        session: &mut dyn Session,
        rows: &[NoticeRow],
    ) -> Result<(), LedgerError> {
        session
            .execute(&self.tables.delete_notices(), &[])
            .map_err(LedgerError::write)?;
        let table = self.tables.outbox_name();
        for row in rows {
            session
                .change_one(
                    &self.tables.insert_notice(),
                    &row.values(),
                    &table,
                    &row.slot,
                )
                .map_err(LedgerError::write)?;
        }
        let open = rows.iter().find(|row| !row.is_done());
        self.put(session, NOTICES, open.map_or(QUIET, |row| &row.id))
    }
}
