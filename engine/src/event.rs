//! [`Event`]: what a run tells while it works.

use std::fmt;
use std::time::Duration;

use crate::latch::Failure;
use crate::lock::LockRecord;
use crate::report::{Applied, Report, Warning};
use crate::script::ScriptId;
use crate::store::{Brake, BrakeKind};

/// What a run tells while it works, to whoever [observes](crate::Upgrader::on_event) it and to the log.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another process upgrades; told once a second.
    Waiting {
        /// Who.
        holder: &'a LockRecord,
        /// For how long already.
        waited: Duration,
    },
    /// There is something to run.
    Started {
        /// The run, as the history has it.
        run: &'a str,
        /// How many scripts.
        scripts: usize,
        /// How many statements they have together.
        statements: u64,
    },
    /// A script begins. One that was rolled back with others begins again.
    ScriptStarted {
        /// The script.
        script: &'a ScriptId,
        /// How many statements it has.
        statements: u64,
        /// How many of them an interrupted run has done.
        done: u64,
    },
    /// A statement ran; it may not be committed yet.
    StatementDone {
        /// The script.
        script: &'a ScriptId,
        /// Which statement, counted from 1.
        statement: u64,
        /// How many there are.
        statements: u64,
    },
    /// A script ran to its end; it may not be committed yet.
    ScriptRan {
        /// The script.
        script: &'a ScriptId,
        /// How long it took.
        took: Duration,
        /// How many rows its statements changed, with those that triggers and foreign keys changed; `None` where that is not
        /// counted.
        rows: Option<u64>,
    },
    /// How long the rest of the run took when it was rehearsed, with the script that begins now.
    #[cfg(feature = "backup")]
    Expected {
        /// How long.
        left: Duration,
        /// How many of the scripts have not been rehearsed as they are now.
        unknown: usize,
    },
    /// A program tells something in passing.
    Noted {
        /// The script.
        script: &'a ScriptId,
        /// How loud.
        level: log::Level,
        /// What.
        message: &'a str,
    },
    /// A program is so far.
    Progress {
        /// The script.
        script: &'a ScriptId,
        /// The batch that is under way; `None`: the program tells it of itself.
        batch: Option<&'a str>,
        /// How much is done: rows, of a batch.
        done: u64,
        /// How much there is to do, where that is known.
        total: Option<u64>,
        /// How long the rest will take, if it goes on like this.
        left: Option<Duration>,
    },
    /// A batch is held back before its next chunk; told after a second, and every ten seconds from then on.
    Held {
        /// The script.
        script: &'a ScriptId,
        /// The batch.
        batch: &'a str,
        /// For whom it waits, and why.
        brake: &'a Brake,
        /// For how long already.
        waited: Duration,
    },
    /// Scripts that shared a commit were rolled back together, and run again one by one.
    Repeated {
        /// How many.
        scripts: usize,
    },
    /// A script and its record are committed.
    Applied(&'a Applied),
    /// A callback is done, and what it did is committed.
    CalledBack(&'a Applied),
    /// A script failed, and the latch is tripped.
    Failed(&'a Failure),
    /// Something that a person should look at.
    Warned(&'a Warning),
    /// A backup is so far.
    #[cfg(feature = "backup")]
    BackingUp {
        /// Its name.
        backup: &'a crate::backup::BackupId,
        /// How many bytes were copied.
        done: u64,
        /// How many there are to copy, about.
        total: u64,
    },
    /// A backup is whole.
    #[cfg(feature = "backup")]
    BackedUp(&'a crate::backup::Backup),
    /// A backup was removed, as there are newer ones.
    #[cfg(feature = "backup")]
    BackupRemoved(&'a crate::backup::BackupId),
    /// A backup is to take the place of the database.
    #[cfg(feature = "backup")]
    Restoring(&'a crate::backup::Backup),
    /// A backup has taken the place of the database.
    #[cfg(feature = "backup")]
    Restored(&'a crate::backup::Backup),
    /// A [crash lab](crate::Upgrader::crash_lab) has killed and resumed so many runs.
    #[cfg(feature = "backup")]
    Tried {
        /// How many.
        done: u64,
        /// How many it is going to.
        of: u64,
    },
    /// The run is over.
    Finished(&'a Report),
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { holder, waited } => {
                write!(
                    f,
                    "waiting for another upgrade since {} s: {holder}",
                    waited.as_secs()
                )
            }
            Self::Started {
                run,
                scripts,
                statements,
            } => {
                write!(
                    f,
                    "run {run}: {scripts} scripts with {statements} statements"
                )
            }
            Self::ScriptStarted {
                script,
                statements,
                done: 0,
            } => write!(f, "{script}: {statements} statements"),
            Self::ScriptStarted {
                script,
                statements,
                done,
            } => {
                write!(
                    f,
                    "{script}: going on behind statement {done} of {statements}"
                )
            }
            Self::StatementDone {
                script,
                statement,
                statements,
            } => {
                write!(f, "{script}: statement {statement} of {statements} done")
            }
            Self::ScriptRan { script, took, rows } => {
                write!(f, "{script}: ran in {} ms", took.as_millis())?;
                match rows {
                    Some(rows) => write!(f, ", {rows} rows changed"),
                    None => Ok(()),
                }
            }
            #[cfg(feature = "backup")]
            Self::Expected { left, unknown } => {
                write!(f, "about {} ms left, as it was rehearsed", left.as_millis())?;
                match unknown {
                    0 => Ok(()),
                    1 => f.write_str(", and a script that was not"),
                    _ => write!(f, ", and {unknown} scripts that were not"),
                }
            }
            Self::Noted {
                script, message, ..
            } => write!(f, "{script}: {message}"),
            Self::Progress {
                script,
                batch,
                done,
                total,
                left,
            } => {
                write!(f, "{script}: ")?;
                if let Some(batch) = batch {
                    write!(f, "{batch}, ")?;
                }
                write!(f, "{done}")?;
                if let Some(total) = total {
                    write!(f, " of {total}")?;
                }
                match left {
                    Some(left) => write!(f, ", {} s left", left.as_secs()),
                    None => Ok(()),
                }
            }
            Self::Held {
                script,
                batch,
                brake,
                waited,
            } => write!(
                f,
                "{script}: {batch} waits since {} s: {brake}",
                waited.as_secs()
            ),
            Self::Repeated { scripts } => write!(
                f,
                "{scripts} scripts were rolled back together; running them one by one"
            ),
            Self::Applied(applied) => {
                write!(f, "{} applied in {} ms", applied.script, applied.took_ms)
            }
            Self::CalledBack(callback) => {
                write!(f, "{} done in {} ms", callback.script, callback.took_ms)
            }
            Self::Failed(failure) => write!(f, "{failure}: {}", failure.error),
            Self::Warned(warning) => f.write_str(&warning.message),
            #[cfg(feature = "backup")]
            Self::BackingUp {
                backup,
                done,
                total,
            } => write!(f, "backup {backup}: {done} of {total} bytes"),
            #[cfg(feature = "backup")]
            Self::BackedUp(backup) => {
                write!(f, "backup {} made, {}", backup.id, backup.why.as_str())
            }
            #[cfg(feature = "backup")]
            Self::BackupRemoved(backup) => {
                write!(f, "backup {backup} removed, as there are newer ones")
            }
            #[cfg(feature = "backup")]
            Self::Restoring(backup) => write!(f, "restoring the backup {}", backup.id),
            #[cfg(feature = "backup")]
            Self::Restored(backup) => write!(f, "the backup {} was restored", backup.id),
            #[cfg(feature = "backup")]
            Self::Tried { done, of } => write!(f, "killed and resumed {done} of {of} runs"),
            Self::Finished(report) => write!(f, "{} scripts applied", report.applied.len()),
        }
    }
}

impl Event<'_> {
    /// How loud the log says it.
    pub(crate) fn level(&self) -> log::Level {
        match self {
            Self::Failed(_) => log::Level::Error,
            Self::Warned(_) | Self::Repeated { .. } => log::Level::Warn,
            Self::Waiting { .. }
            | Self::Started { .. }
            | Self::Applied(_)
            | Self::CalledBack(_)
            | Self::Finished(_) => log::Level::Info,
            Self::Noted { level, .. } => *level,
            Self::Held { brake, .. } => match brake.kind {
                BrakeKind::Asking | BrakeKind::Behind => log::Level::Info,
                BrakeKind::Trouble => log::Level::Warn,
            },
            Self::ScriptStarted { .. } | Self::Progress { .. } => log::Level::Debug,
            #[cfg(feature = "backup")]
            Self::BackedUp(_) | Self::BackupRemoved(_) => log::Level::Info,
            #[cfg(feature = "backup")]
            Self::Restoring(_) | Self::Restored(_) => log::Level::Warn,
            #[cfg(feature = "backup")]
            Self::BackingUp { .. } | Self::Tried { .. } => log::Level::Trace,
            #[cfg(feature = "backup")]
            Self::Expected { .. } => log::Level::Debug,
            Self::StatementDone { .. } | Self::ScriptRan { .. } => log::Level::Trace,
        }
    }
}
