//! Squashing: making a baseline of a track's scripts, by running them.
//!
//! They run in an empty database aside, under a prefix and with values of placeholders that occur nowhere else, so that what
//! came from `#__` and `${name}` can be told apart from what the scripts say themselves. What is there then is written as SQL. At
//! last both ways, the scripts and the baseline, run under another prefix and with the configured values, and must lead to
//! the same.

mod error;
mod marks;
mod write;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

pub use error::SquashError;
use marks::{Collation, Marks};

use crate::aside::picture::{Picture, Unread};
use crate::aside::{AsideError, Reach};
use crate::directive::Directives;
use crate::error::Error;
use crate::inspect::inspect;
use crate::name::ScriptName;
use crate::role::BASELINE;
use crate::script::{Body, Script};
use crate::sql::Dialect;
use crate::store::Scratch;
use crate::track::TrackName;
use crate::upgrader::Upgrader;
use crate::version::Version;

/// What the moment of a run makes of it shows after so long: SQLite's clock has seconds.
const A_SECOND: Duration = Duration::from_millis(1_100);

/// A baseline that was written and tried.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Squashed {
    /// The track.
    pub track: TrackName,
    /// The version that it leads to.
    pub version: Version,
    /// Its file name, such as `baseline-3.1.0.sqlite.sql`.
    pub file: String,
    /// Its text.
    #[serde(skip)]
    pub text: String,
    /// How many scripts it stands for.
    pub scripts: usize,
    /// How many tables, indexes, views, triggers and the like it makes.
    pub objects: usize,
    /// How many rows it inserts.
    pub rows: usize,
}

impl Upgrader<'_> {
    /// Makes a baseline of a track's scripts up to `version`, and tries it: both ways lead to the same schema and the same rows. Nothing
    /// is written but in a database aside: on a server in a schema beside the real one, else in the folder for backups, beside the
    /// database or in the system's folder for temporary files. Callbacks are not called, and repeatable scripts of the track itself do not run: they run behind a
    /// baseline as they do behind scripts.
    ///
    /// # Errors
    /// There is no script of that version, the scripts cannot be replayed, what they make cannot be written as SQL, or
    /// the baseline leads elsewhere than they do: then the first difference is named.
    pub fn squash(&self, track: &TrackName, version: &Version) -> Result<Squashed, Error> {
        let dialect = self.store.dialect();
        let settings = self.settings()?;
        let catalog = self.catalog()?;
        let scripts = catalog
            .tracks
            .into_iter()
            .find(|known| known.name == *track);
        let mut scripts = scripts.map(|known| known.scripts).unwrap_or_default();
        let newest = scripts
            .iter()
            .position(|script| script.version() == version)
            .ok_or_else(|| SquashError::NoScript {
                track: track.clone(),
                version: version.clone(),
            })?;
        scripts.truncate(newest + 1);
        let newest = scripts[newest].clone();
        let mut directives = Vec::new();
        for script in &scripts {
            directives.push(inspect(script.clone(), &settings.substitution)?.directives);
        }

        let place = self.place("squash", None)?;
        let replay = Replay {
            upgrader: self,
            newest: &newest,
            aside: place.path(),
        };
        let marks = Marks::new(&scripts, &settings.substitution.placeholders)?;
        // Its schema stays until the end, so that both ways run in others: where its name is in a row, they differ.
        let (added, marks, _scratch) = replay.added(marks)?;
        let head = head(track, version, &directives);
        let text = write::baseline(&head, &added, &marks, dialect);

        std::thread::sleep(A_SECOND);
        let file = format!("{BASELINE}{version}.{}.sql", dialect.suffix());
        let name =
            ScriptName::baseline(&file).map_err(|source| SquashError::Name { file, source })?;
        let squashed = Squashed {
            track: track.clone(),
            version: version.clone(),
            file: name.file().to_owned(),
            scripts: scripts.len(),
            objects: added.objects.len(),
            rows: added.rows(),
            text: text.clone(),
        };
        let baseline = Script::new(track.clone(), name, Body::Text(text.into_bytes().into()));
        let baseline = Reach::Baseline(Box::new(baseline.in_place_of(&newest)));
        let real = marks.real();
        let (expected, _) = replay.picture(&real, Reach::Versions(track.clone()))?;
        let (found, _) = replay.picture(&real, baseline)?;
        match expected.difference(&found) {
            None => Ok(squashed),
            Some(what) => {
                let what = what.between("the scripts", "the baseline").to_string();
                Err(SquashError::Differs(what).into())
            }
        }
    }
}

