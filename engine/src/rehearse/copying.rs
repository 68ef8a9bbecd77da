//! Making the copy: the dump goes into the second database as it is made, through a pipe.

use std::io;
use std::ops::ControlFlow;
use std::thread;

use crate::aside::{AsideError, Place};
use crate::backup::room;
use crate::error::Error;
use crate::store::{Dumping, Fault, Scratch, StoreError};
use crate::upgrader::Upgrader;

impl Upgrader<'_> {
    /// A second database that is what the real one is at one moment, and how many bytes it has. Room is looked for first.
    pub(super) fn copy_into(&self, place: &Place) -> Result<(Box<dyn Scratch + '_>, u64), Error> {
        let whole = self.copied()?;
        let size = whole.size().map_err(AsideError::copy("made"))?;
        must_have_room(place, size.dump + size.aside)?;
        let mut scratch = whole
            .scratch(place.path())
            .map_err(AsideError::copy("made"))?;
        let (mut from, mut to) = io::pipe().map_err(unpiped)?;
        let (dumped, filled) = thread::scope(|scope| {
            let dumping = scope.spawn(move || {
                whole.dump(&mut Dumping {
                    prefix: self.prefix_said(),
                    aside: place.path(),
                    into: &mut to,
                    hear: &mut |_| match self.must_stop() {
                        true => ControlFlow::Break(()),
                        false => ControlFlow::Continue(()),
                    },
                })
            });
            let filled = scratch.fill(&mut from);
            // Whoever writes into it learns that nobody reads any more.
            drop(from);
            (dumping.join(), filled)
        });
        match dumped {
            Ok(Err(_)) if self.must_stop() => return Err(AsideError::Stopped.into()),
            // A pipe that nobody reads breaks: then the reader's trouble came first.
            Ok(Err(_)) if filled.is_err() => filled.map_err(AsideError::copy("filled"))?,
            Ok(dumped) => {
                dumped.map_err(AsideError::copy("made"))?;
                filled.map_err(AsideError::copy("filled"))?;
            }
            Err(panic) => std::panic::resume_unwind(panic),
        }
        Ok((scratch, size.dump))
    }
}

/// Refuses a place whose disk has less than so many bytes left. Where that cannot be told, it is not asked.
pub(super) fn must_have_room(place: &Place, needed: u64) -> Result<(), AsideError> {
    match room::free(place.path()) {
        Some(free) if free < needed => Err(AsideError::NoRoom {
            path: place.path().to_owned(),
            needed,
            free,
        }),
        Some(_) | None => Ok(()),
    }
}

fn unpiped(error: io::Error) -> AsideError {
    AsideError::copy("made")(StoreError::new(Fault::Io, error.to_string()))
}
