//! The failure log: one entry for each failure, appended, for the person who has to put it right.

use std::error::Error as StdError;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cause::{chain, told};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::issue::CriticalIssue;
use crate::latch::Failure;

/// Appends an entry and tells where the log is, as a path that holds from everywhere.
///
/// # Errors
/// The log cannot be written.
pub(crate) fn append(
    path: &Path,
    failure: &Failure,
    source: &(dyn StdError + 'static),
    error: &Error,
) -> io::Result<PathBuf> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    // One write, so that two processes do not mix their entries.
    file.write_all(entry(failure, source, error).as_bytes())?;
    fs::canonicalize(path)
}

fn entry(failure: &Failure, source: &(dyn StdError + 'static), error: &Error) -> String {
    let mut lines = vec![
        format!("=== {} [{}]", Timestamp::now(), error.code()),
        format!("script:    {}", failure.script),
    ];
    if let Some(statement) = &failure.statement {
        lines.push(format!(
            "statement: {} ({})",
            statement.number, statement.position
        ));
        lines.push(format!("           {}", statement.sql));
    }
    lines.push(format!(
        "error:     {}",
        told(source).replace('\n', "\n           ")
    ));
    if let Error::LatchUnwritten { unrecorded, .. } = error {
        lines.push(format!("unwritten: {}", chain(unrecorded.as_ref())));
    }
    lines.push(format!(
        "run:       {}, begun {}",
        failure.run, failure.since
    ));
    if let Some(issue) = CriticalIssue::of(error, None) {
        lines.push(format!("to go on:  {}", issue.solution));
    }
    lines.join("\n") + "\n\n"
}
