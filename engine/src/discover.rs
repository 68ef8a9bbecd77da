//! From tracks to a [`Catalog`]: what scripts there are. Names only: no file is opened.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::baseline;
use crate::catalog::{Catalog, CatalogTrack};
use crate::catalog_error::CatalogError;
use crate::language::{Whose, whose};
use crate::name::{NameError, ScriptName};
use crate::plain_name::PlainName;
use crate::role::{REPEAT, Role, in_repeat};
use crate::script::{Body, Script};
use crate::sql::Dialect;
use crate::track::{Place, Track, TrackName};
use crate::variants::{self, Plain};

/// A file among the scripts that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stray {
    pub(crate) track: TrackName,
    pub(crate) file: String,
}

/// All that was found: the catalog is whole only when there are no problems.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    pub(crate) catalog: Catalog,
    pub(crate) problems: Vec<CatalogError>,
    pub(crate) strays: Vec<Stray>,
}

impl Discovery {
    /// The catalog.
    ///
    /// # Errors
    /// The first problem, when there is one.
    pub(crate) fn catalog(self) -> Result<Catalog, CatalogError> {
        match self.problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(self.catalog),
        }
    }
}

/// Lists every track and sorts what it finds: core, customization, then the others as they were given.
pub(crate) fn discover(tracks: &[Track], dialect: Dialect) -> Discovery {
    let mut discovery = Discovery::default();
    let mut seen = HashSet::new();
    for track in tracks {
        let name = match &track.name {
            Ok(name) => name.clone(),
            Err(error) => {
                discovery.problems.push(error.clone().into());
                continue;
            }
        };
        if !seen.insert(name.clone()) {
            discovery
                .problems
                .push(CatalogError::TrackTwice { track: name });
            continue;
        }
        let (mut scripts, mut plain, mut baselines) = (Vec::new(), Vec::new(), Vec::new());
        for found in discovery.list(&name, track) {
            match found {
                Found::Script(script) => scripts.push(script),
                Found::Plain(one) => plain.push(one),
                Found::Baseline(one) => baselines.push(one),
            }
        }
        scripts.extend(discovery.functions(&name, track));
        plain.extend(track.callbacks.iter().map(|(moment, function)| Plain {
            name: PlainName::of_function(*moment),
            body: Body::Function(function.clone()),
        }));
        let scripts = discovery.settle(&name, scripts, dialect);
        let (baselines, problems) = baseline::settle(&name, baselines, &scripts, dialect);
        discovery.problems.extend(problems);
        let variants::Settled {
            repeatables,
            callbacks,
            problems,
        } = variants::settle(&name, plain, dialect);
        discovery.problems.extend(problems);
        discovery.catalog.tracks.push(CatalogTrack {
            name,
            scripts,
            repeatables,
            callbacks,
            baselines,
        });
    }
    discovery
        .catalog
        .tracks
        .sort_by_key(|track| track.name.rank());
    discovery
}

/// A file of a track, by its name.
enum Found {
    Script(Script),
    Plain(Plain),
    Baseline(Script),
}

