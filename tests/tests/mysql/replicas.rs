//! Batches wait for replicas: real ones, that are made to lag, to stop, and to vanish.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use rustix::process::Signal;
use upgrades::store::Mysql;
use upgrades::{Event, Upgrader};
use upgrades_tests::crash::{signal, until};
use upgrades_tests::mariadb::{Client, Durability, Flavour, Server};
use upgrades_tests::told::Scripts;

use crate::lab::{Lab, child};

const PASSWORD: &str = "geheim-7";

/// A primary, for all tests of this file. Each test has replicas of its own.
fn primary() -> &'static Server {
    static PRIMARY: OnceLock<Server> = OnceLock::new();
    PRIMARY.get_or_init(|| {
        let primary = Server::with(&["--log-bin=binlog", "--server-id=1"]);
        let created = format!("CREATE USER follow@'%' IDENTIFIED BY '{PASSWORD}'; GRANT REPLICATION SLAVE ON *.* TO follow@'%'");
        primary.connect().query(&created);
        primary
    })
}

/// A replica of the primary, and the URL by which its lag is asked for, with a password.
struct Replica {
    server: Server,
    url: String,
}

impl Replica {
    fn new(number: u32) -> Self {
        // Durable, so that one that was killed goes on.
        let id = format!("--server-id={number}");
        let server = Server::start_with(Durability::Durable, &[&id]);
        let port = primary().port();
        let follow = Flavour::choose(
            "GRANT REPLICA MONITOR ON *.* TO watch@'%';
             CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = [PORT], MASTER_USER = 'follow',
                 MASTER_PASSWORD = '[PASSWORD]', MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos;",
            "GRANT REPLICATION CLIENT ON *.* TO watch@'%';
             CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = [PORT], SOURCE_USER = 'follow',
                 SOURCE_PASSWORD = '[PASSWORD]', SOURCE_CONNECT_RETRY = 1, GET_SOURCE_PUBLIC_KEY = 1;",
        );
        let follow = follow
            .replace("[PORT]", &port.to_string())
            .replace("[PASSWORD]", PASSWORD);
        server.connect().query(&format!(
            "SET SESSION sql_log_bin = 0; CREATE USER watch@'%' IDENTIFIED BY '{PASSWORD}'; {follow} START REPLICA"
        ));
        let url = format!("mysql://watch:{PASSWORD}@127.0.0.1:{}", server.port());
        let replica = Self { server, url };
        replica.until_following();
        replica
    }

    fn until_following(&self) {
        let client = self.server.connect();
        until("replication", || {
            let lag = client.query("SELECT 1 FROM information_schema.processlist WHERE user = 'system user' AND state LIKE '%read all relay log%'");
            (!lag.is_empty()).then_some(())
        });
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.port())
    }
}

/// Ten rows in chunks of two, by a script in SQL and one in Lua.
const SCRIPTS: Scripts<'_> = &[
    (
        "1.sql",
        "CREATE TABLE #__p (id INT PRIMARY KEY, n INT NOT NULL);
         INSERT INTO #__p WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < 10) SELECT seq, 0 FROM s;",
    ),
    (
        "2.sql",
        "-- upgrade: batch = #__p by id, 2\nUPDATE #__p SET n = n + 1 WHERE ${batch};",
    ),
    (
        "3.lua",
        "batch{table = '#__p', rows = 2, each = function(row) return {n = row.n + 1} end}",
    ),
];
const TWICE: &str = "10,20,2,2";

fn taken(lab: &Lab) -> String {
    lab.rows("SELECT COUNT(*), SUM(n), MIN(n), MAX(n) FROM cb_p")
}

fn held(lab: &Lab, replica: &Replica) -> Mysql {
    lab.store()
        .replica(&replica.url)
        .unwrap()
        .max_lag(std::time::Duration::from_secs(1))
}

type Told = Arc<Mutex<Vec<String>>>;

/// An upgrade that tells why it is held back, with its level, and does `act` when it is for the first time.
fn observed(
    upgrader: Upgrader<'static>,
    act: impl Fn() + Send + Sync + 'static,
) -> (Upgrader<'static>, Told) {
    let told = Told::default();
    let notes = told.clone();
    let upgrader = upgrader.on_event(move |event| {
        if let Event::Held { brake, .. } = event {
            let mut notes = notes.lock().unwrap();
            notes.push(format!("{:?} {brake} | {event}", brake.kind));
            if notes.len() == 1 {
                act();
            }
        }
    });
    (upgrader, told)
}

