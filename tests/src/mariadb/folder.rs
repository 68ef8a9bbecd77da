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

use super::process::{self, is_root};

/// What the servers of a test process may need; a data folder alone takes 22 MB.
const ROOM: u64 = 1 << 30;

/// A new folder with a data folder of MariaDB, `data`, in it.
pub(crate) fn new_data_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = home().join(number.to_string());
    fs::create_dir(&folder).unwrap();
    let template = template();
    let copied = Command::new("cp")
        .arg("-a")
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

/// A data folder as `mariadb-install-db` makes it, made once for this version of MariaDB and kept beside the build.
fn template() -> PathBuf {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(new_template).clone()
}

fn new_template() -> PathBuf {
    let answer = Command::new(process::program())
        .args(["--no-defaults", "--version"])
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "mariadbd does not start ({error}); install mariadb-server, or let tests/run do it"
            )
        });
    let version = String::from_utf8(answer.stdout).unwrap();
    // "mariadbd  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)"
    let version = version.split_whitespace().nth(2).expect("a version");
    // This test stands in target/debug/deps.
    let test = std::env::current_exe().unwrap();
    let templates = test.ancestors().nth(2).unwrap().join("mariadb");
    fs::create_dir_all(&templates).unwrap();
    let guard = File::create(templates.join("lock")).unwrap();
    guard.lock().unwrap();
    let template = templates.join(version);
    if template.exists() {
        return template;
    }
    let unfinished = templates.join("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    let mut install = Command::new("mariadb-install-db");
    install
        .args(["--no-defaults", "--skip-test-db"])
        .arg("--auth-root-authentication-method=normal")
        .args([
            "--innodb-log-file-size=4M",
            "--innodb-flush-log-at-trx-commit=0",
        ])
        .arg("--innodb-flush-method=nosync")
        .arg(format!("--datadir={}", unfinished.display()));
    if is_root() {
        install.arg("--user=root");
    }
    let answer = install.output().unwrap();
    assert!(answer.status.success(), "mariadb-install-db: {answer:?}");
    fs::rename(&unfinished, &template).unwrap();
    template
}
