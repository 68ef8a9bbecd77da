//! A start with nothing to do, on a database that is current.

use super::{Samples, times};
use crate::child::Task;
use crate::contender::{Embedded, Event};
use crate::lab::{Lab, Scripts, Work};
use crate::table::{Column, thousands};
use crate::verify::Expected;
use anyhow::Result;

/// Starts every contender once in each of `rounds` rounds, with `count` scripts in a folder and,
/// where that many are compiled in, embedded.
///
/// Gives columns of whole processes and columns of the calls alone.
///
/// # Errors
///
/// A contender that did not do its work.
pub fn run(lab: &mut Lab, count: u32, rounds: usize) -> Result<(Vec<Column>, Vec<Column>)> {
    let mut databases = Vec::new();
    for contender in lab.entrants(Event::IdleFolder) {
        let work = lab.small(contender.layout(), count)?;
        let fresh = lab.fresh()?;
        lab.run(contender, Task::Apply, &fresh.database, &work)?
            .done(contender.name())?;
        eprintln!("idle {count}: {} prepared", contender.name());
        databases.push((contender, fresh, work));
    }
    let mut in_folder = Samples::new();
    let mut embedded = Samples::new();
    for round in 1..=rounds {
        eprintln!("idle {count}, round {round} of {rounds}");
        lab.random.shuffle(&mut databases);
        for (contender, fresh, work) in &databases {
            let name = contender.name();
            let sample = lab.run(*contender, Task::Idle, &fresh.database, work)?;
            in_folder.entry(name).or_default().push(sample.done(name)?);
            let Some(set) = Embedded::of(count) else {
                continue;
            };
            if contender.enters(Event::IdleEmbedded) {
                let work = Work {
                    scripts: Scripts::Embedded(set),
                    expected: Expected::Tables(count),
                };
                let sample = lab.run(*contender, Task::Idle, &fresh.database, &work)?;
                embedded.entry(name).or_default().push(sample.done(name)?);
            }
        }
    }
    let count = thousands(count.into());
    let columns = |time: fn(&crate::measure::Sample) -> std::time::Duration| {
        vec![
            times(format!("{count} in a folder"), &in_folder, time),
            times(format!("{count} embedded"), &embedded, time),
        ]
    };
    Ok((columns(|sample| sample.wall), columns(|sample| sample.call)))
}
