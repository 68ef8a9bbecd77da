//! [`Upgrader`]: what an application says about its upgrade.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use once_cell::sync::OnceCell;

use crate::error::Error;
use crate::event::Event;
use crate::guard::{Application, WhenNewer};
use crate::issue::CriticalIssue;
use crate::ledger::{Ledger, Tables};
use crate::lock::Holder;
use crate::plan::Limits;
use crate::report::Report;
use crate::sql::Syntax;
use crate::sql::render::Substitution;
use crate::standing::WaitCounter;
use crate::store::Store;
use crate::track::{Track, TrackName};
use crate::version::Version;

type Observer<'a> = Box<dyn Fn(&Event<'_>) + Send + Sync + 'a>;
type Listener<'a> = Box<dyn Fn(&CriticalIssue) + Send + Sync + 'a>;

/// Brings one database to the newest version of its tracks.
///
/// Built once, it answers any number of calls: [`run`](Self::run), [`run_once`](Self::run_once) and
/// [`run_skipped`](Self::run_skipped) upgrade,
/// [`status`](Self::status), [`standing`](Self::standing), [`plan`](Self::plan), [`history`](Self::history), [`check`](Self::check) and
/// [`critical_issues`](Self::critical_issues), [`adoption`](Self::adoption), [`drift`](Self::drift) and
/// [`support_documents`](Self::support_documents) only read; [`clear_failure`](Self::clear_failure),
/// [`clear_issue`](Self::clear_issue), [`adopt`](Self::adopt) and [`settle`](Self::settle) record what a person has decided.
///
/// It logs through the [`log`] crate what it tells its [observers](Self::on_event).
pub struct Upgrader<'a> {
    pub(crate) store: Box<dyn Store + 'a>,
    pub(crate) tracks: Vec<Track>,
    prefix: String,
    placeholders: BTreeMap<String, String>,
    app_version: Option<String>,
    when_newer: WhenNewer,
    pub(crate) limits: Limits,
    pub(crate) lock_wait: Duration,
    pub(crate) failure_log: Option<PathBuf>,
    observers: Vec<Observer<'a>>,
    listeners: Vec<Listener<'a>>,
    #[cfg(feature = "hooks")]
    pub(crate) hooks: crate::hooks::Hooks,
    pub(crate) stop: Option<Arc<AtomicBool>>,
    #[cfg(feature = "lua")]
    pub(crate) lua: crate::lua::LuaLimits,
    #[cfg(feature = "backup")]
    pub(crate) backups: Option<crate::backup::Backups>,
    /// How much of the tracks runs.
    #[cfg(feature = "backup")]
    pub(crate) reach: crate::aside::Reach,
    pub(crate) once: OnceCell<Arc<Report>>,
    /// How long its runs have waited for others.
    pub(crate) waits: WaitCounter,
}

/// How long a start waits for another process that upgrades, unless told.
const LOCK_WAIT: Duration = Duration::from_secs(300);
/// The name of the failure log, unless told.
const FAILURE_LOG: &str = "upgrade_errors.log";

/// What the builder was told, checked.
pub(crate) struct Settings {
    pub(crate) tables: Tables,
    pub(crate) substitution: Substitution,
    pub(crate) app: Application,
    pub(crate) tracks: Vec<TrackName>,
}

impl Settings {
    /// This process, as whoever holds the lock.
    pub(crate) fn holder(&self) -> Holder {
        Holder::me(self.app.version.as_ref().map(ToString::to_string))
    }
}

impl<'a> Upgrader<'a> {
    /// An upgrade of this database, such as [`sqlite("shop.db")`](crate::sqlite).
    pub fn new(store: impl Store + 'a) -> Self {
        Self::of(Box::new(store))
    }

