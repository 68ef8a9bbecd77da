//! The crash lab: the next run on copies, killed and begun again at every moment, and compared with one that nobody disturbs.

mod child;
mod copies;
mod counters;
mod finding;
mod look;
mod moment;
mod noise;
mod process;
mod report;
mod rows;
mod sum;
mod told;
mod trial;
mod work;

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

pub use moment::CrashStage;
pub use noise::NotRepeatable;
pub use report::{CrashDifference, CrashFinding, CrashLabReport, CrashMoment, CrashTrouble};

use super::{Rehearsal, Rehearsed};
use crate::error::Error;
use crate::store::Store;
use crate::upgrader::Upgrader;
use work::Lab;

/// So many moments are tried unless told.
const MOST: u64 = 500;

/// How a crash lab is made.
pub struct CrashLab<'c> {
    rehearsal: Rehearsal,
    most: u64,
    start: Box<dyn Fn() -> Command + 'c>,
}

impl<'c> CrashLab<'c> {
    /// `start` makes the command that is run again and again: a program that comes to
    /// [`Upgrader::crash_lab_child`] with an upgrader of the same tracks and settings, most often this program. The lab adds to its
    /// environment and takes its standard input and output.
    pub fn new(start: impl Fn() -> Command + 'c) -> Self {
        Self {
            rehearsal: Rehearsal::default(),
            most: MOST,
            start: Box::new(start),
        }
    }

    /// What the copies need of files is kept in a folder of its own in this one; in the folder for backups, or beside the
    /// database, unless told.
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.rehearsal = self.rehearsal.in_folder(folder);
        self
    }

    /// Makes the copies on another server, as a rehearsal [does](Rehearsal::on).
    pub fn on(mut self, other: impl Store + 'static) -> Self {
        self.rehearsal = self.rehearsal.on(other);
        self
    }

    /// Where a run has more moments than this, so many of them are tried, evenly spread: 500 unless told, and never fewer than
    /// two, the first and the last.
    pub fn at_most(mut self, moments: u64) -> Self {
        self.most = moments;
        self
    }
}

impl std::fmt::Debug for CrashLab<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CrashLab")
            .field("rehearsal", &self.rehearsal)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

impl CrashLabReport {
    /// Whether every death that was tried was without consequence.
    pub fn succeeded(&self) -> bool {
        self.findings.is_empty() && !self.stopped
    }
}

impl Upgrader<'_> {
    /// [Rehearses](Upgrader::rehearse) the next run, and where that succeeds, tries what a death does to it. On copies of the
    /// database it kills a process at every moment of the run (or some,
    /// [as told](CrashLab::at_most)), lets another one go on to the end, and compares what is there then with what a run
    /// leaves that nobody disturbs: schema, rows of all tables byte for byte, settings that the database keeps, what counts as
    /// applied, the latch. What already differs between two such runs is left out, and told; so are ids that a death has
    /// [used up](CrashLabReport::depends_on_ids).
    ///
    /// The real database is read, and not changed; no lock is taken. As with the rehearsal, callbacks are not called, scripts
    /// that reach beyond their database are refused, and the copies are gone afterwards.
    ///
    /// ```no_run
    /// use std::process::Command;
    /// use upgrades::{CrashLab, Track, Upgrader};
    ///
    /// let upgrader = Upgrader::new(upgrades::sqlite("shop.db")).track(Track::core("updates"));
    /// let program = std::env::current_exe().expect("a program that runs is somewhere");
    /// let lab = CrashLab::new(|| {
    ///     let mut command = Command::new(&program);
    ///     command.arg("--crash-lab-child");
    ///     command
    /// });
    /// if std::env::args().any(|argument| argument == "--crash-lab-child") {
    ///     return upgrader.crash_lab_child(&lab, &mut std::io::stdin(), &mut std::io::stdout());
    /// }
    /// let rehearsed = upgrader.crash_lab(&lab)?;
    /// assert!(rehearsed.succeeded() && rehearsed.crash_lab.is_none_or(|lab| lab.succeeded()));
    /// # Ok::<(), upgrades::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for a rehearsal; and a process cannot be started, or does not do what the rehearsal did. What a death changes is no
    /// error: the [answer](Rehearsed::crash_lab) tells of it.
    pub fn crash_lab(&self, how: &CrashLab<'_>) -> Result<Rehearsed, Error> {
        let mut rehearsed = self.rehearse(&how.rehearsal)?;
        if rehearsed.succeeded() && !rehearsed.scripts.is_empty() {
            rehearsed.crash_lab = Some(self.killed_and_resumed(how)?);
        }
        Ok(rehearsed)
    }

    fn killed_and_resumed(&self, how: &CrashLab<'_>) -> Result<CrashLabReport, Error> {
        let began = Instant::now();
        let mut report = CrashLabReport {
            database: self.store.address(),
            moments: 0,
            killed: 0,
            missed: 0,
            stopped: true,
            took_ms: 0,
            not_repeatable: Vec::new(),
            not_compared: Vec::new(),
            depends_on_ids: Vec::new(),
            findings: Vec::new(),
        };
        let settings = self.settings()?;
        if let Some(copies) = self.copies(&how.rehearsal)? {
            Lab::new(self, how, &settings, &copies).work(&mut report)?;
        }
        report.took_ms = began.elapsed().as_millis() as u64;
        Ok(report)
    }
}
