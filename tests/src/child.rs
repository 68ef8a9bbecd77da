//! Child processes that upgrade, and how they end.

use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Looks of [`until`], a millisecond apart at least: a bound for a test that would never end, not a limit of time.
const LOOKS: u32 = 120_000;

/// How a child ended, and what it said.
#[derive(Debug)]
pub struct End {
    /// The exit code; `None`: it was killed.
    pub code: Option<i32>,
    /// Standard output, then standard error.
    pub said: String,
}

impl End {
    /// How many events the child observed.
    pub fn events(&self) -> u64 {
        let line = self
            .said
            .lines()
            .find_map(|line| line.strip_prefix("events: "));
        line.unwrap().parse().unwrap()
    }

    /// How many warnings of this code it was told.
    pub fn warnings(&self, code: &str) -> u32 {
        let line = format!("warned: {code}: ");
        let warnings = self.said.lines().filter(|said| said.starts_with(&line));
        warnings.count() as u32
    }
}

/// Waits for the end of a child.
pub fn ended(child: Child) -> End {
    let output = child.wait_with_output().unwrap();
    let code = output.status.code();
    assert!(
        code.is_some() || output.status.signal() == Some(Signal::KILL.as_raw()),
        "{:?}",
        output.status
    );
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    End { code, said }
}

/// Sends a signal to a child that is not waited for yet.
pub fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Looks until there is something to see.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..LOOKS {
        if let Some(seen) = look() {
            return seen;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("{what} never came");
}
