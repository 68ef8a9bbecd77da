//! Starting the processes of a crash lab, hearing how far they are, and killing them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::told::{COPY, MOMENT, Told};
use crate::aside::AsideError;

/// How often it is looked whether the lab is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A process, which does not outlive this.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        // One that has ended already is none to be killed, and is waited for all the same.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a process on this copy: up to its moment, at which it is killed, or to its end.
///
/// # Errors
/// It cannot be started, or ends without a word.
pub(super) fn tried(
    mut command: Command,
    copy: &OsStr,
    moment: Option<u64>,
    must_stop: &dyn Fn() -> bool,
) -> Result<Told, AsideError> {
    command.env(COPY, copy).env_remove(MOMENT);
    if let Some(moment) = moment {
        command.env(MOMENT, moment.to_string());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let unstarted = |source| AsideError::Process {
        what: "cannot be started".to_owned(),
        source: Some(source),
    };
    let mut started = Started(command.spawn().map_err(unstarted)?);
    let Some(output) = started.0.stdout.take() else {
        let what = "has no output that can be read".to_owned();
        return Err(AsideError::Process { what, source: None });
    };
    let (tell, told) = channel();
    // It ends with the pipe, which somebody whom the process has started may hold open.
    thread::spawn(move || {
        let lines = BufReader::new(output).lines();
        // A line that is no UTF-8 is not the lab's.
        for line in lines {
            match line {
                Ok(line) => {
                    if let Some(heard) = Told::read(&line)
                        && tell.send(heard).is_err()
                    {
                        return;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {}
                Err(_) => return,
            }
        }
    });
    let heard = loop {
        if must_stop() {
            break Some(Told::Stopped);
        }
        match told.recv_timeout(LOOK) {
            Ok(heard) => break Some(heard),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break None,
        }
    };
    let ended = match &heard {
        // By SIGKILL, where there are signals.
        Some(Told::At(_) | Told::Stopped) => {
            let _ = started.0.kill();
            started.0.wait()
        }
        // It is on its way out: what it has locked has to be free again.
        Some(Told::Ended | Told::Failed(_) | Told::Asks(_) | Told::Unable(_)) | None => {
            started.0.wait()
        }
    };
    drop(started);
    let silent = |what: String| AsideError::Process { what, source: None };
    match heard {
        Some(heard) => Ok(heard),
        None if must_stop() => Ok(Told::Stopped),
        None => Err(silent(match ended {
            Ok(status) => format!("ended without a word, with {status}"),
            Err(error) => format!("ended without a word: {error}"),
        })),
    }
}