/// Running scripts in databases aside.
struct Replay<'r> {
    upgrader: &'r Upgrader<'r>,
    newest: &'r Script,
    aside: &'r Path,
}

/// A picture, and the database that it is of.
type Seen<'r> = (Picture, Box<dyn Scratch + 'r>);

impl<'r> Replay<'r> {
    /// What the track adds to those before it, with the marks that are in it. On a server in a schema of a rare collation, so
    /// that the schema's own is not taken for one that a script says; but it may be one that scripts cannot work in.
    fn added(&self, marks: Marks) -> Result<(Picture, Marks, Box<dyn Scratch + 'r>), Error> {
        match self.upgrader.store.dialect() {
            Dialect::Sqlite => {}
            Dialect::Mysql => {
                let rare = marks.in_collation(Collation::Rare);
                match self.added_with(&rare) {
                    Ok((added, scratch)) => return Ok((added, rare, scratch)),
                    Err(Error::Squash(SquashError::Replay { source, .. })) => {
                        log::info!("squashing in the real schema's collation: {source}");
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        let (added, scratch) = self.added_with(&marks)?;
        Ok((added, marks, scratch))
    }

    fn added_with(&self, marks: &Marks) -> Result<Seen<'r>, Error> {
        let track = self.newest.track();
        let (before, _) = self.picture(marks, Reach::Before(track.clone()))?;
        let (after, scratch) = self.picture(marks, Reach::Versions(track.clone()))?;
        let added = after.without(before).map_err(SquashError::Changes)?;
        Ok((added, scratch))
    }

    /// What these scripts make of an empty database.
    fn picture(&self, marks: &Marks, reach: Reach) -> Result<Seen<'r>, Error> {
        let whole = self.upgrader.copied()?;
        let mut scratch = whole
            .scratch(self.aside)
            .map_err(AsideError::copy("made"))?;
        let (track, version) = (self.newest.track(), self.newest.version());
        let usual = {
            let mut session = scratch.session().map_err(AsideError::copy("read"))?;
            let set = marks.collation().said().map_or(Ok(0), |said| {
                session.execute(&format!("ALTER DATABASE {said}"), &[])
            });
            set.map_err(AsideError::copy("made"))?;
            Picture::settings_of(session.as_mut(), self.upgrader.store.dialect())
                .map_err(AsideError::copy("read"))?
        };
        let settings = {
            let store = scratch.store();
            let aside = self.upgrader.on(store, reach);
            let aside = marks.put(aside).up_to(track.clone(), version.clone());
            aside.run().map_err(|source| SquashError::Replay {
                newest: self.newest.id(),
                source: Box::new(source),
            })?;
            aside.settings()?
        };
        let picture = {
            let mut session = scratch.session().map_err(AsideError::copy("read"))?;
            Picture::read(session.as_mut(), &settings, &usual)
        };
        match picture {
            Ok(picture) => Ok((picture, scratch)),
            Err(Unread::Store(error)) => Err(AsideError::copy("read")(error).into()),
            Err(Unread::Unsaid(what)) => Err(SquashError::Beyond(what).into()),
        }
    }
}

/// What stands above the first statement: what the scripts together demand.
fn head(track: &TrackName, version: &Version, directives: &[Directives]) -> String {
    let mut head = format!(
        "-- What the scripts of {track} up to {version} make of an empty database. Written by `upgrades squash`, which has\n\
         -- compared both ways; do not edit.\n-- upgrade: description = {track} {version} at once\n"
    );
    let mut demands: Vec<String> = Vec::new();
    for directives in directives {
        let own = |requirement: &&crate::Requirement| !matches!(requirement, crate::Requirement::Track(other, _) if other == track);
        let requires = directives.requires.iter().filter(own);
        demands.extend(requires.map(|requirement| format!("requires = {requirement}")));
    }
    let min_app = directives
        .iter()
        .filter_map(|directives| directives.min_app.as_ref())
        .max();
    demands.extend(min_app.map(|version| format!("min_app = {version}")));
    demands.sort();
    demands.dedup();
    for demand in demands {
        head.push_str(&format!("-- upgrade: {demand}\n"));
    }
    head
}