/// Runs the scripts with a replica that `spoil` has spoilt, and mends it when the batch is held back. What was told first.
fn check(
    number: u32,
    spoil: impl Fn(&Replica, &Client, &Lab),
    mend: impl Fn(&Replica, &Client) + Send + Sync + 'static,
) -> String {
    let replica = Arc::new(Replica::new(number));
    let lab = Lab::on(primary());
    lab.run(&SCRIPTS[..1]);
    let client = Arc::new(replica.server.connect());
    spoil(&replica, &client, &lab);
    let upgrader = lab.with(held(&lab, &replica), SCRIPTS);
    let (database, looker) = (lab.database.url(), replica.address());
    let its = replica.clone();
    let (upgrader, told) = observed(upgrader, move || {
        // Whoever asks for the status sees it too.
        let others = Upgrader::new(upgrades::mysql(&database).unwrap()).prefix("cb_");
        let place = until("the status", || {
            others.status().unwrap().working?.at?.waits_for
        });
        assert!(
            place.contains(&looker) && !place.contains(PASSWORD),
            "{place}"
        );
        mend(&its, &client);
    });
    assert_eq!(lab.told(upgrader.run()), "Upgraded core/2.sql core/3.lua");
    assert_eq!(taken(&lab), TWICE);
    let told = told.lock().unwrap();
    assert!(!told.join("\n").contains(PASSWORD), "{told:?}");
    let first = told.first().expect("it was held back");
    first.replace(&replica.address(), "[REPLICA]")
}

#[test]
fn that_lag() {
    let told = check(
        11,
        |_, client, lab| {
            client.query("FLUSH TABLES WITH READ LOCK");
            lab.rows("CREATE TABLE later (a INT); SELECT 1");
            thread::sleep(std::time::Duration::from_millis(3100));
        },
        |_, client| {
            client.query("UNLOCK TABLES");
        },
    );
    let told = told.split_once(" s behind").unwrap();
    assert!(
        told.0.starts_with("Behind replica [REPLICA] is "),
        "{told:?}"
    );
    assert!(
        told.1.starts_with(
            ", and may be 1 s | core/2.sql: statement 1 waits since 1 s: replica [REPLICA] is "
        ),
        "{told:?}"
    );
}

#[test]
fn that_have_stopped() {
    // What does the work, and what hears of it, without which MySQL says that it is 0 s behind.
    for (number, thread) in [(12, "SQL_THREAD"), (32, "IO_THREAD")] {
        let told = check(
            number,
            |_, client, _| {
                client.query(&format!("STOP REPLICA {thread}"));
            },
            |_, client| {
                client.query("START REPLICA");
            },
        );
        let why = "replication has stopped on [REPLICA]; start it, or do not wait for it";
        assert_eq!(
            told,
            format!("Trouble {why} | core/2.sql: statement 1 waits since 1 s: {why}"),
            "{thread}"
        );
    }
}

#[test]
fn that_are_gone() {
    let told = check(
        13,
        |replica, _, _| replica.server.kill(),
        |replica, _| replica.server.restart(),
    );
    let why = "Trouble replica [REPLICA] cannot be asked how far it is behind: the server cannot be reached: ";
    assert!(told.starts_with(why), "{told}");
}

/// Connections stay open, and nothing answers.
#[test]
fn that_are_silent() {
    let told = check(
        14,
        |replica, _, _| replica.server.pause(),
        |replica, _| replica.server.resume(),
    );
    let asked = [
        "Asking replica [REPLICA] has not answered yet",
        "Trouble replica [REPLICA] cannot be asked how far it is behind: no answer within 3 s",
    ];
    assert!(asked.iter().any(|asked| told.starts_with(asked)), "{told}");
}

