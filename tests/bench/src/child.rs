//! One process of a contender: it works, says when and with how much memory, and proves its work.

use crate::contender::{self, Embedded, Source, Upgrade};
use crate::measure::{Nanoseconds, now, peak_kilobytes, peak_kilobytes_of_children};
use crate::store::Store;
use crate::verify::Expected;
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// What a child does.
#[derive(Args, Clone, Debug)]
pub struct ChildArgs {
    /// The contender's store
    store: Store,
    /// The contender's name
    contender: String,
    /// The contender's call
    task: Task,
    /// The database's file or URL
    database: String,
    /// The scripts' folder
    #[arg(long, required_unless_present = "embedded")]
    folder: Option<PathBuf>,
    /// The scripts compiled in
    #[arg(long, conflicts_with = "folder")]
    embedded: Option<Embedded>,
    /// The tables that must be there in the end
    #[arg(long, required_unless_present = "bulk_rows")]
    tables: Option<u32>,
    /// The rows of the large script that must be there in the end
    #[arg(long, conflicts_with = "tables")]
    bulk_rows: Option<u32>,
    /// Begin at this moment of the monotonic clock, in nanoseconds
    #[arg(long)]
    at: Option<Nanoseconds>,
}

/// The two calls of a contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Apply the scripts to a database that has not seen them, or not all of them
    Apply,
    /// Start with nothing to do
    Idle,
}

/// Works, prints `done BEGUN ENDED PEAK` (nanoseconds of the monotonic clock; kilobytes of this process
/// or of the largest that it started), then verifies the database: its reading is neither in the time
/// nor in the memory. A `guest` does the contender's work.
///
/// # Errors
///
/// The contender's error, or what is wrong with its database.
pub fn run(args: &ChildArgs, guest: Option<Upgrade>) -> Result<()> {
    let contender = contender::find(args.store, &args.contender)?;
    let source = match (&args.folder, args.embedded) {
        (Some(folder), _) => Source::Folder(folder),
        (None, Some(embedded)) => Source::Embedded(embedded),
        (None, None) => anyhow::bail!("neither a folder nor an embedded set"),
    };
    let expected = match (args.tables, args.bulk_rows) {
        (Some(count), _) => Expected::Tables(count),
        (None, Some(count)) => Expected::BulkRows(count),
        (None, None) => anyhow::bail!("nothing to verify"),
    };
    if let Some(at) = args.at {
        std::thread::sleep(Duration::from_nanos(at.saturating_sub(now())));
    }
    let begun = now();
    match (guest, args.task) {
        (Some(upgrade), _) => upgrade(&args.database, source),
        (None, Task::Apply) => contender.upgrade(&args.database, source),
        (None, Task::Idle) => contender.start(&args.database, source),
    }?;
    let ended = now();
    let peak = peak_kilobytes("self")?.max(peak_kilobytes_of_children()?);
    println!("done {begun} {ended} {peak}");
    args.store.verify(&args.database, expected)
}
