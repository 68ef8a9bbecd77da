//! Takes software that other people run from one version to the next.
//!
//! An application ships numbered upgrade scripts, the **core** track; an integrator adds their own, the
//! **customization** track. When the application starts, it calls [`Upgrader::run`]: whatever this installation has not
//! seen yet runs, in order, exactly once. A script that fails stops everything, and leaves a failure that a person has
//! to clear. A process that is killed leaves a state that the next start goes on from.
//!
//! ```
//! # let folder = std::env::temp_dir().join(format!("upgrades-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let database = folder.join("shop.db");
//! use upgrades::{Track, Upgrader};
//!
//! let report = Upgrader::new(upgrades::sqlite(&database))
//!     .track(Track::core([
//!         ("1.0.0_products.sql", "CREATE TABLE #__products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"),
//!         ("1.1.0_prices.sql", "ALTER TABLE #__products ADD COLUMN price_cents INTEGER;"),
//!     ]))
//!     .prefix("shop_")
//!     .app_version(env!("CARGO_PKG_VERSION"))
//!     .on_critical_issue(|issue| eprintln!("{}: {}", issue.title, issue.solution))
//!     .run()?;
//! assert_eq!(report.applied.len(), 2);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `sqlite` is the SQLite store, `sqlite-bundled` compiles SQLite in, `embedded` reads tracks that were embedded with
//! `include_dir`; these are on unless switched off. `mysql` is the store for MySQL and MariaDB, `lua` runs
//! scripts in Lua, `backup` backs up the database and the application's files and brings them back, `hooks`
//! tells web services and commands of critical issues.

mod adopt;
#[cfg(feature = "backup")]
mod aside;
mod asynchronous;
#[cfg(feature = "backup")]
mod backup;
mod baseline;
mod callback;
mod catalog;
mod catalog_error;
mod cause;
mod check;
mod checksum;
mod chunked;
mod clear;
mod clock;
mod code;
mod db;
mod deeds;
mod directive;
mod discover;
mod error;
mod event;
mod failure_log;
mod flight;
mod forecast;
mod guard;
#[cfg(feature = "hooks")]
mod hooks;
mod inert;
mod inspect;
mod issue;
mod journal;
mod kept;
mod language;
mod latch;
mod ledger;
mod lint;
mod listening;
mod lock;
#[cfg(feature = "lua")]
mod lua;
mod name;
mod past;
mod plain_name;
mod plan;
mod program;
mod ready;
#[cfg(feature = "backup")]
mod rehearse;
mod repair;
mod repeatable;
mod report;
mod requirement;
mod review;
mod road;
mod role;
mod run;
mod runnable;
mod script;
mod sizes;
mod slot;
mod sql;
#[cfg(feature = "backup")]
mod squash;
mod standing;
mod status;
mod stem;
mod step;
pub mod store;
mod support;
mod surroundings;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing;
mod track;
mod upgrader;
mod variants;
mod version;
mod waiting;

pub use adopt::{
    AdoptError, AdoptedScript, AdoptedTrack, Adoption, Existing, Gaps, Predecessor, Tool,
    UnknownTool,
};
#[cfg(feature = "backup")]
pub use aside::AsideError;
#[cfg(feature = "backup")]
pub use backup::{
    Backup, BackupError, BackupId, BackupIdError, Backups, Listed, OnFailure, Part, Restoration,
    Restored, Root, Verified, Why,
};
pub use catalog_error::CatalogError;
pub use cause::{Cause, chain};
pub use check::{Finding, Level};
pub use checksum::Checksum;
pub use clear::Clearing;
pub use clock::Timestamp;
pub use code::{Code, Explanation, Severity, UnknownCode};
pub use db::{Batch, Changes, Db, DbError, FromValue, Row, Rows};
pub use error::{Error, Remains};
pub use event::Event;
pub use forecast::{By, Forecast, Left};
pub use guard::{Refusal, WhenNewer};
#[cfg(feature = "hooks")]
pub use hooks::{Hook, HookError, Notice, NoticeKind, NoticeState, Sent};
pub use inert::{acts, inert, inert_lines};
pub use issue::{CriticalIssue, Who};
pub use language::Language;
pub use latch::{FailedStatement, Failure, FailureKind, Resolution, ResolutionError};
pub use ledger::history::{Attempt, Outcome};
pub use ledger::{LedgerError, SCHEMA};
pub use lint::{Count, Size};
pub use lock::{Deaths, DoneRows, Holder, LockRecord, Place};
#[cfg(feature = "lua")]
pub use lua::LuaError;
pub use name::{LONGEST_NAME, NameError, ScriptName};
pub use past::{HistoryFilter, KeptAttempt, Tally};
pub use plain_name::LONGEST_PLAIN_NAME;
pub use plan::NewerTrack;
#[cfg(feature = "backup")]
pub use rehearse::{
    CrashDifference, CrashFinding, CrashLab, CrashLabReport, CrashMoment, CrashStage, CrashTrouble,
    Fate, NotRepeatable, Rehearsal, Rehearsed, RehearsedMark, RehearsedScript,
};
pub use repair::{Drift, DriftKind, RepairError, Settlement};
pub use report::{Applied, Ending, Report, TrackChange, Warning};
pub use requirement::{Requirement, RequirementError};
pub use review::Mark;
pub use role::{Moment, Role};
pub use script::{Script, ScriptId};
pub use sql::{Dialect, Object, ObjectKind, Position, Right};
#[cfg(feature = "backup")]
pub use squash::{SquashError, Squashed};
pub use standing::{Standing, Waits};
pub use status::{Planned, PlannedRun, State, Status, TrackStatus};
#[cfg(feature = "mysql")]
pub use store::mysql;
pub use store::{Column, ForeignKey, KeyAction, Value};
#[cfg(feature = "sqlite")]
pub use store::{sqlite, sqlite_connection};
pub use track::{Source, Track, TrackName, TrackNameError};
pub use upgrader::Upgrader;
pub use version::{Version, VersionError};
