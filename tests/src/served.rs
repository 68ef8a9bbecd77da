//! `upgrades dashboard`, served by the real command.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rustix::process::Signal;

use crate::Sandbox;
use crate::child::{ended, signal};

/// The command at work, ended with its owner.
pub struct Served {
    process: Option<Child>,
    /// Where it is, with a slash at its end.
    pub home: String,
    lines: Receiver<String>,
}

impl Served {
    /// Serves the installation in a folder.
    pub fn start(sandbox: &Sandbox) -> Self {
        Self::with(sandbox, &[])
    }

    /// The same, with further arguments.
    pub fn with(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let mut command = sandbox.command(["dashboard", "--listen", "127.0.0.1:0"]);
        command.args(arguments).stdout(Stdio::piped());
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let (tell, lines) = channel();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let Some(first) = output.next() else {
            let mut error = String::new();
            let mut stream = process.stderr.take().unwrap();
            stream.read_to_string(&mut error).unwrap();
            panic!("it does not begin: {error}");
        };
        let home = first.unwrap();
        let home = home.rsplit_once(" is at ").unwrap().1.to_owned();
        std::thread::spawn(move || {
            for line in output.map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        Self {
            process: Some(process),
            home,
            lines,
        }
    }

    /// Address and port.
    pub fn address(&self) -> &str {
        let (_, address) = self.home.split_once("://").unwrap();
        address.trim_end_matches('/')
    }

    /// The next address that lets in.
    pub fn link(&self) -> String {
        loop {
            let line = self.lines.recv().unwrap();
            if let Some((_, link)) = line.split_once(" with ") {
                return link.to_owned();
            }
        }
    }

    /// Asks it to end: its exit code, and what it has said that was not heard yet.
    pub fn stopped(mut self) -> (Option<i32>, String) {
        let process = self.process.take().unwrap();
        signal(&process, Signal::TERM);
        let end = ended(process);
        let said: Vec<String> = self.lines.iter().chain([end.said]).collect();
        (end.code, said.join("\n"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
