//! Decisions about a failure that a page showed a while ago.

use upgrades::Resolution;
use upgrades_tests::told::cleared;

use crate::place::on_every_store;

on_every_store! {
    /// They hold for that failure only: not for the one that came after it.
    fn for_the_failure_that_was_seen(new) {
        let place = new();
        let broken = [("1.sql", "INSERT INTO missing VALUES (1);")];
        let issue = || {
            let issues = place.core(&broken).critical_issues().unwrap();
            issues.into_iter().next().unwrap().id
        };
        let clear = |issue: &str| {
            let outcome = place.core(&broken).clear_issue(issue, "mended", Resolution::GoOn);
            place.tidy(&cleared(outcome))
        };
        place.run(&broken);
        let done = "cleared: script core/1.sql failed in statement 1, line 1, column 1";
        let first = issue();
        assert_eq!(clear(&first), done);
        assert_eq!(clear(&first), "nothing to clear");
        place.run(&broken);
        let second = issue();
        assert_ne!(first, second);
        let refused = "the failure cannot be cleared by go-on: another failure is recorded by now; look at that one first; \
                       nothing was changed";
        for seen in [first.as_str(), "", "script-failed"] {
            assert_eq!(clear(seen), refused, "{seen:?}");
        }
        assert_eq!(place.history(), "failed core/1.sql; cleared core/1.sql; failed core/1.sql");
        assert_eq!(clear(&second), done);
    }
}
