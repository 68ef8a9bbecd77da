//! [`Track`]: a named series of scripts, and where they come from.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cause::Cause;
use crate::db::Db;
use crate::program::{Function, Run};
use crate::role::Moment;

/// The name of a track: lower-case ASCII letters, digits, `-` and `_`, beginning with a letter, at most 64 long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackName(Cow<'static, str>);

/// Why a text is no name of a track.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a track's name is at most 64 lower-case letters, digits, - and _, and begins with a letter; {0:?} is not"
)]
pub struct TrackNameError(String);

impl TrackName {
    /// The scripts that the maintainer ships.
    pub const CORE: Self = Self(Cow::Borrowed("core"));
    /// The scripts that the integrator adds.
    pub const CUSTOMIZATION: Self = Self(Cow::Borrowed("customization"));

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The row of the system-vars table that holds the newest applied script of this track.
    ///
    /// ```
    /// use upgrades::TrackName;
    ///
    /// assert_eq!(TrackName::CORE.variable(), "latest_update_version");
    /// assert_eq!(TrackName::CUSTOMIZATION.variable(), "latest_customization_update_version");
    /// ```
    pub fn variable(&self) -> String {
        if *self == Self::CORE {
            "latest_update_version".to_owned()
        } else {
            format!("latest_{}_update_version", self.0)
        }
    }

    /// Where the track stands in the order of a run: core, customization, then the others as they were given.
    pub(crate) fn rank(&self) -> u8 {
        match self.as_str() {
            "core" => 0,
            "customization" => 1,
            _ => 2,
        }
    }
}

impl<'de> Deserialize<'de> for TrackName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for TrackName {
    type Err = TrackNameError;

    fn from_str(text: &str) -> Result<Self, TrackNameError> {
        let fits = text.len() <= 64
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        if fits {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(TrackNameError(text.to_owned()))
        }
    }
}

impl fmt::Display for TrackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for TrackName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A named series of scripts and where they are found.
///
/// ```
/// use upgrades::Track;
///
/// let core = Track::core("updates");
/// let plugin = Track::named("plugin-vat", [("1.0.0_rates.sql", "CREATE TABLE rates (percent INTEGER)")]);
/// ```
#[derive(Debug, Clone)]
pub struct Track {
    pub(crate) name: Result<TrackName, TrackNameError>,
    pub(crate) source: Source,
    pub(crate) optional: bool,
    pub(crate) functions: Vec<Function>,
    pub(crate) callbacks: Vec<(Moment, Function)>,
}

/// Where the scripts of a track are: made `From` a folder's path, an embedded folder, or pairs of name and text.
#[derive(Debug, Clone)]
pub struct Source(pub(crate) Place);

#[derive(Debug, Clone)]
pub(crate) enum Place {
    Folder(PathBuf),
    #[cfg(feature = "embedded")]
    Embedded(&'static include_dir::Dir<'static>),
    Given(Vec<(Cow<'static, str>, Cow<'static, str>)>),
}

impl Track {
    /// The maintainer's track, `core`.
    pub fn core(source: impl Into<Source>) -> Self {
        Self::new(Ok(TrackName::CORE), source)
    }

    /// The integrator's track, `customization`; it runs after core.
    pub fn customization(source: impl Into<Source>) -> Self {
        Self::new(Ok(TrackName::CUSTOMIZATION), source)
    }

    /// A track of the application's own, a plug-in's for example; it runs after core and customization, in the order
    /// in which such tracks are given. A name that does not fit (see [`TrackName`]) is an error when the tracks are used.
    pub fn named(name: &str, source: impl Into<Source>) -> Self {
        Self::new(name.parse(), source)
    }

