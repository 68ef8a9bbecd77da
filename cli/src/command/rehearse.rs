//! `upgrades rehearse`

use std::fmt::Write as _;
use std::path::Path;

use upgrades::{Fate, Rehearsal, Rehearsed, RehearsedScript};

use super::run::stop_on_signal;
use super::{Failure, limited};
use crate::args::Limits;
use crate::config::Config;
use crate::exit::Exit;
use crate::reply::{ERROR, GOOD, Reply, WARNING, paint};
use crate::table::{count, safe, size, table, took};

pub(super) fn answer(
    config: &Config,
    limits: &Limits,
    folder: Option<&Path>,
    on: Option<&str>,
) -> Result<Reply, Failure> {
    let upgrader = limited(config.upgrader()?, limits).stop_when(stop_on_signal()?);
    let mut how = Rehearsal::default();
    if let Some(folder) = folder {
        how = how.in_folder(folder);
    }
    if let Some(server) = config.rehearses_on(on)? {
        how = how.on(server);
    }
    let rehearsed = upgrader.rehearse(&how)?;
    let exit = match rehearsed.succeeded() {
        true => Exit::Current,
        false => Exit::Findings,
    };
    let reply = Reply::new(text(&rehearsed, limits), serde_json::json!(rehearsed));
    Ok(reply.exit(exit))
}

fn text(rehearsed: &Rehearsed, limits: &Limits) -> String {
    let mut text = String::new();
    let database = &rehearsed.database;
    if rehearsed.scripts.is_empty() {
        let _ = writeln!(text, "{database}: nothing is pending{}", limits.shown());
        return text;
    }
    let rows = rehearsed.scripts.iter().map(|script: &RehearsedScript| {
        let (fate, time) = match script.fate {
            Fate::Applied => (String::new(), took(script.took_ms)),
            Fate::Failed => ("failed".to_owned(), String::new()),
            Fate::NotRun => ("not run".to_owned(), String::new()),
        };
        [
            script.script.to_string(),
            script.statements.to_string(),
            script.definitions.to_string(),
            script.rows.map(|rows| rows.to_string()).unwrap_or_default(),
            time,
            fate,
        ]
    });
    let head = ["script", "statements", "definitions", "rows", "took", ""];
    text += &table(head, &[1, 2, 3, 4], rows);
    for script in rehearsed
        .scripts
        .iter()
        .filter(|script| !script.marks.is_empty())
    {
        let _ = writeln!(
            text,
            "\n{}",
            paint(WARNING, safe(&script.script.to_string()))
        );
        for marked in &script.marks {
            let mark = &marked.mark;
            let came_true = match marked.came_true {
                true => ", and it failed",
                false => "",
            };
            let what = safe(&mark.message);
            let _ = writeln!(
                text,
                "  {} at {}: {what}{came_true}",
                mark.code, mark.position
            );
        }
    }
    text.push('\n');
    for callback in &rehearsed.not_called {
        let _ = writeln!(text, "not called: {}", safe(&callback.to_string()));
    }
    for left_out in &rehearsed.left_out {
        let _ = writeln!(
            text,
            "{}: {}",
            paint(WARNING, "about the copy"),
            safe(left_out)
        );
    }
    let copy = format!(
        "a copy of {database} ({}, copied in {})",
        size(rehearsed.copied_bytes),
        took(rehearsed.copied_ms)
    );
    if let Some(failure) = &rehearsed.failure {
        let _ = writeln!(
            text,
            "{}: {} on {copy}",
            paint(ERROR, "failed"),
            safe(&failure.to_string())
        );
        let _ = writeln!(
            text,
            "  cause: {}",
            failure.error.trim_end().replace('\n', "\n  ")
        );
        if let Some(statement) = &failure.statement {
            let _ = writeln!(text, "  statement: {}", safe(&statement.sql));
        }
        let _ = writeln!(text, "  {database} itself is as it was");
    }
    for fault in &rehearsed.faults {
        let _ = writeln!(
            text,
            "{}: {} in {copy}",
            paint(ERROR, "broken"),
            safe(fault)
        );
    }
    if rehearsed.succeeded() {
        let scripts = count(rehearsed.scripts.len(), "script");
        let _ = writeln!(
            text,
            "{}: {scripts} in {} on {copy}; the real run will take about as long",
            paint(GOOD, "succeeded"),
            took(rehearsed.took_ms),
        );
    }
    text
}
