//! SQLite's databases as a whole, copied page by page through its online backup interface: readers and writers of the
//! real one go on, and a copy into it happens or does not.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::super::{
    DumpSize, Dumped, Dumping, Fault, Hear, Lock, Replacing, Scratch, Session, Store, StoreError,
    TableCount, Whole,
};
use super::driver::store_error;
use super::held::Work;
use super::rights::new_like;
use super::soundness::{count, faults};
use super::{SqliteFile, sqlite};

/// How many pages are copied before others may write again.
const PAGES: i32 = 16_384;
/// How long others have for that.
const BREATH: Duration = Duration::from_millis(2);
/// The file of a second database.
const SCRATCH: &str = "scratch.sqlite";
/// A copy that writers have made begin anew so often keeps them waiting until it is whole.
const PATIENCE: u32 = 3;

impl Whole for SqliteFile {
    fn identity(&self) -> String {
        let path = self.resolve().unwrap_or_else(|_| self.path.clone());
        format!("sqlite:{}", path.display())
    }

    fn files(&self) -> Vec<PathBuf> {
        self.resolve().into_iter().collect()
    }

    fn size(&self) -> Result<DumpSize, StoreError> {
        let path = self.resolve()?;
        if !path.exists() {
            return Ok(DumpSize::default());
        }
        let connection = self.connect(&path)?;
        let number = |pragma| {
            let read = connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
            read.map(i64::unsigned_abs).map_err(store_error)
        };
        let bytes = number("page_count")? * number("page_size")?;
        Ok(DumpSize {
            dump: bytes,
            aside: bytes,
        })
    }

    fn dump(&self, work: &mut Dumping<'_>) -> Result<Dumped, StoreError> {
        let made_by = format!("SQLite {}", rusqlite::version());
        let path = self.resolve()?;
        if !path.exists() {
            return Ok(Dumped {
                made_by,
                ..Dumped::default()
            });
        }
        let copy = work.aside.join("database.sqlite.copy");
        let from = self.connect(&path)?;
        let mut to = fresh(&copy)?;
        copy_beside(&from, &mut to, self.busy_timeout, work.hear)?;
        let copied = to.pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0));
        let tables = count(&to)?;
        drop(to);
        let mut done = copied.map_or(0, i64::unsigned_abs) * page_size(&from)?;
        let mut file = File::open(&copy).map_err(|error| unreadable(&copy, error))?;
        let hear = &mut *work.hear;
        pour(&mut file, work.into, &mut |bytes| {
            done += bytes;
            hear(done)
        })?;
        fs::remove_file(&copy).map_err(|error| unreadable(&copy, error))?;
        Ok(Dumped {
            made_by,
            tables,
            warnings: Vec::new(),
        })
    }

    fn scratch<'s>(&'s self, aside: &Path) -> Result<Box<dyn Scratch + 's>, StoreError> {
        let folder = tempfile::Builder::new()
            .prefix(".scratch-")
            .tempdir_in(aside)
            .map_err(|error| unreadable(aside, error))?;
        let path = folder.path().join(SCRATCH);
        Ok(Box::new(SqliteScratch {
            place: self,
            store: sqlite(&path).busy_timeout(self.busy_timeout),
            path,
            _folder: folder,
        }))
    }

    fn second(&self, name: &OsStr) -> Result<Box<dyn Store>, StoreError> {
        let path = Path::new(name);
        match path.file_name() {
            Some(file) if file == SCRATCH => {
                Ok(Box::new(sqlite(path).busy_timeout(self.busy_timeout)))
            }
            Some(_) | None => {
                let message = format!(
                    "{} is no copy that was made to try things in",
                    path.display()
                );
                Err(StoreError::new(Fault::Refused, message))
            }
        }
    }
}

impl SqliteFile {
    /// A connection for copying, which makes no file.
    fn connect(&self, path: &Path) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(store_error)?;
        connection
            .busy_timeout(self.busy_timeout)
            .map_err(store_error)?;
        Ok(connection)
    }
}

