//! What the server is asked: round trips counted on the way to it, statements and flushes as it counts
//! them itself.

use crate::child::Task;
use crate::contender::{Contender, Event};
use crate::lab::{Lab, Work};
use crate::relay::Relay;
use crate::server::{Server, url_on};
use crate::table::{Column, thousands};
use anyhow::{Context, Result};
use std::ops::Sub;

/// Applies `count` scripts once with every contender, then starts it once with nothing to do.
///
/// # Errors
///
/// A contender that did not do its work.
pub fn run(lab: &Lab, count: u32) -> Result<Vec<Column>> {
    let mut columns = [
        "round trips a script",
        "statements a script",
        "InnoDB's fsyncs a script",
        "round trips, nothing to do",
    ]
    .map(Column::new);
    for contender in lab.entrants(Event::Apply) {
        let work = lab.small(contender.layout(), count)?;
        let asked = asked(lab, contender, &work)?;
        let a_script = |number: u64| format!("{:.2}", number as f64 / f64::from(count));
        let cells = [
            Some(a_script(asked.apply.round_trips)),
            Some(a_script(asked.apply.statements)),
            Some(a_script(asked.apply.fsyncs)),
            asked.idle.map(thousands),
        ];
        eprintln!("round trips: {} {cells:?}", contender.name());
        for (column, cell) in columns.iter_mut().zip(cells) {
            if let Some(cell) = cell {
                column.cells.insert(contender.name(), cell);
            }
        }
    }
    Ok(columns.into())
}

fn asked(lab: &Lab, contender: &dyn Contender, work: &Work) -> Result<Asked> {
    let fresh = lab.fresh()?;
    let server = fresh.server.as_ref().context("a store with a server")?;
    let relay = Relay::to(server.port())?;
    let through = url_on(relay.port());
    let during = |act: &dyn Fn() -> Result<()>| {
        let before = Counts::read(server, &relay)?;
        act()?;
        Ok::<_, anyhow::Error>(Counts::read(server, &relay)? - before)
    };
    let child = |task| {
        let outcome = lab.run(contender, task, &through, work)?;
        outcome.done(contender.name()).map(drop)
    };
    let apply = during(&|| child(Task::Apply))?;
    // A child also proves its work, which takes the same questions at every time.
    let proof = during(&|| lab.databases.store().verify(&through, work.expected))?;
    let idle = match contender.enters(Event::IdleFolder) {
        true => Some(during(&|| child(Task::Idle))? - proof),
        false => None,
    };
    Ok(Asked {
        apply: apply - proof,
        idle: idle.map(|counts| counts.round_trips),
    })
}

/// What a contender asked of its server.
#[derive(Clone, Copy, Debug)]
struct Asked {
    apply: Counts,
    idle: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Counts {
    round_trips: u64,
    statements: u64,
    fsyncs: u64,
}

impl Counts {
    fn read(server: &Server, relay: &Relay) -> Result<Self> {
        Ok(Self {
            round_trips: relay.round_trips(),
            statements: server.counter("Questions")?,
            fsyncs: server.counter("Innodb_data_fsyncs")?,
        })
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            round_trips: self.round_trips.saturating_sub(other.round_trips),
            statements: self.statements.saturating_sub(other.statements),
            fsyncs: self.fsyncs.saturating_sub(other.fsyncs),
        }
    }
}
