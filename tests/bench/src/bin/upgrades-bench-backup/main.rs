//! Backups of a large database, made, verified and brought back: by upgrades, and by the plain tools that people use.
//!
//! Each contender is a process of its own, so that its time and its memory are those of the whole. Files are in the
//! system's cache, as they are when a backup follows work; what is written is on the disk when the clock stops, for all.

mod contender;
mod place;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use contender::{Act, Contender, Work};
use place::{Kind, Place, server};
use upgrades_bench::measure::peak_kilobytes;

#[derive(Parser)]
struct Options {
    /// Where the database is.
    #[arg(long, value_enum, default_value = "sqlite")]
    store: Kind,
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
    folder: PathBuf,
    /// The port of the child's server.
    #[arg(long, hide = true)]
    port: Option<u16>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(act) = options.child {
        let place = Place {
            folder: &options.folder,
            port: options.port,
        };
        return child(act, &place);
    }
    let folder = tempfile::tempdir_in(".")?;
    let server = server(options.store, folder.path())?;
    let place = Place {
        folder: folder.path(),
        port: server.as_ref().map(|server| server.port()),
    };
    place.fill(options.megabytes)?;
    let contenders = options.store.contenders();
    let mut samples: Vec<Vec<(Duration, Option<u64>)>> =
        contenders.iter().map(|_| Vec::new()).collect();
    for round in 1..=options.rounds {
        for (contender, samples) in contenders.iter().zip(&mut samples) {
            let sample = measure(contender, &place).with_context(|| contender.name.to_owned())?;
            eprintln!("round {round}: {}: {:.2?}", contender.name, sample.0);
            samples.push(sample);
        }
    }
    print(&mut samples, &options);
    Ok(())
}

fn child(act: Act, place: &Place<'_>) -> Result<()> {
    let upgrader = place.upgrader()?;
    match act {
        Act::Make => drop(upgrader.back_up()?),
        Act::Verify => drop(upgrader.verify_backup("latest")?),
        Act::Restore => drop(upgrader.restore_backup("latest")?),
    }
    println!("{}", peak_kilobytes("self")?);
    Ok(())
}

fn measure(contender: &Contender, place: &Place<'_>) -> Result<(Duration, Option<u64>)> {
    for left in ["copy", "copy.zst"] {
        let _ = fs::remove_file(place.folder.join(left));
    }
    place.shell("sync")?;
    let began = Instant::now();
    match &contender.work {
        Work::Shell(line) => {
            place.shell(line)?;
            Ok((began.elapsed(), None))
        }
        Work::Upgrades(act) => {
            let name = act.to_possible_value().context("every act has a name")?;
            let mut child = Command::new(std::env::current_exe()?);
            child.args(["--child", name.get_name(), "--folder"]);
            child.arg(place.folder);
            if let Some(port) = place.port {
                child.args(["--port", &port.to_string()]);
            }
            let output = child.output()?;
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

fn print(samples: &mut [Vec<(Duration, Option<u64>)>], options: &Options) {
    let medians: Vec<_> = samples
        .iter_mut()
        .map(|samples| {
            samples.sort();
            samples[samples.len() / 2]
        })
        .collect();
    let Options {
        megabytes, store, ..
    } = options;
    let store = store.name();
    println!("| {megabytes} MB on {store} | time | against the plain way | peak memory |");
    println!("| --- | ---: | ---: | ---: |");
    for (contender, (took, peak)) in options.store.contenders().iter().zip(&medians) {
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
