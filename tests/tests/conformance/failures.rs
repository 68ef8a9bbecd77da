//! The latch: failures, what a person is told, and how they are cleared.

use upgrades::{HistoryFilter, Resolution};
use upgrades_tests::told::Scripts;

use crate::place::on_every_store;

const GOOD: (&str, &str) = ("1.sql", "CREATE TABLE a (n INTEGER);");
const BAD: (&str, &str) = (
    "2.sql",
    "-- upgrade: transaction = off\nINSERT INTO a VALUES (1);\nINSERT INTO b VALUES (2);\nINSERT INTO a VALUES (3);",
);
const MENDED: (&str, &str) = (
    "2.sql",
    "-- upgrade: transaction = off\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);\nINSERT INTO a VALUES (3);",
);
const LATER: (&str, &str) = ("3.sql", "INSERT INTO a VALUES (4);");

const STAYS: &str = "the statements before it stay done, and later scripts were not run";

on_every_store! {
    /// A failure stops everything, is kept, and is told by every later start.
    fn one_failure(new) {
        let place = new();
        let scripts: Scripts<'_> = &[GOOD, BAD, LATER];
        let failed = "script core/2.sql failed in statement 2, line 3, column 1";
        let cause = place.no_table("b");
        assert_eq!(place.run(scripts), format!("{failed}; {STAYS}: {cause}"));
        assert_eq!(place.vars(), "failed_update_detected,1; latest_update_version,1.sql");
        assert_eq!(place.rows("SELECT n FROM a"), "1");
        let before = place.made();
        let latched = format!("an earlier upgrade failed, and nothing runs until a person clears that: {failed} at [TIME]");
        assert_eq!(place.run(scripts), latched);
        assert_eq!(place.run(&[GOOD]), latched);
        assert_eq!(place.made(), before);
        let issue = place.core(scripts).critical_issues().unwrap().remove(0);
        assert_eq!(place.tidy(&issue.id), "script-failed:core/2.sql:[RUN]");
        assert_eq!(
            place.tidy(&issue.problem),
            format!("The {failed}: {cause}. No upgrade runs until that is cleared.")
        );
        let log = place.tidy(&place.sandbox().read("errors.log"));
        assert!(log.contains(&cause) && log.contains("statement: 2 (line 3, column 1)"), "{log}");
    }

    /// The three ways to clear it.
    fn cleared(new) {
        let rows = [
            (Resolution::GoOn, MENDED, "Upgraded core/2.sql core/3.sql", "1; 2; 3; 4"),
            (Resolution::StartOver, MENDED, "Upgraded core/2.sql core/3.sql", "1; 1; 2; 3; 4"),
            (Resolution::MarkDone, BAD, "Upgraded core/3.sql", "1; 4"),
        ];
        for (resolution, script, told, rows) in rows {
            let place = new();
            place.run(&[GOOD, BAD, LATER]);
            assert_eq!(place.clear(resolution), "cleared: script core/2.sql failed in statement 2, line 3, column 1");
            assert_eq!(place.clear(resolution), "nothing to clear");
            assert_eq!(place.run(&[GOOD, script, LATER]), told, "{resolution:?}");
            assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), rows, "{resolution:?}");
            assert_eq!(place.vars(), "failed_update_detected,0; latest_update_version,3.sql");
            let cleared = place.core(&[]).history(&HistoryFilter::default()).unwrap();
            let cleared = cleared.iter().find(|attempt| attempt.resolution.is_some()).unwrap();
            assert_eq!((cleared.resolution, cleared.reason.as_deref()), (Some(resolution), Some("mended")));
        }
    }

    /// A flag that somebody sets to 0 by hand means to go on.
    fn cleared_by_hand(new) {
        for by_hand in ["UPDATE system_vars SET value = '0' WHERE name = 'failed_update_detected'", "DELETE FROM system_vars WHERE name = 'failed_update_detected'"] {
            let place = new();
            place.run(&[GOOD, BAD]);
            place.rows(&format!("{by_hand}; SELECT 1"));
            assert_eq!(place.run(&[GOOD, MENDED]), "Upgraded core/2.sql");
            assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 2; 3");
        }
    }

    /// At each statement, in each way to run.
    fn at_each_statement(new) {
        let statements = [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);",
            "INSERT INTO t VALUES (1, 1), (2, 2);",
            "UPDATE t SET n = n * 10;",
            "CREATE TABLE u (id INTEGER);",
            "INSERT INTO u SELECT id FROM t;",
            "DELETE FROM t WHERE id = 1;",
        ];
        for head in ["-- whole\n", "-- upgrade: transaction = off\n"] {
            let script = |broken: usize| {
                let lines = statements.iter().enumerate().map(|(at, sql)| if at == broken { "INSERT INTO nowhere VALUES (1);" } else { sql });
                format!("{head}{}", lines.collect::<Vec<_>>().join("\n"))
            };
            let whole = new();
            assert_eq!(whole.run(&[("1.sql", &script(99))]), "Upgraded core/1.sql");
            for broken in 0..statements.len() {
                let place = new();
                let remains = match (broken, head.contains("off")) {
                    (0, _) => "it was rolled back, and later scripts were not run",
                    (_, true) => STAYS,
                    (_, false) => place.remains(),
                };
                let told = place.run(&[("1.sql", &script(broken))]);
                let at = format!("statement {}, line {}, column 1", broken + 1, broken + 2);
                assert_eq!(told, format!("script core/1.sql failed in {at}; {remains}: {}", place.no_table("nowhere")));
                place.clear(Resolution::GoOn);
                assert_eq!(place.run(&[("1.sql", &script(99))]), "Upgraded core/1.sql", "{head}{broken}");
                let rows = "SELECT id, n FROM t UNION ALL SELECT id, 0 FROM u ORDER BY id, n";
                assert_eq!(place.rows(rows), whole.rows(rows), "{head}{broken}");
                assert_eq!(place.rows("SELECT count(*) FROM upgrade_journal"), "0");
            }
        }
    }

    /// Statements that may fail do so with a warning.
    fn can_fail(new) {
        let rows = [
            ("-- upgrade: transaction = off\nINSERT INTO a VALUES (1);\n-- upgrade: can_fail\nINSERT INTO b VALUES (2);\nINSERT INTO a VALUES (3);"),
            ("INSERT INTO a VALUES (1);\nINSERT INTO b VALUES (2) /** CAN FAIL **/;\nINSERT INTO a VALUES (3);"),
            ("-- upgrade: transaction = off\nINSERT INTO a VALUES (1);\nINSERT INTO b VALUES (2) /** CAN FAIL **/;\nINSERT INTO a VALUES (3);"),
            ("-- upgrade: transaction = off\nINSERT INTO a VALUES (1);\n/** can fail **/ ALTER TABLE b ADD COLUMN x INTEGER;\nINSERT INTO a VALUES (3);"),
        ];
        for script in rows {
            let place = new();
            let told = place.run(&[GOOD, ("2.sql", script)]);
            assert!(
                told.starts_with("Upgraded core/1.sql core/2.sql [forgiven: core/2.sql, statement 2 failed, as it may: "),
                "{script}: {told}"
            );
            assert_eq!(place.rows("SELECT n FROM a ORDER BY n"), "1; 3", "{script}");
            assert_eq!(place.vars(), "latest_update_version,2.sql");
        }
    }
}
