//! [`Lab`]: a crash lab at work.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::CrashLab;
use super::copies::Copies;
use super::finding::{death, described, pending};
use super::look::{Detail, Look};
use super::moment::{Moments, spread};
use super::noise::{Differing, Noise, NotRepeatable, differing};
use super::report::{CrashDifference, CrashFinding, CrashLabReport, CrashTrouble};
use super::trial::{Finding, Ids, Trial};
use crate::aside::{AsideError, Reach};
use crate::code::Code;
use crate::error::Error;
use crate::event::Event;
use crate::inspect::Ready;
use crate::report::Ending;
use crate::store::Scratch;
use crate::upgrader::{Settings, Upgrader};

/// What the moment of a run makes of it shows after so long: SQLite's clock has seconds.
const A_SECOND: Duration = Duration::from_millis(1_100);
/// So many more runs are made that nobody disturbs before a difference counts.
const DOUBTS: u32 = 2;

/// A lab at work.
pub(super) struct Lab<'l> {
    pub(super) upgrader: &'l Upgrader<'l>,
    pub(super) how: &'l CrashLab<'l>,
    pub(super) settings: &'l Settings,
    pub(super) copies: &'l Copies<'l>,
    noise: Noise,
    depends_on_ids: BTreeSet<NotRepeatable>,
}

/// A run that nobody has disturbed, on a copy that is still there.
struct Undisturbed<'c> {
    copy: Box<dyn Scratch + 'c>,
    /// How many moments it had.
    moments: u64,
    /// What it has left, as it is read with the noise that is known.
    look: Look,
}

/// What became of a death.
enum Outcome {
    /// The run was over before.
    Missed,
    /// The lab was asked to stop.
    Stopped,
    /// All is as if nobody had died.
    Same,
    /// Something is not.
    Found(Finding),
}

impl<'l> Lab<'l> {
    pub(super) fn new(
        upgrader: &'l Upgrader<'l>,
        how: &'l CrashLab<'l>,
        settings: &'l Settings,
        copies: &'l Copies<'l>,
    ) -> Self {
        Self {
            upgrader,
            how,
            settings,
            copies,
            noise: Noise::default(),
            depends_on_ids: BTreeSet::new(),
        }
    }

    /// Does all there is to do, and says so; or is asked to stop.
    ///
    /// # Errors
    /// A run fails that nobody disturbs, or copies and processes cannot be used.
    pub(super) fn work(mut self, report: &mut CrashLabReport) -> Result<(), Error> {
        let ready = pending(self.upgrader, self.settings)?;
        let Some(mut expected) = self.undisturbed()? else {
            return Ok(());
        };
        report.moments = expected.moments;
        let mut stopped = false;
        // Where there is nothing to do, nobody dies.
        if expected.moments > 0 {
            thread::sleep(A_SECOND);
            stopped = !self.learns(&mut expected)?;
        }
        let moments = spread(expected.moments, self.how.most);
        let of = moments.len() as u64;
        for (done, moment) in moments.into_iter().enumerate() {
            if stopped {
                break;
            }
            let done = done as u64;
            self.upgrader.tell(Event::Tried { done, of });
            match self.try_moment(moment, &mut expected)? {
                Outcome::Stopped => stopped = true,
                Outcome::Missed => report.missed += 1,
                Outcome::Same => report.killed += 1,
                Outcome::Found(found) => {
                    report.killed += 1;
                    report.findings.push(self.told(moment, found, &ready)?);
                }
            }
        }
        if !stopped && of > 0 {
            self.upgrader.tell(Event::Tried { done: of, of });
        }
        report.stopped = stopped;
        report.not_repeatable = self.noise.things().cloned().collect();
        report.not_compared = expected.look.unread.into_iter().collect();
        report.depends_on_ids = self.depends_on_ids.into_iter().collect();
        Ok(())
    }

