//! The table that the lock is kept in: a row with the holder and a rising token, and a row for the heartbeat.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::{Fault, StoreError, Value};
use super::fault::NO_SUCH_TABLE;
use super::link::Link;
use super::literal::{filled, quoted};
use super::server::Identity;
use crate::lock::{LockRecord, Place};

/// The statements on the table of one installation.
#[derive(Debug, Clone)]
pub(super) struct LockTable {
    name: String,
}

/// What the table says.
#[derive(Debug, Clone)]
pub(super) struct LockRow {
    pub(super) token: i64,
    /// Counts the commits of the holder.
    pub(super) writes: i64,
    /// Counts its heartbeats.
    pub(super) beats: i64,
    record: LockRecord,
    /// What the heartbeat has told since the last commit.
    news: Option<News>,
    /// By the server's clock, since the last sign of life, in seconds.
    silent: f64,
    /// How long the holder may be silent, by its own configuration.
    pub(super) expiry: Duration,
    /// The connection of the holder's heartbeat.
    pub(super) beat: Option<Connection>,
    /// The connection that the holder, or one before it, has worked on.
    pub(super) work: Option<Connection>,
}

/// Where a holder is, told by its heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct News {
    at: Option<Place>,
}

/// A connection of a holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Connection {
    pub(super) id: u64,
    pub(super) server: Identity,
    /// Whose it is; others may not see it.
    pub(super) user: String,
    /// Whether its number is the server's own, and not that of a proxy.
    pub(super) direct: bool,
}

impl LockRow {
    /// Who holds the lock, and where in its work it was last seen.
    pub(super) fn record(&self) -> LockRecord {
        let mut record = self.record.clone();
        // The heartbeat tells of scripts and statements between two commits.
        if let Some(news) = &self.news {
            record.at.clone_from(&news.at);
        }
        record
    }

    /// Whether the holder has given a sign of life within its expiry.
    pub(super) fn is_alive(&self) -> bool {
        self.silent <= self.expiry.as_secs_f64()
    }

    pub(super) fn is_free(&self) -> bool {
        self.record.holder.is_none()
    }
}

impl LockTable {
    pub(super) fn new(schema: &str, prefix: &str) -> Self {
        let table = quoted(&format!("{prefix}upgrade_lock"));
        Self {
            name: format!("{}.{table}", quoted(schema)),
        }
    }

    /// Makes the table where it is missing.
    ///
    /// # Errors
    /// The server refuses.
    pub(super) fn create(&self, link: &mut Link) -> Result<(), StoreError> {
        let name = &self.name;
        link.run(&format!(
            "CREATE TABLE IF NOT EXISTS {name} (name VARCHAR(16) NOT NULL PRIMARY KEY, token BIGINT NOT NULL, \
             writes BIGINT NOT NULL, moves BIGINT NOT NULL DEFAULT 0, record TEXT, seen DOUBLE NOT NULL, expiry_ms BIGINT NOT NULL, beat TEXT, \
             work TEXT) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
        ))?;
        link.run(&format!(
            "INSERT IGNORE INTO {name} (name, token, writes, seen, expiry_ms) \
             VALUES ('upgrade', 0, 0, 0, 0), ('beat', 0, 0, 0, 0)"
        ))?;
        Ok(())
    }

    /// Reads the table; `None`: there is none yet, or it is empty.
    ///
    /// # Errors
    /// The server cannot be asked, or the table is not the engine's.
    pub(super) fn read(&self, link: &mut Link) -> Result<Option<LockRow>, StoreError> {
        let name = &self.name;
        let select = format!(
            "SELECT own.token, own.writes, beat.writes, own.record, \
             IF(beat.token = own.token AND beat.moves > own.moves, beat.record, NULL), \
             UNIX_TIMESTAMP(NOW(3)) - GREATEST(own.seen, beat.seen), own.expiry_ms, own.beat, own.work \
             FROM {name} AS own JOIN {name} AS beat ON beat.name = 'beat' WHERE own.name = 'upgrade'"
        );
        let rows = match link.query(&select) {
            Err(error) if error.number() == Some(NO_SUCH_TABLE) => return Ok(None),
            rows => rows?,
        };
        let Some(row) = rows.into_iter().next() else {
            return Ok(None);
        };
        read_row(row).map(Some).ok_or_else(|| {
            StoreError::new(
                Fault::Refused,
                format!(
                    "{name} is not what upgrades keeps its lock in, or was changed by hand; \
                     drop it while no upgrade runs"
                ),
            )
        })
    }