impl Discovery {
    fn list(&mut self, name: &TrackName, track: &Track) -> Vec<Found> {
        match &track.source.0 {
            Place::Folder(folder) => self.list_folder(name, folder, track.optional),
            #[cfg(feature = "embedded")]
            Place::Embedded(folder) => {
                let is_repeat = |dir: &&include_dir::Dir<'_>| {
                    dir.path().file_name().is_some_and(|name| name == REPEAT)
                };
                let own = folder.files().map(|file| ("", file));
                let repeat = folder.dirs().filter(is_repeat);
                let repeat = repeat.flat_map(|dir| dir.files().map(|file| ("repeat/", file)));
                let files = own.chain(repeat).filter_map(|(prefix, file)| {
                    let path = file.path().file_name()?.to_str()?;
                    Some((
                        format!("{prefix}{path}"),
                        Body::Text(file.contents().into()),
                    ))
                });
                files
                    .filter_map(|(file, body)| self.script(name, &file, body))
                    .collect()
            }
            Place::Given(scripts) => scripts
                .iter()
                .filter_map(|(file, text)| {
                    let text = match text {
                        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                        Cow::Owned(text) => Cow::Owned(text.clone().into_bytes()),
                    };
                    self.script(name, file, Body::Text(text))
                })
                .collect(),
        }
    }

    fn functions(&mut self, track: &TrackName, from: &Track) -> Vec<Script> {
        let mut scripts = Vec::new();
        for function in &from.functions {
            match ScriptName::of_function(function) {
                Ok(name) => {
                    let body = Body::Function(function.clone());
                    scripts.push(Script::new(track.clone(), name, body));
                }
                Err(source) => self.problems.push(CatalogError::Name {
                    track: track.clone(),
                    file: function.file(),
                    source,
                }),
            }
        }
        scripts
    }

    fn list_folder(&mut self, name: &TrackName, folder: &Path, optional: bool) -> Vec<Found> {
        self.list_part(name, &folder.into(), "", optional)
    }

    /// Lists a part of a track's folder: all of it, or what is in its `repeat/`.
    fn list_part(
        &mut self,
        name: &TrackName,
        track: &Arc<Path>,
        prefix: &str,
        optional: bool,
    ) -> Vec<Found> {
        let folder = match prefix {
            "" => track.to_path_buf(),
            part => track.join(part),
        };
        let unreadable = |source| CatalogError::TrackUnreadable {
            track: name.clone(),
            folder: folder.clone(),
            source,
        };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if optional && error.kind() == io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.problems.push(unreadable(error));
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) if prefix.is_empty() && is_repeat(&entry) => {
                    match leads_outside(name, track, &entry, REPEAT) {
                        Some(problem) => self.problems.push(problem),
                        None => found.extend(self.list_part(name, track, "repeat/", true)),
                    }
                }
                Ok(entry) => found.extend(self.folder_entry(name, track, prefix, &entry)),
                Err(error) => self.problems.push(unreadable(error)),
            }
        }
        found
    }

    fn folder_entry(
        &mut self,
        track: &TrackName,
        folder: &Arc<Path>,
        prefix: &str,
        entry: &DirEntry,
    ) -> Option<Found> {
        let raw = entry.file_name();
        let bare = raw.to_string_lossy();
        let file = format!("{prefix}{bare}");
        if whose(&bare) == Whose::Script {
            let not_a_file = || CatalogError::NotAFile {
                track: track.clone(),
                file: file.clone(),
            };
            if raw.to_str().is_none() {
                let track = track.clone();
                self.problems
                    .push(CatalogError::NameNotUtf8 { track, file });
                return None;
            }
            let problem = match entry.file_type() {
                Ok(kind) if kind.is_file() => None,
                Ok(kind) if kind.is_symlink() => leads_outside(track, folder, entry, &file)
                    .or_else(|| {
                        let is_file = entry.path().metadata().is_ok_and(|target| target.is_file());
                        (!is_file).then(not_a_file)
                    }),
                Ok(_) => Some(not_a_file()),
                Err(source) => Some(CatalogError::TrackUnreadable {
                    track: track.clone(),
                    folder: folder.to_path_buf(),
                    source,
                }),
            };
            if let Some(problem) = problem {
                self.problems.push(problem);
                return None;
            }
        }
        self.script(track, &file, Body::Folder(folder.clone()))
    }

    /// Takes a file by its name: a script, a problem, a stray, or nobody's.
    fn script(&mut self, track: &TrackName, file: &str, body: Body) -> Option<Found> {
        match whose(in_repeat(file).unwrap_or(file)) {
            Whose::Nobody => None,
            Whose::Other => {
                self.strays.push(Stray {
                    track: track.clone(),
                    file: file.to_owned(),
                });
                None
            }
            Whose::Script => match found(track, file, body) {
                Ok(found) => Some(found),
                Err(source) => {
                    self.problems.push(CatalogError::Name {
                        track: track.clone(),
                        file: file.to_owned(),
                        source,
                    });
                    None
                }
            },
        }
    }

    /// Sorts a track's scripts and leaves one for each version: of the variants of a script, this database's.
    fn settle(
        &mut self,
        track: &TrackName,
        mut scripts: Vec<Script>,
        dialect: Dialect,
    ) -> Vec<Script> {
        scripts.sort_by(|a, b| {
            let by_version = a.version().cmp(b.version());
            by_version.then_with(|| a.name().file().cmp(b.name().file()))
        });
        let mut settled: Vec<Script> = Vec::with_capacity(scripts.len());
        let mut rest = scripts.into_iter().peekable();
        while let Some(first) = rest.next() {
            if rest
                .peek()
                .is_none_or(|next| next.version() != first.version())
                && first.name().dialect().is_none_or(|only| only == dialect)
            {
                settled.push(first);
                continue;
            }
            let mut same = vec![first];
            while let Some(next) = rest.next_if(|next| next.version() == same[0].version()) {
                same.push(next);
            }
            match choose(track, same, dialect) {
                Ok(script) => settled.push(script),
                Err(problem) => self.problems.push(problem),
            }
        }
        settled
    }
}

