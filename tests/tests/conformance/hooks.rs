//! Hooks: what is told of an issue, how often, and by whom.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use upgrades::{Event, Hook, NoticeState, Resolution, Upgrader};
use upgrades_tests::receiver::{Heard, Receiver, Says, nobody};
use upgrades_tests::told::Scripts;

use crate::place::{Place, on_every_store};

const GOOD: (&str, &str) = ("1.sql", "CREATE TABLE a (n INTEGER);");
const BAD: (&str, &str) = ("2.sql", "INSERT INTO nowhere VALUES (2);");
const MENDED: (&str, &str) = ("2.sql", "INSERT INTO a VALUES (2);");
const FAILING: Scripts<'static> = &[GOOD, BAD];
/// Far longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

fn telling(place: &dyn Place, scripts: Scripts<'_>, url: &str) -> Upgrader<'static> {
    place.core(scripts).hook(Hook::webhook("chat", url))
}

fn asked(place: &dyn Place, scripts: Scripts<'_>, url: &str) -> Upgrader<'static> {
    telling(place, scripts, url).send_only_when_asked()
}

/// How many were sent, not heard, and left.
fn sent(upgrader: &Upgrader<'_>) -> (usize, usize, usize) {
    let sent = upgrader.send_notices(LONG).unwrap();
    (sent.sent, sent.failed, sent.left)
}

fn kinds(heard: &[Heard]) -> Vec<String> {
    let kinds = heard.iter().map(|heard| {
        let issue = heard.told("/issue/code");
        format!("{} {issue}", heard.told("/kind"))
    });
    kinds.collect()
}

fn states(upgrader: &Upgrader<'_>) -> Vec<NoticeState> {
    let notices = upgrader.notices().unwrap();
    notices.iter().map(|notice| notice.state).collect()
}

fn mark(place: &dyn Place) -> String {
    place.rows("SELECT value FROM system_vars WHERE name = 'upgrades_notices'")
}

on_every_store! {
    /// A thread tells of an issue, and when it is over; nobody asks for it.
    fn raised_and_cleared(new) {
        let (place, chat) = (new(), Receiver::new());
        let upgrader = telling(&*place, FAILING, &chat.url("/hook"));
        assert!(upgrader.run().is_err());
        let raised = chat.heard(1).remove(0);
        assert_eq!(raised.told("/kind"), "raised");
        assert_eq!(raised.told("/issue/code"), "script-failed");
        assert_eq!(place.tidy(&raised.told("/issue/id")), "script-failed:core/2.sql:[RUN]");
        assert_eq!(raised.told("/hook"), "chat");
        assert_eq!(raised.told("/database"), upgrader.database());
        assert!(upgrader.run().is_err());
        assert_eq!(sent(&upgrader), (0, 0, 0));
        assert_eq!(states(&upgrader), [NoticeState::Told]);
        upgrader.clear_failure("mended", Resolution::GoOn).unwrap();
        let heard = chat.heard(2);
        assert_eq!(kinds(&heard), ["raised script-failed", "cleared script-failed"]);
        let ids = ["/occurrence", "/id"].map(|id| heard[0].told(id) == heard[1].told(id));
        assert_eq!(ids, [true, false]);
        assert_eq!(sent(&upgrader), (0, 0, 0));
        assert_eq!(states(&upgrader), [NoticeState::Done]);
        assert_eq!(mark(&*place), "0");
        assert_eq!(place.told(telling(&*place, &[GOOD, MENDED], &chat.url("/")).run()), "Upgraded core/2.sql");
        assert_eq!(sent(&upgrader), (0, 0, 0));
        assert_eq!(chat.by_now().len(), 2);
    }

    /// A process that ends behind the commit of the latch leaves what the next one tells.
    fn ended_before_it_was_told(new) {
        let (place, chat) = (new(), Receiver::new());
        let dying = telling(&*place, FAILING, &chat.url("/")).on_event(|event| {
            if let Event::Failed(_) = event {
                panic!("as if it was killed");
            }
        });
        assert!(catch_unwind(AssertUnwindSafe(|| dying.run())).is_err());
        assert_eq!(chat.by_now().len(), 0);
        assert_eq!(states(&dying), [NoticeState::Waiting]);
        // Somebody without hooks tells nobody, and loses nothing.
        assert!(place.core(FAILING).run().is_err());
        assert_eq!(states(&dying), [NoticeState::Waiting]);
        assert!(telling(&*place, FAILING, &chat.url("/")).run().is_err());
        assert_eq!(kinds(&chat.heard(1)), ["raised script-failed"]);
    }

    /// Ten processes at once tell it once.
    fn many_starters(new) {
        let (place, chat) = (new(), Receiver::new());
        std::thread::scope(|scope| {
            for _ in 0..10 {
                let upgrader = asked(&*place, FAILING, &chat.url("/"));
                scope.spawn(move || {
                    assert!(upgrader.run().is_err());
                    upgrader.send_notices(LONG).unwrap();
                });
            }
        });
        assert_eq!(kinds(&chat.by_now()), ["raised script-failed"]);
    }

    /// So do ten that meet an issue that no commit records, in a database that has no outbox yet.
    fn many_that_meet_a_condition(new) {
        let (place, chat) = (new(), Receiver::new());
        place.run(&[GOOD, MENDED]);
        std::thread::scope(|scope| {
            for _ in 0..10 {
                let upgrader = asked(&*place, &[GOOD], &chat.url("/"));
                scope.spawn(move || {
                    assert!(upgrader.run().is_err());
                    upgrader.send_notices(LONG).unwrap();
                });
            }
        });
        assert_eq!(kinds(&chat.by_now()), ["raised database-newer"]);
        assert_eq!(place.rows("SELECT count(*) FROM upgrade_outbox"), "1");
    }

    /// Whoever clears need not know of hooks: an upgrade without, or a person in the table.
    fn cleared_by_others(new) {
        let by_hand = |place: &dyn Place| drop(place.rows("UPDATE system_vars SET value = '0' WHERE name = 'failed_update_detected'; SELECT 1"));
        let without = |place: &dyn Place| drop(place.core(FAILING).clear_failure("mended", Resolution::GoOn).unwrap());
        for clear in [&by_hand as &dyn Fn(&dyn Place), &without] {
            let (place, chat) = (new(), Receiver::new());
            assert!(telling(&*place, FAILING, &chat.url("/")).run().is_err());
            chat.heard(1);
            clear(&*place);
            // A start with nothing to do tells it too.
            place.run(&[GOOD, MENDED]);
            assert_eq!(place.told(telling(&*place, &[GOOD, MENDED], &chat.url("/")).run()), "UpToDate");
            assert_eq!(kinds(&chat.heard(2)), ["raised script-failed", "cleared script-failed"]);
        }
    }

    /// The same condition is another occurrence when it comes back.
    fn a_condition_comes_back(new) {
        let (place, chat) = (new(), Receiver::new());
        place.run(&[GOOD, MENDED]);
        let (old, new) = (asked(&*place, &[GOOD], &chat.url("/")), asked(&*place, &[GOOD, MENDED], &chat.url("/")));
        for told in [1, 3] {
            for _ in 0..2 {
                assert!(old.run().is_err());
                old.send_notices(LONG).unwrap();
                assert_eq!(chat.by_now().len(), told);
            }
            assert_eq!(place.told(new.run()), "UpToDate");
            assert_eq!(sent(&new), (1, 0, 0));
        }
        let heard = chat.by_now();
        assert_eq!(kinds(&heard), ["raised database-newer", "cleared database-newer", "raised database-newer", "cleared database-newer"]);
        assert_ne!(heard[0].told("/occurrence"), heard[2].told("/occurrence"));
    }

    /// A service that is out of order is asked again.
    fn answers_500_twice(new) {
        let broken = Says::Status(500, "out of order".to_owned());
        let (place, chat) = (new(), Receiver::saying(&[broken.clone(), broken, Says::Status(200, String::new())]));
        assert!(telling(&*place, FAILING, &chat.url("/")).run().is_err());
        let heard = chat.heard(3);
        let ids: Vec<_> = heard.iter().map(|heard| heard.told("/id")).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(sent(&asked(&*place, FAILING, &chat.url("/"))), (0, 0, 0));
    }

    /// A hook that is dead fails nothing, and what waits for it survives processes. Cleared in between, it hears both.
    fn a_dead_hook(new) {
        let (place, chat) = (new(), Receiver::new());
        let upgrader = asked(&*place, FAILING, &nobody());
        assert!(upgrader.run().unwrap_err().failed_script());
        assert_eq!(sent(&upgrader), (0, 1, 1));
        let notice = upgrader.notices().unwrap().remove(0);
        assert_eq!((notice.state, notice.attempts), (NoticeState::Waiting, 1));
        assert!(notice.error.is_some() && notice.next_at.is_some(), "{notice:?}");
        upgrader.clear_failure("mended", Resolution::GoOn).unwrap();
        place.rows("UPDATE upgrade_outbox SET next_at = raised_at; SELECT 1");
        assert_eq!(sent(&asked(&*place, FAILING, &chat.url("/"))), (2, 0, 0));
        assert_eq!(kinds(&chat.by_now()), ["raised script-failed", "cleared script-failed"]);
    }

    /// An outbox that another hand has spoilt: the latch trips all the same, and it is told directly.
    fn a_spoilt_outbox(new) {
        let refuses = match new().address().starts_with("mysql:") {
            true => "SIGNAL SQLSTATE '45000'",
            false => "BEGIN SELECT RAISE(ABORT, 'spoilt'); END",
        };
        let refuses = format!("CREATE TRIGGER spoilt BEFORE INSERT ON upgrade_outbox FOR EACH ROW {refuses}");
        for spoilt in ["DROP TABLE upgrade_outbox", &refuses] {
            let (place, chat) = (new(), Receiver::new());
            asked(&*place, &[GOOD], &chat.url("/")).run().unwrap();
            place.rows(&format!("{spoilt}; SELECT 1"));
            let upgrader = asked(&*place, FAILING, &chat.url("/"));
            assert!(upgrader.run().unwrap_err().failed_script(), "{spoilt}");
            assert_eq!(place.rows("SELECT value FROM system_vars WHERE name = 'failed_update_detected'"), "1");
            let _ = upgrader.send_notices(LONG);
            assert_eq!(kinds(&chat.by_now()), ["raised script-failed"], "{spoilt}");
            assert!(upgrader.run().is_err());
        }
    }

    /// Somebody else's table in its place is refused before anything runs.
    fn an_outbox_that_is_none(new) {
        let replaced = ["DROP TABLE upgrade_outbox", "CREATE TABLE upgrade_outbox (n INTEGER)"];
        let forgotten = "DELETE FROM system_vars WHERE name = 'upgrades_notices'";
        for statements in [replaced.to_vec(), [&replaced[..], &[forgotten]].concat()] {
            let (place, chat) = (new(), Receiver::new());
            asked(&*place, &[GOOD], &chat.url("/")).run().unwrap();
            for statement in statements {
                place.rows(&format!("{statement}; SELECT 1"));
            }
            let error = asked(&*place, FAILING, &chat.url("/")).run().unwrap_err();
            assert_eq!(error.code().as_str(), "ledger-unfit", "{error}");
            assert_eq!(place.rows("SELECT count(*) FROM upgrade_history"), "1");
        }
    }

    /// Without hooks there is no outbox.
    fn nothing_without_hooks(new) {
        let place = new();
        assert!(place.core(FAILING).run().is_err());
        assert_eq!(mark(&*place), "");
        assert_eq!(place.core(FAILING).notices().unwrap().len(), 0);
        assert_eq!(place.core(FAILING).send_notices(LONG).unwrap(), upgrades::Sent::default());
    }
}

/// Whether it is a script's failure.
trait FailedScript {
    fn failed_script(&self) -> bool;
}

impl FailedScript for upgrades::Error {
    fn failed_script(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}
