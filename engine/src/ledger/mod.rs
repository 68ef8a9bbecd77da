//! What the database remembers: the newest script of each track, the latch, the history, the journal.

pub(crate) mod book;
mod entries;
mod fitness;
pub(crate) mod ground;
pub(crate) mod history;
mod older;
pub(crate) mod outbox;
pub(crate) mod repeated;
mod tables;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use self::outbox::Outbox;
use crate::baseline::{self, Ground};
use crate::callback::Owed;
use crate::latch;
use crate::name::{NameError, ScriptName};
use crate::role::Role;
use crate::script::ScriptId;
use crate::store::{Contradiction, Fault, Session, StoreError, Value};
use crate::track::TrackName;
use crate::version::Version;

#[cfg(feature = "backup")]
pub(crate) use entries::runs_under_way;
pub(crate) use fitness::must_fit;
pub(crate) use tables::Tables;

/// The version of the engine's own tables; a database with a larger one belongs to a newer engine.
pub const SCHEMA: u32 = 2;

/// Rows of the system-vars table that are the engine's, beside one for each track.
pub(crate) const LATCH: &str = "failed_update_detected";
const SCHEMA_ROW: &str = "upgrades_schema";
pub(crate) const MIN_APP: &str = "upgrades_min_app";
pub(crate) const AFTER_RUN: &str = "upgrades_after_run";
const RESTORING: &str = "upgrades_restoring";
const BASELINES: &str = "upgrades_baselines";
const NOTICES: &str = "upgrades_notices";

/// The names of the rows of the system-vars table that are the engine's.
#[cfg(feature = "backup")]
pub(crate) fn own_rows(tracks: &[TrackName]) -> Vec<String> {
    let engines = [
        LATCH, SCHEMA_ROW, MIN_APP, AFTER_RUN, RESTORING, BASELINES, NOTICES,
    ];
    let engines = engines.into_iter().map(str::to_owned);
    engines
        .chain(tracks.iter().map(TrackName::variable))
        .collect()
}

/// What the database remembers, as far as one query tells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    /// Whether the engine has worked here before.
    pub(crate) exists: bool,
    /// The version of the engine's tables; 0 where it has not.
    pub(crate) schema: u32,
    pub(crate) tracks: BTreeMap<TrackName, Recorded>,
    pub(crate) latched: bool,
    /// Programs older than this must not use the database.
    pub(crate) min_app: Option<semver::Version>,
    /// The after-run callbacks that an earlier run could not call any more.
    pub(crate) owed: Owed,
    /// The restore that has to be finished before anything else.
    pub(crate) restoring: Option<Restoring>,
    /// Whether something may have to be told to hooks.
    pub(crate) outbox: Outbox,
    /// Where tracks may begin. Whether the database is empty is asked for only where one could begin with a baseline.
    pub(crate) ground: Ground,
}

impl Ledger {
    /// The script at which its track stands once this one has run: itself, or the one up to which a baseline stands for all.
    /// `None`: it moves nothing.
    pub(crate) fn leads_to<'s>(
        &self,
        script: &'s ScriptId,
        stood_for: &'s BTreeMap<ScriptId, ScriptId>,
    ) -> Option<&'s ScriptId> {
        match script.role() {
            Role::Version => self.is_moved_by(script).then_some(script),
            Role::Baseline => stood_for.get(script),
            Role::Repeatable | Role::Callback(_) => None,
        }
    }

    /// Whether the track stands at the script's version once it has run. One that was skipped moves nothing.
    pub(crate) fn is_moved_by(&self, script: &ScriptId) -> bool {
        let at = self.tracks.get(&script.track);
        let moves = |version: Version| at.is_none_or(|at| version > at.version);
        script.role() == Role::Version
            && ScriptName::recorded_version(&script.file).is_ok_and(moves)
    }
}

/// A restore that is under way, or was when its process died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restoring {
    /// The backup.
    pub(crate) backup: String,
    /// What is left of it to do.
    pub(crate) stage: Stage,
}

/// What is left of a restore to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// All: the database may be between what it was and what it is to be.
    Database,
    /// All, and the latch is to be tripped: it was begun because a run had failed.
    FailedRun,
    /// All, and nothing of it is begun: a run has failed whose policy is to go back, and nobody has decided otherwise.
    Owed,
    /// The files: the database has taken its place.
    Files,
}

impl Stage {
    /// What stands before the backup in the ledger's row.
    const WRITTEN: [(Self, &'static str); 4] = [
        (Self::Database, "database:"),
        (Self::FailedRun, "failed-run:"),
        (Self::Owed, "owed:"),
        (Self::Files, ""),
    ];
}

impl Restoring {
    fn read(value: &str) -> Self {
        let told = Stage::WRITTEN.iter().find_map(|(stage, before)| {
            let backup = value.strip_prefix(before)?.to_owned();
            Some(Self {
                backup,
                stage: *stage,
            })
        });
        told.expect("whatever has no word before it is a backup")
    }

