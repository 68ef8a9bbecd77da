//! [`Lab`]: a folder with a customization and a database; [`Instance`]: a shop that runs in it.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rusqlite::Connection;
use rustix::process::Signal;
use upgrades::{Track, TrackName, Upgrader};
use upgrades_tests::child::{signal, until};
use upgrades_tests::{Sandbox, files, forget_surroundings, project, shop};

use crate::browser::{Answer, Browser};

/// The administrator's password in all tests.
pub(crate) const PASSWORD: &str = "made to measure, twice";

/// A folder with the sample customization, and room for a database.
pub(crate) struct Lab {
    sandbox: Sandbox,
}

/// A shop that runs, until it is dropped.
pub(crate) struct Instance {
    child: Child,
    /// What it still has to say; closed, it could not say it.
    _said: Lines<BufReader<ChildStdout>>,
    /// `http://HOST:PORT`.
    pub(crate) address: String,
}

impl Lab {
    /// With the customization of the sample application.
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::new();
        for (file, text) in files(&project().join("updates-custom")) {
            sandbox.write(Path::new("updates").join(file), text);
        }
        Self { sandbox }
    }

    /// Writes a script of the customization.
    pub(crate) fn script(&self, name: &str, text: &str) {
        self.sandbox.write(Path::new("updates").join(name), text);
    }

    /// A path in its folder.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.sandbox.path(file)
    }

    /// The database, by SQLite itself.
    pub(crate) fn open(&self) -> Connection {
        self.sandbox.open("shop.db")
    }

    /// What the shop's people do by hand, with the same settings.
    pub(crate) fn upgrader(&self) -> Upgrader<'static> {
        Upgrader::new(upgrades::sqlite(self.path("shop.db")))
            .track(updates_core::track())
            .track(Track::customization(self.path("updates")))
            .track(updates_core::program_track())
            .prefix("cb_")
            .placeholder("currency", "EUR")
            .app_version("3.6.0")
            .without_failure_log()
    }

    /// An installation as an older release of core has left it.
    pub(crate) fn installed_at(core: &str) -> Self {
        let lab = Self::new();
        let upgrader = lab.upgrader();
        upgrader
            .up_to(TrackName::CORE, core.parse().unwrap())
            .run()
            .unwrap();
        lab
    }

    /// The command that starts a shop.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(shop());
        forget_surroundings(&mut command);
        command
            .args(["--listen", "127.0.0.1:0", "--database", "shop.db"])
            .args(["--updates", "updates"])
            .env("SHOP_PASSWORD", PASSWORD)
            .current_dir(self.sandbox.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command
    }

    /// Starts a shop, which answers from then on.
    pub(crate) fn start(&self) -> Instance {
        let said = File::options()
            .create(true)
            .append(true)
            .open(self.path("said"));
        let mut child = self.command().stderr(said.unwrap()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.strip_prefix("listening on ").unwrap().to_owned();
        Instance {
            child,
            _said: lines,
            address,
        }
    }

    /// Starts a shop, and waits until it is open.
    pub(crate) fn open_shop(&self) -> Instance {
        let instance = self.start();
        instance.opened();
        instance
    }

    /// What all instances have said on standard error.
    pub(crate) fn said(&self) -> String {
        self.sandbox.read("said")
    }

    /// The scripts that the history has, with their outcomes, in order.
    pub(crate) fn history(&self) -> Vec<String> {
        let sql = "SELECT track || '/' || file_name || ' ' || outcome FROM cb_upgrade_history ORDER BY id";
        strings(&self.open(), sql)
    }

    /// Panics unless everything has run, each of it once.
    pub(crate) fn everything_ran_once(&self) {
        let status = self.upgrader().status().unwrap();
        assert_eq!(status.state, upgrades::State::Current, "{status:?}");
        let mut history = self.history();
        history.retain(|row| row.ends_with(" applied"));
        let all = history.len();
        history.sort();
        history.dedup();
        assert_eq!(history.len(), all, "a script ran twice");
        let tracks = status.tracks.iter().map(|track| track.track.as_str());
        let missing: Vec<_> = tracks
            .filter(|track| {
                let begin = format!("{track}/");
                !history.iter().any(|row| row.starts_with(&begin))
            })
            .collect();
        assert_eq!(missing, [""; 0]);
    }
}

impl Instance {
    /// A new visitor.
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.address)
    }

    /// The administrator, signed in.
    pub(crate) fn administrator(&self) -> Browser {
        let browser = self.browser();
        let answer = browser.post("/admin/login", &[("password", PASSWORD)]);
        assert_eq!((answer.status, answer.header("location")), (303, "/"));
        browser
    }

    /// Waits until the shop serves, and gives its first page; until then it must be closed in the right way.
    pub(crate) fn opened(&self) -> Answer {
        let browser = self.browser();
        until("the shop", || {
            let answer = browser.get("/");
            match is_maintenance(&answer) {
                true => None,
                false => Some(answer),
            }
        })
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, number: Signal) {
        signal(&self.child, number);
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Ends it as people do.
    pub(crate) fn stop(self) {
        self.signal(Signal::TERM);
        assert_eq!(self.ended().code(), Some(0));
    }

    /// Whether it is still there.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether it is the page of a shop that is being upgraded, which must be one with all that belongs to it.
pub(crate) fn is_maintenance(answer: &Answer) -> bool {
    let says = answer.body.contains("The shop is being upgraded.");
    if says {
        answer.must_be(503, &[r#"<meta http-equiv="refresh" content="3">"#]);
        assert_eq!(answer.header("retry-after"), "3");
        answer.must_hide(&["/admin/upgrades", "updates", "script"]);
    }
    says
}

/// The first column of a query, as text.
pub(crate) fn strings(connection: &Connection, sql: &str) -> Vec<String> {
    let mut select = connection.prepare(sql).unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