    /// Runs what is pending on a copy; `None`: it was asked to stop.
    fn undisturbed(&self) -> Result<Option<Undisturbed<'l>>, Error> {
        let mut copy = self.copies.fresh()?;
        let heard = Mutex::new(Moments::default());
        let report = {
            let aside = self.upgrader.on(copy.store(), Reach::Copy);
            let aside = aside.on_event(|event| {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.hear(event);
            });
            aside.run()?
        };
        let heard = heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        let moments = match report.ending {
            Ending::Upgraded => heard.count,
            // It ends, and has not begun.
            Ending::UpToDate | Ending::LeftAlone => 0,
            Ending::Stopped => return Ok(None),
        };
        let look = self.look(copy.as_mut(), Detail::Columns)?;
        Ok(Some(Undisturbed {
            copy,
            moments,
            look,
        }))
    }

    /// Makes one more run that nobody disturbs, and learns from it what is not the same each time; false: it was asked to
    /// stop.
    fn learns(&mut self, expected: &mut Undisturbed<'_>) -> Result<bool, Error> {
        let Some(mut other) = self.undisturbed()? else {
            return Ok(false);
        };
        while self.noise.grow(&expected.look, &other.look) {
            expected.look = self.look(expected.copy.as_mut(), Detail::Columns)?;
            other.look = self.look(other.copy.as_mut(), Detail::Columns)?;
        }
        Ok(true)
    }

    fn look(&self, copy: &mut dyn Scratch, detail: Detail) -> Result<Look, Error> {
        let mut session = copy.session().map_err(AsideError::copy("read"))?;
        let look = Look::read(session.as_mut(), &self.settings.tables, &self.noise, detail);
        Ok(look.map_err(AsideError::copy("read"))?)
    }

    /// Kills a process at this moment, lets another one go on, and compares. Where that differs and ids were used up, it is done
    /// once more with these given back: only what differs then is the script's.
    fn try_moment(
        &mut self,
        number: u64,
        expected: &mut Undisturbed<'_>,
    ) -> Result<Outcome, Error> {
        let trial = self.trial(number, Ids::Gone)?;
        let Trial::Resumed(mut resumed) = trial else {
            return self.outcome(trial, expected);
        };
        let depends_on_ids = match resumed.used_up.is_empty() {
            true => Vec::new(),
            false => {
                let look = self.look(resumed.copy.as_mut(), Detail::Columns)?;
                self.noise.more(&expected.look, &look)
            }
        };
        if depends_on_ids.is_empty() {
            return self.outcome(Trial::Resumed(resumed), expected);
        }
        drop(resumed);
        let trial = self.trial(number, Ids::GivenBack)?;
        let outcome = self.outcome(trial, expected)?;
        if matches!(outcome, Outcome::Same) {
            self.depends_on_ids.extend(depends_on_ids);
        }
        Ok(outcome)
    }

    fn outcome(
        &mut self,
        trial: Trial<'_>,
        expected: &mut Undisturbed<'_>,
    ) -> Result<Outcome, Error> {
        let mut resumed = match trial {
            Trial::Missed => return Ok(Outcome::Missed),
            Trial::Stopped => return Ok(Outcome::Stopped),
            Trial::Stuck(found) => return Ok(Outcome::Found(found)),
            Trial::Resumed(resumed) => resumed,
        };
        Ok(match self.differences(expected, resumed.copy.as_mut())? {
            None => Outcome::Stopped,
            Some(differences) if differences.is_empty() => Outcome::Same,
            Some(differences) => Outcome::Found(Finding {
                moment: resumed.moment,
                trouble: CrashTrouble::LeadsElsewhere,
                reason: None,
                differences,
            }),
        })
    }

    /// In what a copy differs from what is expected.
    fn differing(
        &self,
        expected: &Undisturbed<'_>,
        copy: &mut dyn Scratch,
    ) -> Result<Vec<Differing>, Error> {
        let look = self.look(copy, Detail::Rows)?;
        Ok(differing(&expected.look, &look, &self.noise))
    }

    /// In what a copy differs from what is expected, in spite of all doubts; `None`: it was asked to stop.
    fn differences(
        &mut self,
        expected: &mut Undisturbed<'_>,
        copy: &mut dyn Scratch,
    ) -> Result<Option<Vec<CrashDifference>>, Error> {
        for _ in 0..DOUBTS {
            if self.differing(expected, copy)?.is_empty() {
                return Ok(Some(Vec::new()));
            }
            if !self.learns(expected)? {
                return Ok(None);
            }
        }
        let differing = self.differing(expected, copy)?;
        let expected = expected.copy.session();
        let mut expected = expected.map_err(AsideError::copy("read"))?;
        let mut copy = copy.session().map_err(AsideError::copy("read"))?;
        let tables = &self.settings.tables;
        let described = described(
            differing,
            expected.as_mut(),
            copy.as_mut(),
            tables,
            &self.noise,
        );
        Ok(Some(described.map_err(AsideError::copy("read"))?))
    }

    fn told(&self, number: u64, found: Finding, ready: &[Ready]) -> Result<CrashFinding, Error> {
        let syntax = self.settings.substitution.syntax;
        Ok(CrashFinding {
            code: Code::CrashLab,
            moment: death(number, &found.moment, ready, syntax)?,
            trouble: found.trouble,
            reason: found.reason,
            remedy: found.trouble.remedy(),
            differences: found.differences,
        })
    }
}
