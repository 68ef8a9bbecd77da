//! Starting children and reading what they cost.

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};
use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A moment of the monotonic clock, which all processes of a machine share.
pub type Nanoseconds = u64;

/// The monotonic clock now.
pub fn now() -> Nanoseconds {
    let time = clock_gettime(ClockId::Monotonic);
    // The monotonic clock begins near zero when the machine starts.
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

/// The most memory that a living process has had, in kilobytes; `process` is its id or `self`.
///
/// # Errors
///
/// A process that is gone, or a system that has no `/proc`.
pub fn peak_kilobytes(process: &str) -> Result<u64> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|value| value.trim().strip_suffix(" kB"))
        .and_then(|value| value.parse().ok())
        .with_context(|| format!("no VmHWM in {path}"))
}

/// The most memory that a process started by this one, and ended, has had, in kilobytes.
///
/// # Errors
///
/// A system that does not tell.
pub fn peak_kilobytes_of_children() -> Result<u64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(usage.max_rss().unsigned_abs())
}

/// What one child cost.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// From just before the process was started to the end of its work.
    pub wall: Duration,
    /// The contender's call alone.
    pub call: Duration,
    /// From just before the process was started to the beginning of its work.
    pub lead: Duration,
    /// The peak of its resident memory, in kilobytes.
    pub peak: u64,
}

/// How a child ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The work is done and verified.
    Done(Sample),
    /// It said why not: the first line of it.
    Failed(String),
    /// It was killed, before or after its work was done.
    Killed(Progress),
    /// It was still working when its time was over, and was ended. Its peak memory so far, in
    /// kilobytes.
    TimedOut(u64),
}

/// How far a killed child had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It had not finished its work.
    Unfinished,
    /// It had finished its work.
    Finished,
}

impl Outcome {
    /// The sample of a child that did its work.
    ///
    /// # Errors
    ///
    /// How it ended otherwise.
    pub fn done(self, what: &str) -> Result<Sample> {
        match self {
            Self::Done(sample) => Ok(sample),
            Self::Failed(why) => bail!("{what} failed: {why}"),
            Self::Killed(_) => bail!("{what} was killed"),
            Self::TimedOut(_) => bail!("{what} did not end in time"),
        }
    }
}

/// A child at work.
#[derive(Debug)]
pub struct Running {
    child: Child,
    started: Nanoseconds,
}

impl Running {
    /// Starts `command` with its output read by this process.
    ///
    /// # Errors
    ///
    /// A program that cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { child, started })
    }

    /// Waits for the end, at most `limit`.
    ///
    /// # Errors
    ///
    /// A child that cannot be waited for, or that ended well without a word.
    pub fn finish(mut self, limit: Duration) -> Result<Outcome> {
        let deadline = Instant::now() + limit;
        loop {
            match self.child.try_wait()? {
                Some(status) => return self.outcome(status),
                None if Instant::now() > deadline => {
                    let peak = peak_kilobytes(&self.child.id().to_string())?;
                    self.child.kill()?;
                    self.child.wait()?;
                    return Ok(Outcome::TimedOut(peak));
                }
                None => sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Kills it with SIGKILL `after` its start, if it still runs then.
    ///
    /// # Errors
    ///
    /// As [`Running::finish`].
    pub fn kill(mut self, after: Duration) -> Result<Outcome> {
        let elapsed = Duration::from_nanos(now() - self.started);
        sleep(after.saturating_sub(elapsed));
        self.child.kill()?;
        let status = self.child.wait()?;
        self.outcome(status)
    }

    fn outcome(mut self, status: ExitStatus) -> Result<Outcome> {
        let mut said = String::new();
        let mut complained = String::new();
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_string(&mut said)?;
        }
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut complained)?;
        }
        Ok(match status.code() {
            Some(0) => Outcome::Done(self.sample(&said)?),
            Some(_) => Outcome::Failed(complained.lines().next().unwrap_or_default().to_string()),
            None if said.is_empty() => Outcome::Killed(Progress::Unfinished),
            None => Outcome::Killed(Progress::Finished),
        })
    }

    fn sample(&self, said: &str) -> Result<Sample> {
        let numbers = said
            .strip_prefix("done ")
            .map(|numbers| numbers.split_whitespace().map(str::parse::<u64>))
            .with_context(|| format!("a child said {said:?}"))?
            .collect::<Result<Vec<_>, _>>()?;
        let [begun, ended, peak] = numbers[..] else {
            bail!("a child said {said:?}");
        };
        Ok(Sample {
            wall: Duration::from_nanos(ended.saturating_sub(self.started)),
            call: Duration::from_nanos(ended.saturating_sub(begun)),
            lead: Duration::from_nanos(begun.saturating_sub(self.started)),
            peak,
        })
    }
}