/// A second database, in a folder of its own.
struct SqliteScratch<'s> {
    place: &'s SqliteFile,
    store: SqliteFile,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Scratch for SqliteScratch<'_> {
    fn fill(&mut self, dump: &mut dyn Read) -> Result<(), StoreError> {
        let unwritten = |error| unreadable(&self.path, error);
        let mut file = File::create(&self.path).map_err(unwritten)?;
        pour(dump, &mut file, &mut |_| ControlFlow::Continue(()))?;
        Ok(())
    }

    fn faults(&mut self) -> Result<Vec<String>, StoreError> {
        faults(&fresh(&self.path)?)
    }

    fn count(&mut self) -> Result<Vec<TableCount>, StoreError> {
        count(&fresh(&self.path)?)
    }

    fn name(&self) -> &OsStr {
        self.path.as_os_str()
    }

    fn store(&self) -> Box<dyn Store + '_> {
        Box::new(self.store.clone())
    }

    fn session(&mut self) -> Result<Box<dyn Session + '_>, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_CREATE;
        let session = self.store.open(self.path.clone(), flags, Work::Upgrading)?;
        Ok(Box::new(session))
    }

    fn replacing(&self) -> Replacing {
        Replacing::AtOnce
    }

    fn replace(&mut self, _: &dyn Lock) -> Result<(), StoreError> {
        let from = fresh(&self.path)?;
        let path = self.place.resolve()?;
        let longest = self.place.busy_timeout;
        as_private_as_its_lock(&path)?;
        let mut to = match live(&path, longest) {
            Ok(to) => to,
            Err(error) if error.fault() == Fault::NotADatabase => {
                put_away(&path)?;
                live(&path, longest)?
            }
            Err(error) => return Err(error),
        };
        if count(&to).is_err_and(|error| error.fault() == Fault::NotADatabase) {
            to = keep_damaged(to, &path, longest)?;
        }
        take_pages_of(&to, &from)?;
        copy_into(&from, &mut to, longest)?;
        // What stands in the log of a database in WAL mode counts; it need only not stay there.
        let _ = to.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        Ok(())
    }
}

/// Makes a database that is not there with the rights that it had: its lock, which the caller holds, has kept them.
fn as_private_as_its_lock(path: &Path) -> Result<(), StoreError> {
    match (path.exists(), beside(path, "-upgrade").metadata()) {
        (false, Ok(lock)) => new_like(path, &lock).map_err(|error| unreadable(path, error)),
        (true, _) | (false, Err(_)) => Ok(()),
    }
}

/// The real database, to be written over; it is made where it is not there.
fn live(path: &Path, longest: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(store_error)?;
    connection.busy_timeout(longest).map_err(store_error)?;
    let read = connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()));
    read.map_err(store_error)?;
    Ok(connection)
}

/// Keeps a copy of a database that can be opened and is damaged, page by page as it is: others may have it open, so it is
/// written over. Where not even that can be read, it is put away.
fn keep_damaged(
    damaged: Connection,
    path: &Path,
    longest: Duration,
) -> Result<Connection, StoreError> {
    let copy = beside(path, &damaged_now());
    let made = path.metadata().and_then(|rights| new_like(&copy, &rights));
    made.map_err(|error| unreadable(&copy, error))?;
    let copied = fresh(&copy).and_then(|mut to| copy_into(&damaged, &mut to, longest));
    match copied {
        Ok(()) => Ok(damaged),
        Err(error) if error.fault() == Fault::NotADatabase => {
            drop(damaged);
            fs::remove_file(&copy).map_err(|error| unreadable(&copy, error))?;
            put_away(path)?;
            live(path, longest)
        }
        Err(error) => Err(error),
    }
}

