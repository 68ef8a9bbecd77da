//! `upgrades rehearse --crash-lab`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::process;

use upgrades::{
    CrashDifference, CrashFinding, CrashLab, CrashLabReport, CrashMoment, CrashStage, CrashTrouble,
    NotRepeatable, inert,
};

use super::run::stop_on_signal;
use super::{Failure, limited};
use crate::args::Rehearse;
use crate::config::{Config, ConfigError};
use crate::exit::Exit;
use crate::reply::{ERROR, GOOD, Reply, WARNING, paint};
use crate::table::{count, took};

/// What makes an argument of this program's a process of the lab's.
const CHILD: &str = "--crash-lab-child";
/// So many moments are named of those at which the same happens.
const NAMED: usize = 5;

/// How the lab is made that is asked for.
pub(super) fn how(config: &Config, wanted: &Rehearse) -> Result<CrashLab<'static>, ConfigError> {
    let program = std::env::current_exe()
        .map_err(|error| ConfigError::new(format!("this program cannot be found: {error}")))?;
    // The same arguments in the same folder and surroundings: the same configuration.
    let mut how = CrashLab::new(move || {
        let mut command = process::Command::new(&program);
        command.args(std::env::args_os().skip(1)).arg(CHILD);
        command
    });
    if let Some(moments) = wanted.moments {
        how = how.at_most(moments);
    }
    if let Some(folder) = &wanted.folder {
        how = how.in_folder(folder);
    }
    if let Some(server) = config.rehearses_on(wanted.on.as_deref())? {
        how = how.on(server);
    }
    Ok(how)
}

/// What the command ends with.
pub(super) fn exit(report: &CrashLabReport) -> Exit {
    match (report.findings.is_empty(), report.stopped) {
        (true, false) => Exit::Current,
        (true, true) => Exit::Pending,
        (false, _) => Exit::Findings,
    }
}

/// What a process does that a lab has started.
pub(super) fn child(config: &Config, wanted: &Rehearse) -> Result<Reply, Failure> {
    let upgrader = limited(config.upgrader()?, &wanted.limits).stop_when(stop_on_signal()?);
    let how = how(config, wanted)?;
    upgrader.crash_lab_child(&how, &mut io::stdin(), &mut io::stdout())?;
    Ok(Reply::new(String::new(), serde_json::Value::Null))
}

pub(super) fn text(report: &CrashLabReport) -> String {
    let mut text = String::new();
    for thing in &report.not_repeatable {
        let _ = writeln!(
            text,
            "{}: {}: not the same each time even where nobody dies (chance, or the time of day), and not compared",
            paint(WARNING, "not repeatable"),
            place_of(thing),
        );
    }
    for table in &report.not_compared {
        let _ = writeln!(
            text,
            "{}: table {}, which cannot be read here, as without functions or modules of the application's",
            paint(WARNING, "not compared"),
            inert(table)
        );
    }
    for thing in &report.depends_on_ids {
        let _ = writeln!(
            text,
            "{}: {}: other ids behind a death, as servers do not take back what an undone transaction has taken",
            paint(WARNING, "depends on ids"),
            place_of(thing),
        );
    }
    for alike in alike(&report.findings) {
        describe(&mut text, &alike);
    }
    let moments = count_of(report.moments, "moment");
    let moments = match report.killed == report.moments {
        true => format!("each of {moments}"),
        false => format!("{} of {moments}", report.killed),
    };
    let runs = format!(
        "killed and resumed at {moments} in {}",
        took(report.took_ms)
    );
    let bad = report.findings.len() as u64;
    let said = match (bad, report.stopped) {
        (0, false) => format!(
            "{}: {runs}; it is the same each time",
            paint(GOOD, "the crash lab succeeded")
        ),
        (0, true) => format!("stopped as asked: {runs}; it was the same each time"),
        (bad, false) => format!(
            "{}: {runs}; at {bad} of them it is not the same",
            paint(ERROR, "the crash lab failed")
        ),
        (bad, true) => format!("stopped as asked: {runs}; at {bad} of them it was not the same"),
    };
    let _ = writeln!(text, "{said}");
    if report.missed > 0 {
        let missed = count_of(report.missed, "moment");
        let _ = writeln!(
            text,
            "  {missed} did not come again: batches cut their chunks by the clock"
        );
    }
    text
}

/// What is not the same, in words.
fn place_of(thing: &NotRepeatable) -> String {
    match &thing.column {
        Some(column) => format!("{}, column {}", inert(&thing.what), inert(column)),
        None => inert(&thing.what),
    }
}

