//! The history: one row for each attempt to run a script, and for each decision of a person about one.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{LedgerError, Tables, fitness};
use crate::checksum::Checksum;
use crate::clock::Timestamp;
use crate::kept;
use crate::latch::{FailedStatement, Failure, FailureKind, Resolution};
use crate::script::ScriptId;
use crate::sql::Position;
use crate::store::{Session, Value};
use crate::track::TrackName;

/// How an attempt ended, or what was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// The script ran, and its track stands at its version.
    Applied,
    /// A statement failed.
    Failed,
    /// Processes died while it ran, or what a dead one did cannot be told.
    Died,
    /// The database was at this version before the engine came to it.
    Adopted,
    /// A person said that the script's work is done.
    Marked,
    /// A person cleared the failure.
    Cleared,
    /// The script was passed over before the engine came to the database.
    Skipped,
    /// A person accepted that a script is not any more what ran, or is gone.
    Accepted,
    /// A backup from before it took the place of the database: the script's work is not there any more.
    Undone,
    /// A backup took the place of the database; the row's file is the backup's name.
    Restored,
}

const OUTCOMES: [(Outcome, &str); 10] = [
    (Outcome::Applied, "applied"),
    (Outcome::Failed, "failed"),
    (Outcome::Died, "died"),
    (Outcome::Adopted, "adopted"),
    (Outcome::Marked, "marked"),
    (Outcome::Cleared, "cleared"),
    (Outcome::Skipped, "skipped"),
    (Outcome::Accepted, "accepted"),
    (Outcome::Undone, "undone"),
    (Outcome::Restored, "restored"),
];

impl Outcome {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        OUTCOMES.iter().map(|(outcome, _)| *outcome)
    }

    /// Those after which a script's work is in the database.
    pub(super) const DONE: [Self; 4] = [Self::Applied, Self::Adopted, Self::Marked, Self::Accepted];

    /// The word that the history holds.
    pub fn as_str(self) -> &'static str {
        OUTCOMES
            .iter()
            .find(|(outcome, _)| *outcome == self)
            .map_or("unknown", |(_, word)| word)
    }

    pub(crate) fn recorded(word: &str) -> Option<Self> {
        OUTCOMES
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(outcome, _)| *outcome)
    }

    /// Whether the script's work is in the database after this.
    pub(crate) fn is_done(self) -> bool {
        match self {
            Self::Applied | Self::Adopted | Self::Marked | Self::Accepted => true,
            Self::Failed
            | Self::Died
            | Self::Cleared
            | Self::Skipped
            | Self::Undone
            | Self::Restored => false,
        }
    }
}

/// One row of the history.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// Counts up from 1; 0 before it is written.
    pub id: i64,
    /// The run that it belongs to.
    pub run: String,
    /// The script.
    #[serde(flatten)]
    pub script: ScriptId,
    /// Its version, as its name has it; empty where it has none.
    pub version: String,
    /// The checksum of its text; `None` where nobody read it.
    pub checksum: Option<Checksum>,
    /// The checksum of what the text says, apart from comments and white space.
    pub code_checksum: Option<Checksum>,
    /// When it began.
    pub started_at: Timestamp,
    /// How many milliseconds it took.
    pub took_ms: u64,
    /// How many statements ran.
    pub statements: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// What went wrong, cause by cause.
    pub error: Option<String>,
    /// The statement that failed.
    pub failed: Option<FailedStatement>,
    /// What a person decided.
    pub resolution: Option<Resolution>,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// The machine that it ran on.
    pub host: String,
    /// The version of the application that ran it.
    pub program_version: Option<String>,
}

impl Attempt {
    /// The failure that this row tells of, when it tells of one.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let kind = match self.outcome {
            Outcome::Failed => FailureKind::Failed,
            Outcome::Died => FailureKind::Died,
            Outcome::Applied
            | Outcome::Adopted
            | Outcome::Marked
            | Outcome::Cleared
            | Outcome::Skipped
            | Outcome::Accepted
            | Outcome::Undone
            | Outcome::Restored => return None,
        };
        Some(Failure {
            kind,
            run: self.run.clone(),
            script: self.script.clone(),
            since: self.started_at,
            error: self.error.clone().unwrap_or_default(),
            statement: self.failed.clone(),
        })
    }

    pub(super) fn values(&self) -> Vec<Value> {
        let number = |get: fn(&FailedStatement) -> u64| Value::from(self.failed.as_ref().map(get));
        let text =
            |checksum: &Option<Checksum>| Value::from(checksum.as_ref().map(Checksum::as_str));
        vec![
            self.run.as_str().into(),
            self.script.track.as_str().into(),
            self.version.as_str().into(),
            self.script.file.as_str().into(),
            text(&self.checksum),
            text(&self.code_checksum),
            self.started_at.to_string().into(),
            self.took_ms.into(),
            self.statements.into(),
            self.outcome.as_str().into(),
            self.error.clone().into(),
            number(|failed| failed.number),
            number(|failed| failed.position.line),
            number(|failed| failed.position.column),
            self.failed
                .as_ref()
                .map(|failed| failed.sql.as_str())
                .into(),
            self.resolution.map(Resolution::as_str).into(),
            self.reason.clone().into(),
            self.host.as_str().into(),
            self.program_version.clone().into(),
        ]
    }

    /// Reads a row; `None` of one that another hand has made unreadable.
    fn from_row(row: Vec<Value>) -> Option<Self> {
        let mut columns = row.into_iter();
        let mut text = move || columns.next().and_then(Value::into_text);
        let id = text()?.parse().ok()?;
        let run = text()?;
        let track = text()?.parse::<TrackName>().ok()?;
        let version = text()?;
        let file = text()?;
        let (checksum, code_checksum) = (text(), text());
        let started_at = text()?.parse().ok()?;
        let took_ms = text()?.parse().ok()?;
        let statements = text()?.parse().ok()?;
        let outcome = Outcome::recorded(&text()?)?;
        let error = text();
        let mut number = || text().and_then(|text| text.parse().ok());
        let (failed, line, column) = (number(), number(), number());
        let sql = text();
        let failed = match (failed, line, column) {
            (Some(number), Some(line), Some(column)) => Some(FailedStatement {
                number,
                position: Position { line, column },
                sql: sql.unwrap_or_default(),
            }),
            _ => None,
        };
        Some(Self {
            id,
            run,
            script: ScriptId { track, file },
            version,
            checksum: checksum.map(|text| Checksum::recorded(&text)),
            code_checksum: code_checksum.map(|text| Checksum::recorded(&text)),
            started_at,
            took_ms,
            statements,
            outcome,
            error,
            failed,
            resolution: text().and_then(|word| word.parse().ok()),
            reason: text(),
            host: text()?,
            program_version: text(),
        })
    }
}

