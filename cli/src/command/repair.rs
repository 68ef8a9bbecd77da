//! `upgrades repair`

use std::fmt::Write as _;

use serde_json::json;
use upgrades::{Drift, DriftKind, Settlement, Upgrader, inert};

use super::Failure;
use super::run::{Work, carry_out};
use crate::args::{Common, Limits, RepairCommand};
use crate::config::Config;
use crate::exit::Exit;
use crate::reply::{ERROR, GOOD, Reply, WARNING, paint};
use crate::table::count;

pub(super) fn answer(
    config: &Config,
    command: Option<&RepairCommand>,
    common: &Common,
) -> Result<Reply, Failure> {
    match command {
        None => show(&config.upgrader()?),
        Some(RepairCommand::Run { script }) => {
            let work = Work {
                run: &|upgrader| upgrader.run_skipped(script),
                again: &format!("upgrades repair run {} again", quoted(script)),
            };
            carry_out(config, &Limits::default(), common, &work)
        }
        Some(RepairCommand::Accept { script, reason }) => {
            settle(&config.upgrader()?, script, Settlement::Accept, reason)
        }
        Some(RepairCommand::Mark { script, reason }) => {
            settle(&config.upgrader()?, script, Settlement::Mark, reason)
        }
    }
}

fn settle(
    upgrader: &Upgrader<'_>,
    named: &str,
    settlement: Settlement,
    reason: &str,
) -> Result<Reply, Failure> {
    let script = upgrader.settle(named, settlement, reason)?;
    let (word, what) = match settlement {
        Settlement::Accept => ("accepted", "as it is now"),
        Settlement::Mark => ("marked", "as done"),
    };
    let shown = inert(&script.to_string());
    let text = format!("{}: {shown} {what}\n", paint(GOOD, word));
    let json =
        json!({ "settled": word, "track": script.track, "file": script.file, "reason": reason });
    Ok(Reply::new(text, json))
}

fn show(upgrader: &Upgrader<'_>) -> Result<Reply, Failure> {
    let drift = upgrader.drift()?;
    // What only comments tell is no reason to stop anything.
    let matters = |drift: &Drift| drift.kind != DriftKind::EditedComments;
    let exit = match drift.iter().any(matters) {
        true => Exit::Findings,
        false => Exit::Current,
    };
    Ok(Reply::new(text(&drift, &upgrader.database()), json!(drift)).exit(exit))
}

fn text(drift: &[Drift], database: &str) -> String {
    let mut text = String::new();
    for drift in drift {
        text += &headline(drift);
        match (&drift.diff, drift.kind) {
            (Some(diff), _) => text += &indented(diff),
            (None, DriftKind::Skipped) => {}
            (None, _) => text += "    the text that ran was not kept\n",
        }
        for way in ways(drift) {
            let _ = writeln!(text, "  upgrades repair {way}");
        }
        text.push('\n');
    }
    match drift.len() {
        0 => format!("{database}: {}\n", paint(GOOD, "every script is as it ran")),
        scripts => text + &format!("{database}: {} to settle\n", count(scripts, "script")),
    }
}

fn headline(drift: &Drift) -> String {
    let since = drift.since.map(|since| since.to_string());
    let since = since.unwrap_or_default();
    let (style, what) = match drift.kind {
        DriftKind::Edited => (ERROR, format!("was edited after it ran, {since}")),
        DriftKind::EditedComments => {
            let what = "has other comments or white space than when it ran";
            (WARNING, format!("{what}, {since}"))
        }
        DriftKind::Gone => (ERROR, format!("ran here, {since}, and is gone")),
        DriftKind::Newer => {
            let what = "and is newer than every script of its track here";
            (ERROR, format!("ran here, {since}, {what}"))
        }
        // The only one that is left of those that this command knows.
        _ => (
            ERROR,
            "never ran, and its track is past its version".to_owned(),
        ),
    };
    format!(
        "{} {what}\n",
        paint(style, inert(&drift.script.to_string()))
    )
}

/// The ways to settle it, as they are typed.
fn ways(drift: &Drift) -> Vec<String> {
    let script = quoted(&inert(&drift.script.to_string()));
    match drift.kind {
        DriftKind::Edited | DriftKind::EditedComments | DriftKind::Gone => {
            vec![format!("accept {script} --reason \"...\"")]
        }
        DriftKind::Skipped => vec![
            format!("run {script}"),
            format!("mark {script} --reason \"...\""),
        ],
        _ => Vec::new(),
    }
}

/// A difference, with what surrounds it but for blanks at the ends of empty lines.
fn indented(diff: &str) -> String {
    let lines = diff.lines().map(|line| match line.trim().is_empty() {
        true => "\n".to_owned(),
        false => format!("    {}\n", inert(line)),
    });
    lines.collect()
}

/// A script's name as a shell takes it.
fn quoted(script: &str) -> String {
    match script.contains([
        ' ', '\'', '"', '$', '`', '\\', '&', ';', '(', ')', '*', '?', '<', '>', '|', '!', '#',
    ]) {
        true => format!("'{}'", script.replace('\'', "'\\''")),
        false => script.to_owned(),
    }
}
