//! Web services: the signature, and all that they may answer.

use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use upgrades::{Hook, Upgrader, chain};
use upgrades_tests::Sandbox;
use upgrades_tests::receiver::{Receiver, Says, nobody};

/// What came of a test of this hook: nothing, or the whole chain of the error.
fn tried(hook: Hook) -> String {
    let sandbox = Sandbox::new();
    let upgrader = Upgrader::new(upgrades::sqlite(sandbox.path("shop.db"))).hook(hook);
    match upgrader.test_hook("chat") {
        Ok(()) => "heard".to_owned(),
        Err(error) => chain(&error),
    }
}

#[test]
fn what_counts_as_heard() {
    let status = |status, text: &str| Says::Status(status, text.to_owned());
    let bytes = |text: &str| Says::Bytes(text.as_bytes().to_vec());
    let rows = [
        (status(200, "thanks"), "heard"),
        (status(204, ""), "heard"),
        (Says::TooMuch(200), "heard"),
        (status(500, ""), "it answered 500 Internal Server Error"),
        (
            status(500, "out\nof  order\u{7}"),
            "it answered 500 Internal Server Error: out of order",
        ),
        (
            status(404, "no hook s3cret-token here"),
            "it answered 404 Not Found: no hook [...] here",
        ),
        (
            status(301, ""),
            "it answered 301 Moved Permanently, and redirects are not followed",
        ),
        (
            status(307, ""),
            "it answered 307 Temporary Redirect, and redirects are not followed",
        ),
        (
            Says::TooMuch(503),
            "it answered 503 Service Unavailable: xxx",
        ),
        (bytes("this is no HTTP\r\n\r\n"), ""),
        (bytes(""), ""),
        (bytes("HTTP/1.1 200"), ""),
        (Says::Nothing, "timeout"),
    ];
    for (answer, expected) in rows {
        let chat = Receiver::saying(std::slice::from_ref(&answer));
        let hook = Hook::webhook("chat", chat.url("/services/s3cret-token"));
        let told = tried(hook.timeout(Duration::from_secs(1)));
        if expected != "heard" {
            let head = format!("hook chat ({}) did not hear it: ", chat.url(""));
            assert!(told.starts_with(&head), "{answer:?}: {told}");
            assert!(told.len() < head.len() + 520, "{answer:?}: {told}");
        }
        assert!(
            told.contains(expected) && !told.contains("s3cret"),
            "{answer:?}: {told}"
        );
        assert!(expected == "heard" || told != "heard", "{answer:?}");
        assert_eq!(chat.by_now().len(), 1, "{answer:?}");
    }
    let told = tried(Hook::webhook("chat", nobody()));
    assert!(told.contains("did not hear it: "), "{told}");
}

/// A slow one costs its time-out.
#[test]
fn nobody_waits_for_longer_than_told() {
    let chat = Receiver::saying(&[Says::Nothing]);
    let began = Instant::now();
    tried(Hook::webhook("chat", chat.url("/")).timeout(Duration::from_millis(300)));
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(300), "{took:?}");
}

/// HMAC as its definition says it (RFC 2104), by SHA-256 alone.
fn hmac(secret: &[u8], text: &[u8]) -> String {
    let mut key = [0; 64];
    match secret.len() <= key.len() {
        true => key[..secret.len()].copy_from_slice(secret),
        false => key[..32].copy_from_slice(&Sha256::digest(secret)),
    }
    let inner = Sha256::digest([&key.map(|byte| byte ^ 0x36), text].concat());
    let outer = Sha256::digest([key.map(|byte| byte ^ 0x5c).as_slice(), inner.as_slice()].concat());
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_is_sent_is_signed() {
    let sandbox = Sandbox::new();
    for secret in ["s3cret", "s3cret\n", &"long ".repeat(40)] {
        let chat = Receiver::new();
        let path = sandbox.write("secret", secret);
        assert_eq!(
            tried(Hook::webhook("chat", chat.url("/a?b=c")).secret_file(path)),
            "heard"
        );
        let heard = chat.by_now().remove(0);
        assert_eq!(heard.line, "POST /a?b=c");
        let header = |name: &str| heard.headers.get(name).cloned().unwrap_or_default();
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("upgrades-notice"), heard.told("/id"));
        let signed = format!("{}.{}", header("upgrades-timestamp"), heard.body);
        let expected = format!(
            "v1={}",
            hmac(secret.trim_end().as_bytes(), signed.as_bytes())
        );
        assert_eq!(header("upgrades-signature"), expected);
        let now = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap()
            .as_secs();
        let moment: u64 = header("upgrades-timestamp").parse().unwrap();
        assert!(now - moment < 600, "{moment}");
    }
    let chat = Receiver::new();
    assert_eq!(tried(Hook::webhook("chat", chat.url("/"))), "heard");
    assert!(!chat.by_now()[0].headers.contains_key("upgrades-signature"));
}

/// Without its secret nothing is sent.
#[test]
fn a_secret_that_is_not_there() {
    let (sandbox, chat) = (Sandbox::new(), Receiver::new());
    let empty = sandbox.write("empty", " \n");
    let hook = || Hook::webhook("chat", chat.url("/"));
    let rows = [
        (
            hook().secret_file(sandbox.path("missing")),
            "missing cannot be read: No such file or directory",
        ),
        (hook().secret_file(&empty), "empty is empty"),
        (
            hook().secret_file(sandbox.path("")),
            "cannot be read: Is a directory",
        ),
        (
            hook().secret_env("UPGRADES_TEST_NO_SUCH_VARIABLE"),
            "the environment variable UPGRADES_TEST_NO_SUCH_VARIABLE of the secret is not set",
        ),
    ];
    for (hook, expected) in rows {
        assert!(hook.problem().unwrap().contains(expected), "{expected}");
        let told = tried(hook);
        assert!(told.contains(expected), "{told}");
    }
    assert_eq!(chat.by_now().len(), 0);
}
