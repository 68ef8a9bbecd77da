//! `upgrades run`

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use upgrades::{Ending, Error, FailureKind, Report, Upgrader, inert};

use super::{Failure, limited};
use crate::args::{Common, Format, Limits};
use crate::config::{Config, ConfigError};
use crate::exit::Exit;
use crate::hooks::after;
use crate::progress::Progress;
use crate::reply::{GOOD, Reply, paint};
use crate::table::{count, table, took};

pub(super) fn answer(config: &Config, limits: &Limits, common: &Common) -> Result<Reply, Failure> {
    let work = Work {
        run: &|upgrader| upgrader.run(),
        again: "run again",
    };
    carry_out(config, limits, common, &work)
}

/// What is to be run, and how it is begun again.
pub(super) struct Work<'w> {
    pub(super) run: &'w dyn Fn(&Upgrader<'_>) -> Result<Report, Error>,
    pub(super) again: &'w str,
}

/// Runs something of the engine's, and tells how it went.
pub(super) fn carry_out(
    config: &Config,
    limits: &Limits,
    common: &Common,
    work: &Work<'_>,
) -> Result<Reply, Failure> {
    let mut upgrader = limited(config.upgrader()?, limits).stop_when(stop_on_signal()?);
    if common.format == Format::Text && !common.quiet {
        let progress = Progress::new(common.verbose > 0);
        upgrader = upgrader.on_event(move |event| progress.show(event));
    }
    let report = match (work.run)(&upgrader) {
        Ok(report) => report,
        Err(error) => {
            let reply = failed(config, &error, work.again);
            return Ok(reply.after(after(upgrader)));
        }
    };
    let exit = match report.ending {
        Ending::Stopped => Exit::Pending,
        _ => Exit::Current,
    };
    let database = upgrader.database();
    let reply = Reply::new(text(&report, &database, limits), serde_json::json!(report));
    Ok(reply.exit(exit).after(after(upgrader)))
}

/// SIGTERM and Ctrl-C let the present statement finish; the second one ends the process at once, which is safe too.
pub(super) fn stop_on_signal() -> Result<Arc<AtomicBool>, ConfigError> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register_conditional_default(signal, stop.clone())
            .and_then(|_| signal_hook::flag::register(signal, stop.clone()))
            .map_err(|error| ConfigError::new(format!("signals cannot be listened to: {error}")))?;
    }
    Ok(stop)
}

fn failed(config: &Config, error: &Error, again: &str) -> Reply {
    let mut reply = Reply::engine_error(error);
    if let Error::Failed {
        failure, applied, ..
    } = error
    {
        let mut details = String::new();
        if let Some(statement) = &failure.statement {
            details += &format!("  statement: {}\n", inert(&statement.sql));
        }
        details += &format!("  applied before it: {}\n", count(applied.len(), "script"));
        let log = config.failure_log();
        let unwritten = if log.is_file() {
            ""
        } else {
            ", which could not be written"
        };
        details += &format!("  log: {}{unwritten}\n", log.display());
        let how = match failure.kind {
            FailureKind::Failed => "",
            FailureKind::Died => " --resolution HOW",
        };
        details += &format!("  then: upgrades clear-failure --reason \"...\"{how}, and {again}\n");
        reply.error += &details;
    }
    reply
}

fn text(report: &Report, database: &str, limits: &Limits) -> String {
    match report.ending {
        Ending::UpToDate if limits.to.is_empty() => format!(
            "{database} is current: {}\n",
            paint(GOOD, "nothing is pending")
        ),
        Ending::UpToDate => format!("{database}: nothing is pending{}\n", limits.shown()),
        Ending::LeftAlone => format!("{database} is newer than this program, and was left alone\n"),
        // Nothing but an after-run callback that an earlier run could not call any more.
        Ending::Upgraded if report.applied.is_empty() => format!(
            "{database} is current: {}\n",
            paint(GOOD, "what was owed after an earlier run is done")
        ),
        Ending::Stopped => format!(
            "{}stopped as asked; {} applied to {database}, run again to go on\n",
            summary(report),
            count(report.applied.len(), "script")
        ),
        _ => format!(
            "{}\n{} applied to {database}\n",
            summary(report),
            paint(GOOD, count(report.applied.len(), "script"))
        ),
    }
}

fn summary(report: &Report) -> String {
    let rows = report.tracks.iter().filter_map(|change| {
        let applied = report
            .applied
            .iter()
            .filter(|applied| applied.script.track == change.track);
        let applied: Vec<_> = applied.collect();
        (!applied.is_empty()).then(|| {
            [
                change.track.to_string(),
                change.before.clone().unwrap_or_else(|| "-".to_owned()),
                change.after.clone().unwrap_or_else(|| "-".to_owned()),
                applied.len().to_string(),
                applied
                    .iter()
                    .map(|applied| applied.statements)
                    .sum::<u64>()
                    .to_string(),
                took(applied.iter().map(|applied| applied.took_ms).sum()),
            ]
        })
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    table(
        ["track", "from", "to", "scripts", "statements", "took"],
        &[3, 4, 5],
        rows,
    )
}
