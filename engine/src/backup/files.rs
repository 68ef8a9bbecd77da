//! The application's own files in a backup: a tar archive, in which each path that was named has a root of its own.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType, Header};

use super::error::BackupError;
use super::manifest::Root;
use super::part::create_private;

/// Gives each path a name of its own in the archive: its last part, in letters that every program can write.
pub(super) fn roots(paths: &[PathBuf]) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let plain = |c: char| match c {
            '.' | '_' | '-' => c,
            c if c.is_ascii_alphanumeric() => c,
            _ => '_',
        };
        let name: String = name.chars().map(plain).collect();
        let taken = |root: &str| roots.iter().any(|other| other.root == root);
        let root = match taken(&name) || name.is_empty() || name.starts_with('.') {
            true => format!("{}-{name}", roots.len() + 1),
            false => name,
        };
        roots.push(Root {
            root,
            path: path.clone(),
        });
    }
    roots
}

/// How many bytes the files have together.
pub(super) fn size(roots: &[Root]) -> Result<u64, BackupError> {
    let mut total = 0;
    for Root { path, .. } in roots {
        walk(path, Path::new(""), &mut |found| {
            if let Found::File(_, metadata) = found.kind {
                total += metadata.len();
            }
            Ok(())
        })?;
    }
    Ok(total)
}

/// Writes the archive, and tells in words what is not in it.
pub(super) fn pack(
    roots: &[Root],
    into: &mut dyn Write,
    hear: &mut dyn FnMut(u64) -> io::Result<()>,
) -> Result<Vec<String>, BackupError> {
    let mut left_out = Vec::new();
    let mut archive = Builder::new(into);
    for Root { root, path } in roots {
        walk(path, Path::new(root), &mut |found| {
            let failed = BackupError::file(&found.path, "copied");
            match found.kind {
                Found::Folder(metadata) => {
                    let mut header = Header::new_gnu();
                    header.set_metadata(&metadata);
                    header.set_size(0);
                    archive
                        .append_data(&mut header, &found.name, io::empty())
                        .map_err(failed)
                }
                Found::File(file, metadata) => {
                    let mut header = Header::new_gnu();
                    header.set_metadata(&metadata);
                    let mut exact = Exactly {
                        file,
                        left: metadata.len(),
                        cut: false,
                        hear,
                    };
                    archive
                        .append_data(&mut header, &found.name, &mut exact)
                        .map_err(failed)?;
                    if exact.cut {
                        left_out.push(format!(
                            "{} became shorter while it was copied; its end is filled with zeros",
                            found.path.display()
                        ));
                    }
                    Ok(())
                }
                Found::Other(what) => {
                    left_out.push(format!(
                        "{} is {what}, and is not in the backup",
                        found.path.display()
                    ));
                    Ok(())
                }
            }
        })?;
    }
    let finished = archive.into_inner().and_then(|into| into.flush());
    finished.map_err(BackupError::file("files.tar", "written"))?;
    Ok(left_out)
}

/// Something that was found under a path.
struct Find {
    path: PathBuf,
    /// Its name in the archive.
    name: PathBuf,
    kind: Found,
}

enum Found {
    Folder(fs::Metadata),
    File(File, fs::Metadata),
    /// What it is, in words.
    Other(&'static str),
}

/// Tells of everything under a path, by name, a folder before what is in it. The path itself may be a link; others are
/// not followed.
fn walk(
    path: &Path,
    name: &Path,
    take: &mut dyn FnMut(Find) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let path = &fs::canonicalize(path).map_err(BackupError::file(path, "read"))?;
    walk_below(path, name, take)
}

fn walk_below(
    path: &Path,
    name: &Path,
    take: &mut dyn FnMut(Find) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let unreadable = || BackupError::file(path, "read");
    let metadata = match fs::symlink_metadata(path) {
        // The application deletes files too.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata.map_err(unreadable())?,
    };
    let kind = metadata.file_type();
    let found = |kind| Find {
        path: path.to_owned(),
        name: name.to_owned(),
        kind,
    };
    if kind.is_dir() {
        take(found(Found::Folder(metadata)))?;
        let entries = fs::read_dir(path).map_err(unreadable())?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        let mut names: Vec<_> = names.collect::<Result<_, _>>().map_err(unreadable())?;
        names.sort();
        for inner in names {
            walk_below(&path.join(&inner), &name.join(&inner), take)?;
        }
        Ok(())
    } else if kind.is_file() {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file.map_err(unreadable())?,
        };
        // Of what was opened: another file may have its name by now.
        let metadata = file.metadata().map_err(unreadable())?;
        take(found(Found::File(file, metadata)))
    } else if kind.is_symlink() {
        take(found(Found::Other("a symbolic link")))
    } else {
        take(found(Found::Other("neither a file nor a folder")))
    }
}

/// Exactly as many bytes of a file as it had when it was opened, whatever others do to it.
struct Exactly<'h> {
    file: File,
    left: u64,
    cut: bool,
    hear: &'h mut dyn FnMut(u64) -> io::Result<()>,
}

impl Read for Exactly<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(into.len(), |left| left.min(into.len()));
        if most == 0 {
            return Ok(0);
        }
        let mut read = match self.cut {
            false => self.file.read(&mut into[..most])?,
            true => 0,
        };
        if read == 0 {
            self.cut = true;
            into[..most].fill(0);
            read = most;
        }
        self.left -= read as u64;
        (self.hear)(read as u64)?;
        Ok(read)
    }
}

/// The files of a backup, unpacked beside the places that they belong to.
#[derive(Default)]
pub(super) struct Unpacked {
    /// The place, and what is to stand there.
    pairs: Vec<(PathBuf, PathBuf)>,
}

