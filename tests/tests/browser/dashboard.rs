//! `upgrades dashboard`, served by the real command.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};

use upgrades_tests::Sandbox;

/// The command at work, ended with its owner.
pub(crate) struct Served {
    process: Child,
    /// Where it is.
    pub(crate) home: String,
    links: Receiver<String>,
}

impl Served {
    /// Serves the installation in a folder.
    pub(crate) fn start(sandbox: &Sandbox) -> Self {
        let mut command = sandbox.command(["dashboard", "--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let (tell, links) = channel();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let home = first.rsplit_once(" is at ").unwrap().1.to_owned();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, link)) = line.split_once(" with ") {
                    let _ = tell.send(link.to_owned());
                }
            }
        });
        Self {
            process,
            home,
            links,
        }
    }

    /// The next address that lets in.
    pub(crate) fn link(&self) -> String {
        self.links.recv().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
