//! Private MariaDB servers with the durable defaults: a template of a data folder, and copies of it.

use crate::mysql;
use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a server may take to answer for the first time.
const START: Duration = Duration::from_secs(30);

/// The database that contenders work in.
const DATABASE: &str = "bench";

/// A data folder as the installation makes it, from which every server begins.
#[derive(Debug)]
pub struct Template {
    data: PathBuf,
    /// What the server says of itself.
    pub version: String,
}

impl Template {
    /// Makes the data folder below `folder`.
    ///
    /// # Errors
    ///
    /// A MariaDB server that is not installed, or its complaint.
    pub fn make(folder: &Path) -> Result<Self> {
        let version = output(program("mariadbd").args(["--no-defaults", "--version"]))?;
        let data = folder.join("template");
        let mut install = program("mariadb-install-db");
        install.args([
            "--no-defaults",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ]);
        install.arg(path_option("datadir", &data));
        install.args(as_root());
        output(&mut install)?;
        Ok(Self {
            data,
            version: version_of(&String::from_utf8_lossy(&version.stdout)),
        })
    }

    /// Starts a server with its data below `folder`, on a free port of the loopback address, with an
    /// empty database.
    ///
    /// # Errors
    ///
    /// A server that does not start; the end of its log is part of the message.
    pub fn start(&self, folder: &Path) -> Result<Server> {
        let data = folder.join("data");
        output(Command::new("cp").arg("-r").args([&self.data, &data]))?;
        // The copy shall be on the disk before anything is measured.
        rustix::fs::syncfs(File::open(&data)?)?;
        let port = free_port()?;
        let log = folder.join("server.log");
        let mut server = program("setpriv");
        // However this process ends, its server ends with it.
        server.args(["--pdeathsig", "KILL", "mariadbd", "--no-defaults"]);
        server.args(as_root());
        server.arg(path_option("datadir", &data));
        server.arg(path_option("log-error", &log));
        // Relative to the data folder: the path of a socket may have 107 characters only.
        server.args([
            "--socket=socket",
            "--pid-file=pid",
            "--bind-address=127.0.0.1",
        ]);
        server.args([&format!("--port={port}"), "--skip-name-resolve"]);
        server
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = server.spawn().context("cannot start mariadbd")?;
        let mut server = Server { process, port };
        server.wait_for_answer().with_context(|| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            format!(
                "mariadbd does not answer; its log ends with:\n{}",
                tail(&log)
            )
        })?;
        Ok(server)
    }
}

/// A server at work, ended by its process id when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// The URL of its database.
    pub fn url(&self) -> String {
        url_on(self.port)
    }

    /// The port that it listens on.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// One of the counters of `SHOW GLOBAL STATUS`; reading it costs one of `Questions`.
    ///
    /// # Errors
    ///
    /// A server that does not answer, or no counter of that name.
    pub fn counter(&self, name: &str) -> Result<u64> {
        let query = format!("SHOW GLOBAL STATUS WHERE Variable_name = '{name}'");
        let rows: Vec<(String, u64)> = mysql::rows(&self.url(), &query)?;
        match rows[..] {
            [(_, value)] => Ok(value),
            _ => bail!("the server has no counter {name}"),
        }
    }

    /// Ends it as a loss of power would.
    ///
    /// # Errors
    ///
    /// A process that cannot be waited for.
    pub fn end(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    fn wait_for_answer(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        let create = format!("CREATE DATABASE {DATABASE}");
        loop {
            let answer = mysql::rows::<(u32,)>(&url(self.port, ""), &create);
            if answer.is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("it ended with {status}");
            }
            if Instant::now() > deadline {
                answer?;
            }
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("mariadbd {} could not be ended: {error}", self.process.id());
        }
    }
}

/// The URL of the database of a server that listens on `port`, or that a relay on it leads to.
pub fn url_on(port: u16) -> String {
    url(port, DATABASE)
}

/// All contenders shall come by the same road: without the parameter, `mysql_async` asks the server
/// for its socket and changes to it.
fn url(port: u16, database: &str) -> String {
    format!("mysql://root@127.0.0.1:{port}/{database}?prefer_socket=false")
}

/// A program, also where a user's `PATH` has no `/usr/sbin`, in which Debian has the server.
fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/sbin"));
    command
}

fn output(command: &mut Command) -> Result<Output> {
    let name = command.get_program().display().to_string();
    let output = command
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    ensure!(
        output.status.success(),
        "{name} failed: {}",
        tail(&String::from_utf8_lossy(&output.stderr))
    );
    Ok(output)
}

/// The server refuses to run as root unless it is told to.
fn as_root() -> &'static [&'static str] {
    if rustix::process::geteuid().is_root() {
        &["--user=root"]
    } else {
        &[]
    }
}

fn path_option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(format!("--{name}="));
    option.push(path);
    option
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// `10.11.6-MariaDB` from `mariadbd  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu ...`.
fn version_of(said: &str) -> String {
    let version = said
        .split_whitespace()
        .skip_while(|word| *word != "Ver")
        .nth(1)
        .unwrap_or("of an unknown version");
    version.splitn(3, '-').take(2).collect::<Vec<_>>().join("-")
}

fn tail(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Template, version_of};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::Path;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_version_is_a_number_and_a_name() {
        for (said, expected) in [
            (
                "/usr/sbin/mariadbd  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64",
                "10.11.6-MariaDB",
            ),
            ("mariadbd  Ver 11.4.2-MariaDB for Linux", "11.4.2-MariaDB"),
            ("", "of an unknown version"),
        ] {
            assert_eq!(version_of(said), expected, "{said}");
        }
    }

    #[test]
    #[ignore = "needs mariadb-server"]
    fn a_panic_ends_the_server() {
        let folder = tempfile::tempdir().expect("a folder");
        let template = Template::make(folder.path()).expect("a template");
        let id = AtomicU32::new(0);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let server = template.start(folder.path()).expect("a server");
            assert_eq!(server.counter("Threads_running").ok(), Some(1));
            id.store(server.id(), Ordering::SeqCst);
            panic!("while {} is at work", server.id());
        }));
        assert!(panicked.is_err());
        let process = format!("/proc/{}", id.load(Ordering::SeqCst));
        assert!(!Path::new(&process).exists(), "{process}");
    }
}
