//! [`Copies`]: as many copies of the database as it was at one moment as are asked for.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::aside::{AsideError, Place};
use crate::error::Error;
use crate::rehearse::Rehearsal;
use crate::rehearse::copying::{must_have_room, must_stay_within};
use crate::store::{Dumping, Fault, Scratch, StoreError};
use crate::upgrader::Upgrader;

/// There are so many at once: the dump that they are made of, the one that is expected, and the one that is tried.
const AT_ONCE: u64 = 3;

/// A dump, and what is made of it.
pub(super) struct Copies<'c> {
    upgrader: &'c Upgrader<'c>,
    how: &'c Rehearsal,
    dump: PathBuf,
    place: Place,
}

impl Upgrader<'_> {
    /// Dumps the database once; `None`: it was asked to stop. Room is looked for first; a server's disk cannot be asked.
    pub(super) fn copies<'c>(&'c self, how: &'c Rehearsal) -> Result<Option<Copies<'c>>, Error> {
        let whole = self.copied()?;
        let place = self.place("crash-lab", how.folder())?;
        let size = whole.size().map_err(AsideError::copy("made"))?;
        let needed = match whole.files().is_empty() {
            true => size.dump,
            false => (AT_ONCE * size.dump).max(size.dump + size.aside),
        };
        must_have_room(&place, needed)?;
        let dump = place.path().join("dump");
        let unwritten = |error: std::io::Error| {
            let message = format!("{} cannot be written", dump.display());
            AsideError::copy("made")(StoreError::new(Fault::Io, message).because(error))
        };
        let mut file = File::create(&dump).map_err(unwritten)?;
        let dumped = whole.dump(&mut Dumping {
            prefix: self.prefix_said(),
            aside: place.path(),
            into: &mut file,
            hear: &mut |_| match self.must_stop() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            },
        });
        match dumped {
            Err(_) if self.must_stop() => Ok(None),
            Err(error) => Err(AsideError::copy("made")(error).into()),
            Ok(_) => Ok(Some(Copies {
                upgrader: self,
                how,
                dump,
                place,
            })),
        }
    }
}

impl<'c> Copies<'c> {
    /// One more.
    pub(super) fn fresh(&self) -> Result<Box<dyn Scratch + 'c>, Error> {
        let mut scratch = self.upgrader.scratch(self.how, &self.place)?;
        let unread = |error: std::io::Error| {
            let message = format!("{} cannot be read", self.dump.display());
            AsideError::copy("filled")(StoreError::new(Fault::Io, message).because(error))
        };
        let mut dump = File::open(&self.dump).map_err(unread)?;
        scratch
            .fill(&mut dump)
            .map_err(AsideError::copy("filled"))?;
        must_stay_within(scratch.as_mut())?;
        Ok(scratch)
    }
}
