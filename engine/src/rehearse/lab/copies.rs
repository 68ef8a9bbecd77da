//! [`Copies`]: as many copies of the database as it was at one moment as are asked for.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::aside::{AsideError, Place};
use crate::error::Error;
use crate::rehearse::copying::must_have_room;
use crate::store::{Dumping, Fault, Scratch, StoreError, Whole};
use crate::upgrader::Upgrader;

/// There are so many at once: the dump that they are made of, the one that is expected, and the one that is tried.
const AT_ONCE: u64 = 3;

/// A dump, and what is made of it.
pub(super) struct Copies<'c> {
    whole: &'c dyn Whole,
    dump: PathBuf,
    place: Place,
}

impl Upgrader<'_> {
    /// Dumps the database once; `None`: it was asked to stop. Room is looked for first.
    pub(super) fn copies(&self, folder: Option<&Path>) -> Result<Option<Copies<'_>>, Error> {
        let whole = self.copied()?;
        let place = self.place("crash-lab", folder)?;
        let size = whole.size().map_err(AsideError::copy("made"))?;
        let needed = (AT_ONCE * size.dump).max(size.dump + size.aside);
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
            Ok(_) => Ok(Some(Copies { whole, dump, place })),
        }
    }
}

impl<'c> Copies<'c> {
    /// One more, and the file that another process finds it in.
    pub(super) fn fresh(&self) -> Result<(Box<dyn Scratch + 'c>, PathBuf), Error> {
        let mut scratch = self
            .whole
            .scratch(self.place.path())
            .map_err(AsideError::copy("made"))?;
        let unread = |error: std::io::Error| {
            let message = format!("{} cannot be read", self.dump.display());
            AsideError::copy("filled")(StoreError::new(Fault::Io, message).because(error))
        };
        let mut dump = File::open(&self.dump).map_err(unread)?;
        scratch
            .fill(&mut dump)
            .map_err(AsideError::copy("filled"))?;
        let file = scratch.file().ok_or_else(|| AsideError::Impossible {
            database: self.whole.identity(),
        })?;
        let file = file.to_owned();
        Ok((scratch, file))
    }
}
