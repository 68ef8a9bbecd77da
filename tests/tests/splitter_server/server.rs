//! A MariaDB of the tests' own: a private folder, a free port, gone with the process.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    pub(crate) port: u16,
}

/// One test at a time works with a server: they share the processor with everything else.
static ONE: Mutex<()> = Mutex::new(());

/// A place in the row.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Server {
    /// A server with an empty data folder; `None` where none is installed.
    pub(crate) fn start() -> Option<Self> {
        let installed = |program: &str| {
            let mut command = Command::new(program);
            command
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        if !installed("mariadbd") || !installed("mariadb") {
            eprintln!("left out: mariadb-server is not installed");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let data = format!("--datadir={}", folder.path().join("data").display());
        let status = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--user=root", &data, "--skip-test-db"])
            .args([
                "--auth-root-authentication-method=normal",
                "--innodb-log-file-size=4M",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "mariadb-install-db failed");
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let path =
            |option: &str, name: &str| format!("--{option}={}", folder.path().join(name).display());
        let child = Command::new("setpriv")
            .args([
                "--pdeathsig",
                "KILL",
                "mariadbd",
                "--no-defaults",
                "--user=root",
                &data,
            ])
            .args([
                path("socket", "socket"),
                path("pid-file", "pid"),
                path("log-error", "log"),
                path("tmpdir", "data"),
            ])
            .args([
                "--bind-address=127.0.0.1",
                &format!("--port={port}"),
                "--skip-name-resolve",
            ])
            .args([
                "--innodb-log-file-size=4M",
                "--innodb-buffer-pool-size=64M",
                "--skip-log-bin",
            ])
            .args([
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-flush-method=nosync",
            ])
            .args([
                "--skip-innodb-doublewrite",
                "--sync-frm=OFF",
                "--performance-schema=OFF",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            child,
            folder,
            port,
        };
        let patience = Instant::now() + Duration::from_secs(60);
        while !server.client("").is_empty() {
            assert!(Instant::now() < patience, "the server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    /// Feeds a whole script to the client, and gives what it said about failures.
    pub(crate) fn client(&self, script: &str) -> String {
        self.client_in("", script)
    }

    /// The same in a database.
    pub(crate) fn client_in(&self, database: &str, script: &str) -> String {
        let file = self.folder.path().join("script.sql");
        std::fs::write(&file, script).unwrap();
        let output = Command::new("mariadb")
            .args(["--no-defaults", "--user=root", "--batch", "--skip-comments"])
            .args(["--default-character-set=utf8mb4", "--host=127.0.0.1"])
            .arg(format!("--port={}", self.port))
            .arg(database)
            .stdin(std::fs::File::open(file).unwrap())
            .stdout(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
