//! An application that upgrades its database and ends: what the crash lab kills.
//!
//! DATABASE is the path of a SQLite file, or a `mysql://` URL.
//!
//! `upgrade-child DATABASE CORE CUSTOMIZATION [OPTION VALUE]...`, where an option is one of
//!
//! - `--die-at N`: SIGKILL to itself at the N-th event that it observes;
//! - `--halt-at N`: SIGSTOP to itself at the N-th event that it observes;
//! - `--linger MS`: waits so long before that, in which others learn where it is;
//! - `--tell-progress 1`: prints a line when a script begins, and one for each chunk of a batch that is committed;
//! - `--wait-for FILE`: starts only when there is such a file, after it has made `FILE.PID`;
//! - `--lock-wait MS`, `--busy MS`: how long to wait for another upgrade, for other users of the database;
//! - `--app VERSION`: the program's version, 1.2.3 unless told; `--continue yes`: where the database is newer, it upgrades
//!   nothing and goes on;
//! - `--expiry MS`, `--server MS`: MySQL only: when a silent holder of the lock is taken for dead, how long to wait for
//!   a server that is starting;
//! - `--replica URL`: MySQL only: batches wait for this replica;
//! - `--lab-child yes`: it is a process that a crash lab has started, and runs on the lab's copy.
//!
//! SIGTERM asks it to stop. It prints the warnings that it is told, how many events it observed and how the upgrade
//! ended, or the error's code and the error; then the exit code is 1.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use upgrades::{CrashLab, Event, Track, Upgrader, WhenNewer};

/// How often a child looks whether it may start, and how long it does so at most.
const LOOK_EVERY: Duration = Duration::from_millis(1);
const LOOKS: u32 = 120_000;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let stop = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::clone(&stop))?;
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("an argument is missing");
    let (database, core, customization) = (next()?, next()?, next()?);
    let mut busy = Duration::from_secs(5);
    let mut expiry = Duration::from_secs(30);
    let mut server = Duration::ZERO;
    let mut lock_wait = Duration::from_secs(120);
    let mut die_at = u64::MAX;
    let mut halt_at = u64::MAX;
    let mut linger = Duration::ZERO;
    let mut app = "1.2.3".to_owned();
    let mut when_newer = WhenNewer::Refuse;
    let mut tell_progress = false;
    let mut lab_child = false;
    let mut replica = None;
    while let Ok(option) = next() {
        let value = next()?;
        match option.as_str() {
            "--die-at" => die_at = value.parse()?,
            "--halt-at" => halt_at = value.parse()?,
            "--replica" => replica = Some(value),
            "--tell-progress" => tell_progress = value == "1",
            "--linger" => linger = Duration::from_millis(value.parse()?),
            "--wait-for" => wait_for(Path::new(&value))?,
            "--lock-wait" => lock_wait = Duration::from_millis(value.parse()?),
            "--app" => app = value,
            "--lab-child" => lab_child = value == "yes",
            "--continue" => when_newer = WhenNewer::Continue,
            "--busy" => busy = Duration::from_millis(value.parse()?),
            "--expiry" => expiry = Duration::from_millis(value.parse()?),
            "--server" => server = Duration::from_millis(value.parse()?),
            _ => return Err(format!("there is no option {option}").into()),
        }
    }

    let observed = AtomicU64::new(0);
    let upgrader = match database.starts_with("mysql://") {
        true => {
            let mut store = upgrades::mysql(&database)?
                .lock_wait_timeout(busy)
                .lock_expiry(expiry)
                .wait_for_server(server);
            if let Some(url) = &replica {
                store = store.replica(url)?;
            }
            Upgrader::new(store)
        }
        false => Upgrader::new(upgrades::sqlite(database).busy_timeout(busy)),
    };
    let upgrader = upgrader
        .track(Track::core(core))
        .track(Track::customization(customization))
        .prefix("cb_")
        .placeholder("currency", "EUR")
        .app_version(&app)
        .when_newer(when_newer)
        .lock_wait(lock_wait)
        .without_failure_log()
        .stop_when(stop);
    if lab_child {
        // It starts nobody itself.
        let lab = CrashLab::new(|| Command::new("true"));
        upgrader.crash_lab_child(&lab, &mut io::stdin(), &mut io::stdout())?;
        return Ok(ExitCode::SUCCESS);
    }
    let outcome = upgrader
        .on_event(|event| {
            let line = match event {
                Event::Warned(warning) => {
                    Some(format!("warned: {}: {}\n", warning.code, warning.message))
                }
                Event::ScriptStarted { script, .. } if tell_progress => {
                    Some(format!("began: {script}\n"))
                }
                Event::Progress { done, .. } if tell_progress => Some(format!("done: {done}\n")),
                _ => None,
            };
            if let Some(line) = line {
                let said = io::stdout().write_all(line.as_bytes());
                said.expect("whoever started the child reads what it says");
            }
            // Nothing has happened since its last statement, so nobody need die there too.
            if matches!(event, Event::ScriptRan { .. }) {
                return;
            }
            let event = observed.fetch_add(1, Ordering::Relaxed) + 1;
            if event == halt_at {
                kill_process(getpid(), Signal::STOP).expect("a process may stop itself");
            }
            if event == die_at {
                std::thread::sleep(linger);
                kill_process(getpid(), Signal::KILL).expect("a process may kill itself");
            }
        })
        .run();
    let mut out = io::stdout();
    writeln!(out, "events: {}", observed.load(Ordering::Relaxed))?;
    match outcome {
        Ok(report) => {
            writeln!(out, "ending: {:?}", report.ending)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            writeln!(out, "{}: {}", error.code(), upgrades::chain(&error))?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Says that it is there, and waits for the start.
fn wait_for(start: &Path) -> Result<(), Box<dyn Error>> {
    let mut here = start.as_os_str().to_owned();
    here.push(format!(".{}", std::process::id()));
    std::fs::write(PathBuf::from(here), "")?;
    for _ in 0..LOOKS {
        if start.exists() {
            return Ok(());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Err("nobody gave the start".into())
}