/// Unpacks an archive beside the places that its roots belong to.
///
/// # Errors
/// An entry is anything but a plain file or folder under one of the roots: then nothing in the archive can be trusted.
pub(super) fn unpack(archive: impl Read, wanted: &[Root]) -> Result<Unpacked, Refused> {
    let mut unpacked = Unpacked { pairs: Vec::new() };
    let mut roots = Vec::new();
    for Root { root, path } in wanted {
        // A place that is a link leads to where the files are.
        let place = fs::canonicalize(path).or_else(|_| std::path::absolute(path));
        let place = place.map_err(|error| Refused::File(path.clone(), error))?;
        let aside = aside(&place, "restoring");
        remove(&aside).map_err(|error| Refused::File(aside.clone(), error))?;
        roots.push((root.clone(), aside.clone()));
        unpacked.pairs.push((place, aside));
    }
    let mut folders = Vec::new();
    let mut archive = tar::Archive::new(archive);
    let entries = archive.entries().map_err(Refused::Archive)?;
    for entry in entries {
        let mut entry = entry.map_err(Refused::Archive)?;
        let name = entry.path().map_err(Refused::Archive)?.into_owned();
        let refuse = |why| Refused::Hostile(name.display().to_string(), why);
        let to = destination(&name, &roots).ok_or_else(|| refuse("leads elsewhere"))?;
        let failed = |error| Refused::File(to.clone(), error);
        if let Some(parent) = to.parent() {
            private_folder(parent, true).map_err(failed)?;
        }
        match entry.header().entry_type() {
            EntryType::Directory => {
                private_folder(&to, false).map_err(failed)?;
                // What is in it could not be written if its rights were set now.
                folders.push((to.clone(), entry.header().clone()));
            }
            EntryType::Regular => {
                // Nobody else may read it before it has the rights that it had.
                let mut file = create_private(&to).map_err(failed)?;
                io::copy(&mut entry, &mut file).map_err(failed)?;
                dress(&file, entry.header()).map_err(failed)?;
                file.sync_all().map_err(failed)?;
            }
            _ => return Err(refuse("is neither a file nor a folder")),
        }
    }
    for (folder, header) in folders.iter().rev() {
        let dressed = File::open(folder).and_then(|open| {
            dress(&open, header)?;
            open.sync_all()
        });
        dressed.map_err(|error| Refused::File(folder.clone(), error))?;
    }
    Ok(unpacked)
}

/// Why an archive was not unpacked.
pub(super) enum Refused {
    /// It is broken.
    Archive(io::Error),
    /// An entry must not be unpacked: its name, and why.
    Hostile(String, &'static str),
    /// A file cannot be written.
    File(PathBuf, io::Error),
}

/// Where an entry goes; `None`: outside of all roots.
fn destination(name: &Path, roots: &[(String, PathBuf)]) -> Option<PathBuf> {
    use std::path::Component;
    let mut parts = name.components();
    let Some(Component::Normal(first)) = parts.next() else {
        return None;
    };
    let (_, root) = roots.iter().find(|(root, _)| first == root.as_str())?;
    let mut to = root.clone();
    for part in parts {
        match part {
            Component::Normal(part) => to.push(part),
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::ParentDir => {
                return None;
            }
        }
    }
    Some(to)
}

/// A folder that only its owner may look into.
fn private_folder(path: &Path, with_parents: bool) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(with_parents);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Gives a file the rights and the time that it had.
fn dress(file: &File, header: &Header) -> io::Result<()> {
    use std::time::{Duration, SystemTime};
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Whoever it belonged to; only root may give files away, and then nothing is changed.
        if let (Ok(uid), Ok(gid)) = (header.uid(), header.gid()) {
            let (uid, gid) = (u32::try_from(uid).ok(), u32::try_from(gid).ok());
            let _ = std::os::unix::fs::fchown(file, uid, gid);
        }
        file.set_permissions(fs::Permissions::from_mode(header.mode()? & 0o7777))?;
    }
    // Times before 1970 stand there as negative numbers do.
    let seconds = header.mtime()?.cast_signed();
    let apart = Duration::from_secs(seconds.unsigned_abs());
    let time = match seconds < 0 {
        true => SystemTime::UNIX_EPOCH.checked_sub(apart),
        false => SystemTime::UNIX_EPOCH.checked_add(apart),
    };
    match time {
        Some(time) => file.set_modified(time),
        None => Ok(()),
    }
}

impl Unpacked {
    /// Puts the files in their places, and removes what stood there.
    pub(super) fn put_in_place(self) -> Result<(), BackupError> {
        for (place, new) in &self.pairs {
            let failed = || BackupError::file(place, "replaced");
            exchange(new, place).map_err(failed())?;
            if let Some(parent) = place.parent() {
                super::folder::sync(parent).map_err(failed())?;
            }
            // What stood there is in the backup that was made before; dropping this removes it.
        }
        Ok(())
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        for (_, aside) in &self.pairs {
            if let Err(error) = remove(aside) {
                log::warn!("{} cannot be removed: {error}", aside.display());
            }
        }
    }
}

/// A name beside another.
fn aside(path: &Path, word: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.upgrades-{word}"))
}

/// Makes `new` what stands at `place`; what stood there is at `new` afterwards.
fn exchange(new: &Path, place: &Path) -> io::Result<()> {
    if !place.try_exists()? {
        return fs::rename(new, place);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, new, CWD, place, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            // Not every file system can.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let old = aside(place, "replaced");
    remove(&old)?;
    fs::rename(place, &old)?;
    fs::rename(new, place)?;
    fs::rename(&old, new)
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
