//! A restore does not forget whom hooks have told, nor whom they have to tell.

use std::time::Duration;

use upgrades::{Backups, Hook, NoticeState, OnFailure, Resolution, Track, Upgrader};
use upgrades_tests::Sandbox;
use upgrades_tests::receiver::{Heard, Receiver, nobody};

const GOOD: (&str, &str) = ("1.sql", "CREATE TABLE a (n INTEGER)");
const BAD: (&str, &str) = ("2.sql", "INSERT INTO nowhere VALUES (2)");
const LONG: Duration = Duration::from_secs(60);

fn upgrader(sandbox: &Sandbox, url: &str, policy: OnFailure) -> Upgrader<'static> {
    let backups = Backups::in_directory(sandbox.path("backups")).exclusive();
    let backups = match policy {
        OnFailure::Restore => backups.before_run().on_failure(policy),
        _ => backups,
    };
    Upgrader::new(upgrades::sqlite(sandbox.path("shop.db")))
        .track(Track::core([GOOD, BAD]))
        .without_failure_log()
        .backups(backups)
        .hook(Hook::webhook("chat", url))
        .send_only_when_asked()
}

fn kinds(heard: &[Heard]) -> Vec<String> {
    heard.iter().map(|heard| heard.told("/kind")).collect()
}

/// The backup has the outbox as it was: with something waiting that was told since, and without what came since.
#[test]
fn nothing_is_lost_and_nothing_told_twice() {
    let (sandbox, chat) = (Sandbox::new(), Receiver::new());
    let it = upgrader(&sandbox, &chat.url("/"), OnFailure::Halt);
    assert!(it.run().is_err());
    let waiting = it.back_up().unwrap().id.to_string();
    it.send_notices(LONG).unwrap();
    assert_eq!(kinds(&chat.by_now()), ["raised"]);
    // The failure waits again, as it did then, and was told of already.
    it.restore_backup(&waiting).unwrap();
    it.send_notices(LONG).unwrap();
    assert_eq!(kinds(&chat.by_now()), ["raised"]);
    // It is cleared, and comes back with the backup: another occurrence.
    it.clear_failure("mended", Resolution::GoOn).unwrap();
    it.send_notices(LONG).unwrap();
    it.restore_backup(&waiting).unwrap();
    assert!(it.run().is_err());
    it.send_notices(LONG).unwrap();
    assert_eq!(kinds(&chat.by_now()), ["raised", "cleared", "raised"]);
}

/// What waits when a restore takes the failure away is told, and that it is over behind it.
#[test]
fn what_waits_survives() {
    let (sandbox, chat) = (Sandbox::new(), Receiver::new());
    let before = Upgrader::new(upgrades::sqlite(sandbox.path("shop.db")))
        .track(Track::core([GOOD]))
        .backups(Backups::in_directory(sandbox.path("backups")));
    before.run().unwrap();
    let good = before.back_up().unwrap().id.to_string();
    let it = upgrader(&sandbox, &nobody(), OnFailure::Halt);
    assert!(it.run().is_err());
    it.restore_backup(&good).unwrap();
    assert_eq!(it.notices().unwrap()[0].state, NoticeState::Waiting);
    let sent = upgrader(&sandbox, &chat.url("/"), OnFailure::Halt)
        .send_notices(LONG)
        .unwrap();
    assert_eq!((sent.sent, sent.left), (2, 0));
    assert_eq!(kinds(&chat.by_now()), ["raised", "cleared"]);
}

/// A run that is rolled back has raised its issue all the same.
#[test]
fn a_failed_run_is_rolled_back() {
    let (sandbox, chat) = (Sandbox::new(), Receiver::new());
    let it = upgrader(&sandbox, &chat.url("/"), OnFailure::Restore);
    assert!(it.run().is_err());
    let tables = upgrades_tests::told::rows(
        &sandbox.open("shop.db"),
        "SELECT count(*) FROM sqlite_schema WHERE name = 'a'",
    );
    assert_eq!(tables, "0");
    it.send_notices(LONG).unwrap();
    it.send_notices(LONG).unwrap();
    assert_eq!(kinds(&chat.by_now()), ["raised"]);
}
