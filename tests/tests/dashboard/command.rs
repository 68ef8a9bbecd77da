//! `upgrades dashboard`, the real command, attacked over connections of one's own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use upgrades::{Hook, Notice, NoticeState, Track, Upgrader};
use upgrades_tests::Sandbox;
use upgrades_tests::child::until;
use upgrades_tests::receiver::Receiver;
use upgrades_tests::served::Served;

use crate::wire::{Said, ask, form, say, token};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// An installation whose script has yet to run.
fn installation(script: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let config = "database = \"sqlite:shop.db\"\ntracks.core.directory = \"core\"\n";
    sandbox.write("upgrades.toml", config);
    sandbox.write("core/1.sql", script);
    sandbox
}

/// It, with the token in a file.
fn kept(sandbox: &Sandbox) -> Served {
    let path = sandbox.write("token", TOKEN);
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path, rights).unwrap();
    Served::with(sandbox, &["--token-file", "token"])
}

fn enter(address: &str, token: &str) -> Said {
    form(address, "/sign-in", "", &format!("token={token}"))
}

/// The cookie of somebody who signs in.
fn signed_in(address: &str, token: &str) -> String {
    let answer = enter(address, token);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = answer.header("set-cookie");
    let (cookie, rest) = cookie.split_once("; ").unwrap();
    assert_eq!(rest, "Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
    cookie.to_owned()
}

fn page(address: &str, cookie: &str) -> Said {
    ask(address, "GET /", &format!("Cookie: {cookie}\r\n"), "")
}

#[test]
fn a_link_lets_in_one_browser() {
    let sandbox = installation("SELECT 1;");
    let served = Served::start(&sandbox);
    let address = served.address();
    let link = served.link();
    let (_, first) = link.split_once("?token=").unwrap();
    // Whoever fetches addresses ahead does not use it up.
    for _ in 0..3 {
        assert_eq!(
            ask(address, &format!("GET /sign-in?token={first}"), "", "").status,
            200
        );
    }
    let cookie = signed_in(address, first);
    assert_eq!(enter(address, first).status, 403);
    let next = served.link();
    assert_ne!(next, link);
    let other = signed_in(address, next.split_once("?token=").unwrap().1);
    let (name, value) = cookie.split_once('=').unwrap();
    let rows = [
        (cookie.clone(), 200),
        (other.clone(), 200),
        (format!("x=y; {cookie}; a"), 200),
        (String::new(), 303),
        (format!("{name}="), 303),
        (format!("{name}={first}"), 303),
        (format!("{name}=\"{value}\""), 303),
        (format!("{name}={}", &value[1..]), 303),
        (format!("{name}={value}0"), 303),
        (format!("{name}={}", value.to_uppercase()), 303),
        (format!("x{cookie}"), 303),
        (format!("{cookie}; {other}"), 303),
        (format!("{cookie}\r\nCookie: {other}"), 303),
        (format!("{cookie}\r\nAuthorization: Bearer x"), 200),
        (format!("x=y\r\nAuthorization: Bearer {first}"), 303),
        ("\u{ff}\u{0}".replace('\0', ""), 303),
    ];
    for (cookie, status) in rows {
        let answer = page(address, &cookie);
        assert_eq!(answer.status, status, "{cookie}\n{}", answer.body);
        assert!(
            status == 200 || !answer.body.contains("shop.db"),
            "{}",
            answer.body
        );
    }
    // Another process knows nobody of this one.
    let second = Served::start(&sandbox);
    assert_eq!(page(second.address(), &cookie).status, 303);
    let gone = form(address, "/sign-out", &cookie, "");
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(page(address, &cookie).status, 303);
    assert_eq!(page(address, &other).status, 200);
}

#[test]
fn guessing_ends_soon() {
    let sandbox = installation("SELECT 1;");
    let served = kept(&sandbox);
    let address = served.address();
    let cookie = signed_in(address, TOKEN);
    let bearer = |token: &str| {
        ask(
            address,
            "GET /api/status",
            &format!("Authorization: Bearer {token}\r\n"),
            "",
        )
    };
    assert_eq!(bearer(TOKEN).status, 200);
    for guess in 0..4 {
        assert_eq!(enter(address, &format!("{guess}")).status, 403);
        assert_eq!(bearer(&format!("{guess}")).status, 401);
    }
    assert_eq!(enter(address, "4").status, 403);
    // What a page of another site sends is no guess.
    let foreign = "Origin: http://evil\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    assert_eq!(
        ask(address, "POST /sign-in", foreign, "token=1").status,
        403
    );
    for answer in [
        bearer("5"),
        enter(address, "x"),
        enter(address, TOKEN),
        bearer("x"),
        bearer(TOKEN),
    ] {
        assert_eq!(answer.status, 429, "{}", answer.body);
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert_eq!(page(address, &cookie).status, 200);
    assert_eq!(ask(address, "GET /healthz", "", "").status, 200);
}

#[test]
fn bytes_that_are_no_request() {
    let sandbox = installation("SELECT 1;");
    let served = Served::start(&sandbox);
    let address = served.address();
    let host = format!("Host: {address}\r\nConnection: close\r\n\r\n");
    let (long, huge) = ("x".repeat(100_000), "x".repeat(1_000_000));
    let many: String = (0..200).map(|n| format!("X-{n}: y\r\n")).collect();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\n{host}");
    let rows = [
        (get("/sign-in"), 200),
        (get("/healthz"), 200),
        (get("//evil.example/"), 303),
        (get("/\u{7f}/"), 400),
        (get("/\u{e9}/"), 303),
        (get("/%"), 303),
        (get("/%zz%00"), 303),
        (get(&format!("http://evil.example/{}", "x")), 303),
        (get("*"), 303),
        (get("evil.example"), 303),
        (get("/ /"), 400),
        (get("/\0"), 400),
        (get(&format!("/{long}")), 414),
        (format!("GET / HTTP/1.1\r\nX: {huge}\r\n{host}"), 431),
        (format!("GET / HTTP/1.1\r\n{many}{host}"), 431),
        (
            "GET /sign-in HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(),
            400,
        ),
        (
            format!("GET /sign-in HTTP/1.1\r\nHost: evil\r\n{host}"),
            400,
        ),
        (
            "GET /sign-in HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n".to_owned(),
            421,
        ),
        ("GET /sign-in HTTP/1.0\r\n\r\n".to_owned(), 400),
        ("GET /sign-in\r\n\r\n".to_owned(), 400),
        (format!("GET /sign-in HTTP/3.0\r\n{host}"), 400),
        (format!("OPTIONS * HTTP/1.1\r\n{host}"), 401),
        (format!("TRACE /sign-in HTTP/1.1\r\n{host}"), 405),
        (format!("PUT /sign-in HTTP/1.1\r\n{host}"), 405),
        (format!("DELETE / HTTP/1.1\r\n{host}"), 401),
        (format!("CONNECT evil.example:443 HTTP/1.1\r\n{host}"), 401),
        (
            format!("GET /sign-in HTTP/1.1\r\nBad Name: x\r\n{host}"),
            400,
        ),
        (
            format!("GET /sign-in HTTP/1.1\r\nX: a\rSet-Cookie: b\r\n{host}"),
            400,
        ),
        (
            format!("POST /sign-in HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n{host}x"),
            400,
        ),
        (
            format!("POST /sign-in HTTP/1.1\r\nContent-Length: -1\r\n{host}"),
            400,
        ),
        (
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".to_owned(),
            400,
        ),
    ];
    for (bytes, status) in rows {
        let answer = say(address, bytes.as_bytes());
        let shown: String = bytes.chars().take(80).collect();
        assert_eq!(answer.status, status, "{shown:?}\n{}", answer.body);
        assert!(!answer.body.contains("shop.db"), "{shown:?}");
        let location = answer.header("location");
        assert!(
            ["", "/sign-in"].contains(&location),
            "{shown:?} leads to {location}"
        );
    }
}

#[test]
fn bodies_without_end() {
    let sandbox = installation("SELECT 1;");
    let served = Served::start(&sandbox);
    let address = served.address();
    let origin = format!("Host: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n");
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    let chunks = format!("4000\r\n{}\r\n", "x".repeat(0x4000)).repeat(64);
    let long = "token=".to_owned() + &"x".repeat(1_000_000);
    let rows = [
        (
            "POST /sign-in",
            format!("Content-Length: {}\r\n\r\n{long}", long.len()),
            413,
        ),
        (
            "POST /sign-in",
            format!("Content-Length: 99999999999\r\n\r\n{long}"),
            413,
        ),
        (
            "POST /sign-in",
            format!("Transfer-Encoding: chunked\r\n\r\n{chunks}"),
            413,
        ),
        (
            "POST /sign-in",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n".to_owned(),
            400,
        ),
        // Nobody waits for what nobody reads.
        (
            "POST /run",
            "Content-Length: 99999999999\r\n\r\n".to_owned(),
            401,
        ),
        (
            "GET /sign-in",
            "Content-Length: 99999999999\r\n\r\nx".to_owned(),
            200,
        ),
        (
            "PUT /style.css",
            format!("Transfer-Encoding: chunked\r\n\r\n{chunks}"),
            405,
        ),
    ];
    for (line, rest, status) in rows {
        let answer = say(
            address,
            format!("{line} HTTP/1.1\r\n{origin}{kind}{rest}").as_bytes(),
        );
        let shown: String = rest.chars().take(60).collect();
        assert_eq!(answer.status, status, "{line} {shown:?}\n{}", answer.body);
    }
}

/// So many who say nothing, or only begin to, keep nobody else out.
#[test]
fn many_connections() {
    let sandbox = installation("SELECT 1;");
    let served = Served::start(&sandbox);
    let address = served.address();
    let open: Vec<_> = (0..200)
        .map(|n| {
            let mut stream = TcpStream::connect(address).unwrap();
            let begun = [
                "",
                "G",
                "GET / HTTP/1.1\r\nHost:",
                "POST /sign-in HTTP/1.1\r\n",
            ];
            stream.write_all(begun[n % 4].as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_eq!(ask(address, "GET /sign-in", "", "").status, 200);
    // They keep it from ending no longer than a farewell takes.
    let (code, said) = served.stopped();
    assert_eq!(code, Some(0), "{said}");
    for mut stream in open {
        let mut rest = Vec::new();
        // Closed, with an answer or without.
        let _ = stream.read_to_end(&mut rest);
    }
}

/// A run that was begun on the page stops behind its statement when the command is asked to end.
#[test]
fn a_run_stops_behind_its_statement() {
    let slow = "CREATE TABLE slow (x);\nINSERT INTO slow WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 6000000) \
                SELECT count(*) FROM c;\nINSERT INTO slow VALUES (2);\n";
    let sandbox = installation(&format!("-- upgrade: transaction = off\n{slow}"));
    let served = kept(&sandbox);
    let address = served.address();
    let cookie = signed_in(address, TOKEN);
    let first = page(address, &cookie).body;
    let body = format!("token={}", token(&first, "/run"));
    assert_eq!(form(address, "/run", &cookie, &body).status, 303);
    until("the slow statement", || {
        let lock = std::fs::read_to_string(sandbox.path("shop.db-upgrade")).unwrap_or_default();
        lock.contains(r#""statement":2,"#).then_some(())
    });
    let (code, said) = served.stopped();
    assert_eq!((code, said.trim_end()), (Some(0), "stopped"));
    let rows = |sandbox: &Sandbox| -> i64 {
        sandbox
            .open("shop.db")
            .query_row("SELECT count(*) FROM slow", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(rows(&sandbox), 1, "the statement ended, and no other began");
    let answer = sandbox.upgrades(["run", "--quiet"]);
    assert_eq!((answer.status, rows(&sandbox)), (Some(0), 2), "{answer:?}");
}

/// What another process has left is told when it begins; what happens on its page, at once; what is left, when it ends.
#[test]
fn hooks_are_told() {
    let chat = Receiver::new();
    let sandbox = installation("SELECT x FROM nowhere;");
    let config = sandbox.read("upgrades.toml");
    sandbox.write(
        "upgrades.toml",
        format!("{config}[hooks.chat]\nurl = \"{}\"\n", chat.url("/")),
    );
    let upgrader = Upgrader::new(upgrades::sqlite(sandbox.path("shop.db")))
        .track(Track::core(sandbox.path("core")))
        .hook(Hook::webhook("chat", chat.url("/")))
        .without_failure_log()
        .send_only_when_asked();
    upgrader.run().unwrap_err();
    assert_eq!(chat.by_now().len(), 0);
    let served = kept(&sandbox);
    assert_eq!(chat.heard(1)[0].told("/kind"), "raised");
    let address = served.address();
    let cookie = signed_in(address, TOKEN);
    let first = page(address, &cookie).body;
    let issue = first
        .split_once("name=\"issue\" value=\"")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap();
    let body = format!(
        "token={}&issue={issue}&reason=x&resolution=go-on",
        token(&first, "/clear")
    );
    assert_eq!(form(address, "/clear", &cookie, &body).status, 303);
    assert_eq!(chat.heard(2)[1].told("/kind"), "cleared");
    let first = page(address, &cookie).body;
    let body = format!("token={}", token(&first, "/run"));
    assert_eq!(form(address, "/run", &cookie, &body).status, 303);
    assert_eq!(chat.heard(3)[2].told("/kind"), "raised");
    until("the note that it was heard", || {
        let notices = upgrader.notices().unwrap();
        let is_told = |notice: &Notice| notice.state != NoticeState::Sending;
        notices.iter().all(is_told).then_some(())
    });
    upgrader
        .clear_failure("by hand", upgrades::Resolution::GoOn)
        .unwrap();
    assert_eq!(chat.by_now().len(), 3);
    let (code, said) = served.stopped();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(chat.by_now()[3].told("/kind"), "cleared");
}
