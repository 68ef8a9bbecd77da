//! How often a contender waits for the disk, counted by `strace`.

use crate::child::Task;
use crate::contender::{Contender, Event};
use crate::lab::{self, Lab, Work};
use crate::measure::Running;
use crate::table::{Column, thousands};
use anyhow::{Context, Result};
use std::fs;
use std::process::{Command, Stdio};

/// Applies `count` scripts once with every contender under `strace`.
///
/// # Errors
///
/// A contender that did not do its work.
pub fn run(lab: &Lab, count: u32) -> Result<Column> {
    let mut column = Column::new(format!("fsyncs, {}", thousands(count.into())));
    for contender in lab.entrants(Event::Apply) {
        let cell = if strace_is_here() {
            let work = lab.small(contender.layout(), count)?;
            thousands(counted(lab, contender, &work)?)
        } else {
            "strace missing".to_string()
        };
        eprintln!("fsyncs: {} {cell}", contender.name());
        column.cells.insert(contender.name(), cell);
    }
    Ok(column)
}

fn strace_is_here() -> bool {
    Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn counted(lab: &Lab, contender: &dyn Contender, work: &Work) -> Result<u64> {
    let fresh = lab.fresh()?;
    let counts = fresh.database.with_extension("strace");
    let child = lab::command(contender, Task::Apply, &fresh.database, work)?;
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-c", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&counts)
        .arg(child.get_program())
        .args(child.get_args());
    Running::start(&mut strace)?
        .finish(lab.limit)?
        .done(contender.name())?;
    let summary = fs::read_to_string(&counts)
        .with_context(|| format!("cannot read strace's summary {}", counts.display()))?;
    total(&summary)
}

/// The sum of the calls in the summary that `strace -c` writes: the fourth column of the rows whose
/// last one is a call's name. Without any such call the summary is empty.
fn total(summary: &str) -> Result<u64> {
    let mut total = 0;
    for line in summary.lines() {
        let columns: Vec<_> = line.split_whitespace().collect();
        if let (Some(&("fsync" | "fdatasync")), Some(calls)) = (columns.last(), columns.get(3)) {
            total += calls
                .parse::<u64>()
                .with_context(|| format!("no count in strace's line {line:?}"))?;
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::total;

    #[test]
    fn the_calls_of_a_summary_are_added() {
        let summary = "\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.001200         300         4           fdatasync
 40.00    0.000800         133         6         1 fsync
------ ----------- ----------- --------- --------- ----------------
100.00    0.002000         200        10         1 total
";
        for (summary, calls) in [(summary, 10), ("", 0)] {
            assert_eq!(total(summary).ok(), Some(calls), "{summary}");
        }
        assert!(total("60.00 0.0012 300 many fsync").is_err());
    }
}