    pub(crate) fn of(store: Box<dyn Store + 'a>) -> Self {
        Self {
            store,
            tracks: Vec::new(),
            prefix: String::new(),
            placeholders: BTreeMap::new(),
            app_version: None,
            when_newer: WhenNewer::default(),
            limits: Limits::new(),
            lock_wait: LOCK_WAIT,
            failure_log: Some(FAILURE_LOG.into()),
            observers: Vec::new(),
            listeners: Vec::new(),
            #[cfg(feature = "hooks")]
            hooks: crate::hooks::Hooks::default(),
            stop: None,
            #[cfg(feature = "lua")]
            lua: crate::lua::LuaLimits::default(),
            #[cfg(feature = "backup")]
            backups: None,
            #[cfg(feature = "backup")]
            reach: crate::aside::Reach::default(),
            once: OnceCell::new(),
            waits: WaitCounter::default(),
        }
    }

    /// Adds a track. Core runs first, customization after it, then the others in the order in which they are added.
    pub fn track(mut self, track: Track) -> Self {
        self.tracks.push(track);
        self
    }

    /// What `#__` in a script stands for, and what the names of the engine's own tables begin with: ASCII letters,
    /// digits and `_`, at most 32. On SQLite it cannot begin with a digit, and on servers not with what is read as a number,
    /// such as `9e1`. Empty unless told.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// What `${name}` in a script stands for. `${prefix}` is the prefix unless it is given another value.
    pub fn placeholder(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.placeholders.insert(name.into(), value.into());
        self
    }

    /// The application's own version, by [semver](https://semver.org): scripts may require one, the history notes it,
    /// and a database may refuse an old one.
    pub fn app_version(mut self, version: impl Into<String>) -> Self {
        self.app_version = Some(version.into());
        self
    }

    /// What to do when the database is newer than the program; refuse unless told.
    pub fn when_newer(mut self, policy: WhenNewer) -> Self {
        self.when_newer = policy;
        self
    }

    /// Runs a track up to this version only. The tracks after it wait until it has reached its newest, unless they
    /// have a limit of their own.
    pub fn up_to(mut self, track: TrackName, version: Version) -> Self {
        self.limits.insert(track, version);
        self
    }

    /// How long to wait for another process that upgrades; 5 minutes unless told.
    pub fn lock_wait(mut self, longest: Duration) -> Self {
        self.lock_wait = longest;
        self
    }

    /// The file that failures are appended to; `upgrade_errors.log` in the working directory unless told. Its folder is
    /// made when it is missing.
    pub fn failure_log(mut self, path: impl Into<PathBuf>) -> Self {
        self.failure_log = Some(path.into());
        self
    }

    /// Writes no failure log.
    pub fn without_failure_log(mut self) -> Self {
        self.failure_log = None;
        self
    }