    fn written(&self) -> String {
        let before = Stage::WRITTEN
            .iter()
            .find(|(stage, _)| *stage == self.stage);
        before.map_or("", |(_, before)| before).to_owned() + &self.backup
    }
}

#[cfg(feature = "backup")]
impl Ledger {
    /// Whether a restore has died while the database was between what it was and what it is to be.
    pub(crate) fn is_between(&self) -> bool {
        self.restoring
            .as_ref()
            .is_some_and(|restoring| match restoring.stage {
                Stage::Database | Stage::FailedRun => true,
                Stage::Owed | Stage::Files => false,
            })
    }
}

/// The newest applied script of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// The file name, as it was when it ran.
    pub(crate) file: String,
    pub(crate) version: Version,
}

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A row holds what nobody can read.
    #[error("the row {name:?} of {table} holds {value:?}, from which no version can be read")]
    Value {
        /// The table.
        table: String,
        /// The row.
        name: String,
        /// What it holds.
        value: String,
        /// Why it cannot be read.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The tables belong to a newer engine.
    #[error(
        "the tables of upgrades in this database have version {found}; this program knows {SCHEMA} at most"
    )]
    Newer {
        /// Their version.
        found: String,
    },
    /// A table that is there cannot hold what the engine keeps.
    #[error("{0}")]
    Unfit(String),
    /// The table has no unique name.
    #[error("{table} has {count} rows named {name:?}; which of them counts cannot be told")]
    Ambiguous {
        /// The table.
        table: String,
        /// The row.
        name: String,
        /// How many there are.
        count: u64,
    },
    /// The database refuses.
    #[error("what upgrades keeps in the database cannot be {what}")]
    Store {
        /// Read or written.
        what: &'static str,
        /// The database's answer.
        source: StoreError,
    },
}

impl LedgerError {
    pub(crate) fn read(source: StoreError) -> Self {
        Self::Store {
            what: "read",
            source,
        }
    }

    pub(crate) fn write(source: StoreError) -> Self {
        if let Some(Contradiction { table, name, count }) = source.contradiction().cloned() {
            return Self::Ambiguous { table, name, count };
        }
        Self::Store {
            what: "written",
            source,
        }
    }
}

/// Reads from a table that is listed, though the server may not be done with making it.
fn persistently<T>(mut read: impl FnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
    const TRIES: u32 = 10;
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 1..TRIES {
        if let Ok(read) = read() {
            return Ok(read);
        }
        thread::sleep(PAUSE);
    }
    read()
}

/// Reads the ledger with one query. A database that the engine has never seen has an empty one.
pub(crate) fn read(
    session: &mut dyn Session,
    tables: &Tables,
    tracks: &[TrackName],
) -> Result<Ledger, LedgerError> {
    let mut names = vec![
        LATCH.into(),
        SCHEMA_ROW.into(),
        MIN_APP.into(),
        AFTER_RUN.into(),
        RESTORING.into(),
        BASELINES.into(),
        NOTICES.into(),
    ];
    names.extend(tracks.iter().map(|track| Value::from(track.variable())));
    let select = tables.select_vars(names.len());
    let rows = match session.query(&select, &names) {
        Ok(rows) => rows,
        Err(error) => match session.has_table(&tables.vars_name()) {
            Ok(false) => return Ok(Ledger::default()),
            // Another process may have made it in between, or makes it now.
            Ok(true) => persistently(|| session.query(&select, &names))
                .map_err(|error| fitness::unread(session, tables, error))?,
            // A table that is not there yet would be told as damage.
            Err(lost) if lost.fault() == Fault::Lost => return Err(LedgerError::read(lost)),
            Err(_) => return Err(LedgerError::read(error)),
        },
    };
    let mut values: BTreeMap<String, Option<String>> = BTreeMap::new();
    for row in rows {
        let mut columns = row.into_iter();
        let (Some(name), Some(value)) = (columns.next().and_then(Value::into_text), columns.next())
        else {
            continue;
        };
        if values.insert(name.clone(), value.into_text()).is_some() {
            return Err(LedgerError::Ambiguous {
                table: tables.vars_name(),
                name,
                count: 2,
            });
        }
    }
    // An empty value is what some older releases wrote for none.
    let value = |name: &str| {
        values
            .get(name)
            .cloned()
            .flatten()
            .filter(|value| !value.is_empty())
    };
    let unreadable =
        |name: &str, value: String, source: Box<dyn std::error::Error + Send + Sync>| {
            LedgerError::Value {
                table: tables.vars_name(),
                name: name.to_owned(),
                value,
                source,
            }
        };

    let schema = value(SCHEMA_ROW);
    let exists = schema.is_some();
    let schema = match schema.map(|found| found.parse::<u32>().map_err(|_| found)) {
        None => 0,
        Some(Ok(found)) if found <= SCHEMA => found,
        Some(Ok(found)) => {
            let found = found.to_string();
            return Err(LedgerError::Newer { found });
        }
        Some(Err(found)) => return Err(LedgerError::Newer { found }),
    };
    let mut ledger = Ledger {
        exists,
        schema,
        latched: latch::is_tripped(value(LATCH).as_deref()),
        owed: Owed::read(&value(AFTER_RUN).unwrap_or_default()),
        restoring: value(RESTORING).map(|value| Restoring::read(&value)),
        outbox: Outbox::read(value(NOTICES).as_deref()),
        ground: Ground {
            empty: false,
            begun: baseline::read(&value(BASELINES).unwrap_or_default()),
        },
        ..Ledger::default()
    };
    if let Some(text) = value(MIN_APP) {
        match semver::Version::parse(&text) {
            Ok(version) => ledger.min_app = Some(version),
            Err(error) => return Err(unreadable(MIN_APP, text, error.into())),
        }
    }
    for track in tracks {
        let name = track.variable();
        let Some(file) = value(&name) else { continue };
        match ScriptName::recorded_version(&file) {
            Ok(version) => {
                ledger
                    .tracks
                    .insert(track.clone(), Recorded { file, version });
            }
            Err(error) => return Err(unreadable(&name, file, Box::<NameError>::new(error))),
        }
    }
    Ok(ledger)
}
