//! A folder with scripts, a database on a server, a child that upgrades it, and what must be true afterwards.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use upgrades_tests::crash::{End, Random, ended, signal};
use upgrades_tests::mariadb::{Database, Server};
use upgrades_tests::sample::FILLED;
use upgrades_tests::{DIARY, Sandbox, files, project};

use crate::scripts::spelled;

/// Scripts in a folder of one's own, and the database that they upgrade.
pub(crate) struct Lab<'s> {
    sandbox: Sandbox,
    pub(crate) database: Database<'s>,
}

/// How many restarts of the whole suite have found a definition statement done that was in flight.
static LANDED: AtomicU64 = AtomicU64::new(0);

/// How many have by now.
pub(crate) fn landed() -> u64 {
    LANDED.load(Ordering::Relaxed)
}

/// What an upgrade that nobody disturbed left, but for moments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Schema and rows; ids that the server counted are counted anew, without gaps.
    picture: String,
    /// Every row of the history: track, file, statements, outcome. A script in Lua has `-`: it counts those of its last process.
    pub(crate) history: Vec<String>,
    /// What must not be there: a tripped latch, entries of the journal.
    pub(crate) complaints: Vec<String>,
}

impl<'s> Lab<'s> {
    /// A lab with these scripts; `${database}` in them is the database's name.
    pub(crate) fn new(
        server: &'s Server,
        core: &[(&str, &str)],
        customization: &[(&str, &str)],
    ) -> Self {
        let (sandbox, database) = (Sandbox::new(), server.database());
        for (folder, scripts) in [("core", core), ("customization", customization)] {
            fs::create_dir(sandbox.path(folder)).unwrap();
            for (file, text) in scripts {
                let text = spelled(text).replace("${database}", database.name());
                sandbox.write(Path::new(folder).join(file), text);
            }
        }
        Self { sandbox, database }
    }

    /// A lab with the scripts of the sample application, whose shop is not empty when those in Lua run.
    pub(crate) fn sample(server: &'s Server) -> Self {
        let lab = Self::new(server, &[], &[]);
        let folders = [
            ("updates-core/scripts", "core"),
            ("updates-custom", "customization"),
        ];
        for (from, to) in folders {
            for (file, text) in files(&project().join(from)) {
                lab.sandbox.write(Path::new(to).join(file), text);
            }
        }
        let (file, text) = FILLED;
        lab.write(&format!("core/{file}"), text);
        lab
    }

    /// Writes a script.
    pub(crate) fn write(&self, file: &str, text: &str) {
        self.sandbox.write(file, text);
    }

    /// Begins again, with an empty database.
    pub(crate) fn reset(&self) {
        self.database.clear();
    }

