//! SQLite: a database file, or a connection of the application's own.

mod driver;
mod held;
mod lock_file;
mod network;
mod notice;
mod rights;
mod session;
#[cfg(feature = "backup")]
mod soundness;
mod structure;
#[cfg(feature = "backup")]
mod whole;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use self::held::{Reopen, Work};
use self::lock_file::{FileClaim, LockFile};
use self::session::SqliteSession;
use super::unlocked::BySession;
use super::{Claim, Claimant, Fault, Lock, Session, Store, StoreError, Unlocked};
use crate::lock::{DoneRows, Holder, LockRecord, Place};
use crate::sql::Dialect;

/// A SQLite database in a file.
///
/// The lock is on a file of the same name with `-upgrade` behind it, in the same folder. File locks may not hold on
/// network folders; where the folder is one, [`Store::doubt`] says so.
#[derive(Debug, Clone)]
pub struct SqliteFile {
    path: PathBuf,
    busy_timeout: Duration,
}

/// The SQLite database at `path`; it is created by the first upgrade when it is not there.
///
/// For a database in memory, see [`sqlite_connection`].
pub fn sqlite(path: impl Into<PathBuf>) -> SqliteFile {
    SqliteFile {
        path: path.into(),
        busy_timeout: Duration::from_secs(5),
    }
}

impl SqliteFile {
    /// How long to wait for other users of the database at each statement; 5 seconds unless told.
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self {
            busy_timeout,
            ..self
        }
    }

    /// The file behind all symbolic links, so that everybody finds the same lock.
    fn resolve(&self) -> Result<PathBuf, StoreError> {
        let text = self.path.to_string_lossy();
        if text.is_empty() || text.starts_with(":memory:") || text.starts_with("file:") {
            return Err(StoreError::new(
                Fault::Unsuitable,
                format!(
                    "{text:?} names no database file; give a path, or a connection of your own for a database in memory"
                ),
            ));
        }
        let cannot_open = |path: &Path, what: &str| {
            StoreError::new(
                Fault::CannotOpen,
                format!("the database {} cannot be opened: {what}", path.display()),
            )
        };
        match fs::canonicalize(&self.path) {
            Ok(path) if path.is_dir() => Err(cannot_open(&path, "it is a folder")),
            Ok(path) => Ok(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Not just whether it is there: another process may have created the database by now.
                let there = self.path.symlink_metadata();
                if there.is_ok_and(|there| there.is_symlink()) {
                    return Err(cannot_open(
                        &self.path,
                        "it is a symbolic link to a file that is not there",
                    ));
                }
                let name = self
                    .path
                    .file_name()
                    .ok_or_else(|| cannot_open(&self.path, "it has no file name"))?;
                let folder = match self.path.parent() {
                    Some(folder) if !folder.as_os_str().is_empty() => folder,
                    _ => Path::new("."),
                };
                match fs::canonicalize(folder) {
                    Ok(folder) => Ok(folder.join(name)),
                    Err(error) => {
                        let what = format!("its folder {} cannot be used", folder.display());
                        Err(cannot_open(&self.path, &what).because(error))
                    }
                }
            }
            Err(error) => {
                Err(cannot_open(&self.path, "its path cannot be followed").because(error))
            }
        }
    }

    fn lock_path(&self) -> Result<PathBuf, StoreError> {
        Ok(beside(&self.resolve()?))
    }

    fn open(
        &self,
        path: PathBuf,
        flags: OpenFlags,
        work: Work,
    ) -> Result<SqliteSession<'static, 'static>, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | flags;
        SqliteSession::open(Reopen {
            path,
            flags,
            busy_timeout: self.busy_timeout,
            work,
        })
    }
}

/// The file that the lock of a database is on.
fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-upgrade");
    path.into()
}

impl Store for SqliteFile {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn address(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    fn read(&self) -> Result<Option<Box<dyn Session + '_>>, StoreError> {
        let path = self.resolve()?;
        if !path.exists() {
            return Ok(None);
        }
        let session = self.open(path, OpenFlags::empty(), Work::Reading)?;
        Ok(Some(Box::new(session)))
    }

    fn claimant<'a>(
        &'a self,
        me: &Holder,
        _: &str,
    ) -> Result<Box<dyn Claimant<'a> + 'a>, StoreError> {
        Ok(Box::new(SqliteClaimant {
            place: self,
            me: me.clone(),
        }))
    }

    fn holder(&self, _: &str) -> Result<Option<LockRecord>, StoreError> {
        lock_file::holder(&self.lock_path()?)
    }

    fn doubt(&self) -> Option<String> {
        let path = self.resolve().ok()?;
        let kind = network::network_file_system(&path)?;
        Some(format!(
            "{} lies on a network folder ({kind}), where the locks of SQLite and of upgrades may not hold; \
             let one machine only start upgrades",
            path.display()
        ))
    }

    fn apart(&self) -> Option<Box<dyn Store>> {
        Some(Box::new(self.clone()))
    }

    fn can_be_apart(&self) -> bool {
        true
    }

    fn unlocked(&self, patience: Duration) -> Result<Option<Box<dyn Unlocked + '_>>, StoreError> {
        let path = self.resolve()?;
        if !path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let session = SqliteSession::open(Reopen {
            path,
            flags,
            busy_timeout: patience,
            work: Work::Reading,
        })?;
        Ok(Some(Box::new(BySession(session))))
    }

    #[cfg(feature = "backup")]
    fn whole(&self) -> Option<&dyn super::Whole> {
        Some(self)
    }
}

