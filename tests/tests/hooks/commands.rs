//! Commands: what they get, and what becomes of those that hang, flood or are not there.

use std::time::Duration;

use upgrades::{Hook, Upgrader, chain};
use upgrades_tests::Sandbox;
use upgrades_tests::child::until;

fn tried(sandbox: &Sandbox, hook: Hook) -> String {
    let upgrader = Upgrader::new(upgrades::sqlite(sandbox.path("shop.db"))).hook(hook);
    match upgrader.test_hook("mail") {
        Ok(()) => "heard".to_owned(),
        Err(error) => chain(&error),
    }
}

/// A shell that runs this, with the sandbox's folder as `$1`.
fn shell(sandbox: &Sandbox, script: &str) -> Hook {
    let folder = sandbox.path("").into_os_string();
    Hook::command(
        "mail",
        ["sh".into(), "-c".into(), script.into(), "sh".into(), folder],
    )
}

#[test]
fn what_counts_as_heard() {
    let sandbox = Sandbox::new();
    let rows = [
        ("cat > /dev/null", "heard"),
        // It need not read, and may leave something behind that does not end.
        ("exit 0", "heard"),
        ("sleep 1000 & echo $! > $1/left", "heard"),
        ("exit 3", "it ended with exit status: 3"),
        (
            "echo first >&2; echo no such user >&2; exit 1",
            "it ended with exit status: 1: first no such user",
        ),
        ("kill -9 $$", "it ended with signal: 9"),
        (
            "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo ' the end' >&2; exit 1",
            "xxx the end",
        ),
        ("head -c 1000000 /dev/zero; exit 0", "heard"),
    ];
    for (script, expected) in rows {
        let told = tried(&sandbox, shell(&sandbox, script));
        assert!(
            told.ends_with(expected) || told.contains(&format!("{expected} (")),
            "{script}: {told}"
        );
        assert!(told.len() < 1200, "{script}: {}", told.len());
    }
    let left = sandbox.read("left");
    let _ = std::process::Command::new("kill").arg(left.trim()).status();
}

#[test]
fn one_that_hangs_is_killed_with_all_that_it_started() {
    let sandbox = Sandbox::new();
    let script = "sleep 1000 & echo $! > $1/child; echo waiting >&2; wait";
    let told = tried(
        &sandbox,
        shell(&sandbox, script).timeout(Duration::from_millis(500)),
    );
    assert_eq!(
        told,
        "hook mail (sh) did not hear it: it took longer than 0.5 s, and was killed: waiting"
    );
    let child = sandbox.read("child");
    let status = format!("/proc/{}/status", child.trim());
    until("its child's end", || {
        let status = std::fs::read_to_string(&status);
        status
            .map_or(true, |status| status.contains("State:\tZ"))
            .then_some(())
    });
}

#[test]
fn what_it_gets() {
    let sandbox = Sandbox::new();
    let script = "cat > $1/body; printf '%s %s' \"$UPGRADES_NOTICE_ID\" \"$UPGRADES_NOTICE_KIND\" > $1/names";
    assert_eq!(tried(&sandbox, shell(&sandbox, script)), "heard");
    let body: serde_json::Value = serde_json::from_str(&sandbox.read("body")).unwrap();
    let (id, kind) = (body["id"].as_str().unwrap(), body["kind"].as_str().unwrap());
    assert_eq!(sandbox.read("names"), format!("{id} {kind}"));
    assert_eq!(kind, "test");
}

#[test]
fn one_that_is_not_there() {
    let sandbox = Sandbox::new();
    let text = sandbox.write("text", "no program");
    for program in [
        "upgrades-no-such-program".into(),
        sandbox.path("missing"),
        text,
        sandbox.path(""),
    ] {
        let hook = Hook::command("mail", [&program]);
        let problem = format!(
            "there is no program {} that this user may run",
            program.display()
        );
        assert_eq!(hook.problem(), Some(problem));
        let told = tried(&sandbox, hook);
        assert!(
            told.contains(&format!("{} cannot be started: ", program.display())),
            "{told}"
        );
    }
    assert_eq!(Hook::command("mail", ["sh"]).problem(), None);
}
