//! `upgrades check`

use std::fmt::Write as _;

use upgrades::{Finding, TrackName};

use super::Failure;
use crate::config::Config;
use crate::exit::Exit;
use crate::git;
use crate::reply::{ERROR, GOOD, Reply, WARNING, paint};
use crate::table::{count, safe};

pub(super) fn answer(
    config: &Config,
    since: Option<&str>,
    no_database: bool,
) -> Result<Reply, Failure> {
    let upgrader = config.upgrader()?;
    let mut findings = match no_database {
        true => upgrader.check_scripts()?,
        false => upgrader.check()?,
    };
    if let Some(revision) = since {
        for track in &config.tracks {
            let Ok(name) = track.name.parse::<TrackName>() else {
                continue;
            };
            // One that is not there is optional, or told above.
            if !track.directory.exists() {
                continue;
            }
            let files = git::files_at(&track.directory, revision)?;
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            let released = files
                .into_iter()
                .map(|(file, bytes)| (file, text(bytes)))
                .collect();
            findings.extend(upgrader.check_since(&name, released)?);
        }
    }
    let problems = findings
        .iter()
        .filter(|finding| finding.is_problem())
        .count();
    let exit = if problems == 0 {
        Exit::Current
    } else {
        Exit::Findings
    };
    let scripts = upgrader.scripts().map_or(0, |scripts| scripts.len());
    let told: Vec<_> = findings
        .iter()
        .map(|finding| {
            let mut told = serde_json::json!(finding);
            told["problem"] = finding.is_problem().into();
            told
        })
        .collect();
    let json = serde_json::json!({ "problems": problems, "findings": told });
    Ok(Reply::new(text(&findings, problems, scripts), json).exit(exit))
}

fn text(findings: &[Finding], problems: usize, scripts: usize) -> String {
    let mut text = String::new();
    for finding in findings {
        let style = if finding.is_problem() { ERROR } else { WARNING };
        let code = paint(style, finding.code);
        let _ = writeln!(text, "{code}: {}", safe(&finding.message));
    }
    match problems {
        0 => {
            text + &format!(
                "{}: {} checked\n",
                paint(GOOD, "in order"),
                count(scripts, "script")
            )
        }
        _ => {
            text + &format!(
                "{} found; `upgrades explain CODE` tells more\n",
                count(problems, "problem")
            )
        }
    }
}
