//! The rights of files that stand beside a database: whoever may use it may use these, whichever of its users made them.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Gives a file the owner of a database, as far as this user may give files away, and its rights; its own owner may always write
/// it. SQLite does so with the files that it makes beside a database. Where that cannot be, the file stays as it is.
pub(super) fn take_after(file: &File, database: &Metadata) {
    if let Err(error) = dress(file, database) {
        log::debug!("a file beside the database keeps its rights: {error}");
    }
}

#[cfg(unix)]
fn dress(file: &File, database: &Metadata) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    let (uid, gid) = (database.uid(), database.gid());
    if (own.uid(), own.gid()) != (uid, gid) {
        // Only root may give files away, and others to a group of theirs.
        let _ = fchown(file, Some(uid), Some(gid)).or_else(|_| fchown(file, None, Some(gid)));
    }
    let mode = database.mode() & 0o666 | 0o600;
    match own.mode() & 0o777 == mode {
        true => Ok(()),
        false => file.set_permissions(Permissions::from_mode(mode)),
    }
}

#[cfg(not(unix))]
fn dress(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Refuses what stands under the name of a file of the engine's own and is none: a link leads to something of somebody else's,
/// which would be written over.
///
/// # Errors
/// It is there and no plain file, or that cannot be told.
pub(super) fn must_be_plain(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        // What a folder is, opening it says.
        Ok(there) if there.is_file() || there.is_dir() => Ok(()),
        Ok(there) if there.is_symlink() => Err(io::Error::other("it is a symbolic link")),
        Ok(_) => Err(io::Error::other("it is no plain file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes an empty file with the rights of a database, before anything stands in it that not everybody may read.
///
/// # Errors
/// Something is there already, or the file cannot be made.
#[cfg(feature = "backup")]
pub(super) fn new_like(path: &Path, database: &Metadata) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    take_after(&options.open(path)?, database);
    Ok(())
}
