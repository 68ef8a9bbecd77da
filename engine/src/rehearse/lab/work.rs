//! [`Lab`]: a crash lab at work.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::CrashLab;
use super::copies::Copies;
use super::finding::{death, described, pending};
use super::look::{Detail, Look};
use super::moment::{Moment, Moments, spread};
use super::noise::{Noise, differing};
use super::report::{CrashDifference, CrashFinding, CrashLabReport, CrashTrouble};
use super::told::Told;
use super::trial::tried;
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
    upgrader: &'l Upgrader<'l>,
    how: &'l CrashLab<'l>,
    settings: &'l Settings,
    copies: &'l Copies<'l>,
    noise: Noise,
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

/// What followed from a death.
struct Finding {
    moment: Moment,
    trouble: CrashTrouble,
    reason: Option<String>,
    differences: Vec<CrashDifference>,
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
        Ok(())
    }

    /// Runs what is pending on a copy; `None`: it was asked to stop.
    fn undisturbed(&self) -> Result<Option<Undisturbed<'l>>, Error> {
        let (mut copy, _) = self.copies.fresh()?;
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

    /// Kills a process at this moment, lets another one go on, and compares.
    fn try_moment(
        &mut self,
        number: u64,
        expected: &mut Undisturbed<'_>,
    ) -> Result<Outcome, Error> {
        let (mut copy, file) = self.copies.fresh()?;
        let moment = match self.start(&file, Some(number))? {
            Told::At(moment) => moment,
            Told::Ended => return Ok(Outcome::Missed),
            Told::Stopped => return Ok(Outcome::Stopped),
            Told::Failed(why) | Told::Asks(why) | Told::Unable(why) => {
                return Err(disturbed(&why).into());
            }
        };
        let found = |trouble, reason, differences| {
            Outcome::Found(Finding {
                moment,
                trouble,
                reason,
                differences,
            })
        };
        match self.start(&file, None)? {
            Told::Ended => {}
            Told::Stopped => return Ok(Outcome::Stopped),
            Told::Asks(why) => return Ok(found(CrashTrouble::Asks, Some(why), Vec::new())),
            Told::Failed(why) => return Ok(found(CrashTrouble::Fails, Some(why), Vec::new())),
            Told::Unable(why) => return Err(disturbed(&why).into()),
            Told::At(_) => return Err(disturbed("it waits to be killed").into()),
        }
        Ok(match self.differences(expected, copy.as_mut())? {
            None => Outcome::Stopped,
            Some(differences) if differences.is_empty() => Outcome::Same,
            Some(differences) => found(CrashTrouble::LeadsElsewhere, None, differences),
        })
    }

    fn start(&self, copy: &Path, moment: Option<u64>) -> Result<Told, AsideError> {
        let must_stop = || self.upgrader.must_stop();
        tried((self.how.start)(), copy, moment, &must_stop)
    }

    /// In what a copy differs from what is expected, in spite of all doubts; `None`: it was asked to stop.
    fn differences(
        &mut self,
        expected: &mut Undisturbed<'_>,
        copy: &mut dyn Scratch,
    ) -> Result<Option<Vec<CrashDifference>>, Error> {
        for _ in 0..DOUBTS {
            let look = self.look(copy, Detail::Rows)?;
            if differing(&expected.look, &look, &self.noise).is_empty() {
                return Ok(Some(Vec::new()));
            }
            if !self.learns(expected)? {
                return Ok(None);
            }
        }
        let look = self.look(copy, Detail::Rows)?;
        let differing = differing(&expected.look, &look, &self.noise);
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

fn disturbed(why: &str) -> AsideError {
    AsideError::Process {
        what: format!("did not do what it does where nobody disturbs it: {why}"),
        source: None,
    }
}
