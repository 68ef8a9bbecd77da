//! One script of 200 MB: how much memory it takes.

use crate::child::Task;
use crate::contender::Event;
use crate::generate::{self, BULK_BYTES, Insert};
use crate::lab::{Lab, Scripts, Work};
use crate::measure::Outcome;
use crate::table::{Column, megabytes};
use crate::verify::Expected;
use anyhow::{Context, Result};
use std::fs;
use std::time::Duration;

/// Applies the large script of such INSERT statements once with every contender, each for at most `limit`.
///
/// # Errors
///
/// Scripts that cannot be written. A contender that fails or runs out of time has it in its cell.
pub fn run(lab: &Lab, insert: Insert, limit: Duration) -> Result<Column> {
    let mut column = Column::new(format!(
        "one script of 200 MB, INSERTs of {}",
        insert.label()
    ));
    for contender in lab.entrants(Event::Bulk) {
        let folder = lab.scripts_folder(contender.layout(), "bulk");
        let rows = generate::bulk(contender.layout(), &folder, BULK_BYTES, insert)
            .with_context(|| format!("cannot write a script to {}", folder.display()))?;
        let work = Work {
            scripts: Scripts::Folder(folder.clone()),
            expected: Expected::BulkRows(rows),
        };
        let fresh = lab.fresh()?;
        let cell = match lab.run_within(limit, contender, Task::Apply, &fresh.database, &work)? {
            Outcome::Done(sample) => format!(
                "{} in {:.1} s",
                megabytes(sample.peak),
                sample.wall.as_secs_f64()
            ),
            Outcome::Failed(why) => {
                eprintln!("200 MB: {} failed: {why}", contender.name());
                "failed".to_string()
            }
            Outcome::Killed(_) => "ended by the system".to_string(),
            Outcome::TimedOut(peak) => {
                format!("{}, not done in {} s", megabytes(peak), limit.as_secs())
            }
        };
        fs::remove_dir_all(&folder)?;
        eprintln!("200 MB: {} {cell}", contender.name());
        column.cells.insert(contender.name(), cell);
    }
    Ok(column)
}
