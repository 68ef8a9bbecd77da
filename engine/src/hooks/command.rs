//! Telling a command.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::due::Again;
use super::hook::Hook;
use super::letter::{Letter, Unheard};

/// So much of the end of what a command says on standard error is kept, in bytes.
const TAIL: usize = 400;
/// How long its standard error is waited for once it has ended: something that it has started may hold it open.
const AFTERWARDS: Duration = Duration::from_millis(500);

/// Calls the command, and waits for its end. One that takes too long is killed, with all that it has started in its process
/// group.
pub(super) fn call(arguments: &[OsString], hook: &Hook, letter: &Letter) -> Result<(), Unheard> {
    let (program, arguments) = arguments
        .split_first()
        .ok_or_else(|| Unheard::new(Again::Slowly, "its command names no program"))?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("UPGRADES_NOTICE_ID", &letter.id)
        .env("UPGRADES_NOTICE_KIND", letter.kind.as_str())
        .env("UPGRADES_NOTICE_ISSUE", &letter.issue)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| {
        let program = Path::new(program).display();
        Unheard::new(
            Again::Slowly,
            format!("{program} cannot be started: {error}"),
        )
    })?;
    let said = attend(&mut child, letter);
    let status = ended(&mut child, hook.timeout).map_err(|error| {
        Unheard::new(
            Again::Soon,
            format!("its end cannot be waited for: {error}"),
        )
    })?;
    let said = |why: String| {
        let said = said.recv_timeout(AFTERWARDS).unwrap_or_default();
        match String::from_utf8_lossy(&said).trim() {
            "" => why,
            said => format!("{why}: {said}"),
        }
    };
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Unheard::new(
            Again::Soon,
            said(format!("it ended with {status}")),
        )),
        None => {
            let seconds = hook.timeout.as_secs_f32();
            let why = format!("it took longer than {seconds} s, and was killed");
            Err(Unheard::new(Again::Soon, said(why)))
        }
    }
}

/// Feeds it, and keeps the end of what it says; on threads, as it may neither read nor end.
fn attend(child: &mut Child, letter: &Letter) -> Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    if let Some(mut stdin) = child.stdin.take() {
        let text = letter.text.clone();
        // Whoever does not want to read it need not.
        start(move || drop(stdin.write_all(text.as_bytes())));
    }
    if let Some(stderr) = child.stderr.take() {
        start(move || {
            // Nobody may wait for it any more.
            let _ = send.send(end_of(stderr));
        });
    }
    receive
}

fn start(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name("upgrades-hook".to_owned());
    if let Err(error) = thread.spawn(work) {
        log::warn!("a hook's command is not attended to, as no thread can be started: {error}");
    }
}

/// The end of all that there is to read.
fn end_of(mut stream: impl Read) -> Vec<u8> {
    let mut end = Vec::new();
    let mut part = [0; 8192];
    loop {
        match stream.read(&mut part) {
            Ok(0) => return end,
            Ok(read) => {
                end.extend_from_slice(&part[..read]);
                end.drain(..end.len().saturating_sub(TAIL));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return end,
        }
    }
}

/// Waits for its end; `None`: it took too long, and was killed.
fn ended(child: &mut Child, longest: Duration) -> io::Result<Option<ExitStatus>> {
    const SHORTEST: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_millis(50);
    let began = Instant::now();
    let mut pause = SHORTEST;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let Some(left) = longest.checked_sub(began.elapsed()) else {
            break;
        };
        thread::sleep(pause.min(left.max(SHORTEST)));
        pause = (pause * 2).min(LONGEST);
    }
    kill(child)?;
    child.wait()?;
    Ok(None)
}

#[cfg(unix)]
fn kill(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group};
    // It was begun as the first of a group, and has not been waited for, so that its number is nobody else's.
    match kill_process_group(Pid::from_child(child), Signal::KILL) {
        Ok(()) => Ok(()),
        Err(_) => child.kill(),
    }
}

#[cfg(not(unix))]
fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()
}

/// Why a command cannot be started, as far as can be seen; `None`: nothing known.
pub(super) fn missing(arguments: &[OsString]) -> Option<String> {
    let program = Path::new(arguments.first()?);
    let found = match program.components().count() {
        0 | 1 => std::env::var_os("PATH")
            .iter()
            .flat_map(std::env::split_paths)
            .any(|folder| can_run(&folder.join(program))),
        _ => can_run(program),
    };
    (!found).then(|| {
        format!(
            "there is no program {} that this user may run",
            program.display()
        )
    })
}

#[cfg(unix)]
fn can_run(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn can_run(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}
