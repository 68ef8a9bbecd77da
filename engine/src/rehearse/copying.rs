//! Making the copy: the dump goes into the second database as it is made, through a pipe.

use std::io;
use std::ops::ControlFlow;
use std::thread;

use super::Rehearsal;
use crate::aside::picture::Picture;
use crate::aside::{AsideError, Place};
use crate::backup::room;
use crate::error::Error;
use crate::sql::Dialect;
use crate::store::{Dumping, Fault, Scratch, StoreError, Whole};
use crate::upgrader::Upgrader;

/// A copy of the database.
pub(super) struct Copied<'s> {
    pub(super) scratch: Box<dyn Scratch + 's>,
    pub(super) bytes: u64,
    /// What of the database is not in it, in words.
    pub(super) warnings: Vec<String>,
}

impl Upgrader<'_> {
    /// A second database that is what the real one is at one moment, with how many bytes it has and what is not in it. Room is
    /// looked for first, where it is a file; a server's disk cannot be asked.
    pub(super) fn copy_into<'s>(
        &'s self,
        how: &'s Rehearsal,
        place: &Place,
    ) -> Result<Copied<'s>, Error> {
        let whole = self.copied()?;
        let size = whole.size().map_err(AsideError::copy("made"))?;
        if !whole.files().is_empty() {
            must_have_room(place, size.dump + size.aside)?;
        }
        let mut scratch = self.scratch(how, place)?;
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
        let warnings = match dumped {
            Ok(Err(_)) if self.must_stop() => return Err(AsideError::Stopped.into()),
            // A pipe that nobody reads breaks: then the reader's trouble came first.
            Ok(Err(_)) if filled.is_err() => {
                filled.map_err(AsideError::copy("filled"))?;
                Vec::new()
            }
            Ok(dumped) => {
                let dumped = dumped.map_err(AsideError::copy("made"))?;
                filled.map_err(AsideError::copy("filled"))?;
                dumped.warnings
            }
            Err(panic) => std::panic::resume_unwind(panic),
        };
        must_stay_within(scratch.as_mut())?;
        Ok(Copied {
            scratch,
            bytes: size.dump,
            warnings,
        })
    }

    /// What copies are made beside.
    pub(super) fn beside<'s>(&'s self, how: &'s Rehearsal) -> Result<&'s dyn Whole, AsideError> {
        match how.elsewhere(self.store.dialect())? {
            Some(elsewhere) => Ok(elsewhere),
            None => self.copied(),
        }
    }

    /// An empty second database, with the settings of the real one.
    pub(super) fn scratch<'s>(
        &'s self,
        how: &'s Rehearsal,
        place: &Place,
    ) -> Result<Box<dyn Scratch + 's>, Error> {
        let mut scratch = self
            .beside(how)?
            .scratch(place.path())
            .map_err(AsideError::copy("made"))?;
        if how.is_elsewhere() {
            self.be_like_the_real_one(scratch.as_mut())?;
        }
        Ok(scratch)
    }

    /// Gives a schema on another server the settings of the real one, which no dump has.
    fn be_like_the_real_one(&self, scratch: &mut dyn Scratch) -> Result<(), Error> {
        let dialect = self.store.dialect();
        match dialect {
            Dialect::Sqlite => return Ok(()),
            Dialect::Mysql => {}
        }
        let Some(mut real) = self.store.read()? else {
            return Ok(());
        };
        let settings = Picture::settings_of(real.as_mut(), dialect)?;
        let mut session = scratch.session().map_err(AsideError::copy("made"))?;
        for (setting, value) in settings {
            session
                .execute(&format!("ALTER DATABASE {setting} {value}"), &[])
                .map_err(AsideError::copy("made"))?;
        }
        Ok(())
    }
}

/// Refuses a copy that holds what would reach beyond it as soon as a script uses it.
pub(super) fn must_stay_within(scratch: &mut dyn Scratch) -> Result<(), AsideError> {
    let objects = scratch
        .reaching_out()
        .map_err(AsideError::copy("looked through"))?;
    match objects.is_empty() {
        true => Ok(()),
        false => Err(AsideError::ObjectsReachOut { objects }),
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