    /// Takes the lock that stands as `row` says, last heartbeat included, for a holder with this record; `false`: somebody was faster.
    ///
    /// # Errors
    /// The server refuses.
    pub(super) fn take(
        &self,
        link: &mut Link,
        row: &LockRow,
        record: &LockRecord,
        beat: &Connection,
        expiry: Duration,
    ) -> Result<bool, StoreError> {
        let update = format!(
            "UPDATE {name} AS own JOIN {name} AS beat ON beat.name = 'beat' \
             SET own.token = own.token + 1, own.writes = own.writes + 1, own.moves = 0, own.record = ?, own.beat = ?, \
             own.expiry_ms = ?, own.seen = UNIX_TIMESTAMP(NOW(3)) \
             WHERE own.name = 'upgrade' AND own.token = ? AND own.writes = ? AND beat.writes = ?",
            name = self.name
        );
        let values = [
            json(record),
            json(beat),
            (expiry.as_millis() as u64).into(),
            Value::Integer(row.token),
            Value::Integer(row.writes),
            Value::Integer(row.beats),
        ];
        match link.run(&filled(&update, &values)) {
            Ok(changed) => Ok(changed == 1),
            // Another node of the cluster, or another session, was faster.
            Err(error) if matches!(error.fault(), Fault::Conflict | Fault::Busy) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What every commit of the holder does last: it must change one row, and does so only while the token holds.
    /// `moves`: how often the place in the record has changed.
    pub(super) fn check(&self, token: i64, record: &LockRecord, moves: i64) -> String {
        let update = format!(
            "UPDATE {} SET writes = writes + 1, moves = ?, record = ? WHERE name = 'upgrade' AND token = ?",
            self.name
        );
        filled(
            &update,
            &[Value::Integer(moves), json(record), Value::Integer(token)],
        )
    }

    /// Notes the connection that the holder works on from here on.
    pub(super) fn work_on(&self, token: i64, work: &Connection) -> String {
        let update = format!(
            "UPDATE {} SET writes = writes + 1, work = ? WHERE name = 'upgrade' AND token = ?",
            self.name
        );
        filled(&update, &[json(work), Value::Integer(token)])
    }

    /// Notes a new connection of the heartbeat.
    pub(super) fn beat_on(&self, token: i64, beat: &Connection) -> String {
        let update = format!(
            "UPDATE {} SET writes = writes + 1, beat = ? WHERE name = 'upgrade' AND token = ?",
            self.name
        );
        filled(&update, &[json(beat), Value::Integer(token)])
    }

    /// A heartbeat; the token in its row follows that of the lock. `moves`: how often the place has changed.
    pub(super) fn beat(&self, token: i64, at: Option<Place>, moves: i64) -> String {
        let update = format!(
            "UPDATE {} SET token = ?, writes = writes + 1, moves = ?, seen = UNIX_TIMESTAMP(NOW(3)), record = ? \
             WHERE name = 'beat' AND token <= ?",
            self.name
        );
        let token = Value::Integer(token);
        filled(
            &update,
            &[
                token.clone(),
                Value::Integer(moves),
                json(&News { at }),
                token,
            ],
        )
    }

    /// Gives the lock back. `work`: a connection that may be at work still.
    pub(super) fn release(
        &self,
        token: i64,
        record: &LockRecord,
        work: Option<&Connection>,
    ) -> String {
        // What the heartbeat told last is past.
        let update = format!(
            "UPDATE {} SET writes = writes + 1, moves = {}, record = ?, work = ? WHERE name = 'upgrade' AND token = ?",
            self.name,
            i64::MAX
        );
        let work = work.map_or(Value::Null, json);
        filled(&update, &[json(record), work, Value::Integer(token)])
    }
}

fn json<T: Serialize>(value: &T) -> Value {
    let text = serde_json::to_string(value);
    text.expect("names and numbers can always be written as JSON")
        .into()
}

fn read_row(row: Vec<Value>) -> Option<LockRow> {
    fn parsed<T: DeserializeOwned>(text: Option<String>) -> Option<Option<T>> {
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .ok()
    }
    let mut columns = row.into_iter();
    let mut next = || columns.next().and_then(Value::into_text);
    Some(LockRow {
        token: next()?.parse().ok()?,
        writes: next()?.parse().ok()?,
        beats: next()?.parse().ok()?,
        record: parsed(next())?.unwrap_or_default(),
        news: parsed(next())?,
        silent: next()?.parse().ok()?,
        expiry: Duration::from_millis(next()?.parse().ok()?),
        beat: parsed(next())?,
        work: parsed(next())?,
    })
}
