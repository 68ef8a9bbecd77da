//! A lock that is a file: held by the operating system's lock on it, so that it ends with its holder.
//!
//! The file carries one line of JSON, a [`LockRecord`]. It is never deleted: two processes could then hold locks on
//! two files of one name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use super::super::{Fault, StoreError};
use super::notice::Notice;
use super::rights::{must_be_plain, take_after};
use crate::lock::{Deaths, DoneRows, Holder, LockRecord, Place};

/// The right to upgrade, kept in a file.
pub(super) struct LockFile {
    notice: Notice,
}

/// The outcome of an attempt to take it.
pub(super) enum FileClaim {
    /// It is ours; with what the last holders died of.
    Held(LockFile, Option<Deaths>),
    /// Another process has it.
    Taken(LockRecord),
}

/// Takes the lock of a database that `path` stands for, and creates the file when there is none. Whoever may write the database
/// may take the lock after this.
pub(super) fn claim(path: &Path, database: &Path, me: &Holder) -> Result<FileClaim, StoreError> {
    let unusable = |error: io::Error| {
        StoreError::new(
            fault(&error),
            format!("the lock file {} cannot be used", path.display()),
        )
        .because(error)
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    loop {
        must_be_plain(path).map_err(unusable)?;
        let mut file = options.open(path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let record = read_patiently(&mut file);
                // It may have been somebody who only looked whether it is held; see `holder`.
                if file.try_lock().is_err() {
                    return Ok(FileClaim::Taken(record));
                }
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        // Somebody may have replaced the file between opening and locking it: then the lock is on a file that nobody
        // else will find.
        if !is_still_at(&file, path) {
            continue;
        }
        if let Ok(database) = database.metadata() {
            take_after(&file, &database);
        }
        let deaths = read(&mut file).unwrap_or_default().deaths_found();
        let record = LockRecord {
            holder: Some(me.clone()),
            at: None,
            deaths: deaths.clone(),
        };
        let notice = Notice::new(file, path.to_owned(), record).map_err(unusable)?;
        let lock = LockFile { notice };
        return Ok(FileClaim::Held(lock, deaths));
    }
}

/// Who holds the lock that `path` stands for; `None`: nobody.
pub(super) fn holder(path: &Path) -> Result<Option<LockRecord>, StoreError> {
    let mut file = match must_be_plain(path).and_then(|()| File::open(path)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let message = format!("the lock file {} cannot be read", path.display());
            return Err(StoreError::new(fault(&error), message).because(error));
        }
    };
    // Locking for a look could be in the way of somebody who means it; so only where a holder may have died.
    if read(&mut file).is_some_and(|record| record.holder.is_none()) {
        return Ok(None);
    }
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Ok(Some(read_patiently(&mut file))),
        // Dropping the file ends the shared lock. Where locks cannot be asked for, nobody is known to hold one.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(None),
    }
}

fn fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::ReadOnly,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::Full,
        _ => Fault::CannotOpen,
    }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_at(_: &File, path: &Path) -> bool {
    path.exists()
}

fn read(file: &mut File) -> Option<LockRecord> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_to_end(&mut text).ok()?;
    let line = text.split(|b| *b == b'\n').next()?;
    serde_json::from_slice(line).ok()
}

/// Reads what a holder is writing at the same time: a torn line is read again.
fn read_patiently(file: &mut File) -> LockRecord {
    for _ in 0..5 {
        if let Some(record) = read(file)
            && record.holder.is_some()
        {
            return record;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    LockRecord::default()
}

impl LockFile {
    /// Tells others which script is under way; `None`: none.
    pub(super) fn script(&self, at: Option<&Place>) {
        self.notice.script(at);
    }

    /// Tells others which statement is under way, soon.
    pub(super) fn statement(&self, number: u64) {
        self.notice.statement(number);
    }

    /// Tells others which statement is under way and how far its batch is, soon.
    pub(super) fn batch(&self, number: u64, rows: Option<DoneRows>) {
        self.notice.batch(number, rows);
    }

    /// Forgets what earlier holders died of.
    pub(super) fn forget_deaths(&self) {
        self.notice.tell(|record| record.deaths = None);
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        self.notice.tell(|record| {
            record.holder = None;
            record.at = None;
        });
        // Closing the file would end the lock too; a child process that inherited it would not let it end.
        if let Err(error) = self.notice.file().unlock() {
            log::warn!("a lock file cannot be released: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_and_the_others_see_who() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = folder.path().join("shop.db");
        let path = folder.path().join("shop.db-upgrade");
        let me = Holder::me(Some("1.2.3".into()));
        let place = Place {
            script: "core/1.sql".into(),
            statement: 1,
            statements: 2,
            waits_for: None,
            rows: None,
        };
        assert_eq!(holder(&path).expect("readable"), None);

        let FileClaim::Held(lock, None) = claim(&path, &database, &me).expect("usable") else {
            panic!("nobody else holds it");
        };
        lock.script(Some(&place));
        let FileClaim::Taken(seen) = claim(&path, &database, &me).expect("usable") else {
            panic!("it is held");
        };
        assert_eq!((seen.holder, seen.at), (Some(me.clone()), Some(place)));
        drop(lock);
        assert_eq!(holder(&path).expect("readable"), None);
        assert!(matches!(
            claim(&path, &database, &me),
            Ok(FileClaim::Held(_, None))
        ));
    }

    #[test]
    fn a_damaged_record_is_no_obstacle() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lock");
        std::fs::write(&path, "{\"holder\": nonsense").expect("writable");
        assert!(matches!(
            claim(&path, &path, &Holder::me(None)),
            Ok(FileClaim::Held(_, None))
        ));
    }
}
