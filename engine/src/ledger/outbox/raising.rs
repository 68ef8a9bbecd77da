//! Putting an issue into the outbox.

use std::path::PathBuf;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::book::Book;
use super::super::{LedgerError, NOTICES, Tables};
use super::rows::{NoticeRow, select};
use crate::checksum::Checksum;
use crate::clock::Timestamp;
use crate::issue::CriticalIssue;
use crate::store::{Session, Statement, Value};

/// The installation that speaks, and the hooks that it speaks to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Speaker {
    #[serde(skip)]
    pub(crate) hooks: Vec<String>,
    /// Which database, without secrets.
    pub(crate) database: String,
    pub(crate) app_version: Option<String>,
    pub(crate) host: String,
    /// Where the failure log is, or would be.
    #[serde(skip)]
    pub(crate) log: Option<PathBuf>,
}

/// What is told of an issue whenever it is told.
#[derive(Serialize)]
struct Body<'b> {
    issue: &'b CriticalIssue,
    #[serde(flatten)]
    speaker: &'b Speaker,
}

impl Speaker {
    /// What it tells of an issue, as JSON.
    pub(crate) fn body(&self, issue: &CriticalIssue) -> String {
        let issue = &CriticalIssue {
            log: issue.log.clone().or_else(|| self.log.clone()),
            ..issue.clone()
        };
        let body = Body {
            issue,
            speaker: self,
        };
        serde_json::to_string(&body).expect("names, texts and paths can be written as JSON")
    }
}

/// The statements that put an issue into the outbox, for each hook for which it is not there; none where it is there for
/// all. `known`: the rows of this issue, oldest first.
pub(crate) fn raising(
    tables: &Tables,
    known: &[NoticeRow],
    speaker: &Speaker,
    issue: &CriticalIssue,
    now: Timestamp,
) -> Vec<Statement> {
    let body = speaker.body(issue);
    let mut statements = Vec::new();
    for hook in &speaker.hooks {
        let before = known.iter().rev().find(|row| row.hook == *hook);
        if let Some(open) = before.filter(|row| row.over_at.is_none()) {
            if open.raised_sent_at.is_none() && open.body != body {
                // What has become of it meanwhile is what is worth to be told.
                let values = vec![body.as_str().into(), open.slot.as_str().into()];
                statements.push((tables.update_untold(), values));
            }
            continue;
        }
        let before = before.map_or("", |row| row.id.as_str());
        let row = NoticeRow {
            slot: digest([hook, issue.id.as_str(), before]),
            id: new_id(),
            hook: hook.clone(),
            issue: issue.id.clone(),
            body: body.clone(),
            ..NoticeRow::raised(now)
        };
        statements.push((tables.insert_notice(), row.values()));
    }
    if !statements.is_empty() {
        let mark = vec![Value::from(new_id()), NOTICES.into()];
        statements.push((tables.update_var(), mark));
    }
    statements
}

/// The SHA-256 of these texts one after another.
fn digest<const PARTS: usize>(parts: [&str; PARTS]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    Checksum::of(hasher).as_str().to_owned()
}

/// An id that nothing else has.
pub(crate) fn new_id() -> String {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Without the system's chance, moment and process have to do.
        let now = format!("{:?}", std::time::SystemTime::now());
        let text = digest([&now, &std::process::id().to_string()]);
        return text[..32].to_owned();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Book {
    /// Puts an issue into the outbox, in the open transaction. That it cannot be put there does not keep the transaction
    /// from what else it writes.
    pub(crate) fn raise(
        &self,
        session: &mut dyn Session,
        issue: &CriticalIssue,
    ) -> Result<(), LedgerError> {
        let Some(speaker) = &self.speaker else {
            return Ok(());
        };
        let tables = &self.tables;
        let written = select(
            &mut |sql, parameters| session.query(sql, parameters),
            tables,
            "WHERE issue = ? ORDER BY raised_at",
            &[issue.id.as_str().into()],
        )
        .and_then(|known| {
            for (sql, values) in raising(tables, &known, speaker, issue, Timestamp::now()) {
                session.execute(&sql, &values)?;
            }
            Ok(())
        });
        written.or_else(|error| super::forgiven(error, session))
    }
}
