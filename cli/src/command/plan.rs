//! `upgrades plan`

use std::fmt::Write as _;

use upgrades::{Planned, PlannedRun, State, Upgrader, inert};

use super::Failure;
use crate::args::Limits;
use crate::exit::Exit;
use crate::reply::{ERROR, Reply, WARNING, paint};
use crate::table::{count, table};

pub(super) fn answer(upgrader: &Upgrader<'_>, limits: &Limits) -> Result<Reply, Failure> {
    let plan = upgrader.plan()?;
    let exit = match (plan.state, &plan.refusal) {
        (_, None) => Exit::Current,
        (State::Pending, Some(_)) => Exit::Findings,
        (state, Some(_)) => state.into(),
    };
    Ok(Reply::new(text(&plan, limits), serde_json::json!(plan)).exit(exit))
}

/// More marks of one script than this are counted, not shown.
const SHOWN_MARKS: usize = 10;

fn text(plan: &PlannedRun, limits: &Limits) -> String {
    let mut text = String::new();
    if plan.scripts.is_empty() {
        let _ = writeln!(
            text,
            "{}: nothing is pending{}",
            plan.database,
            limits.shown()
        );
    } else {
        // A server's definition statements commit by themselves: there no script has one transaction.
        let server = plan.database.starts_with("mysql:");
        let rows = plan.scripts.iter().map(|script: &Planned| {
            let notes = match (script.transaction || server, script.marks.len()) {
                (true, 0) => String::new(),
                (true, marks) => count(marks, "mark"),
                (false, 0) => "no transaction".to_owned(),
                (false, marks) => format!("no transaction, {}", count(marks, "mark")),
            };
            [
                script.script.to_string(),
                script.statements.to_string(),
                script.description.clone(),
                notes,
            ]
        });
        text += &table(["script", "statements", "description", ""], &[1], rows);
        for script in plan
            .scripts
            .iter()
            .filter(|script| !script.marks.is_empty())
        {
            let _ = writeln!(
                text,
                "\n{}",
                paint(WARNING, inert(&script.script.to_string()))
            );
            for mark in script.marks.iter().take(SHOWN_MARKS) {
                let what = inert(&mark.message);
                let _ = writeln!(text, "  {} at {}: {what}", mark.code, mark.position);
                let _ = writeln!(text, "    {}", inert(&mark.sql));
            }
            if let Some(more) = script.marks.len().checked_sub(SHOWN_MARKS + 1) {
                let _ = writeln!(text, "  and {} more", more + 1);
            }
        }
        let scripts = count(plan.scripts.len(), "script");
        let what = match plan.refusal {
            None => "would run",
            Some(_) => "pending, and none would run",
        };
        let _ = writeln!(text, "\n{scripts} {what} on {}", plan.database);
        if plan.scripts.iter().any(|script| !script.marks.is_empty()) {
            let _ = writeln!(
                text,
                "`upgrades explain CODE` tells why a mark is there, and how else to go about it"
            );
        }
    }
    if let Some(refusal) = &plan.refusal {
        let _ = writeln!(text, "{}: {}", paint(ERROR, "refused"), inert(refusal));
    }
    text
}
