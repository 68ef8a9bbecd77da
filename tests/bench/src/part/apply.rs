//! Small scripts from a folder, applied to a fresh database.

use super::{Samples, times};
use crate::child::Task;
use crate::contender::Event;
use crate::lab::Lab;
use crate::table::{Column, median, megabytes, thousands};
use anyhow::Result;

/// Applies `count` scripts in `rounds` rounds, every contender once in each.
///
/// Gives a column of times and one of peak memory.
///
/// # Errors
///
/// A contender that did not do its work.
pub fn run(lab: &mut Lab, count: u32, rounds: usize) -> Result<(Column, Column)> {
    let mut entrants = lab.entrants(Event::Apply);
    let mut samples = Samples::new();
    for round in 1..=rounds {
        lab.random.shuffle(&mut entrants);
        for contender in &entrants {
            let work = lab.small(contender.layout(), count)?;
            let fresh = lab.fresh()?;
            let sample = lab
                .run(*contender, Task::Apply, &fresh.database, &work)?
                .done(contender.name())?;
            eprintln!(
                "apply {count}, round {round}: {} {:?}",
                contender.name(),
                sample.wall
            );
            samples.entry(contender.name()).or_default().push(sample);
        }
    }
    let count = thousands(count.into());
    let mut memory = Column::new(format!("apply {count}"));
    for (name, samples) in &samples {
        let peaks: Vec<_> = samples.iter().map(|sample| sample.peak).collect();
        if let Some(peak) = median(&peaks) {
            memory.cells.insert(name, megabytes(peak));
        }
    }
    Ok((
        times(format!("apply {count}"), &samples, |sample| sample.wall),
        memory,
    ))
}
