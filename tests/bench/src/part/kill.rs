//! A process is killed at a random moment of its work, and started again.

use crate::child::Task;
use crate::contender::{Contender, Event};
use crate::lab::Lab;
use crate::measure::{Outcome, Progress, Running};
use crate::table::{Column, median};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::time::Duration;

const SCRIPTS: u32 = 300;

/// Kills every contender `kills` times and counts the restarts that fail: they return an error, or
/// leave a script missing or applied twice.
///
/// # Errors
///
/// A process that cannot be started, or that cannot be caught at work.
pub fn run(lab: &mut Lab, kills: usize) -> Result<Column> {
    let mut entrants = lab.entrants(Event::Disturbed);
    let mut spans = BTreeMap::new();
    for contender in &entrants {
        spans.insert(contender.name(), Span::of(lab, *contender)?);
    }
    let mut failed: BTreeMap<&'static str, usize> = BTreeMap::new();
    for round in 1..=kills {
        lab.random.shuffle(&mut entrants);
        for contender in &entrants {
            let name = contender.name();
            let failures = failed.entry(name).or_default();
            if let Outcome::Failed(why) = killed_and_restarted(lab, *contender, spans[name])? {
                *failures += 1;
                eprintln!("kill {round}: restart of {name} failed: {why}");
            }
        }
    }
    let mut column = Column::new("kill -9: restarts that failed");
    for (name, count) in failed {
        column.cells.insert(name, format!("{count}/{kills}"));
    }
    Ok(column)
}

/// When an undisturbed process begins and ends its work, from its start.
#[derive(Clone, Copy, Debug)]
struct Span {
    begins: Duration,
    ends: Duration,
}

impl Span {
    fn of(lab: &Lab, contender: &dyn Contender) -> Result<Self> {
        let work = lab.small(contender.layout(), SCRIPTS)?;
        let mut samples = Vec::new();
        for _ in 0..5 {
            let fresh = lab.fresh()?;
            let outcome = lab.run(contender, Task::Apply, &fresh.database, &work)?;
            samples.push(outcome.done(contender.name())?);
        }
        let times = |time: fn(&crate::measure::Sample) -> Duration| {
            median(&samples.iter().map(time).collect::<Vec<_>>()).unwrap_or_default()
        };
        Ok(Self {
            begins: times(|sample| sample.lead),
            ends: times(|sample| sample.wall),
        })
    }
}

/// Kills one process before it has finished its work; one that was faster does not count.
fn killed_and_restarted(lab: &mut Lab, contender: &dyn Contender, span: Span) -> Result<Outcome> {
    let work = lab.small(contender.layout(), SCRIPTS)?;
    for _ in 0..100 {
        let fresh = lab.fresh()?;
        let length = span.ends.saturating_sub(span.begins);
        let after = span.begins + length.mul_f64(lab.random.f64());
        let mut child = lab.command(contender, Task::Apply, &fresh.database, &work)?;
        match Running::start(&mut child)?.kill(after)? {
            Outcome::Killed(Progress::Unfinished) => {
                return match lab.run(contender, Task::Apply, &fresh.database, &work)? {
                    Outcome::TimedOut(_) => Ok(Outcome::Failed("it did not end".to_string())),
                    outcome => Ok(outcome),
                };
            }
            Outcome::Killed(Progress::Finished) | Outcome::Done(_) => {}
            Outcome::Failed(why) => bail!("{} failed: {why}", contender.name()),
            Outcome::TimedOut(_) => bail!("{} did not end", contender.name()),
        }
    }
    bail!("{} always finished before it was killed", contender.name())
}
