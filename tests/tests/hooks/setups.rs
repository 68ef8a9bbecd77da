//! Hooks that cannot be hooks: every call says so before anything is done.

use std::time::Duration;

use rusqlite::Connection;
use upgrades::{Hook, Track, Upgrader, chain};
use upgrades_tests::Sandbox;
use upgrades_tests::receiver::Receiver;

#[test]
fn refused() {
    let web = |url: &str| vec![Hook::webhook("chat", url)];
    let good = || Hook::webhook("chat", "https://example.org/s3cret");
    let rows = [
        (web("s3cret here"), "it is no URL"),
        (web("file:///s3cret"), "it is no URL"),
        (web("ftp://example.org/s3cret"), "its URL begins neither"),
        (
            web("https://user:s3cret@example.org/"),
            "its URL has a user or a password",
        ),
        (
            vec![Hook::webhook("", "https://example.org/s3cret")],
            "a hook's name is 1 to 64",
        ),
        (
            vec![Hook::webhook("a b", "https://example.org/s3cret")],
            "a hook's name is 1 to 64",
        ),
        (
            vec![Hook::webhook("x".repeat(65), "https://example.org/s3cret")],
            "a hook's name is 1 to 64",
        ),
        (vec![good(), good()], "there are two of this name"),
        (
            vec![good().timeout(Duration::ZERO)],
            "its time-out is more than nothing",
        ),
        (
            vec![good().timeout(Duration::from_secs(601))],
            "its time-out is more than nothing",
        ),
        (
            vec![Hook::command("mail", [""; 0])],
            "its command names no program",
        ),
        (
            vec![Hook::command("mail", [""])],
            "its command names no program",
        ),
        (
            vec![Hook::command("mail", ["sh"]).secret_env("S3CRET")],
            "a command gets no signature",
        ),
    ];
    for (hooks, expected) in rows {
        let sandbox = Sandbox::new();
        let upgrader =
            Upgrader::new(upgrades::sqlite(sandbox.path("shop.db"))).without_failure_log();
        let upgrader = hooks.into_iter().fold(upgrader, Upgrader::hook);
        let outcomes = [
            upgrader.run().map(drop),
            upgrader.status().map(drop),
            upgrader.send_notices(Duration::ZERO).map(drop),
            upgrader.test_hook("chat"),
        ];
        for outcome in outcomes {
            let told = chain(&outcome.unwrap_err());
            assert!(
                told.contains(expected) && told.starts_with("the hook \""),
                "{told}"
            );
            assert!(!told.to_lowercase().contains("s3cret"), "{told}");
        }
        assert!(!sandbox.path("shop.db").exists());
        assert!(!format!("{upgrader:?} {:?}", upgrader.hooks()).contains("s3cret"));
    }
}

/// A connection of the application's own serves where it leads to a file, which a second one leads to as well.
#[test]
fn by_a_connection() {
    let chat = Receiver::new();
    let scripts = [("1.sql", "INSERT INTO nowhere VALUES (1)")];
    let mut memory = Connection::open_in_memory().unwrap();
    let upgrader = Upgrader::new(upgrades::sqlite_connection(&mut memory))
        .track(Track::core(scripts))
        .without_failure_log()
        .hook(Hook::webhook("chat", chat.url("/")));
    let told = chain(&upgrader.run().unwrap_err());
    assert!(
        told.contains("it needs a second connection to the database"),
        "{told}"
    );
    let sandbox = Sandbox::new();
    let mut file = sandbox.open("shop.db");
    let upgrader = Upgrader::new(upgrades::sqlite_connection(&mut file))
        .track(Track::core(scripts))
        .without_failure_log()
        .hook(Hook::webhook("chat", chat.url("/")));
    assert!(upgrader.run().is_err());
    assert_eq!(chat.heard(1)[0].told("/kind"), "raised");
}
