//! A private server for the tests, MariaDB or MySQL's own: a server of the test process's own, and databases in it.
//!
//! ```no_run
//! use upgrades_tests::mariadb::Server;
//!
//! let database = Server::shared().database();
//! database.query("CREATE TABLE t (id INT PRIMARY KEY)");
//! assert_eq!(database.query("SELECT count(*) FROM t"), [[Some("0".to_owned())]]);
//! ```
//!
//! All servers of a process are of one [`Flavour`], which the environment says: `tests/mysql-server cargo test ...` runs the same
//! tests on MySQL's. No server that runs already is touched, and none of ours outlives its test process, however it ends: the kernel kills the
//! servers (`process.rs`), and a small shell removes their folders (`folder.rs`).

mod client;
mod database;
mod flavour;
pub(crate) mod folder;
pub(crate) mod picture;
pub(crate) mod process;
mod sql;
mod template;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

pub use client::{Client, Pending, Refusal, Rows};
pub use database::Database;
pub use flavour::Flavour;
use process::Process;
pub use sql::{FRESH, numbers};

/// What a server's death may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was committed: the server's own defaults. For tests that kill the server.
    Durable,
    /// The last commits, and for that it is fast. For tests that kill only its clients.
    Fast,
}

/// A server of one's own: `root` without a password, on a socket and on a port of 127.0.0.1. It ends when it is
/// dropped, or with the process.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    socket: PathBuf,
    port: u16,
    process: Process,
    databases: AtomicU32,
}

impl Server {
    /// The server that all tests of this process share, started for the first that asks for it. Nobody stops it, pauses
    /// it or changes its global variables.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Durability::Fast))
    }

    /// A new server.
    pub fn start(durability: Durability) -> Self {
        Self::start_with(durability, &[])
    }

    /// A new fast server with further arguments, such as `--lower-case-table-names=1`.
    pub fn with(arguments: &[&str]) -> Self {
        Self::start_with(Durability::Fast, arguments)
    }

    /// A new server of this durability with further arguments of its program; the last of two that contradict each other
    /// counts.
    pub fn start_with(durability: Durability, arguments: &[&str]) -> Self {
        let flavour = Flavour::of_tests();
        let folder = folder::new_data_folder(flavour);
        let socket = folder.join("sock");
        // Between the choice of a port and its use somebody else may take it.
        for _ in 0..5 {
            let port = process::free_port();
            let mut all = process::common_arguments(flavour, &folder, port);
            if process::is_root() {
                all.push("--user=root".to_owned());
            }
            all.push("--skip-log-bin".to_owned());
            if durability == Durability::Fast {
                all.extend(flavour.fast().iter().map(|&fast| fast.to_owned()));
            }
            all.extend(arguments.iter().map(|&argument| argument.to_owned()));
            let process = Process::new(flavour, None, all, folder.join("err.log"));
            if process.start_until(|| process::greets(&socket)) {
                return Self {
                    folder,
                    socket,
                    port,
                    process,
                    databases: AtomicU32::new(0),
                };
            }
        }
        panic!("no port for the server was free long enough");
    }

    /// A new, empty database.
    pub fn database(&self) -> Database<'_> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed) + 1;
        Database::create(self, format!("t_{number}_db"))
    }

    /// A connection that is in no database.
    pub fn connect(&self) -> Client {
        Client::connect(&self.socket, None)
    }

    /// The socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the server has written to its error log.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Kills the server, as `kill -9` does, and waits for its end.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// Ends the server as an administrator would, and waits for it.
    pub fn stop(&self) {
        self.process.stop();
    }

    /// Starts the server again, after [`kill`](Self::kill) or [`stop`](Self::stop): same data, port and socket.
    pub fn restart(&self) {
        for _ in 0..50 {
            if self.process.start_until(|| process::greets(&self.socket)) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("port {} does not become free again", self.port);
    }

    /// Holds the server still: connections stay open, and nothing answers.
    pub fn pause(&self) {
        self.process.pause();
    }

    /// Lets a server go on that [`pause`](Self::pause) holds.
    pub fn resume(&self) {
        self.process.resume();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill();
        // What is left is removed with the process's folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
