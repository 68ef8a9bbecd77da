//! [`CriticalIssue`]: what a dashboard shows a person.

use std::path::PathBuf;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::code::Code;
use crate::error::Error;
use crate::guard::Refusal;
use crate::latch::{FailedStatement, Failure, FailureKind};
use crate::ledger::Ledger;
use crate::script::ScriptId;

/// Something that a person has to see to, in words for a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CriticalIssue {
    /// The same for the same issue, however often it is told.
    pub id: String,
    /// The stable name of the problem.
    pub code: Code,
    /// A headline.
    pub title: String,
    /// What is wrong, and what follows from it.
    pub problem: String,
    /// What to do.
    pub solution: String,
    /// Who can do it.
    pub who: Who,
    /// Since when; `None` where nobody noted it.
    pub since: Option<Timestamp>,
    /// The script that it is about.
    pub script: Option<ScriptId>,
    /// The statement that failed.
    pub statement: Option<FailedStatement>,
    /// Where the failure log is.
    pub log: Option<PathBuf>,
}

/// Who can put an issue right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// Who makes the application.
    Maintainer,
    /// Who adds the customization.
    Integrator,
    /// Who runs the installation.
    Operator,
}

impl Who {
    /// Who can mend a script of this track.
    fn of(script: &ScriptId) -> Self {
        match script.track.rank() {
            0 => Self::Maintainer,
            _ => Self::Integrator,
        }
    }
}

const HOW_TO_CLEAR: &str =
    "`upgrades clear-failure --reason \"...\"`, and start the application again";

impl CriticalIssue {
    /// The issue that an error is, when a person has to see to it and not only whoever started the program.
    pub(crate) fn of(error: &Error, log: Option<PathBuf>) -> Option<Self> {
        let issue = match error {
            Error::Failed { failure, .. } => Self::failed(Some(failure)),
            #[cfg(feature = "backup")]
            Error::NotBroughtBack {
                failure, backup, ..
            } => Self {
                code: Code::NotBroughtBack,
                solution: format!(
                    "The database is as the failed script left it. Either `upgrades backup restore {backup}`, or mend the cause \
                     and go on: {HOW_TO_CLEAR}."
                ),
                ..Self::failed(Some(failure))
            },
            Error::LatchUnwritten { failure, .. } => Self {
                code: Code::LatchUnwritten,
                solution: "Make the database writable again (disk space, rights); the next start tries the script again."
                    .to_owned(),
                ..Self::failed(Some(failure))
            },
            Error::Refused(refusal) => Self::refused(refusal)?,
            Error::Setup { .. }
            | Error::Catalog(_)
            | Error::Ledger(_)
            | Error::Store(_)
            | Error::Rights(_)
            | Error::Locked { .. }
            | Error::Clear { .. }
            | Error::Adopt(_)
            | Error::Repair(_) => return None,
            #[cfg(feature = "backup")]
            Error::Backup(_) | Error::Aside(_) | Error::Squash(_) => return None,
            #[cfg(feature = "hooks")]
            Error::Hook(_) => return None,
        };
        Some(Self { log, ..issue })
    }

    /// The issue that a refusal is.
    pub(crate) fn refused(refusal: &Refusal) -> Option<Self> {
        match refusal {
            Refusal::Latched(failure) => Some(Self::failed(failure.as_deref())),
            Refusal::DatabaseNewer(_) | Refusal::ProgramTooOld { .. } => {
                Some(Self::too_old(refusal))
            }
            Refusal::Restoring { .. } => Some(Self::unfinished(refusal)),
            Refusal::Unmet { .. } => None,
        }
    }

    /// The issue that a tripped latch is. `None`: an older release tripped it, and said no more.
    pub(crate) fn failed(failure: Option<&Failure>) -> Self {
        let Some(failure) = failure else {
            return Self {
                id: "latched".to_owned(),
                code: Code::Latched,
                title: "An upgrade of this installation has failed".to_owned(),
                problem: "An older release has recorded that an upgrade failed, without saying which script. \
                          No upgrade runs until that is cleared."
                    .to_owned(),
                solution: format!("Look into that release's log, mend the cause, then {HOW_TO_CLEAR}."),
                who: Who::Operator,
                since: None,
                script: None,
                statement: None,
                log: None,
            };
        };
        let (code, title, solution) = match failure.kind {
            FailureKind::Failed => (
                Code::ScriptFailed,
                "An upgrade of this installation has failed",
                format!(
                    "Mend the cause: the data that the script met, or the script; then {HOW_TO_CLEAR}."
                ),
            ),
            FailureKind::Died => (
                Code::ScriptDied,
                "An upgrade of this installation waits for a decision",
                "Do what the problem asks for; then `upgrades clear-failure --reason \"...\" --resolution HOW`, where HOW \
                 is go-on, start-over, skip-statement or mark-done, and start the application again."
                    .to_owned(),
            ),
        };
        let script = &failure.script;
        Self {
            id: format!("{code}:{script}:{}", failure.run),
            code,
            title: title.to_owned(),
            problem: format!(
                "{}: {}. No upgrade runs until that is cleared.",
                sentence(&format!("the {failure}")),
                failure.error
            ),
            solution,
            who: Who::of(script),
            since: Some(failure.since),
            script: Some(script.clone()),
            statement: failure.statement.clone(),
            log: None,
        }
    }

    fn too_old(refusal: &Refusal) -> Self {
        let code = match refusal {
            Refusal::ProgramTooOld { .. } => Code::ProgramTooOld,
            Refusal::DatabaseNewer(_)
            | Refusal::Latched(_)
            | Refusal::Unmet { .. }
            | Refusal::Restoring { .. } => Code::DatabaseNewer,
        };
        Self::of_the_installation(code, "The application is older than its database", refusal)
    }

    fn unfinished(refusal: &Refusal) -> Self {
        let title = "A restore of this installation was interrupted";
        Self::of_the_installation(Code::RestoreUnfinished, title, refusal)
    }

    fn of_the_installation(code: Code, title: &str, refusal: &Refusal) -> Self {
        Self {
            id: code.to_string(),
            code,
            title: title.to_owned(),
            problem: format!("{}.", sentence(&refusal.to_string())),
            solution: code.explain().remedy.to_owned(),
            who: Who::Operator,
            since: None,
            script: None,
            statement: None,
            log: None,
        }
    }

    /// The issue that a script is which came too late.
    pub(crate) fn skipped(script: &ScriptId, ledger: &Ledger) -> Self {
        let at = ledger
            .tracks
            .get(&script.track)
            .map_or("a later version", |recorded| recorded.file.as_str());
        Self {
            id: format!("skipped:{script}"),
            code: Code::Skipped,
            title: "An upgrade script came too late to run".to_owned(),
            problem: format!("The script {script} never ran, and its track is at {at} already."),
            solution: Code::Skipped.explain().remedy.to_owned(),
            who: Who::of(script),
            since: None,
            script: Some(script.clone()),
            statement: None,
            log: None,
        }
    }
}

/// A message as the beginning of a text.
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
