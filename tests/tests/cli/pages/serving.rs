//! `upgrades dashboard` on a page: it goes on while what follows is typed.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use regex::Regex;
use upgrades_tests::Sandbox;

/// What the pages type.
const TYPED: &str = "upgrades dashboard";
/// Where the pages say that it listens, as it does unless told.
const HERE: &str = "127.0.0.1:7878";
/// What the pages have in the place of a token that is another one each time.
const TOKEN: &str = "token=A43characterslongtextthatisgoodforonebrowser";

/// A dashboard at work, at an address that is free on this machine.
pub(crate) struct Serving {
    process: Child,
    #[expect(dead_code, reason = "it goes on telling")]
    told: BufReader<ChildStdout>,
    address: String,
}

impl Serving {
    /// The dashboard that a line typed into a shell begins, with what it shows; `None`: it begins none.
    pub(crate) fn begun(sandbox: &Sandbox, typed: &str) -> Option<(Self, String)> {
        let arguments = typed.strip_prefix(TYPED)?.split_whitespace();
        let mut process = sandbox
            .command(["dashboard", "--listen", "127.0.0.1:0"])
            .args(arguments.clone())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(process.stdout.take().unwrap());
        let mut shown = String::new();
        told.read_line(&mut shown).unwrap();
        let (_, address) = shown.trim_end().rsplit_once("://").unwrap();
        let address = address.trim_end_matches('/').to_owned();
        if !arguments.into_iter().any(|told| told == "--token-file") {
            told.read_line(&mut shown).unwrap();
        }
        let serving = Self {
            process,
            told,
            address,
        };
        let shown = serving.readable(&shown);
        Some((serving, shown))
    }

    /// What is typed, with the address that it really has.
    pub(crate) fn addressed(&self, typed: &str) -> String {
        typed.replace(HERE, &self.address)
    }

    /// An answer with the address that the pages have for it.
    pub(crate) fn readable(&self, shown: &str) -> String {
        let token = Regex::new("token=[A-Za-z0-9_-]+").unwrap();
        let shown = shown.replace(&self.address, HERE);
        token.replace_all(&shown, TOKEN).into_owned()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