fn damaged_now() -> String {
    format!(".damaged-{}", crate::clock::Timestamp::now())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Gives the copy pages of the size that the real database has: in WAL mode these cannot change under it.
fn take_pages_of(live: &Connection, copy: &Connection) -> Result<(), StoreError> {
    let size = page_size(live)?;
    if size == page_size(copy)? || journal_mode(live)? != "wal" {
        return Ok(());
    }
    copy.execute_batch(&format!("PRAGMA page_size = {size}; VACUUM"))
        .map_err(store_error)
}

fn journal_mode(connection: &Connection) -> Result<String, StoreError> {
    connection
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .map_err(store_error)
}

/// Puts away what stands in the place of the database and is none, with what SQLite has kept beside it. An empty file with the same
/// rights takes its place.
fn put_away(path: &Path) -> Result<(), StoreError> {
    let damaged = damaged_now();
    let rights = path.metadata().map_err(|error| unreadable(path, error))?;
    for kept in ["", "-wal", "-shm", "-journal"] {
        let (from, to) = (
            beside(path, kept),
            beside(path, &format!("{damaged}{kept}")),
        );
        match fs::rename(&from, to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(unreadable(&from, error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    new_like(path, &rights).map_err(|error| unreadable(path, error))
}

/// A database that nobody else uses and nobody misses: nothing of it need survive a crash.
fn fresh(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(store_error)?;
    connection
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        .map_err(store_error)?;
    Ok(connection)
}

fn page_size(connection: &Connection) -> Result<u64, StoreError> {
    connection
        .pragma_query_value(None, "page_size", |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
        .map_err(store_error)
}

/// Copies a database that others use into one that nobody does.
///
/// In WAL mode a copy sees one moment however long it takes. Otherwise whoever reads keeps writers out, so it pauses after some
/// pages, and begins anew when somebody has written; when that has happened too often, it does not let go any more.
fn copy_beside(
    from: &Connection,
    to: &mut Connection,
    longest: Duration,
    hear: &mut Hear<'_>,
) -> Result<(), StoreError> {
    let hold = || from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_master;");
    let mut held = journal_mode(from)? == "wal";
    if held {
        hold().map_err(store_error)?;
    }
    let page = page_size(from)?;
    let backup = Backup::new(from, to).map_err(store_error)?;
    let (mut before, mut restarts) = (i32::MAX, 0);
    let mut busy_since = None;
    loop {
        match backup.step(PAGES).map_err(store_error)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {
                busy_since = None;
                let at = backup.progress();
                restarts += u32::from(at.remaining >= before);
                before = at.remaining;
                let copied = u64::from((at.pagecount - at.remaining).unsigned_abs()) * page;
                if hear(copied).is_break() {
                    return Err(stopped());
                }
                if !held && restarts >= PATIENCE {
                    hold().map_err(store_error)?;
                    held = true;
                }
                if !held {
                    thread::sleep(BREATH);
                }
            }
            _ => wait_for_others(&mut busy_since, longest)?,
        }
    }
}

/// Copies a database that nobody uses into one that others do, in one transaction.
fn copy_into(from: &Connection, to: &mut Connection, longest: Duration) -> Result<(), StoreError> {
    // The waiting is done here, and not once more in each step.
    to.busy_timeout(Duration::ZERO).map_err(store_error)?;
    let backup = Backup::new(from, to).map_err(store_error)?;
    let mut busy_since = None;
    loop {
        match backup.step(-1).map_err(store_error)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => wait_for_others(&mut busy_since, longest)?,
        }
    }
}

fn wait_for_others(since: &mut Option<Instant>, longest: Duration) -> Result<(), StoreError> {
    if since.get_or_insert_with(Instant::now).elapsed() >= longest {
        return Err(StoreError::new(Fault::Busy, "database is locked"));
    }
    thread::sleep(Duration::from_millis(5));
    Ok(())
}

/// Copies all bytes, and tells of each portion how long it was.
fn pour(from: &mut dyn Read, into: &mut dyn Write, hear: &mut Hear<'_>) -> Result<(), StoreError> {
    let mut portion = vec![0; 1 << 20];
    let failed = |error: io::Error| StoreError::new(io_fault(&error), error.to_string());
    loop {
        let read = match from.read(&mut portion) {
            Ok(0) => return into.flush().map_err(failed),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        into.write_all(&portion[..read]).map_err(failed)?;
        if hear(read as u64).is_break() {
            return Err(stopped());
        }
    }
}

fn stopped() -> StoreError {
    StoreError::new(Fault::Io, "the copy was stopped")
}

fn unreadable(path: &Path, error: io::Error) -> StoreError {
    let message = format!("{} cannot be used", path.display());
    StoreError::new(io_fault(&error), message).because(error)
}

fn io_fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::ReadOnly,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::Full,
        _ => Fault::Io,
    }
}
