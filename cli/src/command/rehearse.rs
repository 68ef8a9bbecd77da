//! `upgrades rehearse`

use std::fmt::Write as _;

use upgrades::{Fate, Rehearsal, Rehearsed, RehearsedScript, inert};

use super::run::stop_on_signal;
use super::{Failure, crash_lab, limited};
use crate::args::{Common, Format, Limits, Rehearse};
use crate::config::Config;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::reply::{ERROR, GOOD, Reply, WARNING, cause_line, paint};
use crate::table::{count, size, table, took};

pub(super) fn answer(
    config: &Config,
    wanted: &Rehearse,
    common: &Common,
) -> Result<Reply, Failure> {
    let mut upgrader = limited(config.upgrader()?, &wanted.limits).stop_when(stop_on_signal()?);
    if common.format == Format::Text && !common.quiet {
        let progress = Progress::new(common.verbose > 0);
        upgrader = upgrader.on_event(move |event| progress.show(event));
    }
    let rehearsed = match wanted.crash_lab {
        true => upgrader.crash_lab(&crash_lab::how(config, wanted)?)?,
        false => {
            let mut how = Rehearsal::default();
            if let Some(folder) = &wanted.folder {
                how = how.in_folder(folder);
            }
            if let Some(server) = config.rehearses_on(wanted.on.as_deref())? {
                how = how.on(server);
            }
            upgrader.rehearse(&how)?
        }
    };
    let exit = match (rehearsed.succeeded(), &rehearsed.crash_lab) {
        (false, _) => Exit::Findings,
        (true, Some(report)) => crash_lab::exit(report),
        (true, None) => Exit::Current,
    };
    let mut text = text(&rehearsed, &wanted.limits);
    if let Some(report) = &rehearsed.crash_lab {
        text += "\n";
        text += &crash_lab::text(report);
    }
    Ok(Reply::new(text, serde_json::json!(rehearsed)).exit(exit))
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
            paint(WARNING, inert(&script.script.to_string()))
        );
        for marked in &script.marks {
            let mark = &marked.mark;
            let came_true = match marked.came_true {
                true => ", and it failed",
                false => "",
            };
            let what = inert(&mark.message);
            let _ = writeln!(
                text,
                "  {} at {}: {what}{came_true}",
                mark.code, mark.position
            );
        }
    }
    text.push('\n');
    for callback in &rehearsed.not_called {
        let _ = writeln!(text, "not called: {}", inert(&callback.to_string()));
    }
    for left_out in &rehearsed.left_out {
        let _ = writeln!(
            text,
            "{}: {}",
            paint(WARNING, "about the copy"),
            inert(left_out)
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
            inert(&failure.to_string())
        );
        let _ = writeln!(text, "{}", cause_line(&failure.error));
        if let Some(statement) = &failure.statement {
            let _ = writeln!(text, "  statement: {}", inert(&statement.sql));
        }
        let _ = writeln!(text, "  {database} itself is as it was");
    }
    for fault in &rehearsed.faults {
        let _ = writeln!(
            text,
            "{}: {} in {copy}",
            paint(ERROR, "broken"),
            inert(fault)
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
