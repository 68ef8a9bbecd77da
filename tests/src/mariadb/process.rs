//! A server process that never outlives the test process.
//!
//! The kernel kills it when its parent dies (`setpriv --pdeathsig KILL`), however the parent dies. The parent, for the
//! kernel, is the *thread* that started it, and a test's thread ends with the test: so one thread that lives as long as the
//! process, the keeper, starts all servers.

use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use rustix::process::{Pid, Signal, kill_process};

use super::flavour::Flavour;

/// The arguments that every server gets, for a folder that [`super::folder`] made.
pub(crate) fn common_arguments(flavour: Flavour, folder: &Path, port: u16) -> Vec<String> {
    let folder = folder.display();
    let mut all = vec![
        "--no-defaults".to_owned(),
        format!("--datadir={folder}/data"),
        format!("--socket={folder}/sock"),
        format!("--pid-file={folder}/pid"),
        // A server that starts removes what it takes for its own.
        format!("--tmpdir={folder}"),
        format!("--log-error={folder}/err.log"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--port={port}"),
        "--skip-name-resolve".to_owned(),
        "--innodb-buffer-pool-size=64M".to_owned(),
        "--performance-schema=OFF".to_owned(),
    ];
    all.extend(
        flavour
            .arguments()
            .iter()
            .map(|&argument| argument.to_owned()),
    );
    all
}

/// Whether the tests run as root, where a server wants to hear as whom it shall run.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A port of 127.0.0.1 on which nobody listens now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Whether a server answers on this socket.
pub(crate) fn greets(socket: &Path) -> bool {
    let greeting = || -> io::Result<()> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        io::Read::read_exact(&mut stream, &mut [0; 5])
    };
    greeting().is_ok()
}

/// A server process, running or not.
#[derive(Debug)]
pub(crate) struct Process {
    /// What setpriv is told.
    arguments: Vec<String>,
    log: PathBuf,
    child: Mutex<Option<Child>>,
}

impl Process {
    /// A server that is not running yet, writes its errors to `log`, and will run as `user` if there is one; that is for
    /// root to say.
    pub(crate) fn new(
        flavour: Flavour,
        user: Option<&str>,
        arguments: Vec<String>,
        log: PathBuf,
    ) -> Self {
        let mut all = Vec::new();
        if let Some(user) = user {
            // Not the server's own --user: a process that changes its user forgets that it shall die with its parent.
            all.extend(["--reuid", user, "--regid", user, "--clear-groups"]);
        }
        all.extend(["--pdeathsig", "KILL", flavour.program()]);
        let mut all: Vec<String> = all.into_iter().map(str::to_owned).collect();
        all.extend(arguments);
        Self {
            arguments: all,
            log,
            child: Mutex::new(None),
        }
    }

    /// Starts the process and waits until it is `ready`. False if another process has its port.
    pub(crate) fn start_until(&self, ready: impl Fn() -> bool) -> bool {
        self.start_with(&[], ready)
    }

    /// The same with further arguments for this time.
    pub(crate) fn start_with(&self, arguments: &[&str], ready: impl Fn() -> bool) -> bool {
        self.launch(arguments);
        self.wait_until(ready)
    }

    fn launch(&self, arguments: &[&str]) {
        let mut child = self.child();
        assert!(child.is_none(), "the server runs already");
        let mut command = Command::new("setpriv");
        // A group of its own: Ctrl-C is for the test process.
        command
            .args(&self.arguments)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        *child = Some(keep(command));
    }

    fn wait_until(&self, ready: impl Fn() -> bool) -> bool {
        let since = Instant::now();
        loop {
            let ended = self.child().as_mut().unwrap().try_wait().unwrap();
            if let Some(status) = ended {
                *self.child() = None;
                let log = self.log();
                if log.contains("Address already in use") {
                    fs::remove_file(&self.log).unwrap();
                    return false;
                }
                panic!(
                    "the server ended with {status} at its start:\n{}",
                    tail(&log)
                );
            }
            if ready() {
                return true;
            }
            if since.elapsed() > Duration::from_secs(60) {
                panic!(
                    "the server is not ready after a minute:\n{}",
                    tail(&self.log())
                );
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The error log.
    pub(crate) fn log(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The end of the error log.
    pub(crate) fn log_tail(&self) -> String {
        tail(&self.log())
    }

    /// Whether it was started and not ended by us since.
    pub(crate) fn runs(&self) -> bool {
        self.child().is_some()
    }

    /// Kills it, if it runs, and waits for its end.
    pub(crate) fn kill(&self) {
        self.end(Signal::KILL);
    }

    /// Asks it to end, if it runs, and waits for it.
    pub(crate) fn stop(&self) {
        self.end(Signal::TERM);
    }

    /// Holds it still.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn end(&self, signal: Signal) {
        let mut child = self.child();
        if let Some(mut ended) = child.take() {
            kill_process(pid(&ended), signal).unwrap();
            ended.wait().unwrap();
        }
    }

    fn signal(&self, signal: Signal) {
        let child = self.child();
        let running = child.as_ref().expect("the server runs");
        kill_process(pid(running), signal).unwrap();
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// Has the keeper start this.
fn keep(command: Command) -> Child {
    type Order = (Command, mpsc::Sender<io::Result<Child>>);
    static KEEPER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
    let keeper = KEEPER.get_or_init(|| {
        let (orders, received) = mpsc::channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in received {
                let _ = answer.send(command.spawn());
            }
        });
        orders
    });
    let (answer, answered) = mpsc::channel();
    keeper.send((command, answer)).unwrap();
    let child = answered.recv().unwrap();
    child.unwrap_or_else(|error| panic!("setpriv, of util-linux, does not start: {error}"))
}
