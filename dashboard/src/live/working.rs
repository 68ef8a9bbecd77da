//! [`Working`]: the live run, as a page has it.

use std::time::Duration;

use upgrades::{By, Left};

use super::Now;
use crate::page::issue::Since;
use crate::shown::Shown;
use crate::words;

/// An upgrade at work; the default: none works.
#[derive(Debug, Default)]
pub(crate) struct Working {
    pub(crate) is_at_work: bool,
    /// Which process; `None` where the lock does not tell.
    pub(crate) process: Option<Shown>,
    pub(crate) since: Option<Since>,
    pub(crate) at: Option<At>,
    pub(crate) left: Option<String>,
    /// How many processes died in the script before this one.
    pub(crate) deaths: Option<u32>,
}

/// Where it is.
#[derive(Debug)]
pub(crate) struct At {
    pub(crate) script: Shown,
    pub(crate) statement: u64,
    /// How many there are; 0 in a program, whose statements nobody has counted.
    pub(crate) statements: u64,
    pub(crate) words: String,
    pub(crate) rows: Option<Rows>,
    pub(crate) waits_for: Option<Shown>,
}

/// How far the batch is.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) done: u64,
    pub(crate) total: Option<u64>,
    pub(crate) words: String,
}

impl Working {
    /// Where it is, once a statement has begun or it is known how many there are.
    pub(crate) fn statements(&self) -> Option<&At> {
        let at = self.at.as_ref();
        at.filter(|at| at.statement > 0 || at.statements > 0)
    }

    /// How far its batch is.
    pub(crate) fn rows(&self) -> Option<&Rows> {
        self.at.as_ref()?.rows.as_ref()
    }

    /// For whom it waits.
    pub(crate) fn waits_for(&self) -> Option<&Shown> {
        self.at.as_ref()?.waits_for.as_ref()
    }

    pub(super) fn of(now: &Now) -> Self {
        let record = now.working.as_ref();
        let holder = record.and_then(|record| record.holder.as_ref());
        let at = record.and_then(|record| record.at.as_ref());
        Self {
            is_at_work: record.is_some(),
            process: holder.map(|holder| {
                let version = holder.program.as_ref();
                let version = version.map(|version| format!(", version {version}"));
                let version = version.unwrap_or_default();
                Shown::line(format!(
                    "Process {} on {}{version}",
                    holder.pid, holder.host
                ))
            }),
            since: holder.map(|holder| Since::of(holder.since)),
            at: at.map(|at| At {
                script: Shown::line(&at.script),
                statement: at.statement,
                statements: at.statements,
                words: match at.statements {
                    0 => words::grouped(at.statement),
                    all => format!(
                        "{} of {}",
                        words::grouped(at.statement),
                        words::grouped(all)
                    ),
                },
                rows: at.rows.map(|rows| Rows {
                    done: rows.done,
                    total: rows.total.map(|total| total.max(1)),
                    words: match rows.total {
                        None => format!("{} rows", words::grouped(rows.done)),
                        Some(total) => {
                            format!(
                                "{} of {} rows",
                                words::grouped(rows.done),
                                words::grouped(total)
                            )
                        }
                    },
                }),
                waits_for: at.waits_for.as_ref().map(Shown::line),
            }),
            left: now.left.map(left),
            deaths: record
                .and_then(|record| record.deaths.as_ref())
                .map(|deaths| deaths.count),
        }
    }
}

/// The time left, and by what that is known. `live.js` says it in the same words.
fn left(left: Left) -> String {
    let seconds = Duration::from_millis(left.left_ms).as_secs().max(1);
    let by = match left.by {
        By::Rehearsal => "by the rehearsal",
        By::History => "by what it took before",
    };
    let but = match left.unknown {
        0 => String::new(),
        1 => ", and 1 script that nobody has timed".to_owned(),
        unknown => format!(", and {unknown} scripts that nobody has timed"),
    };
    format!("about {} left, {by}{but}", span(seconds))
}

/// Seconds, as people count them when they wait.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_long_it_takes() {
        assert_eq!(words::grouped(0), "0");
        let rows = [
            ((0, 0), "about 1 s left, by the rehearsal"),
            (
                (119_900, 1),
                "about 119 s left, by the rehearsal, and 1 script that nobody has timed",
            ),
            (
                (120_000, 2),
                "about 2 min left, by the rehearsal, and 2 scripts that nobody has timed",
            ),
            ((7_260_000, 0), "about 2 h 1 min left, by the rehearsal"),
        ];
        for ((left_ms, unknown), said) in rows {
            let by = By::Rehearsal;
            assert_eq!(
                left(Left {
                    left_ms,
                    by,
                    unknown
                }),
                said
            );
        }
    }
}