/// What a file that is named as a script is, by what it is for.
fn found(track: &TrackName, file: &str, body: Body) -> Result<Found, NameError> {
    let name = match (Role::of(file), in_repeat(file)) {
        (Role::Callback(moment), _) => PlainName::callback(moment, file)?,
        (Role::Repeatable, Some(bare)) => PlainName::repeatable(bare)?,
        (Role::Baseline, _) => {
            let name = ScriptName::baseline(file)?;
            return Ok(Found::Baseline(Script::new(track.clone(), name, body)));
        }
        (Role::Repeatable, None) | (Role::Version, _) => {
            let name = file.parse::<ScriptName>()?;
            return Ok(Found::Script(Script::new(track.clone(), name, body)));
        }
    };
    Ok(Found::Plain(Plain { name, body }))
}

/// Whether an entry of a track's folder is the folder of its repeatable scripts.
fn is_repeat(entry: &DirEntry) -> bool {
    entry.file_name() == REPEAT && entry.path().is_dir()
}

/// Of all files with one version, the one that runs on this database.
fn choose(track: &TrackName, same: Vec<Script>, dialect: Dialect) -> Result<Script, CatalogError> {
    let duplicate = |a: &Script, b: &Script| CatalogError::Duplicate {
        track: track.clone(),
        version: a.version().clone(),
        first: a.name().file().to_owned(),
        second: b.name().file().to_owned(),
    };
    for (i, a) in same.iter().enumerate() {
        for b in &same[i + 1..] {
            if a.name().stem() != b.name().stem() || a.name().dialect() == b.name().dialect() {
                return Err(duplicate(a, b));
            }
        }
    }
    let script = same[0].id();
    let fits = |script: &Script| script.name().dialect() == Some(dialect);
    let plain = |script: &Script| script.name().dialect().is_none();
    let position = same
        .iter()
        .position(fits)
        .or_else(|| same.iter().position(plain));
    match position.and_then(|at| same.into_iter().nth(at)) {
        Some(script) => Ok(script),
        None => Err(CatalogError::NoVariant { script, dialect }),
    }
}

/// A link must not lead out of the track's folder: what lies there was not put there as a script.
fn leads_outside(
    track: &TrackName,
    folder: &Path,
    entry: &DirEntry,
    file: &str,
) -> Option<CatalogError> {
    let target = entry.path().canonicalize();
    match (target, folder.canonicalize()) {
        (Ok(target), Ok(folder)) if target.starts_with(&folder) => None,
        (Ok(target), _) => Some(CatalogError::LinkOutside {
            track: track.clone(),
            file: file.to_owned(),
            target,
        }),
        (Err(_), _) => None,
    }
}
