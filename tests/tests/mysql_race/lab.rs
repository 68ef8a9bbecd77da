//! Scripts in a folder, children that upgrade a database of a server with them, and what must be true afterwards.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use upgrades::{LockRecord, Track, Upgrader};
pub(crate) use upgrades_tests::child::{End, ended, signal, until};
use upgrades_tests::mariadb::{Client, Server};
use upgrades_tests::{DIARY, Sandbox};

/// Scripts in a folder of one's own.
pub(crate) struct Lab {
    sandbox: Sandbox,
}

/// What an upgrade that nobody disturbed left, but for moments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) picture: String,
    /// Every row of the history: track, file, statements, outcome.
    pub(crate) history: Vec<String>,
    /// What must not be there: a tripped latch, entries of the journal, a lock that somebody holds.
    pub(crate) complaints: Vec<String>,
}

/// A connection of a holder, as the lock's table has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    Beat,
    Work,
}

/// The server that the races share; it takes many clients.
pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::with(&["--max-connections=600"]))
}

static MACHINE: RwLock<()> = RwLock::new(());

/// Keeps the tests away that need the whole machine.
pub(crate) fn share_the_machine() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps all others away.
pub(crate) fn whole_machine() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

impl Lab {
    /// A lab with these scripts.
    pub(crate) fn new(core: &[(&str, &str)], customization: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        for (folder, scripts) in [("core", core), ("customization", customization)] {
            fs::create_dir(sandbox.path(folder)).unwrap();
            for (file, text) in scripts {
                sandbox.write(Path::new(folder).join(file), text);
            }
        }
        Self { sandbox }
    }

    pub(crate) fn path(&self, file: &str) -> std::path::PathBuf {
        self.sandbox.path(file)
    }

    /// Starts a child on this database.
    pub(crate) fn start(&self, url: &str, options: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_upgrade-child"))
            .args([url, "core", "customization"])
            .args(options)
            .current_dir(self.sandbox.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Starts children on these databases that all wait for one start, and gives it.
    pub(crate) fn start_at_once<'u>(
        &self,
        urls: impl IntoIterator<Item = &'u str>,
        options: &[&str],
    ) -> Vec<Child> {
        let start = self.path("start");
        let _ = fs::remove_file(&start);
        let mut all = options.to_vec();
        all.extend(["--wait-for", start.to_str().unwrap()]);
        let children: Vec<Child> = urls.into_iter().map(|url| self.start(url, &all)).collect();
        until("the last child", || {
            let mut here = children
                .iter()
                .map(|child| self.path(&format!("start.{}", child.id())).exists());
            here.all(|here| here).then_some(())
        });
        fs::write(start, "").unwrap();
        children
    }

    /// The same upgrade as the child's, in this process.
    pub(crate) fn upgrader(&self, url: &str, expiry: u64) -> Upgrader<'static> {
        let store = upgrades::mysql(url).unwrap();
        Upgrader::new(store.lock_expiry(Duration::from_millis(expiry)))
            .track(Track::core(self.path("core")))
            .track(Track::customization(self.path("customization")))
            .prefix("cb_")
            .placeholder("currency", "EUR")
            .app_version("1.2.3")
            .without_failure_log()
    }

    /// What an upgrade leaves that nobody disturbs, and how many events it has.
    pub(crate) fn undisturbed(&self) -> (Outcome, u64) {
        let database = server().database();
        let end = ended(self.start(&database.url(), &[]));
        assert_eq!(end.code, Some(0), "a plain start: {}", end.said);
        let outcome = outcome(&database);
        assert_eq!(outcome.complaints, [""; 0]);
        (outcome, end.events())
    }
}

/// A database on a server.
pub(crate) trait Place {
    fn client(&self) -> Client;
    fn picture(&self, without: &[&str]) -> String;
}

impl Place for upgrades_tests::mariadb::Database<'_> {
    fn client(&self) -> Client {
        self.connect()
    }

    fn picture(&self, without: &[&str]) -> String {
        self.picture(without)
    }
}

