//! [`Trial`]: one death on a copy, and the process that goes on behind it.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use super::counters::{Counters, give_back};
use super::moment::Moment;
use super::process::tried;
use super::report::{CrashDifference, CrashTrouble};
use super::told::Told;
use super::work::Lab;
use crate::aside::AsideError;
use crate::error::Error;
use crate::store::Scratch;

/// What becomes of the ids that a death has used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    /// They are gone, as they are in earnest.
    Gone,
    /// They are given back before the next run goes on.
    GivenBack,
}

/// A copy on which one process died, and another one went on to the end.
pub(super) struct Resumed<'c> {
    pub(super) copy: Box<dyn Scratch + 'c>,
    pub(super) moment: Moment,
    /// The tables that ids were used up of, with the first of each.
    pub(super) used_up: BTreeMap<String, u64>,
}

/// How far a death and what followed from it went.
pub(super) enum Trial<'c> {
    /// The run was over before.
    Missed,
    /// The lab was asked to stop.
    Stopped,
    /// The next run did not go on.
    Stuck(Finding),
    /// It did.
    Resumed(Resumed<'c>),
}

/// What followed from a death.
pub(super) struct Finding {
    pub(super) moment: Moment,
    pub(super) trouble: CrashTrouble,
    pub(super) reason: Option<String>,
    pub(super) differences: Vec<CrashDifference>,
}

impl<'l> Lab<'l> {
    /// Kills a process at this moment, and lets another one go on.
    ///
    /// # Errors
    /// Copies and processes cannot be used, or a process does not do what it does where nobody disturbs it.
    pub(super) fn trial(&self, number: u64, ids: Ids) -> Result<Trial<'l>, Error> {
        let mut copy = self.copies.fresh()?;
        let began = self.counters(copy.as_mut())?;
        let moment = match self.start(copy.name(), Some(number))? {
            Told::At(moment) => moment,
            Told::Ended => return Ok(Trial::Missed),
            Told::Stopped => return Ok(Trial::Stopped),
            Told::Failed(why) | Told::Asks(why) | Told::Unable(why) => {
                return Err(disturbed(&why).into());
            }
        };
        let used_up = self.counters(copy.as_mut())?.used_up(&began);
        if ids == Ids::GivenBack {
            let mut session = copy.session().map_err(AsideError::copy("changed"))?;
            give_back(session.as_mut(), &used_up).map_err(AsideError::copy("changed"))?;
        }
        let stuck = |moment, trouble, why| {
            Ok(Trial::Stuck(Finding {
                moment,
                trouble,
                reason: Some(why),
                differences: Vec::new(),
            }))
        };
        match self.start(copy.name(), None)? {
            Told::Ended => Ok(Trial::Resumed(Resumed {
                copy,
                moment,
                used_up,
            })),
            Told::Stopped => Ok(Trial::Stopped),
            Told::Asks(why) => stuck(moment, CrashTrouble::Asks, why),
            Told::Failed(why) => stuck(moment, CrashTrouble::Fails, why),
            Told::Unable(why) => Err(disturbed(&why).into()),
            Told::At(_) => Err(disturbed("it waits to be killed").into()),
        }
    }

    fn start(&self, copy: &OsStr, moment: Option<u64>) -> Result<Told, AsideError> {
        let must_stop = || self.upgrader.must_stop();
        tried((self.how.start)(), copy, moment, &must_stop)
    }

    fn counters(&self, copy: &mut dyn Scratch) -> Result<Counters, AsideError> {
        let mut session = copy.session().map_err(AsideError::copy("read"))?;
        Counters::read(session.as_mut(), &self.settings.tables).map_err(AsideError::copy("read"))
    }
}

fn disturbed(why: &str) -> AsideError {
    AsideError::Process {
        what: format!("did not do what it does where nobody disturbs it: {why}"),
        source: None,
    }
}
