//! Several processes start at once on a fresh database.

use crate::child::Task;
use crate::contender::Event;
use crate::lab::Lab;
use crate::measure::{Outcome, Running, now};
use crate::table::Column;
use anyhow::Result;
use std::collections::BTreeMap;
use std::time::Duration;

const PROCESSES: usize = 6;
const SCRIPTS: u32 = 200;

/// How long the processes get to be ready for the start.
const READY: Duration = Duration::from_millis(50);

/// Counts the processes that succeed: they return without an error and find every script applied
/// exactly once.
///
/// # Errors
///
/// A process that cannot be started.
pub fn run(lab: &mut Lab, rounds: usize) -> Result<Column> {
    let mut entrants = lab.entrants(Event::Disturbed);
    let mut succeeded: BTreeMap<&'static str, usize> = BTreeMap::new();
    for round in 1..=rounds {
        lab.random.shuffle(&mut entrants);
        for contender in &entrants {
            let work = lab.small(contender.layout(), SCRIPTS)?;
            let fresh = lab.fresh()?;
            let start = now() + READY.as_nanos() as u64;
            let mut running = Vec::new();
            for _ in 0..PROCESSES {
                let mut child = lab.command(*contender, Task::Apply, &fresh.database, &work)?;
                child.args(["--at", &start.to_string()]);
                running.push(Running::start(&mut child)?);
            }
            for process in running {
                match process.finish(lab.limit)? {
                    Outcome::Done(_) => *succeeded.entry(contender.name()).or_default() += 1,
                    Outcome::Failed(why) => {
                        succeeded.entry(contender.name()).or_default();
                        eprintln!("race, round {round}: {} failed: {why}", contender.name());
                    }
                    Outcome::Killed(_) | Outcome::TimedOut(_) => {
                        succeeded.entry(contender.name()).or_default();
                        eprintln!("race, round {round}: {} did not end", contender.name());
                    }
                }
            }
        }
    }
    let mut column = Column::new(format!("race of {PROCESSES}: succeeded"));
    for (name, count) in succeeded {
        let cell = format!("{count}/{}", rounds * PROCESSES);
        column.cells.insert(name, cell);
    }
    Ok(column)
}
