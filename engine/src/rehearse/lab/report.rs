//! What a crash lab tells.

use serde::Serialize;

use super::moment::CrashStage;
use super::noise::NotRepeatable;
use crate::code::Code;
use crate::script::ScriptId;
use crate::sql::Position;

/// What became of runs that were killed on copies of the database and begun again.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CrashLabReport {
    /// The real database, without secrets.
    pub database: String,
    /// How many moments a run has at which its process can die: the end of each statement, of each chunk of a batch, the
    /// beginning and the end of each script, each commit.
    pub moments: u64,
    /// At how many of them a process was killed.
    pub killed: u64,
    /// How many more were meant to be and were over before: batches cut their chunks by the clock, so that a run may have
    /// fewer moments than the one that was counted.
    pub missed: u64,
    /// Whether the lab was asked to stop before it was through.
    pub stopped: bool,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What is not the same each time even where nobody dies, and was left out of the comparison.
    pub not_repeatable: Vec<NotRepeatable>,
    /// Tables that cannot be read, as without functions or modules of the application's, and were not compared.
    pub not_compared: Vec<String>,
    /// What differed behind some death only because it had used up ids: servers do not take back what an undone transaction
    /// has taken. Ids and what refers to them may differ; what else is here takes ids for granted.
    pub depends_on_ids: Vec<NotRepeatable>,
    /// The deaths that changed something, in the order of the run.
    pub findings: Vec<CrashFinding>,
}

/// A death that changed something.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CrashFinding {
    /// The stable name of it.
    pub code: Code,
    /// Where the process was killed.
    pub moment: CrashMoment,
    /// What followed from it.
    pub trouble: CrashTrouble,
    /// Why the next run did not go on, in words; `None` where it did.
    pub reason: Option<String>,
    /// What to do.
    pub remedy: &'static str,
    /// In what the database differs from one that nobody has disturbed.
    pub differences: Vec<CrashDifference>,
}

/// Where a process was killed.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CrashMoment {
    /// Which moment of the run it was, counted from 1.
    pub number: u64,
    /// What had just happened.
    pub stage: CrashStage,
    /// The script that it happened in.
    pub script: Option<ScriptId>,
    /// The statement that had run, counted from 1.
    pub statement: Option<u64>,
    /// Where that stands.
    pub position: Option<Position>,
    /// That statement, shortened.
    pub sql: Option<String>,
}

/// What follows from a death.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CrashTrouble {
    /// The next run goes on, and leads elsewhere.
    LeadsElsewhere,
    /// The next run cannot tell how to go on, and asks a person.
    Asks,
    /// The next run fails.
    Fails,
}

impl CrashTrouble {
    /// What to do.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::LeadsElsewhere => {
                "make what the script writes depend on the rows of the database alone, and not on what an earlier statement has \
                 left in its connection or in the program's memory; or put it into one transaction"
            }
            Self::Asks => {
                "give that statement a script of its own, or the script one transaction; where everything in it may run twice, \
                 write `-- upgrade: idempotent` at its top"
            }
            Self::Fails => {
                "make the script so that it can go on where its process was killed, or put it into one transaction"
            }
        }
    }
}

/// In what a database differs from one that nobody has disturbed. `expected` is what is in that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CrashDifference {
    /// A part of the schema, or a setting that the database keeps.
    Thing {
        /// What, as in `table cb_items` or `setting user_version`.
        what: String,
        /// What made it there, or its value; `None`: there is no such thing.
        expected: Option<String>,
        /// The same, here.
        found: Option<String>,
    },
    /// The rows of a table; the engine's own tables among them.
    Rows {
        /// The table.
        table: String,
        /// How many rows are not here.
        missing: u64,
        /// The first of them, with its values shortened.
        first_missing: Option<String>,
        /// How many rows are here alone.
        extra: u64,
        /// The first of them, likewise.
        first_extra: Option<String>,
    },
    /// Something that is broken.
    Broken {
        /// What, in the database's own words.
        what: String,
    },
}