    /// Calls `observer` with everything that a run tells, while it works.
    pub fn on_event(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'a) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Calls `listener` with every critical issue that a run meets, after what it knows is safe in the database.
    pub fn on_critical_issue(
        mut self,
        listener: impl Fn(&CriticalIssue) + Send + Sync + 'a,
    ) -> Self {
        self.listeners.push(Box::new(listener));
        self
    }

    /// Once `stop` is true, a run lets the present statement finish, commits what is whole, and ends; the next goes on. A script in
    /// Lua that computes without asking the database ends there, as one that is killed would, and begins again then.
    pub fn stop_when(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = Some(stop);
        self
    }

    /// How much memory a script in Lua may have for its own values, in bytes; 256 MiB unless told. A script that needs
    /// more fails.
    #[cfg(feature = "lua")]
    pub fn lua_memory(mut self, most: usize) -> Self {
        self.lua.memory = most.max(crate::lua::LuaLimits::LEAST_MEMORY);
        self
    }

    /// How long a script in Lua may compute without a call to the database; a minute unless told. A script that takes
    /// longer fails, whatever it catches.
    #[cfg(feature = "lua")]
    pub fn lua_time(mut self, longest: Duration) -> Self {
        self.lua.time = longest;
        self
    }

    /// It, with the settings of another one that are about scripts.
    #[cfg(feature = "backup")]
    pub(crate) fn told_as(self, other: &Upgrader<'_>) -> Self {
        Self {
            tracks: other.tracks.clone(),
            limits: other.limits.clone(),
            lock_wait: other.lock_wait,
            stop: other.stop.clone(),
            #[cfg(feature = "lua")]
            lua: other.lua,
            prefix: other.prefix.clone(),
            placeholders: other.placeholders.clone(),
            app_version: other.app_version.clone(),
            when_newer: other.when_newer,
            failure_log: None,
            ..self
        }
    }

    /// Which database this is, for people; no secrets.
    pub fn database(&self) -> String {
        self.store.address()
    }

    /// The tracks, in the order in which they run. Those whose names are not in order are left out.
    pub fn track_names(&self) -> Vec<TrackName> {
        let named = self
            .tracks
            .iter()
            .filter_map(|track| track.name.clone().ok());
        let mut names: Vec<TrackName> = named.collect();
        names.sort_by_key(TrackName::rank);
        names
    }

    pub(crate) fn prefix_said(&self) -> &str {
        &self.prefix
    }

    /// Whether a restore has to be finished that this program can finish.
    pub(crate) fn may_finish(&self, ledger: &Ledger) -> bool {
        #[cfg(feature = "backup")]
        let can = self.backups.is_some();
        #[cfg(not(feature = "backup"))]
        let can = false;
        can && ledger.restoring.is_some()
    }

    pub(crate) fn must_stop(&self) -> bool {
        self.stop
            .as_ref()
            .is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    pub(crate) fn tell(&self, event: Event<'_>) {
        log::log!(event.level(), "{event}");
        for observer in &self.observers {
            observer(&event);
        }
    }

    pub(crate) fn raise(&self, issue: &CriticalIssue) {
        log::error!("{}: {} {}", issue.title, issue.problem, issue.solution);
        for listener in &self.listeners {
            listener(issue);
        }
        #[cfg(feature = "hooks")]
        self.hooks.meet(issue);
    }

    /// Checks what the builder was told.
    pub(crate) fn settings(&self) -> Result<Settings, Error> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let unfit = match self.prefix.bytes().all(fits) && self.prefix.len() <= 32 {
            true => self.store.dialect().unnameable(&self.prefix),
            false => Some("it is at most 32 ASCII letters, digits and _"),
        };
        if let Some(reason) = unfit {
            return Err(Error::Setup {
                what: "the table prefix",
                value: self.prefix.clone(),
                reason: reason.to_owned(),
            });
        }
        #[cfg(feature = "hooks")]
        self.check_hooks()?;
        let version = self.app_version.as_ref().map(|text| {
            semver::Version::parse(text).map_err(|error| Error::Setup {
                what: "the application's version",
                value: text.clone(),
                reason: format!("{error}; write it as in 3.2.0"),
            })
        });
        let known = |name: &TrackName| {
            self.tracks
                .iter()
                .any(|track| track.name.as_ref() == Ok(name))
        };
        if let Some(track) = self.limits.keys().find(|track| !known(track)) {
            return Err(Error::Setup {
                what: "the limit of track",
                value: track.to_string(),
                reason: "there is no such track".to_owned(),
            });
        }
        let mut placeholders = self.placeholders.clone();
        placeholders
            .entry("prefix".to_owned())
            .or_insert_with(|| self.prefix.clone());
        Ok(Settings {
            tables: Tables::new(&self.prefix, self.store.dialect(), self.store.schema()),
            substitution: Substitution {
                syntax: Syntax::of(self.store.dialect(), &self.store.sql_mode()),
                prefix: self.prefix.clone(),
                placeholders,
            },
            app: Application {
                version: version.transpose()?,
                when_newer: self.when_newer,
            },
            tracks: self.track_names(),
        })
    }
}

impl std::fmt::Debug for Upgrader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upgrader")
            .field("store", &self.store.address())
            .field("tracks", &self.tracks.len())
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
