//! How often the disk is waited for, counted by `strace`: of the contender where the store is a file,
//! of the server where it has one.

use crate::child::Task;
use crate::contender::{Contender, Event};
use crate::lab::{Fresh, Lab, Work};
use crate::measure::Running;
use crate::table::{Column, thousands};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

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
    let mut fresh = lab.fresh()?;
    let counts = fresh.folder.path().join("strace");
    let mut child = lab.command(contender, Task::Apply, &fresh.database, work)?;
    if fresh.server.is_none() {
        let mut strace = strace(&counts);
        strace.arg(child.get_program()).args(child.get_args());
        Running::start(&mut strace)?
            .finish(lab.limit)?
            .done(contender.name())?;
    } else {
        let mut strace = attached(&fresh, &counts)?;
        Running::start(&mut child)?
            .finish(lab.limit)?
            .done(contender.name())?;
        // strace ends, and writes, when what it follows has ended; killed, the server writes nothing.
        if let Some(server) = &mut fresh.server {
            server.end()?;
        }
        strace.wait()?;
    }
    let summary = fs::read_to_string(&counts)
        .with_context(|| format!("cannot read strace's summary {}", counts.display()))?;
    total(&summary)
}

fn strace(counts: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-c", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(counts);
    strace
}

/// A strace that follows the server already.
fn attached(fresh: &Fresh, counts: &Path) -> Result<Child> {
    let server = fresh.server.as_ref().context("a store with a server")?;
    let mut strace = strace(counts)
        .args(["-p", &server.id().to_string()])
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start strace")?;
    let mut said = String::new();
    let stderr = strace.stderr.take().context("a strace that is read")?;
    let mut stderr = BufReader::new(stderr);
    stderr.read_line(&mut said)?;
    // It tells of every thread that comes; somebody has to listen.
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    ensure!(said.contains("attached"), "strace said: {}", said.trim());
    Ok(strace)
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