/// A SQLite database by a connection of the application's own.
pub struct SqliteConnection<'c> {
    connection: Mutex<&'c mut Connection>,
    path: Option<PathBuf>,
}

/// The database behind `connection`, which databases in memory need. The connection is used as it is: its settings
/// stay what they are, but for those that scripts change. A database in a file is locked as [`sqlite`] does it; one in
/// memory needs no lock, as the connection is borrowed.
///
/// ```
/// let mut connection = rusqlite::Connection::open_in_memory()?;
/// upgrades::Upgrader::new(upgrades::sqlite_connection(&mut connection))
///     .track(upgrades::Track::core([("1.0.0.sql", "CREATE TABLE products (id INTEGER PRIMARY KEY)")]))
///     .run()?;
/// connection.execute("INSERT INTO products DEFAULT VALUES", [])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sqlite_connection(connection: &mut Connection) -> SqliteConnection<'_> {
    let path = connection
        .path()
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    SqliteConnection {
        connection: Mutex::new(connection),
        path,
    }
}

impl SqliteConnection<'_> {
    fn session(&self) -> Result<Box<dyn Session + '_>, StoreError> {
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(Box::new(SqliteSession::borrow(connection)?))
    }

    fn file(&self) -> Option<SqliteFile> {
        self.path.as_ref().map(sqlite)
    }
}

impl Store for SqliteConnection<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn address(&self) -> String {
        self.file()
            .map_or_else(|| "sqlite::memory:".to_owned(), |file| file.address())
    }

    fn read(&self) -> Result<Option<Box<dyn Session + '_>>, StoreError> {
        self.session().map(Some)
    }

    fn claimant<'a>(
        &'a self,
        me: &Holder,
        _: &str,
    ) -> Result<Box<dyn Claimant<'a> + 'a>, StoreError> {
        Ok(Box::new(SqliteClaimant {
            place: self,
            me: me.clone(),
        }))
    }

    fn holder(&self, _: &str) -> Result<Option<LockRecord>, StoreError> {
        match self.file() {
            Some(file) => lock_file::holder(&file.lock_path()?),
            None => Ok(None),
        }
    }

    fn apart(&self) -> Option<Box<dyn Store>> {
        Some(Box::new(self.file()?))
    }

    fn can_be_apart(&self) -> bool {
        self.path.is_some()
    }

    fn doubt(&self) -> Option<String> {
        self.file().and_then(|file| file.doubt())
    }
}

/// A database of SQLite that can be locked.
trait Lockable: Sync {
    /// The file that it is in; `None`: a database in memory, which has no other users.
    fn path(&self) -> Result<Option<PathBuf>, StoreError>;

    /// The session of whoever holds the lock.
    fn upgrading(&self) -> Result<Box<dyn Session + '_>, StoreError>;
}

impl Lockable for SqliteFile {
    fn path(&self) -> Result<Option<PathBuf>, StoreError> {
        self.resolve().map(Some)
    }

    fn upgrading(&self) -> Result<Box<dyn Session + '_>, StoreError> {
        let path = self.resolve()?;
        let session = self.open(path, OpenFlags::SQLITE_OPEN_CREATE, Work::Upgrading)?;
        Ok(Box::new(session))
    }
}

impl Lockable for SqliteConnection<'_> {
    fn path(&self) -> Result<Option<PathBuf>, StoreError> {
        self.file().map(|file| file.resolve()).transpose()
    }

    fn upgrading(&self) -> Result<Box<dyn Session + '_>, StoreError> {
        self.session()
    }
}

struct SqliteClaimant<'a> {
    place: &'a dyn Lockable,
    me: Holder,
}

impl<'a> Claimant<'a> for SqliteClaimant<'a> {
    fn claim(&mut self) -> Result<Claim<'a>, StoreError> {
        let place = self.place;
        let held = |file, deaths| Claim::Held(Box::new(SqliteLock { place, file }), deaths);
        Ok(match place.path()? {
            None => held(None, None),
            Some(path) => match lock_file::claim(&beside(&path), &path, &self.me)? {
                FileClaim::Held(file, deaths) => held(Some(file), deaths),
                FileClaim::Taken(record) => Claim::Taken(record),
            },
        })
    }
}

struct SqliteLock<'a> {
    place: &'a dyn Lockable,
    file: Option<LockFile>,
}

impl Lock for SqliteLock<'_> {
    fn write(&self) -> Result<Box<dyn Session + '_>, StoreError> {
        self.place.upgrading()
    }

    fn script(&self, at: Option<&Place>) {
        if let Some(file) = &self.file {
            file.script(at);
        }
    }

    fn statement(&self, number: u64) {
        if let Some(file) = &self.file {
            file.statement(number);
        }
    }

    fn batch(&self, number: u64, rows: Option<DoneRows>) {
        if let Some(file) = &self.file {
            file.batch(number, rows);
        }
    }

    fn forget_deaths(&self) {
        if let Some(file) = &self.file {
            file.forget_deaths();
        }
    }
}