/// Findings of one script with the same consequence, which are told once.
fn alike(findings: &[CrashFinding]) -> Vec<Vec<&CrashFinding>> {
    let mut alike: Vec<Vec<&CrashFinding>> = Vec::new();
    let mut known = BTreeMap::new();
    for finding in findings {
        let script = finding.moment.script.as_ref().map(ToString::to_string);
        let what = (
            script,
            format!("{:?} {:?}", finding.trouble, things(finding)),
        );
        match known.get(&what) {
            Some(at) => {
                let same: &mut Vec<_> = &mut alike[*at];
                same.push(finding);
            }
            None => {
                known.insert(what, alike.len());
                alike.push(vec![finding]);
            }
        }
    }
    alike
}

/// What differs, by name.
fn things(finding: &CrashFinding) -> Vec<&str> {
    let things = finding
        .differences
        .iter()
        .map(|difference| match difference {
            CrashDifference::Thing { what, .. } | CrashDifference::Broken { what } => what,
            CrashDifference::Rows { table, .. } => table,
            _ => "",
        });
    things.collect()
}

fn describe(text: &mut String, alike: &[&CrashFinding]) {
    let Some(first) = alike.first() else { return };
    let script = first.moment.script.as_ref();
    let script = script.map_or("the run".to_owned(), |script| inert(&script.to_string()));
    let what = match first.trouble {
        CrashTrouble::LeadsElsewhere => "leads elsewhere when its process is killed",
        CrashTrouble::Asks => "waits for a person when its process is killed",
        CrashTrouble::Fails => "fails when its process is killed and another one goes on",
        _ => "is not the same when its process is killed",
    };
    let _ = writeln!(text, "{} {what}", paint(ERROR, format!("{script}:")));
    for finding in alike.iter().take(NAMED) {
        let _ = writeln!(text, "  killed {}", place(&finding.moment));
    }
    if let Some(more @ 1..) = alike.len().checked_sub(NAMED) {
        let _ = writeln!(text, "  and at {} more", count(more, "moment"));
    }
    if let Some(reason) = &first.reason {
        let _ = writeln!(text, "  then: {}", inert(reason));
    }
    for difference in &first.differences {
        difference_of(text, difference);
    }
    let _ = writeln!(text, "  help: {}", first.remedy);
}

/// Where a process was killed, in words.
fn place(moment: &CrashMoment) -> String {
    let what = match moment.stage {
        CrashStage::RunBegan => "when the run had begun".to_owned(),
        CrashStage::ScriptBegan => "when it had begun".to_owned(),
        CrashStage::StatementDone => {
            let number = moment.statement.unwrap_or_default();
            let at = moment.position.map(|position| format!(", {position}"));
            let sql = moment.sql.as_deref().map(|sql| format!(": {}", inert(sql)));
            format!(
                "behind statement {number}{}{}",
                at.unwrap_or_default(),
                sql.unwrap_or_default()
            )
        }
        CrashStage::ChunkDone => "behind a chunk of its batch".to_owned(),
        CrashStage::ScriptRan => "at its end, before it was committed".to_owned(),
        CrashStage::ScriptApplied => "when it was committed".to_owned(),
        CrashStage::RunEnded => "when the run was over".to_owned(),
        _ => "in it".to_owned(),
    };
    format!("{what} (moment {})", moment.number)
}

fn difference_of(text: &mut String, difference: &CrashDifference) {
    let or_none = |text: &Option<String>| match text {
        Some(text) => inert(text),
        None => "not there".to_owned(),
    };
    let _ = match difference {
        CrashDifference::Thing {
            what,
            expected,
            found,
        } => writeln!(
            text,
            "  {}: undisturbed {}; killed {}",
            inert(what),
            or_none(expected),
            or_none(found)
        ),
        CrashDifference::Rows {
            table,
            missing,
            first_missing,
            extra,
            first_extra,
        } => {
            let part = |number: &u64, what: &str, first: &Option<String>| {
                let first = first.as_deref().map(|row| format!(" ({})", inert(row)));
                let rows = count_of(*number, "row");
                (*number > 0).then(|| format!("{rows} {what}{}", first.unwrap_or_default()))
            };
            let parts = [
                part(missing, "missing", first_missing),
                part(extra, "too many", first_extra),
            ];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            writeln!(text, "  table {}: {}", inert(table), parts.join(", "))
        }
        CrashDifference::Broken { what } => writeln!(text, "  broken: {}", inert(what)),
        _ => Ok(()),
    };
}

/// A count with its noun.
fn count_of(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}
