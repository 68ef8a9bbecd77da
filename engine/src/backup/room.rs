//! Whether a disk has room.

use std::path::Path;

use super::error::BackupError;

/// Refuses a folder whose disk has less than `needed` bytes left for this user. Where that cannot be told, it is not
/// asked.
pub(super) fn must_have(folder: &Path, needed: u64) -> Result<(), BackupError> {
    match free(folder) {
        Some(free) if free < needed => Err(BackupError::NoRoom {
            path: folder.to_owned(),
            needed,
            free,
        }),
        Some(_) | None => Ok(()),
    }
}

#[cfg(unix)]
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let told = rustix::fs::statvfs(folder).ok()?;
    Some(told.f_bavail.saturating_mul(told.f_frsize))
}

#[cfg(not(unix))]
pub(crate) fn free(_: &Path) -> Option<u64> {
    None
}
