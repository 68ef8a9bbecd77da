//! Measures `upgrades` beside its peers and the floor, and prints markdown tables.

mod child;
mod contender;
mod generate;
mod lab;
mod machine;
mod measure;
mod part;
mod table;
mod verify;

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use contender::Contender;
use lab::Lab;
use std::path::PathBuf;
use std::time::Duration;
use table::{Column, Table};

/// Measures `upgrades` beside its peers and the floor, and prints markdown tables
#[derive(Parser, Debug)]
#[command(args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    /// The parts to measure, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Part::value_variants().to_vec())]
    part: Vec<Part>,

    /// The contenders to measure, separated by commas; all by default
    #[arg(long, value_delimiter = ',', value_parser = contender::find)]
    only: Vec<&'static dyn Contender>,

    /// The numbers of scripts, separated by commas (embedded only 1000 and 10000)
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000])]
    sizes: Vec<u32>,

    /// Rounds of applying up to 2,000 scripts; a start with nothing to do gets five times as many
    #[arg(long, default_value_t = 7)]
    rounds: usize,

    /// Rounds of applying more than 2,000 scripts; a start with nothing to do gets five times as many
    #[arg(long, default_value_t = 3)]
    rounds_large: usize,

    /// Races of six processes
    #[arg(long, default_value_t = 10)]
    races: usize,

    /// Kills of each contender
    #[arg(long, default_value_t = 20)]
    kills: usize,

    /// Seconds that one process may take
    #[arg(long, default_value_t = 600)]
    limit: u64,

    /// Seconds that one process may take for the script of 200 MB
    #[arg(long, default_value_t = 60)]
    bulk_limit: u64,

    /// The folder to write scripts and databases below; the system's temporary folder by default
    #[arg(long)]
    data: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// One process of a contender
    #[command(hide = true)]
    Child(child::ChildArgs),
}

/// A part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Scripts from a folder, applied to a fresh file; with the peak memory of it
    Apply,
    /// A start with nothing to do
    Idle,
    /// fsync and fdatasync calls, counted by strace
    Fsync,
    /// One script of 200 MB
    Bulk,
    /// Six processes at once
    Race,
    /// `kill -9` and a restart
    Kill,
}

fn main() -> Result<()> {
    let args = Args::parse();
    match &args.command {
        Some(Command::Child(child)) => child::run(child),
        None => drive(args),
    }
}

fn drive(args: Args) -> Result<()> {
    ensure!(
        args.rounds > 0 && args.rounds_large > 0,
        "there must be at least one round"
    );
    let data = args.data.unwrap_or_else(std::env::temp_dir);
    let data = std::fs::create_dir_all(&data)
        .and_then(|()| data.canonicalize())
        .with_context(|| format!("cannot create {}", data.display()))?;
    let mut lab = Lab {
        folder: tempfile::tempdir_in(&data)
            .with_context(|| format!("cannot write to {}", data.display()))?,
        contenders: match args.only {
            only if only.is_empty() => contender::ALL.to_vec(),
            only => only,
        },
        limit: Duration::from_secs(args.limit),
        random: fastrand::Rng::with_seed(2),
    };
    println!("{}\n", machine::line(lab.folder.path()));

    let mut apply = Vec::new();
    let mut idle = Vec::new();
    let mut calls = Vec::new();
    let mut memory = Vec::new();
    let asked = |part| args.part.contains(&part);
    for &size in &args.sizes {
        let rounds = match size {
            ..=2_000 => args.rounds,
            _ => args.rounds_large,
        };
        if asked(Part::Apply) {
            let (times, peaks) = part::apply::run(&mut lab, size, rounds)?;
            apply.push(times);
            memory.push(peaks);
        }
        if asked(Part::Idle) {
            let (processes, alone) = part::idle::run(&mut lab, size, 5 * rounds)?;
            idle.extend(processes);
            calls.extend(alone);
        }
    }
    if asked(Part::Fsync) {
        apply.push(part::fsync::run(&lab, 1_000)?);
    }
    if asked(Part::Race) {
        apply.push(part::race::run(&mut lab, args.races)?);
    }
    if asked(Part::Kill) {
        apply.push(part::kill::run(&mut lab, args.kills)?);
    }
    if asked(Part::Bulk) {
        memory.push(part::bulk::run(&lab, Duration::from_secs(args.bulk_limit))?);
    }

    let rows: Vec<_> = contender::ALL
        .iter()
        .map(|contender| (contender.name(), contender.label()))
        .collect();
    print("Applying scripts, and being disturbed", &rows, apply);
    print("A start with nothing to do: the whole process", &rows, idle);
    print("A start with nothing to do: the call alone", &rows, calls);
    print("Peak memory", &rows, memory);
    println!("{}\n", contender::NOTES);
    println!("{}", machine::line(lab.folder.path()));
    Ok(())
}

/// Prints a table, unless none of its parts was asked for.
fn print(title: &str, rows: &[(&'static str, &'static str)], columns: Vec<Column>) {
    if !columns.is_empty() {
        let title = title.to_string();
        let rows = rows.to_vec();
        println!(
            "{}",
            Table {
                title,
                rows,
                columns
            }
        );
    }
}
