//! `upgrades check`

use std::collections::BTreeSet;
use std::fmt::Write as _;

use upgrades::{Finding, Level, TrackName, inert};

use super::Failure;
use crate::config::Config;
use crate::exit::Exit;
use crate::git;
use crate::reply::{ERROR, GOOD, Reply, WARNING, paint};
use crate::table::count;

/// From which level on a finding is a reason not to ship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// Problems are.
    Usual,
    /// Warnings are too.
    Strict,
}

impl Demand {
    fn fails(self, level: Level) -> bool {
        match (self, level) {
            (_, Level::Problem) | (Self::Strict, Level::Warning) => true,
            (Self::Usual, Level::Warning) | (_, Level::Information) => false,
        }
    }
}

/// How many findings there are of the levels that count.
struct Counts {
    scripts: usize,
    problems: usize,
    warnings: usize,
}

pub(super) fn answer(
    config: &Config,
    since: Option<&str>,
    no_database: bool,
    demand: Demand,
) -> Result<Reply, Failure> {
    let upgrader = config.upgrader()?;
    let mut findings = match no_database {
        true => upgrader.check_scripts()?,
        false => upgrader.check()?,
    };
    if let Some(revision) = since {
        let mut released = BTreeSet::new();
        for track in &config.tracks {
            let Ok(name) = track.name.parse::<TrackName>() else {
                continue;
            };
            // One that is not there is optional, or told above.
            if !track.directory.exists() {
                continue;
            }
            let files = git::files_at(&track.directory, revision)?;
            released.extend(files.keys().map(|file| (name.clone(), file.clone())));
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            let files = files
                .into_iter()
                .map(|(file, bytes)| (file, text(bytes)))
                .collect();
            findings.extend(upgrader.check_since(&name, files)?);
        }
        // What is released cannot be written otherwise any more.
        let is_released = |finding: &Finding| {
            let file = finding.track.clone().zip(finding.file.clone());
            file.is_some_and(|file| released.contains(&file))
        };
        findings.retain(|finding| finding.level() != Level::Warning || !is_released(finding));
    }
    let of = |level| move |finding: &&Finding| finding.level() == level;
    let counts = Counts {
        scripts: upgrader.count_scripts().unwrap_or(0),
        problems: findings.iter().filter(of(Level::Problem)).count(),
        warnings: findings.iter().filter(of(Level::Warning)).count(),
    };
    let fails = findings.iter().any(|finding| demand.fails(finding.level()));
    let exit = if fails { Exit::Findings } else { Exit::Current };
    let told: Vec<_> = findings
        .iter()
        .map(|finding| {
            let mut told = serde_json::json!(finding);
            told["level"] = serde_json::json!(finding.level());
            told
        })
        .collect();
    let json = serde_json::json!({
        "problems": counts.problems,
        "warnings": counts.warnings,
        "findings": told,
    });
    Ok(Reply::new(text(&findings, &counts, demand), json).exit(exit))
}

fn text(findings: &[Finding], counts: &Counts, demand: Demand) -> String {
    let mut text = String::new();
    for finding in findings {
        let style = match demand.fails(finding.level()) {
            true => ERROR,
            false => WARNING,
        };
        let code = paint(style, finding.code);
        let _ = writeln!(text, "{code}: {}", inert(&finding.message));
    }
    let scripts = count(counts.scripts, "script");
    let problems = count(counts.problems, "problem");
    let warnings = count(counts.warnings, "warning");
    let good = paint(GOOD, "in order");
    const MORE: &str = "`upgrades explain CODE` tells more";
    text + &match (counts.problems, counts.warnings, demand) {
        (0, 0, _) => format!("{good}: {scripts} checked\n"),
        (0, _, Demand::Usual) => format!("{good}: {scripts} checked, {warnings}; {MORE}\n"),
        (0, _, Demand::Strict) => format!("{warnings} found; {MORE}\n"),
        (_, 0, _) => format!("{problems} found; {MORE}\n"),
        (_, _, _) => format!("{problems} and {warnings} found; {MORE}\n"),
    }
}
