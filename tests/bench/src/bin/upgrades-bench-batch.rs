//! A change of a million rows: in chunks by upgrades, by hand, in plain Python, and as one statement.
//!
//! Every row's new value is computed from its old one. Each contender works on a fresh copy of the table and is checked
//! when its clock has stopped. What goes in chunks keeps its place in the database with each of them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use mysql_async::prelude::Queryable;
use upgrades::{Batch, Cause, Db, Row, Track, Upgrader};
use upgrades_bench::server::Template;

#[derive(Parser)]
struct Options {
    /// The store to measure on.
    #[arg(long, value_enum, default_value = "sqlite")]
    store: Store,
    /// How many rows the table has.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// How many rows a chunk has.
    #[arg(long, default_value_t = 5_000)]
    chunk: usize,
    /// How often each contender works.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Leaves out what sends a statement for each row.
    #[arg(long)]
    no_single: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Store {
    Sqlite,
    Mariadb,
}

/// How the work is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contender {
    OneStatement,
    ChunksByHand,
    RowsByHand,
    ChunksInSql,
    LuaReturns,
    LuaExecutes,
    RustExecutes,
    Python,
}

const ALL: [Contender; 8] = [
    Contender::OneStatement,
    Contender::ChunksByHand,
    Contender::RowsByHand,
    Contender::ChunksInSql,
    Contender::LuaReturns,
    Contender::LuaExecutes,
    Contender::RustExecutes,
    Contender::Python,
];

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneStatement => "one UPDATE of all rows",
            Self::ChunksByHand => "UPDATE in chunks, by hand",
            Self::RowsByHand => "SELECT and an UPDATE per row, by hand in Rust",
            Self::ChunksInSql => "**upgrades**, SQL in chunks",
            Self::LuaReturns => "**upgrades**, Lua, columns returned",
            Self::LuaExecutes => "**upgrades**, Lua, an UPDATE per row",
            Self::RustExecutes => "**upgrades**, Rust, an UPDATE per row",
            Self::Python => "Python, executemany",
        })
    }
}

const UPDATE: &str = "UPDATE goods SET gross = net + net % 7";

fn main() -> Result<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir()?;
    let template = match options.store {
        Store::Mariadb => Some(Template::make(folder.path())?),
        Store::Sqlite => None,
    };
    let contenders: Vec<Contender> = ALL
        .into_iter()
        .filter(|contender| {
            let single = matches!(contender, Contender::LuaExecutes | Contender::RustExecutes);
            let only_sqlite = *contender == Contender::RowsByHand;
            !(single && options.no_single) && !(only_sqlite && options.store == Store::Mariadb)
        })
        .collect();
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); contenders.len()];
    for round in 1..=options.rounds {
        for (contender, times) in contenders.iter().zip(&mut times) {
            let place = tempfile::tempdir_in(folder.path())?;
            let took = match &template {
                None => on_sqlite(*contender, &place.path().join("bench.db"), &options),
                Some(template) => on_mariadb(*contender, template, place.path(), &options),
            };
            match took {
                Ok(took) => {
                    eprintln!("round {round}: {contender}: {took:.2?}");
                    times.push(took);
                }
                Err(error) => eprintln!("round {round}: {contender} failed: {error:#}"),
            }
        }
    }
    print(&contenders, &mut times, &options);
    Ok(())
}

fn print(contenders: &[Contender], times: &mut [Vec<Duration>], options: &Options) {
    let mut median = |contender: Contender| {
        let at = contenders.iter().position(|known| *known == contender)?;
        times[at].sort();
        times[at].get(times[at].len() / 2).copied()
    };
    let python = median(Contender::Python);
    let by_hand = median(Contender::ChunksByHand);
    println!(
        "| {} rows, {} a chunk | time | rows per second | as fast as Python | as slow as by hand |",
        options.rows, options.chunk
    );
    println!("| --- | ---: | ---: | ---: | ---: |");
    for contender in contenders {
        let Some(took) = median(*contender) else {
            println!("| {contender} | failed | – | – | – |");
            continue;
        };
        let ratio = |a: Option<Duration>, b: Option<Duration>| match (a, b) {
            (Some(a), Some(b)) => format!("{:.2}", a.as_secs_f64() / b.as_secs_f64()),
            _ => "–".to_owned(),
        };
        println!(
            "| {contender} | {:.2} s | {:.0} | {} | {} |",
            took.as_secs_f64(),
            options.rows as f64 / took.as_secs_f64(),
            ratio(python, Some(took)),
            ratio(Some(took), by_hand),
        );
    }
}

