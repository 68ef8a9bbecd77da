//! `upgrades status`

use std::fmt::Write as _;

use upgrades::{State, Status, TrackStatus, Upgrader, inert};

use super::Failure;
use crate::exit::Exit;
use crate::reply::{ERROR, GOOD, Reply, WARNING, paint};
use crate::table::{count, table};

pub(super) fn answer(upgrader: &Upgrader<'_>, check: bool) -> Result<Reply, Failure> {
    let status = upgrader.status()?;
    let exit = if check {
        Exit::from(status.state)
    } else {
        Exit::Current
    };
    Ok(Reply::new(text(&status), serde_json::json!(status)).exit(exit))
}

fn text(status: &Status) -> String {
    let none = || "-".to_owned();
    let rows = status.tracks.iter().map(|track: &TrackStatus| {
        [
            track.track.to_string(),
            track.recorded.clone().unwrap_or_else(none),
            track.newest.clone().unwrap_or_else(none),
            track.pending.len().to_string(),
        ]
    });
    let mut text = format!("{}: {}\n\n", status.database, headline(status));
    text += &table(
        ["track", "in the database", "newest script", "pending"],
        &[3],
        rows,
    );
    if let Some(working) = &status.working {
        let _ = writeln!(text, "\nupgrading now: {}", inert(&working.to_string()));
    }
    for issue in &status.issues {
        let _ = writeln!(text, "\n{}: {}", paint(ERROR, &issue.title), issue.code);
        let _ = writeln!(text, "  problem:   {}", inert(&issue.problem));
        if let Some(statement) = &issue.statement {
            let _ = writeln!(text, "  statement: {}", inert(&statement.sql));
        }
        if let Some(since) = &issue.since {
            let _ = writeln!(text, "  since:     {since}");
        }
        let _ = writeln!(text, "  solution:  {}", issue.solution);
        let who = match issue.who {
            upgrades::Who::Maintainer => "whoever makes the application",
            upgrades::Who::Integrator => "whoever adds the customization",
            upgrades::Who::Operator => "whoever runs the installation",
        };
        let _ = writeln!(text, "  who:       {who}");
        if let Some(log) = &issue.log {
            let _ = writeln!(text, "  log:       {}", log.display());
        }
    }
    text
}

fn headline(status: &Status) -> String {
    let pending = status.tracks.iter().map(|track| track.pending.len()).sum();
    match status.state {
        State::Pending => paint(WARNING, format!("{} pending", count(pending, "script"))),
        State::Failed => paint(ERROR, "failed; nothing runs until that is cleared"),
        State::TooOld => paint(ERROR, "newer than this program"),
        _ => paint(GOOD, "current"),
    }
}
