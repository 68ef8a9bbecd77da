//! The live run, followed over a real connection while a process of its own upgrades.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use axum::Router;
use serde_json::Value;
use upgrades::{Track, Upgrader};
use upgrades_dashboard::Dashboard;
use upgrades_tests::Sandbox;
use upgrades_tests::mariadb::Server;

use crate::lab::runtime;

const TABLE: &str = "CREATE TABLE #__a (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);\n\
     INSERT INTO #__a (id, n) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT i, 0 FROM n;\n";
/// A batch that takes long enough to be seen.
const BATCH: &str = "batch{table = \"#__a\", columns = {\"n\"}, rows = 2, pause = 0.1, each = function(row) return {n = row.n + 1} end}\n";

/// Serves a router on a port of its own.
fn serve(router: Router) -> SocketAddr {
    let listener = runtime()
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    runtime().spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// A connection that asks for a path.
fn open(address: SocketAddr, path: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    BufReader::new(stream)
}

/// The status and the headers of a response.
fn head(stream: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
    }
    head.to_lowercase()
}

/// Reads events until one is as wanted.
#[track_caller]
fn until(stream: &mut impl BufRead, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(stream.read_line(&mut line).unwrap(), 0, "the events ended");
        let Some(data) = line.strip_prefix("data: ") else {
            continue;
        };
        let now: Value = serde_json::from_str(data).unwrap();
        if wanted(&now) {
            return now;
        }
    }
}

fn scripts(sandbox: &Sandbox) {
    sandbox.write("core/1.sql", TABLE);
    sandbox.write("core/2.lua", BATCH);
    sandbox.write("core/3.sql", "INSERT INTO #__a (id, n) VALUES (100, 1);");
    sandbox.write("custom/.keep", "");
}

fn upgrade(sandbox: &Sandbox, database: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_upgrade-child"))
        .arg(database)
        .arg(sandbox.path("core"))
        .arg(sandbox.path("custom"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// From idle through a run in another process to its end, and several who follow are told the same.
#[track_caller]
fn follows(sandbox: &Sandbox, database: &str, upgrader: Upgrader<'static>) {
    let upgrader = upgrader
        .track(Track::core(sandbox.path("core")))
        .track(Track::customization(sandbox.path("custom")))
        .prefix("cb_")
        .app_version("1.2.3");
    let address = serve(Router::new().nest("/admin", Dashboard::new(upgrader).router()));
    let mut first = open(address, "/admin/live");
    let headers = head(&mut first);
    assert!(headers.starts_with("http/1.1 200 ok\r\n"), "{headers}");
    for header in [
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
    ] {
        assert!(headers.contains(header), "{headers}");
    }
    let idle = until(&mut first, |_| true);
    assert_eq!(
        (&idle["state"], &idle["working"]),
        (&"pending".into(), &Value::Null)
    );
    let mut child = upgrade(sandbox, database);
    let in_batch = |now: &Value| {
        now["working"]["at"]["rows"]["done"]
            .as_u64()
            .is_some_and(|done| done > 2)
    };
    let now = until(&mut first, in_batch);
    assert_eq!(now["state"], "upgrading", "{now}");
    let at = &now["working"]["at"];
    assert_eq!(
        (&at["script"], &at["rows"]["total"]),
        (&"core/2.lua".into(), &40.into()),
        "{now}"
    );
    assert_eq!(now["working"]["holder"]["pid"], child.id(), "{now}");
    // Whoever comes later sees at once where it is.
    let mut second = open(address, "/admin/live");
    head(&mut second);
    let seen = until(&mut second, |_| true);
    assert_eq!(seen["state"], "upgrading", "{seen}");
    for stream in [&mut first, &mut second] {
        let end = until(stream, |now| now["state"] != "upgrading");
        assert_eq!(
            (&end["state"], &end["working"]),
            (&"current".into(), &Value::Null)
        );
    }
    assert!(child.wait().unwrap().success());
}

#[test]
fn on_sqlite() {
    let sandbox = Sandbox::new();
    scripts(&sandbox);
    let database = sandbox.path("shop.db");
    let upgrader = Upgrader::new(upgrades::sqlite(&database));
    follows(&sandbox, database.to_str().unwrap(), upgrader);
}

#[test]
fn on_mariadb() {
    let sandbox = Sandbox::new();
    scripts(&sandbox);
    let database = Server::shared().database();
    let upgrader = Upgrader::new(upgrades::mysql(&database.url()).unwrap());
    follows(&sandbox, &database.url(), upgrader);
}

/// So many may follow, and one more is told so; when one has gone, another one may come.
#[test]
fn no_more_than_so_many_follow() {
    let sandbox = Sandbox::new();
    scripts(&sandbox);
    let upgrader = Upgrader::new(upgrades::sqlite(sandbox.path("shop.db")))
        .track(Track::core(sandbox.path("core")));
    let address = serve(Dashboard::new(upgrader).router());
    let mut following: Vec<_> = (0..64).map(|_| open(address, "/live")).collect();
    for stream in &mut following {
        assert!(head(stream).starts_with("http/1.1 200"));
    }
    let mut late = open(address, "/live");
    let headers = head(&mut late);
    assert!(
        headers.starts_with("http/1.1 503") && headers.contains("retry-after: 5"),
        "{headers}"
    );
    following.pop();
    upgrades_tests::child::until("a free place", || {
        head(&mut open(address, "/live"))
            .starts_with("http/1.1 200")
            .then_some(())
    });
}

/// A server that answers nobody any more takes so many threads and not one more, and every page says so.
#[test]
fn a_database_that_hangs() {
    let server = Server::with(&[]);
    let database = server.database();
    let upgrader = Upgrader::new(upgrades::mysql(&database.url()).unwrap())
        .track(Track::core([("1.sql", "SELECT 1;")]));
    let board = Dashboard::new(upgrader).router();
    server.pause();
    let asked: Vec<_> = (0..24)
        .map(|_| {
            let board = board.clone();
            runtime().spawn_blocking(move || crate::lab::get(&board, "/"))
        })
        .collect();
    assert_eq!(crate::lab::get(&board, "/healthz").status, 200);
    for page in asked {
        let page = runtime().block_on(page).unwrap();
        assert_eq!(page.status, 503, "{}", page.body);
    }
    server.resume();
    upgrades_tests::child::until("an answer", || {
        (crate::lab::get(&board, "/").status == 200).then_some(())
    });
}