/// What the upgrade has left.
pub(crate) fn outcome(place: &impl Place) -> Outcome {
    let client = place.client();
    let strings = |sql| -> Vec<String> { strings(&client, sql) };
    Outcome {
        picture: place.picture(&[DIARY[0], DIARY[1], "upgrade_lock"]),
        history: strings(
            "SELECT CONCAT(track, '/', file_name, ' ', statements, ' ', outcome) FROM cb_upgrade_history ORDER BY id",
        ),
        complaints: strings(
            "SELECT CONCAT(name, ' is ', value) FROM cb_system_vars
                 WHERE name = 'failed_update_detected' AND value <> '0'
             UNION ALL SELECT CONCAT('journal: ', file_name) FROM cb_upgrade_journal
             UNION ALL SELECT CONCAT('lock: ', record) FROM cb_upgrade_lock
                 WHERE name = 'upgrade' AND JSON_VALUE(record, '$.holder.pid') IS NOT NULL",
        ),
    }
}

/// Panics where what is there is not what an undisturbed upgrade leaves.
pub(crate) fn must_be(place: &impl Place, expected: &Outcome, story: &str) {
    let found = outcome(place);
    if found == *expected {
        return;
    }
    let lines = |outcome: &Outcome| -> Vec<String> {
        let text = format!(
            "{}\n{}\n{}",
            outcome.picture,
            outcome.history.join("\n"),
            outcome.complaints.join("\n")
        );
        text.lines().map(str::to_owned).collect()
    };
    let (found, expected) = (lines(&found), lines(expected));
    let missing: Vec<_> = expected.iter().filter(|l| !found.contains(l)).collect();
    let more: Vec<_> = found.iter().filter(|l| !expected.contains(l)).collect();
    panic!("{story}: missing {missing:#?}, more {more:#?}, found {found:#?}");
}

/// The first column of a query.
pub(crate) fn strings(client: &Client, sql: &str) -> Vec<String> {
    let rows = client.query(sql).into_iter();
    rows.map(|row| row[0].clone().unwrap_or_else(|| "NULL".to_owned()))
        .collect()
}

/// What the lock's row says, and nothing while there is none.
pub(crate) fn lock(client: &Client) -> LockRecord {
    let rows = client.try_query("SELECT record FROM cb_upgrade_lock WHERE name = 'upgrade'");
    let text = rows.ok().and_then(|rows| rows.into_iter().flatten().next());
    serde_json::from_str(&text.flatten().unwrap_or_default()).unwrap_or_default()
}

/// The process that holds the lock.
pub(crate) fn holder(client: &Client) -> Option<u32> {
    lock(client).holder.map(|holder| holder.pid)
}

/// How many holders there were.
pub(crate) fn token(client: &Client) -> u64 {
    let token = strings(
        client,
        "SELECT token FROM cb_upgrade_lock WHERE name = 'upgrade'",
    );
    token[0].parse().unwrap()
}

/// The number of a connection of the holder.
pub(crate) fn connection(client: &Client, which: Connection) -> Option<u64> {
    let column = match which {
        Connection::Beat => "beat",
        Connection::Work => "work",
    };
    let sql =
        format!("SELECT JSON_VALUE({column}, '$.id') FROM cb_upgrade_lock WHERE name = 'upgrade'");
    let rows = client.try_query(&sql).ok()?;
    rows.into_iter().flatten().next()??.parse().ok()
}

/// Waits until a statement with this text is under way in the client's database, and tells its connection.
pub(crate) fn until_runs(client: &Client, text: &str) -> u64 {
    let sql = format!(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND DB = DATABASE()
            AND COMMAND = 'Query' AND INFO LIKE '%{text}%'"
    );
    until(text, || strings(client, &sql).first()?.parse().ok())
}

/// Waits until the kernel holds a process still.
pub(crate) fn until_halted(child: &Child) {
    let file = format!("/proc/{}/stat", child.id());
    until("the halt", || {
        let stat = fs::read_to_string(&file).unwrap();
        let (_, state) = stat.rsplit_once(')').unwrap();
        state.trim_start().starts_with('T').then_some(())
    });
}

/// Every child that is not `besides` must have succeeded.
pub(crate) fn must_succeed(ends: &[End], story: &str) {
    let failed: Vec<_> = ends.iter().filter(|end| end.code != Some(0)).collect();
    assert!(failed.is_empty(), "{story}: {failed:#?}");
}

pub(crate) fn count(ends: &[End], said: &str) -> usize {
    ends.iter().filter(|end| end.said.contains(said)).count()
}

/// Says what was done; shown with `--nocapture`.
pub(crate) fn say(what: &str, began: Instant) {
    eprintln!("{what}: {:.1} s", began.elapsed().as_secs_f64());
}