    /// Adds a function as a script of the track, at this version. It may be called again when it was interrupted; see
    /// [`Db`] for what is kept of it. A panic is a failure like any other.
    ///
    /// ```
    /// # let mut connection = rusqlite::Connection::open_in_memory()?;
    /// use upgrades::{Db, Track, Upgrader};
    ///
    /// let track = Track::core([("1.0.0_prices.sql", "CREATE TABLE #__prices (id INTEGER PRIMARY KEY, gross INTEGER)")])
    ///     .function("1.1.0", "the first price", |db: &mut Db<'_>| {
    ///         db.insert("#__prices", &[("gross", 1190_i64.into())])?;
    ///         Ok(())
    ///     });
    /// let report = Upgrader::new(upgrades::sqlite_connection(&mut connection)).track(track).run()?;
    /// assert_eq!(report.applied[1].script.file, "1.1.0 the first price.rs");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn function(
        self,
        version: impl Into<String>,
        description: impl Into<String>,
        run: impl Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync + 'static,
    ) -> Self {
        self.function_with(version, description, &[], run)
    }

    /// As [`Track::function`], with what the function says about itself, as `-- upgrade: ...` does in a file:
    /// `"requires = core >= 3.1"`, `"idempotent"`.
    pub fn function_with(
        mut self,
        version: impl Into<String>,
        description: impl Into<String>,
        directives: &[&str],
        run: impl Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync + 'static,
    ) -> Self {
        self.functions.push(Function {
            version: version.into(),
            description: description.into(),
            directives: directives.iter().map(|&text| text.to_owned()).collect(),
            run: Arc::new(run),
        });
        self
    }

    /// Calls `run` before the first script of every run that has one, of whatever track. When it fails, nothing has run,
    /// and that is a failure as a script's is. A file `before-run.sql` in the track's folder is the same in SQL; a track
    /// has one of the two.
    pub fn before_run(
        self,
        run: impl Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync + 'static,
    ) -> Self {
        self.callback(Moment::BeforeRun, Arc::new(run))
    }

    /// Calls `run` when all that a run had to apply is committed. It is not lost: when the process dies before it is done,
    /// the next start calls it, so that it may be called more than once. When it fails, everything is applied, and
    /// that is a failure as a script's is. `after-run.sql` is the same in SQL.
    ///
    /// ```
    /// # let mut connection = rusqlite::Connection::open_in_memory()?;
    /// use upgrades::{Db, Track, Upgrader};
    ///
    /// let core = Track::core([("1.0.0_pages.sql", "CREATE TABLE #__pages (html TEXT); CREATE TABLE #__cache (html TEXT)")])
    ///     .after_run(|db: &mut Db<'_>| {
    ///         db.execute("DELETE FROM #__cache", &[])?;
    ///         Ok(())
    ///     });
    /// let report = Upgrader::new(upgrades::sqlite_connection(&mut connection)).track(core).run()?;
    /// assert_eq!(report.applied.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn after_run(
        self,
        run: impl Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync + 'static,
    ) -> Self {
        self.callback(Moment::AfterRun, Arc::new(run))
    }

    /// Calls `run` when a script of whatever track has failed and the failure is recorded. When it fails itself, that is
    /// a [warning](crate::Event::Warned). `after-failure.sql` is the same in SQL.
    pub fn after_failure(
        self,
        run: impl Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync + 'static,
    ) -> Self {
        self.callback(Moment::AfterFailure, Arc::new(run))
    }

    fn callback(mut self, moment: Moment, run: Arc<Run>) -> Self {
        self.callbacks
            .push((moment, Function::callback(moment, run)));
        self
    }

    /// A folder that is not there is an empty track, not an error.
    pub fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    fn new(name: Result<TrackName, TrackNameError>, source: impl Into<Source>) -> Self {
        Self {
            name,
            source: source.into(),
            optional: false,
            functions: Vec::new(),
            callbacks: Vec::new(),
        }
    }
}

impl From<PathBuf> for Source {
    fn from(folder: PathBuf) -> Self {
        Self(Place::Folder(folder))
    }
}

impl From<&Path> for Source {
    fn from(folder: &Path) -> Self {
        folder.to_path_buf().into()
    }
}

impl From<&str> for Source {
    fn from(folder: &str) -> Self {
        PathBuf::from(folder).into()
    }
}

impl From<String> for Source {
    fn from(folder: String) -> Self {
        PathBuf::from(folder).into()
    }
}

#[cfg(feature = "embedded")]
impl From<&'static include_dir::Dir<'static>> for Source {
    fn from(folder: &'static include_dir::Dir<'static>) -> Self {
        Self(Place::Embedded(folder))
    }
}

/// Pairs of file name and text.
impl<N, T, const COUNT: usize> From<[(N, T); COUNT]> for Source
where
    N: Into<Cow<'static, str>>,
    T: Into<Cow<'static, str>>,
{
    fn from(scripts: [(N, T); COUNT]) -> Self {
        scripts.into_iter().collect()
    }
}

/// Pairs of file name and text.
impl<N, T> FromIterator<(N, T)> for Source
where
    N: Into<Cow<'static, str>>,
    T: Into<Cow<'static, str>>,
{
    fn from_iter<I: IntoIterator<Item = (N, T)>>(scripts: I) -> Self {
        let pairs = scripts
            .into_iter()
            .map(|(name, text)| (name.into(), text.into()));
        Self(Place::Given(pairs.collect()))
    }
}
