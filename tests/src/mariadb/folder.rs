//! Where the servers of the tests keep their data: a folder per test process, in memory where there is room.
//!
//! The folder goes when its process ends, also by a panic or `kill -9`: a small shell, the cleaner, waits for the end of a
//! pipe that the process holds open, and removes it. Should the cleaner be killed too, the next test process removes the
//! folder: each holds a lock on its own, and a folder that nobody locks is nobody's.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::flavour::Flavour;
use super::template::template;

/// What the servers of a test process may need; a data folder alone takes 22 MB of MariaDB's, 33 MB of MySQL's.
const ROOM: u64 = 1 << 30;

/// A new folder with a data folder of such a server, `data`, in it.
pub(crate) fn new_data_folder(flavour: Flavour) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = home().join(number.to_string());
    fs::create_dir(&folder).unwrap();
    let template = template(flavour);
    let copied = Command::new("cp")
        // MySQL's consist of zeros for the most part.
        .args(["-a", "--sparse=always"])
        .args([&template, &folder.join("data")])
        .status()
        .unwrap();
    assert!(copied.success(), "{} cannot be copied", template.display());
    folder
}

struct Home {
    folder: PathBuf,
    _ours: File,
    /// Holds the pipe whose end the cleaner waits for.
    _cleaner: Child,
}

fn home() -> &'static Path {
    static HOME: OnceLock<Home> = OnceLock::new();
    &HOME.get_or_init(new_home).folder
}

fn new_home() -> Home {
    let all = all_homes();
    fs::create_dir_all(&all).unwrap();
    // Between making a folder and locking it, it looks like nobody's: one process at a time.
    let guard = File::create(all.join("lock")).unwrap();
    guard.lock().unwrap();
    for entry in fs::read_dir(&all).unwrap() {
        let folder = entry.unwrap().path();
        let ours = File::options().write(true).open(folder.join("lock"));
        if ours.is_ok_and(|ours| !matches!(ours.try_lock(), Err(TryLockError::WouldBlock))) {
            fs::remove_dir_all(&folder).unwrap();
        }
    }
    let folder = all.join(std::process::id().to_string());
    fs::create_dir(&folder).unwrap();
    // Servers may run as a user of their own.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let ours = File::create(folder.join("lock")).unwrap();
    ours.lock().unwrap();
    // The servers are dying at that moment, and may still make a file.
    let cleaner = Command::new("sh")
        .arg("-c")
        .arg(r#"cat; for _ in 1 2 3 4 5 6 7 8 9; do rm -rf "$1" && exit; sleep 0.1; done"#)
        .arg("cleaner")
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    Home {
        folder,
        _ours: ours,
        _cleaner: cleaner,
    }
}

/// The folder of the folders, one per user.
fn all_homes() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |fs| fs.f_bavail * fs.f_frsize);
    let parent = if room >= ROOM {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    let user = rustix::process::geteuid().as_raw();
    parent.join(format!("upgrades-tests-{user}"))
}