    /// Starts a child. It takes a dead holder's place at once.
    pub(crate) fn start(&self, options: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_upgrade-child"))
            .args([&*self.database.url(), "core", "customization"])
            .args(["--expiry", "600"])
            .args(options)
            .current_dir(self.sandbox.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Waits for the end of a child of the lab.
    pub(crate) fn ended(&self, child: Child) -> End {
        let end = ended(child);
        LANDED.fetch_add(end.warnings("landed").into(), Ordering::Relaxed);
        end
    }

    /// Runs a child to its end.
    pub(crate) fn child(&self, options: &[&str]) -> End {
        self.ended(self.start(options))
    }

    /// Runs a child that must succeed, and tells how many events it observed.
    pub(crate) fn plain(&self, story: &str) -> u64 {
        let end = self.child(&[]);
        assert_eq!(end.code, Some(0), "{story}: a plain start: {}", end.said);
        end.events()
    }

    /// Runs a child that kills itself at an event.
    pub(crate) fn die_at(&self, event: u64) {
        self.die_lingering(event, 0);
    }

    /// The same, so many milliseconds later.
    pub(crate) fn die_lingering(&self, event: u64, milliseconds: u64) {
        let (at, linger) = (event.to_string(), milliseconds.to_string());
        let end = self.child(&["--linger", &linger, "--die-at", &at]);
        assert_eq!(end.code, None, "not killed at event {event}: {}", end.said);
    }

    /// Starts a child and kills it at a moment within `longest`, unless it has ended by itself by then. Whether it was
    /// killed.
    pub(crate) fn die_within(&self, random: &mut Random, longest: Duration) -> bool {
        let child = self.start(&[]);
        thread::sleep(random.moment(longest));
        signal(&child, Signal::KILL);
        let end = self.ended(child);
        assert_ne!(end.code, Some(1), "{}", end.said);
        end.code.is_none()
    }

    /// The first column of a query's rows.
    pub(crate) fn strings(&self, sql: &str) -> Vec<String> {
        let rows = self.database.query(sql).into_iter().flatten();
        rows.flatten().collect()
    }

    /// What the upgrade has left. Takes the gaps out of ids, so that nothing may run after it.
    pub(crate) fn outcome(&self) -> Outcome {
        let history = self.strings(
            "SELECT CONCAT(track, '/', file_name, ' ', IF(file_name LIKE '%.lua', '-', statements), ' ', outcome)
               FROM cb_upgrade_history ORDER BY id",
        );
        let complaints = self.complaints();
        self.database.close_gaps();
        let without = [&DIARY[..], &["upgrade_lock"]].concat();
        Outcome {
            picture: self.database.picture(&without),
            history,
            complaints,
        }
    }

    /// What must not be there: a tripped latch, entries of the journal.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.strings(
            "SELECT CONCAT(name, ' is ', value) FROM cb_system_vars
              WHERE name = 'failed_update_detected' AND value <> '0'
             UNION ALL
             SELECT CONCAT('journal: ', file_name, ' ', done) FROM cb_upgrade_journal",
        )
    }

    /// What says that a script failed.
    pub(crate) fn failures(&self) -> Vec<String> {
        // The last of the engine's tables that a first start makes.
        if self
            .strings("SHOW TABLES LIKE 'cb_upgrade_journal'")
            .is_empty()
        {
            return Vec::new();
        }
        self.strings(
            "SELECT CONCAT(name, ' is ', value) FROM cb_system_vars
              WHERE name = 'failed_update_detected' AND value <> '0'
             UNION ALL
             SELECT CONCAT(file_name, ' ', outcome) FROM cb_upgrade_history WHERE outcome NOT IN ('applied', 'adopted')",
        )
    }

    /// What an upgrade leaves that nobody disturbs, how many events it has, and how long it takes.
    pub(crate) fn undisturbed(&self) -> (Outcome, u64, Duration) {
        self.reset();
        let began = Instant::now();
        let events = self.plain("undisturbed");
        let took = began.elapsed();
        let outcome = self.outcome();
        assert_eq!(outcome.complaints, [""; 0]);
        let unapplied: Vec<_> = outcome
            .history
            .iter()
            .filter(|row| !row.ends_with(" applied") && !row.ends_with(" adopted"))
            .collect();
        assert_eq!(unapplied, [""; 0]);
        (outcome, events, took)
    }

    /// Panics where what is there is not what an undisturbed upgrade leaves.
    pub(crate) fn must_be(&self, expected: &Outcome, story: &str) {
        let lines = |outcome: &Outcome| {
            format!(
                "{}\n{}\n{}",
                outcome.picture,
                outcome.history.join("\n"),
                outcome.complaints.join("\n")
            )
        };
        upgrades_tests::crash::must_be(&self.outcome(), expected, lines, story);
    }
}

/// How many labs work for one test at once: most of the time a start waits until it may take a dead one's place.
const HANDS: u64 = 3;

/// Does each of the `rounds` in one of several labs that are all made alike. What the lab and the round's number give is
/// added up.
pub(crate) fn in_turns(
    rounds: u64,
    make: impl Fn() -> Lab<'static> + Sync,
    round: impl Fn(&Lab<'_>, u64) -> u32 + Sync,
) -> u32 {
    let next = AtomicU64::new(0);
    let work = || {
        let lab = make();
        let mut sum = 0;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= rounds {
                break sum;
            }
            sum += round(&lab, number);
        }
    };
    thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS).map(|_| scope.spawn(work)).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).sum()
    })
}