/// Those that will never do, until somebody asks to stop; what is done stays, and another run goes on.
#[test]
fn that_never_will() {
    let replica = Replica::new(15);
    let at = replica.address();
    let primary_at = format!("127.0.0.1:{}", primary().port());
    let rows = [
        (
            format!("mysql://root@{primary_at}"),
            format!("{primary_at} is no replica; name one, or do not wait for it"),
        ),
        (
            format!("mysql://watch:not-{PASSWORD}@{at}"),
            format!(
                "replica {at} cannot be asked how far it is behind: Access denied for user 'watch'@'127.0.0.1' (using \
                 password: YES) (error 1045, 28000)"
            ),
        ),
    ];
    for (url, expected) in rows {
        let lab = Lab::on(primary());
        let stop = Arc::new(AtomicBool::new(false));
        let store = lab.store().replica(&url).unwrap();
        assert!(!format!("{store:?}").contains(PASSWORD));
        let upgrader = lab.with(store, SCRIPTS).stop_when(stop.clone());
        let (upgrader, told) = observed(upgrader, move || stop.store(true, Ordering::SeqCst));
        assert_eq!(lab.told(upgrader.run()), "Stopped core/1.sql");
        let told = told.lock().unwrap().join("\n");
        let line =
            format!("Trouble {expected} | core/2.sql: statement 1 waits since 1 s: {expected}");
        assert_eq!(told, line);
        assert_eq!(lab.run(SCRIPTS), "Upgraded core/2.sql core/3.lua");
        assert_eq!(taken(&lab), TWICE);
    }
}

/// What a batch says for itself counts more than what is configured.
#[test]
fn as_a_batch_says() {
    let replica = Replica::new(16);
    let lab = Lab::on(primary());
    lab.run(&SCRIPTS[..1]);
    let client = replica.server.connect();
    client.query("FLUSH TABLES WITH READ LOCK");
    lab.rows("CREATE TABLE later (a INT); SELECT 1");
    thread::sleep(std::time::Duration::from_millis(2100));
    let scripts: Scripts<'_> = &[
        SCRIPTS[0],
        (
            "2.lua",
            "batch{table = '#__p', rows = 2, max_lag = 3600, each = function(row) return {n = row.n + 2} end}",
        ),
    ];
    let upgrader = lab.with(held(&lab, &replica), scripts);
    let (upgrader, told) = observed(upgrader, || {});
    assert_eq!(lab.told(upgrader.run()), "Upgraded core/2.lua");
    assert_eq!(taken(&lab), TWICE);
    assert_eq!(*told.lock().unwrap(), [""; 0]);
    client.query("UNLOCK TABLES");
}

/// Who is ended while waiting did not die of the script, however often.
#[test]
fn deaths_meanwhile_do_not_count() {
    let lab = Lab::on(primary());
    lab.run(&SCRIPTS[..1]);
    for (file, text) in SCRIPTS {
        lab.sandbox.write(format!("core/{file}"), text);
    }
    lab.sandbox.write("customization/README.md", "");
    let here = lab.sandbox.path("");
    let nobody = format!("mysql://root@127.0.0.1:{}", primary().port());
    for _ in 0..4 {
        let running = child(&lab.database.url(), &here)
            .args(["--expiry", "600", "--replica", &nobody])
            .spawn()
            .unwrap();
        let others = lab.core(&[]);
        until("the status", || {
            let working = others.status().unwrap().working?;
            let ours = working.holder?.pid == running.id();
            working.at?.waits_for.filter(|_| ours)
        });
        signal(&running, Signal::KILL);
        running.wait_with_output().unwrap();
    }
    assert_eq!(lab.run(SCRIPTS), "Upgraded core/2.sql core/3.lua");
    assert_eq!(taken(&lab), TWICE);
}

#[test]
fn urls_that_cannot_be_used() {
    let rows = [
        (
            "",
            "it reads mysql://user:password@host:port/database, with %23 for # and %2F for / in a password",
        ),
        (
            "postgres://a:geheim-7@b/c",
            "it reads mysql://user:password@host:port/database, with %23 for # and %2F for / in a password",
        ),
        (
            "mysql://a:geheim-7@b:x",
            "it reads mysql://user:password@host:port/database, with %23 for # and %2F for / in a password",
        ),
        (
            "mysql://a:geheim-7@b?lag=geheim-7",
            "there is no parameter \"lag\"",
        ),
    ];
    let lab = Lab::new();
    for (url, expected) in rows {
        let error = lab.store().replica(url).unwrap_err();
        assert_eq!(
            upgrades::chain(&error),
            format!("a replica's URL cannot be used: {expected}"),
            "{url}"
        );
    }
}
