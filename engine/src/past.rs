//! Reading what happened here: the history, one attempt with its text, and how often what came about. Nothing here writes.

use serde::Serialize;

use crate::discover::discover;
use crate::error::Error;
use crate::ledger::history::{self, Attempt, Outcome};
use crate::store::{Session, Value};
use crate::track::TrackName;
use crate::upgrader::{Settings, Upgrader};

/// Which rows of the history are wanted.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct HistoryFilter {
    /// Only this track.
    pub track: Option<TrackName>,
    /// Only these outcomes; empty: all.
    pub outcomes: Vec<Outcome>,
    /// Only this version, as names of scripts have it.
    pub version: Option<String>,
    /// Only rows before the one with this id.
    pub before: Option<i64>,
    /// At most so many, the newest.
    pub limit: Option<u64>,
}

impl HistoryFilter {
    /// Only this track's rows.
    pub fn track(mut self, track: TrackName) -> Self {
        self.track = Some(track);
        self
    }

    /// Only rows with this outcome, or another one that was told so.
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcomes.push(outcome);
        self
    }

    /// Only rows of scripts with this version, written as in their names: `1.2.0`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Only rows that are older than the one with this id, as for the next page.
    pub fn before(mut self, id: i64) -> Self {
        self.before = Some(id);
        self
    }

    /// At most so many rows, the newest.
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// What stands behind the columns and the table, and the values for its `?`.
    fn rest(&self) -> (String, Vec<Value>) {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        if let Some(track) = &self.track {
            conditions.push("track = ?".to_owned());
            values.push(Value::from(track.as_str()));
        }
        if !self.outcomes.is_empty() {
            let marks = vec!["?"; self.outcomes.len()].join(", ");
            conditions.push(format!("outcome IN ({marks})"));
            let words = self.outcomes.iter();
            values.extend(words.map(|outcome| Value::from(outcome.as_str())));
        }
        if let Some(version) = &self.version {
            conditions.push("version = ?".to_owned());
            values.push(Value::from(version.as_str()));
        }
        if let Some(before) = self.before {
            conditions.push("id < ?".to_owned());
            values.push(Value::from(before));
        }
        let mut rest = match conditions.is_empty() {
            true => String::new(),
            false => format!("WHERE {} ", conditions.join(" AND ")),
        };
        rest.push_str("ORDER BY id DESC");
        if let Some(limit) = self.limit {
            rest.push_str(" LIMIT ?");
            values.push(Value::from(limit));
        }
        (rest, values)
    }
}

/// One row of the history, with the text of its script.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct KeptAttempt {
    /// The row.
    #[serde(flatten)]
    pub attempt: Attempt,
    /// The text as it ran. The history keeps it of scripts that were applied; of one that failed it is the file's, unless that was
    /// edited since. `None`: of a function, of a text longer than 1 MiB, of decisions, of what is not known any more.
    pub text: Option<String>,
}

/// How often something came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Tally {
    /// In which track.
    pub track: TrackName,
    /// What.
    pub outcome: Outcome,
    /// How often.
    pub attempts: u64,
    /// How many milliseconds these attempts took together.
    pub took_ms: u64,
}

impl Upgrader<'_> {
    /// What happened here, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn history(&self, filter: &HistoryFilter) -> Result<Vec<Attempt>, Error> {
        let (rest, values) = filter.rest();
        let rows = self.in_history(|session, settings| {
            Ok(history::select(session, &settings.tables, &rest, &values)?)
        })?;
        let mut rows = rows.unwrap_or_default();
        rows.reverse();
        Ok(rows)
    }

    /// The attempt or decision with this id, with the text of the script as it ran; `None`: there is no such row.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn attempt(&self, id: i64) -> Result<Option<KeptAttempt>, Error> {
        let found = self.in_history(|session, settings| {
            let rest = "WHERE id = ?";
            let found = history::select(session, &settings.tables, rest, &[id.into()])?;
            let Some(attempt) = found.into_iter().next() else {
                return Ok(None);
            };
            // An older engine's table has no room for texts.
            let keeps = crate::ledger::read(session, &settings.tables, &settings.tracks)?.schema
                >= history::KEEPS_TEXTS;
            let kept = match keeps {
                true => history::body(session, &settings.tables, &attempt)?,
                false => None,
            };
            let text = kept.or_else(|| self.text_now(&attempt));
            Ok(Some(KeptAttempt { attempt, text }))
        })?;
        Ok(found.flatten())
    }

    /// How often each outcome came about in each track, and how long that took.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tallies(&self) -> Result<Vec<Tally>, Error> {
        let tallies = self.in_history(|session, settings| {
            let tallied = history::tallies(session, &settings.tables)?;
            let tally = |(track, outcome, attempts, took_ms)| Tally {
                track,
                outcome,
                attempts,
                took_ms,
            };
            Ok(tallied.into_iter().map(tally).collect())
        })?;
        Ok(tallies.unwrap_or_default())
    }

    /// The text of a script that failed, where it is still the one that ran: the history keeps those that were applied.
    fn text_now(&self, attempt: &Attempt) -> Option<String> {
        let checksum = attempt.checksum.as_ref()?;
        let catalog = discover(&self.tracks, self.store.dialect()).catalog;
        let script = catalog
            .runnables()
            .find(|script| *script.id() == attempt.script)?;
        String::from_utf8(script.text_with(checksum)?).ok()
    }

    /// Reads the history; `None`: there is none yet.
    fn in_history<T>(
        &self,
        read: impl FnOnce(&mut dyn Session, &Settings) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let settings = self.settings()?;
        self.naming_holder(|| {
            let Some(mut session) = self.store.read()? else {
                return Ok(None);
            };
            if !session.has_table(&settings.tables.history_name())? {
                return Ok(None);
            }
            read(session.as_mut(), &settings).map(Some)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_what_is_wanted() {
        let all = HistoryFilter::default();
        let rows = [
            (all.clone(), "ORDER BY id DESC", 0),
            (all.clone().limit(5), "ORDER BY id DESC LIMIT ?", 1),
            (
                all.clone().track(TrackName::CORE),
                "WHERE track = ? ORDER BY id DESC",
                1,
            ),
            (
                all.clone().outcome(Outcome::Failed).outcome(Outcome::Died),
                "WHERE outcome IN (?, ?) ORDER BY id DESC",
                2,
            ),
            (
                all.track(TrackName::CORE)
                    .version("1.0")
                    .before(7)
                    .outcome(Outcome::Applied)
                    .limit(5),
                "WHERE track = ? AND outcome IN (?) AND version = ? AND id < ? ORDER BY id DESC LIMIT ?",
                5,
            ),
        ];
        for (filter, rest, count) in rows {
            let (asked, values) = filter.rest();
            assert_eq!((asked.as_str(), values.len()), (rest, count));
        }
    }
}