const TABLE: &str =
    "CREATE TABLE goods (id INTEGER PRIMARY KEY, net INTEGER NOT NULL, gross INTEGER)";

fn fill(rows: u64) -> String {
    format!(
        "INSERT INTO goods (id, net) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
         SELECT i, i * 7919 % 100003 FROM n"
    )
}

const CHECK: &str = "SELECT COUNT(*) FROM goods WHERE gross = net + net % 7";

/// The script that does it, in the folder of a track.
fn script(contender: Contender, folder: &Path, chunk: usize) -> Result<Track> {
    let (name, text) = match contender {
        Contender::ChunksInSql => (
            "1.sql",
            format!(
                "-- upgrade: transaction = off\n-- upgrade: batch = goods by id, {chunk}\n{UPDATE} WHERE ${{batch}};"
            ),
        ),
        Contender::LuaReturns => (
            "1.lua",
            format!(
                "batch{{table = 'goods', key = 'id', columns = {{'net'}}, rows = {chunk}, each = function(row)\n  \
                 return {{gross = row.net + row.net % 7}}\nend}}"
            ),
        ),
        Contender::LuaExecutes => (
            "1.lua",
            format!(
                "batch{{table = 'goods', key = 'id', columns = {{'net'}}, rows = {chunk}, each = function(row)\n  \
                 db:execute('UPDATE goods SET gross = ? WHERE id = ?', {{row.net + row.net % 7, row.id}})\nend}}"
            ),
        ),
        Contender::RustExecutes => {
            return Ok(Track::core(
                Vec::<(String, String)>::new()
                    .into_iter()
                    .collect::<upgrades::Source>(),
            )
            .function("1", "batch", move |db: &mut Db<'_>| rust(db, chunk)));
        }
        Contender::OneStatement
        | Contender::ChunksByHand
        | Contender::RowsByHand
        | Contender::Python => {
            bail!("{contender} has no script")
        }
    };
    std::fs::write(folder.join(name), text)?;
    Ok(Track::core(folder))
}

fn rust(db: &mut Db<'_>, chunk: usize) -> Result<(), Cause> {
    let batch = Batch::over("goods").by(["id"]).columns(["net"]).rows(chunk);
    db.batch(
        &batch,
        |db: &mut Db<'_>, rows: &[Row]| -> Result<(), Cause> {
            for row in rows {
                let net: i64 = row.get("net")?;
                let id: i64 = row.get("id")?;
                db.execute(
                    "UPDATE goods SET gross = ? WHERE id = ?",
                    &[(net + net % 7).into(), id.into()],
                )?;
            }
            Ok(())
        },
    )?;
    Ok(())
}

fn upgrade(upgrader: Upgrader<'_>) -> Result<Duration> {
    let began = Instant::now();
    upgrader.without_failure_log().run()?;
    Ok(began.elapsed())
}

fn on_sqlite(contender: Contender, file: &Path, options: &Options) -> Result<Duration> {
    let connection = rusqlite::Connection::open(file)?;
    connection.execute_batch(&format!("{TABLE};{}", fill(options.rows)))?;
    drop(connection);
    let scripts = file.with_file_name("scripts");
    std::fs::create_dir(&scripts)?;
    let took = match contender {
        Contender::OneStatement => {
            let connection = rusqlite::Connection::open(file)?;
            let began = Instant::now();
            connection.execute(UPDATE, [])?;
            began.elapsed()
        }
        Contender::ChunksByHand => {
            let connection = rusqlite::Connection::open(file)?;
            connection
                .execute_batch("CREATE TABLE place (id INTEGER); INSERT INTO place VALUES (0)")?;
            let began = Instant::now();
            let mut after = 0;
            while after < options.rows {
                let end = after + options.chunk as u64;
                connection.execute_batch(&format!(
                    "BEGIN; {UPDATE} WHERE id > {after} AND id <= {end}; UPDATE place SET id = {end}; COMMIT"
                ))?;
                after = end;
            }
            began.elapsed()
        }
        Contender::RowsByHand => {
            let connection = rusqlite::Connection::open(file)?;
            connection
                .execute_batch("CREATE TABLE place (id INTEGER); INSERT INTO place VALUES (0)")?;
            let began = Instant::now();
            rows_by_hand(&connection, options.chunk)?;
            began.elapsed()
        }
        Contender::Python => python("sqlite", &file.to_string_lossy(), options.chunk)?,
        _ => {
            let track = script(contender, &scripts, options.chunk)?;
            upgrade(Upgrader::new(upgrades::sqlite(file)).track(track))?
        }
    };
    let connection = rusqlite::Connection::open(file)?;
    let right: i64 = connection.query_row(CHECK, [], |row| row.get(0))?;
    ensure!(
        right.unsigned_abs() == options.rows,
        "{right} rows are right"
    );
    Ok(took)
}

/// What Python does, in Rust: the floor for whatever writes row by row.
fn rows_by_hand(connection: &rusqlite::Connection, chunk: usize) -> Result<()> {
    let select = format!("SELECT id, net FROM goods WHERE id > ? ORDER BY id LIMIT {chunk}");
    let mut select = connection.prepare(&select)?;
    let mut update = connection.prepare("UPDATE goods SET gross = ? WHERE id = ?")?;
    let mut after = 0;
    loop {
        connection.execute_batch("BEGIN")?;
        let rows = select.query_map([after], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(i64, i64)> = rows.collect::<rusqlite::Result<_>>()?;
        for (id, net) in &rows {
            update.execute((net + net % 7, id))?;
        }
        if let Some((last, _)) = rows.last() {
            after = *last;
            connection.execute("UPDATE place SET id = ?", [after])?;
        }
        connection.execute_batch("COMMIT")?;
        if rows.is_empty() {
            return Ok(());
        }
    }
}

fn on_mariadb(
    contender: Contender,
    template: &Template,
    folder: &Path,
    options: &Options,
) -> Result<Duration> {
    let server = template.start(folder)?;
    let url = server.url();
    let port = mysql_async::Opts::from_url(&url)?.tcp_port();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let opts = mysql_async::Opts::from_url(&url)?;
    let connect = || runtime.block_on(mysql_async::Conn::new(opts.clone()));
    let mut connection = connect()?;
    runtime.block_on(connection.query_drop(TABLE))?;
    runtime.block_on(connection.query_drop("SET max_recursive_iterations = 1000000000"))?;
    runtime.block_on(connection.query_drop(fill(options.rows)))?;
    let scripts: PathBuf = folder.join("scripts");
    std::fs::create_dir(&scripts)?;
    let took = match contender {
        Contender::OneStatement => {
            let began = Instant::now();
            runtime.block_on(connection.query_drop(UPDATE))?;
            began.elapsed()
        }
        Contender::ChunksByHand => {
            runtime.block_on(connection.query_drop("CREATE TABLE place (id INTEGER)"))?;
            runtime.block_on(connection.query_drop("INSERT INTO place VALUES (0)"))?;
            let began = Instant::now();
            let mut after = 0;
            while after < options.rows {
                let end = after + options.chunk as u64;
                for sql in [
                    "BEGIN".to_owned(),
                    format!("{UPDATE} WHERE id > {after} AND id <= {end}"),
                    format!("UPDATE place SET id = {end}"),
                    "COMMIT".to_owned(),
                ] {
                    runtime.block_on(connection.query_drop(sql))?;
                }
                after = end;
            }
            began.elapsed()
        }
        Contender::Python => python("mariadb", &port.to_string(), options.chunk)?,
        _ => {
            let track = script(contender, &scripts, options.chunk)?;
            upgrade(Upgrader::new(upgrades::mysql(&url)?).track(track))?
        }
    };
    let right: Option<u64> = runtime.block_on(connection.query_first(CHECK))?;
    ensure!(right == Some(options.rows), "{right:?} rows are right");
    Ok(took)
}

fn python(store: &str, place: &str, chunk: usize) -> Result<Duration> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/batch.py");
    let output = Command::new("python3")
        .args([script, store, place, &chunk.to_string()])
        .output()
        .context("python3 cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{}",
        said.lines().last().unwrap_or_default()
    );
    let seconds: f64 = String::from_utf8_lossy(&output.stdout).trim().parse()?;
    Ok(Duration::from_secs_f64(seconds))
}
