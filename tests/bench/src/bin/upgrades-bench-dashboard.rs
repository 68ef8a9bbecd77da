//! The dashboard while an upgrade works: requests a second and latency by `wrk`, beside a bare axum handler on the same
//! server; and what an application's start costs when nothing is pending.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::routing::get;
use clap::Parser;
use upgrades::{Source, Track, Upgrader};
use upgrades_dashboard::Dashboard;

#[derive(Parser)]
struct Options {
    /// How long each path is asked, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often each path is asked.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// So many ask at a time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
}

/// The paths, and what each is.
const PATHS: [(&str, &str); 4] = [
    ("/bare", "a bare axum handler"),
    ("/up/healthz", "`/healthz`"),
    ("/up/readyz", "`/readyz`"),
    ("/up", "the status page"),
];

/// What `wrk` says of one path.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Sample {
    a_second: f64,
    median_ms: f64,
    p99_ms: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir_in(".")?;
    let database = folder.path().join("shop.db");
    upgrader(&database, &[]).run()?;
    let starts = starts(&database)?;

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let dashboard = Dashboard::new(upgrader(&database, &[("2.0.0_long.sql", LONG)]));
    let app = Router::new()
        .route("/bare", get(|| async { "ready" }))
        .nest("/up", dashboard.router());
    runtime.spawn(async { axum::serve(listener, app).await });

    let stop = Arc::new(AtomicBool::new(false));
    let samples = std::thread::scope(|scope| {
        let working = scope.spawn(|| keep_upgrading(&database, &stop));
        let samples = all(&options, &format!("http://{address}"));
        stop.store(true, Ordering::Relaxed);
        working
            .join()
            .map_err(|_| anyhow::anyhow!("the upgrade has panicked"))??;
        samples
    })?;
    print(&samples, starts);
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

/// A script that goes on until it is stopped: a second a statement, each committed.
const LONG: &str = "-- upgrade: transaction = off\n\
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) INSERT INTO goods (n) SELECT max(i) FROM n;\n";

fn upgrader(database: &Path, more: &[(&str, &str)]) -> Upgrader<'static> {
    let mut scripts = vec![(
        "1.0.0_goods.sql".to_owned(),
        "CREATE TABLE goods (n INTEGER);".to_owned(),
    )];
    let more = more.iter();
    scripts.extend(more.map(|(name, text)| {
        let (head, statement) = text.split_once('\n').unwrap_or(("", text));
        (
            (*name).to_owned(),
            format!("{head}\n{}", statement.repeat(10_000)),
        )
    }));
    Upgrader::new(upgrades::sqlite(database))
        .track(Track::core(Source::from_iter(scripts)))
        .without_failure_log()
}

/// An upgrade at work in this process, as the dashboard sees one in any.
fn keep_upgrading(database: &Path, stop: &Arc<AtomicBool>) -> Result<()> {
    upgrader(database, &[("2.0.0_long.sql", LONG)])
        .stop_when(stop.clone())
        .run()?;
    Ok(())
}

/// The median time of a start with nothing to do, in microseconds: an upgrader built and run, and SQLite opened and asked for one
/// row without it.
fn starts(database: &Path) -> Result<(u128, u128)> {
    const TIMES: usize = 500;
    let median = |mut times: Vec<u128>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let began = Instant::now();
        upgrader(database, &[]).run()?;
        ours.push(began.elapsed().as_micros());
        let began = Instant::now();
        let connection = rusqlite::Connection::open(database)?;
        let _: i64 =
            connection.query_row("SELECT count(*) FROM system_vars", [], |row| row.get(0))?;
        drop(connection);
        floor.push(began.elapsed().as_micros());
    }
    Ok((median(ours), median(floor)))
}

/// The median of the rounds for each path; the paths take turns.
fn all(options: &Options, home: &str) -> Result<Vec<Sample>> {
    let mut samples = PATHS.map(|_| Vec::new());
    for round in 1..=options.rounds {
        for ((path, name), samples) in PATHS.iter().zip(&mut samples) {
            let sample = ask(options, &format!("{home}{path}"))?;
            eprintln!("round {round}: {name}: {:.0} a second", sample.a_second);
            samples.push(sample);
        }
    }
    let medians = samples.into_iter().map(|mut samples| {
        samples.sort_by(|one, other| one.a_second.total_cmp(&other.a_second));
        samples[samples.len() / 2]
    });
    Ok(medians.collect())
}

fn ask(options: &Options, url: &str) -> Result<Sample> {
    let output = Command::new("wrk")
        .args(["--latency", "-t1"])
        .arg(format!("-c{}", options.connections))
        .arg(format!("-d{}s", options.seconds))
        .arg(url)
        .output()
        .context("wrk cannot be started; install it")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "wrk: {said}");
    let value = |name: &str| {
        said.lines()
            .find_map(|line| line.trim().strip_prefix(name))
            .map(str::trim)
            .with_context(|| format!("wrk says nothing of {name}: {said}"))
    };
    Ok(Sample {
        a_second: value("Requests/sec:")?.parse()?,
        median_ms: milliseconds(value("50%")?)?,
        p99_ms: milliseconds(value("99%")?)?,
    })
}

fn milliseconds(text: &str) -> Result<f64> {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let factor = match &text[digits.len()..] {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1000.0,
        unit => anyhow::bail!("wrk measures in {unit:?}"),
    };
    Ok(digits.parse::<f64>()? * factor)
}

fn print(samples: &[Sample], (ours, floor): (u128, u128)) {
    println!(
        "| while an upgrade works | requests a second | of the bare handler | median | 99 % |"
    );
    println!("| --- | ---: | ---: | ---: | ---: |");
    for ((_, name), sample) in PATHS.iter().zip(samples) {
        println!(
            "| {name} | {:.0} | {:.3} | {:.2} ms | {:.2} ms |",
            sample.a_second,
            sample.a_second / samples[0].a_second,
            sample.median_ms,
            sample.p99_ms
        );
    }
    println!();
    println!(
        "A start with nothing pending: {ours} µs; SQLite opened and asked for a row: {floor} µs."
    );
}
