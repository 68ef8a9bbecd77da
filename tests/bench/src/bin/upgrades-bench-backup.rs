//! Backups of a large database, made, verified and brought back: by upgrades, and by the plain tools that people use.
//!
//! Each contender is a process of its own, so that its time and its memory are those of the whole. Files are in the
//! system's cache, as they are when a backup follows work; what is written is on the disk when the clock stops, for all.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use upgrades::{Backups, Track, Upgrader};
use upgrades_bench::measure::peak_kilobytes;

#[derive(Parser)]
struct Options {
    /// How large the database is, in megabytes.
    #[arg(long, default_value_t = 1000)]
    megabytes: u64,
    /// How often each contender works.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Does one thing in a folder, and tells its peak memory: how the parent starts it.
    #[arg(long, value_enum, hide = true)]
    child: Option<Act>,
    /// The folder of the child.
    #[arg(long, hide = true, default_value = ".")]
    folder: String,
}

/// What a child does.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Act {
    Make,
    Verify,
    Restore,
}

/// A row of the table: what is typed, or what a child does.
struct Contender {
    name: &'static str,
    work: Work,
    /// What it is compared with: another row of the table.
    against: usize,
}

enum Work {
    Shell(&'static str),
    Upgrades(Act),
}

const CONTENDERS: [Contender; 8] = [
    Contender {
        name: "cp, and sync",
        work: Work::Shell("cp shop.db copy && sync copy"),
        against: 0,
    },
    Contender {
        name: "sqlite3 .backup, and sync",
        work: Work::Shell("sqlite3 shop.db '.backup copy' && sync copy"),
        against: 1,
    },
    Contender {
        name: "sqlite3 .backup, and zstd -T0 -1",
        work: Work::Shell(
            "sqlite3 shop.db '.backup copy' && zstd -q -T0 -1 --rm copy && sync copy.zst",
        ),
        against: 2,
    },
    Contender {
        name: "**upgrades**, backup",
        work: Work::Upgrades(Act::Make),
        against: 1,
    },
    Contender {
        name: "zstd -d, and PRAGMA integrity_check",
        work: Work::Shell(
            "zstd -q -d kept.zst -o copy && sqlite3 copy 'PRAGMA integrity_check' >/dev/null",
        ),
        against: 4,
    },
    Contender {
        name: "**upgrades**, verify",
        work: Work::Upgrades(Act::Verify),
        against: 4,
    },
    Contender {
        name: "sqlite3 .backup and zstd, then zstd -d and .restore",
        work: Work::Shell(
            "sqlite3 shop.db '.backup copy' && zstd -q -T0 -1 --rm copy && \
             zstd -q -d kept.zst -o copy && sqlite3 shop.db '.restore copy' && sync shop.db",
        ),
        against: 6,
    },
    Contender {
        name: "**upgrades**, restore, with a backup before it",
        work: Work::Upgrades(Act::Restore),
        against: 6,
    },
];

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(act) = options.child {
        return child(act, Path::new(&options.folder));
    }
    let folder = tempfile::tempdir_in(".")?;
    make(folder.path(), options.megabytes)?;
    let mut samples: Vec<Vec<(Duration, Option<u64>)>> =
        CONTENDERS.iter().map(|_| Vec::new()).collect();
    for round in 1..=options.rounds {
        for (contender, samples) in CONTENDERS.iter().zip(&mut samples) {
            let sample =
                measure(contender, folder.path()).with_context(|| contender.name.to_owned())?;
            eprintln!("round {round}: {}: {:.2?}", contender.name, sample.0);
            samples.push(sample);
        }
    }
    print(&mut samples, options.megabytes);
    Ok(())
}

/// A database of rows that are half text and half noise, and a backup of it by each way.
fn make(folder: &Path, megabytes: u64) -> Result<()> {
    upgrader(folder).run()?;
    let connection = rusqlite::Connection::open(folder.join("shop.db"))?;
    connection.execute_batch(&format!(
        "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
         INSERT INTO goods (name, description, picture)
         SELECT 'product ' || i, replace(hex(zeroblob(200)), '00', 'word' || (i % 977)), randomblob(400) FROM n;
         CREATE INDEX goods_name ON goods (name);
         PRAGMA journal_mode = DELETE;",
        megabytes * 1_000_000 / 1900
    ))?;
    drop(connection);
    upgrader(folder).back_up()?;
    shell(
        "sqlite3 shop.db '.backup kept' && zstd -q -T0 -1 --rm kept && sync",
        folder,
    )
}

fn upgrader(folder: &Path) -> Upgrader<'static> {
    let script =
        "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT, description TEXT, picture BLOB);";
    Upgrader::new(upgrades::sqlite(folder.join("shop.db")))
        .track(Track::core([("1.sql", script)]))
        .backups(Backups::in_directory(folder.join("backups")).keep(2))
        .without_failure_log()
}

fn child(act: Act, folder: &Path) -> Result<()> {
    let upgrader = upgrader(folder);
    match act {
        Act::Make => drop(upgrader.back_up()?),
        Act::Verify => drop(upgrader.verify_backup("latest")?),
        Act::Restore => drop(upgrader.restore_backup("latest")?),
    }
    println!("{}", peak_kilobytes("self")?);
    Ok(())
}

fn measure(contender: &Contender, folder: &Path) -> Result<(Duration, Option<u64>)> {
    for left in ["copy", "copy.zst"] {
        let _ = fs::remove_file(folder.join(left));
    }
    shell("sync", folder)?;
    let began = Instant::now();
    match &contender.work {
        Work::Shell(line) => {
            shell(line, folder)?;
            Ok((began.elapsed(), None))
        }
        Work::Upgrades(act) => {
            let name = act.to_possible_value().context("every act has a name")?;
            let output = Command::new(std::env::current_exe()?)
                .args(["--child", name.get_name(), "--folder"])
                .arg(folder)
                .output()?;
            let took = began.elapsed();
            ensure!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let peak = String::from_utf8(output.stdout)?.trim().parse()?;
            Ok((took, Some(peak)))
        }
    }
}

fn shell(line: &str, folder: &Path) -> Result<()> {
    let status = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .status()?;
    if !status.success() {
        bail!("{line}: {status}");
    }
    Ok(())
}

fn print(samples: &mut [Vec<(Duration, Option<u64>)>], megabytes: u64) {
    let medians: Vec<_> = samples
        .iter_mut()
        .map(|samples| {
            samples.sort();
            samples[samples.len() / 2]
        })
        .collect();
    println!("| {megabytes} MB on SQLite | time | against the plain way | peak memory |");
    println!("| --- | ---: | ---: | ---: |");
    for (contender, (took, peak)) in CONTENDERS.iter().zip(&medians) {
        let ratio = took.as_secs_f64() / medians[contender.against].0.as_secs_f64();
        let peak = peak.map_or("–".to_owned(), |peak| {
            format!("{:.0} MB", peak as f64 / 1000.0)
        });
        println!(
            "| {} | {:.2} s | {ratio:.2} | {peak} |",
            contender.name,
            took.as_secs_f64()
        );
    }
}
