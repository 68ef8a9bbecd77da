//! Measures `upgrades` beside its peers and the floor, and prints markdown tables.

mod child;
pub mod contender;
mod generate;
mod lab;
mod machine;
pub mod measure;
mod mysql;
mod part;
mod relay;
pub mod server;
mod store;
mod table;
mod verify;

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use contender::{Contender, Upgrade};
use generate::Insert;
use lab::{Databases, Lab};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Store;
use table::{Column, Table};

/// Measures `upgrades` beside its peers and the floor, and prints markdown tables
#[derive(Parser, Debug)]
#[command(args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    /// The stores to measure on
    #[arg(long, value_enum, default_value_t = Stores::Sqlite)]
    store: Stores,

    /// The parts to measure, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Part::value_variants().to_vec())]
    part: Vec<Part>,

    /// The contenders to measure, separated by commas; all by default
    #[arg(long, value_delimiter = ',', value_parser = contender::name)]
    only: Vec<&'static str>,

    /// The numbers of scripts, separated by commas (embedded only 1000 and 10000); 1000 and 10000 by
    /// default, but on MariaDB only 1000 are applied
    #[arg(long, value_delimiter = ',')]
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

    /// Seconds that one process may take for the script of 200 MB; by default 60, on MariaDB 600
    #[arg(long)]
    bulk_limit: Option<u64>,

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
    /// Scripts from a folder, applied to a fresh database; with the peak memory of it
    Apply,
    /// A start with nothing to do
    Idle,
    /// fsync and fdatasync calls, counted by strace
    Fsync,
    /// Round trips and statements (MariaDB only)
    Trips,
    /// One script of 200 MB
    Bulk,
    /// Six processes at once
    Race,
    /// `kill -9` and a restart
    Kill,
}

/// The stores of one invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stores {
    /// SQLite files
    Sqlite,
    /// Private MariaDB servers; Debian's `mariadb-server` must be installed
    Mariadb,
    /// One after the other
    All,
}

impl Stores {
    const fn each(self) -> &'static [Store] {
        match self {
            Self::Sqlite => &[Store::Sqlite],
            Self::Mariadb => &[Store::Mariadb],
            Self::All => Store::ALL,
        }
    }
}

impl Args {
    fn contenders(&self, store: Store) -> Vec<&'static dyn Contender> {
        store
            .contenders()
            .iter()
            .copied()
            .filter(|contender| self.only.is_empty() || self.only.contains(&contender.name()))
            .collect()
    }

    /// The numbers of scripts of a part that has several.
    fn sizes(&self, part: Part, store: Store) -> Vec<u32> {
        match (&self.sizes[..], part, store) {
            ([], Part::Apply, Store::Mariadb) => vec![1_000],
            ([], _, _) => vec![1_000, 10_000],
            (sizes, _, _) => sizes.to_vec(),
        }
    }
}

/// The program, as the command line says. `guest` is the work of a contender that has a program of its
/// own, when this is it.
///
/// # Errors
///
/// A contender that did not do its work, or a machine that is not as needed.
pub fn main(guest: Option<Upgrade>) -> Result<()> {
    let args = Args::parse();
    match &args.command {
        Some(Command::Child(child)) => child::run(child, guest),
        None => drive(&args),
    }
}

fn drive(args: &Args) -> Result<()> {
    ensure!(
        args.rounds > 0 && args.rounds_large > 0,
        "there must be at least one round"
    );
    let data = args.data.clone().unwrap_or_else(std::env::temp_dir);
    let data = std::fs::create_dir_all(&data)
        .and_then(|()| data.canonicalize())
        .with_context(|| format!("cannot create {}", data.display()))?;
    for store in args.store.each() {
        measure(args, *store, &data)?;
    }
    Ok(())
}

/// Measures on one store and prints its tables.
fn measure(args: &Args, store: Store, data: &Path) -> Result<()> {
    let folder = tempfile::tempdir_in(data)
        .with_context(|| format!("cannot write to {}", data.display()))?;
    let mut lab = Lab {
        databases: Databases::of(store, folder.path())?,
        folder,
        contenders: args.contenders(store),
        limit: Duration::from_secs(args.limit),
        random: fastrand::Rng::with_seed(2),
    };
    let machine = |lab: &Lab| machine::line(lab.folder.path(), &lab.databases.version());
    println!("## {}\n\n{}\n", store.label(), machine(&lab));

    let mut apply = Vec::new();
    let mut idle = Vec::new();
    let mut calls = Vec::new();
    let mut memory = Vec::new();
    let mut trips = Vec::new();
    let asked = |part| args.part.contains(&part);
    for size in args.sizes(Part::Idle, store) {
        let rounds = match size {
            ..=2_000 => args.rounds,
            _ => args.rounds_large,
        };
        if asked(Part::Apply) && args.sizes(Part::Apply, store).contains(&size) {
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
    if asked(Part::Trips) && store == Store::Mariadb {
        trips = part::trips::run(&lab, 1_000)?;
    }
    if asked(Part::Bulk) {
        let (inserts, limit) = match store {
            Store::Sqlite => (&[Insert::Kilobyte][..], 60),
            Store::Mariadb => (&[Insert::Kilobyte, Insert::Megabyte][..], 600),
        };
        let limit = Duration::from_secs(args.bulk_limit.unwrap_or(limit));
        for insert in inserts {
            memory.push(part::bulk::run(&lab, *insert, limit)?);
        }
    }

    let rows: Vec<_> = store
        .contenders()
        .iter()
        .map(|contender| (contender.name(), contender.label()))
        .collect();
    print("Applying scripts, and being disturbed", &rows, apply);
    print("What the server is asked", &rows, trips);
    print("A start with nothing to do: the whole process", &rows, idle);
    print("A start with nothing to do: the call alone", &rows, calls);
    print("Peak memory", &rows, memory);
    println!("{}\n\n{}\n", store.notes(), machine(&lab));
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