/// Reads the rows that `rest` of a SELECT asks for.
pub(crate) fn select(
    session: &mut dyn Session,
    tables: &Tables,
    rest: &str,
    parameters: &[Value],
) -> Result<Vec<Attempt>, LedgerError> {
    let rows = session
        .query(&tables.select_attempts(rest), parameters)
        .map_err(|error| fitness::unread(session, tables, error))?;
    Ok(rows.into_iter().filter_map(Attempt::from_row).collect())
}

/// The first version of the engine's tables whose history has room for texts.
pub(crate) const KEEPS_TEXTS: u32 = 2;

/// A track, an outcome, how often it came about there, and how many milliseconds that took.
pub(crate) type Tallied = (TrackName, Outcome, u64, u64);

/// How often each outcome came about in each track.
pub(crate) fn tallies(
    session: &mut dyn Session,
    tables: &Tables,
) -> Result<Vec<Tallied>, LedgerError> {
    let rows = session
        .query(&tables.select_tallies(), &[])
        .map_err(LedgerError::read)?;
    let tallied = |row: Vec<Value>| {
        let mut columns = row.into_iter().map(Value::into_text);
        let mut text = || columns.next().flatten();
        let (track, outcome) = (text()?.parse().ok()?, Outcome::recorded(&text()?)?);
        let mut number = || text()?.parse().ok();
        Some((track, outcome, number()?, number()?))
    };
    Ok(rows.into_iter().filter_map(tallied).collect())
}

/// The text of the script that a row is about, as it was then; `None`: it was not kept.
pub(crate) fn body(
    session: &mut dyn Session,
    tables: &Tables,
    attempt: &Attempt,
) -> Result<Option<String>, LedgerError> {
    let mut body = None;
    // The other way to ask would take the bytes for text.
    session
        .each(
            &tables.select_body(),
            &[attempt.id.into()],
            &mut |_, row| {
                body = row.into_iter().next();
                Ok(())
            },
        )
        .map_err(LedgerError::read)?;
    Ok(match body {
        Some(Value::Blob(body)) => kept::unpacked(&body),
        // Bytes that happen to be text.
        Some(Value::Text(body)) => kept::unpacked(body.as_bytes()),
        Some(Value::Null | Value::Integer(_) | Value::Real(_)) | None => None,
    })
}

/// The failure that a tripped latch stands for: the newest row tells it, as nothing runs after a failure. `None`: an
/// older release tripped it, which kept no history.
pub(crate) fn latched_failure(
    session: &mut dyn Session,
    tables: &Tables,
) -> Result<Option<Failure>, LedgerError> {
    if !session
        .has_table(&tables.history_name())
        .map_err(LedgerError::read)?
    {
        return Ok(None);
    }
    // A backup that was brought back for it came after it.
    let newest = "WHERE outcome NOT IN ('undone', 'restored') ORDER BY id DESC LIMIT 1";
    let newest = select(session, tables, newest, &[])?;
    Ok(newest.first().and_then(Attempt::failure))
}

/// Every row that says whether a script's work is in the database, oldest first: done, or passed over.
pub(crate) fn done(
    session: &mut dyn Session,
    tables: &Tables,
) -> Result<Vec<Attempt>, LedgerError> {
    if !session
        .has_table(&tables.history_name())
        .map_err(LedgerError::read)?
    {
        return Ok(Vec::new());
    }
    let attempts = select(session, tables, "ORDER BY id", &[])?;
    // What was undone later counts no more.
    let mut undone = BTreeSet::new();
    let mut done = Vec::new();
    for attempt in attempts.into_iter().rev() {
        match attempt.outcome.is_done() {
            true if undone.contains(&attempt.script) => {}
            true => done.push(attempt),
            false if attempt.outcome == Outcome::Undone => {
                undone.insert(attempt.script);
            }
            false if attempt.outcome == Outcome::Skipped => done.push(attempt),
            false => {}
        }
    }
    done.reverse();
    Ok(done)
}
