//! Connections that are lost at every moment: the run connects again, and everything happens exactly once.

use std::sync::Once;

use upgrades::{Event, Resolution};

use crate::lab::Lab;
use crate::relay::{Cut, Relay};

const SCRIPTS: [(&str, &str); 5] = [
    (
        "1.sql",
        "CREATE TABLE t (a INT PRIMARY KEY, n INT); INSERT INTO t VALUES (1, 0), (2, 0); UPDATE t SET n = n + 1;",
    ),
    (
        "2.sql",
        "SET @x = 5; UPDATE t SET n = n + @x; ALTER TABLE t ADD b INT; BEGIN; UPDATE t SET n = n + 100; COMMIT; UPDATE t SET n = n + @x;",
    ),
    (
        "3.sql",
        "INSERT INTO t (a, n) VALUES (3, 1000); DROP TABLE IF EXISTS u;",
    ),
    (
        "4.lua",
        "local row = db:one('SELECT n FROM t WHERE a = ?', {3})
         db:execute('UPDATE t SET n = n + ?', {row.n})",
    ),
    (
        "5.lua",
        "batch{table = 't', rows = 2, each = function(row) return {n = row.n + 1} end}",
    ),
];
const OUTCOME: &str = "1,1112,NULL; 2,1112,NULL; 3,2001,NULL";
const ALL: &str = "core/1.sql core/2.sql core/3.sql core/4.lua core/5.lua";

/// The history of all scripts, each once.
fn all_applied() -> String {
    let applied = ALL.split(' ').map(|script| format!("applied {script}"));
    applied.collect::<Vec<_>>().join("; ")
}

/// At the n-th message, for every n: before the server has it, and behind its answer.
#[test]
fn at_every_message() {
    for cut in [Cut::Before, Cut::Behind] {
        let mut number = 0;
        loop {
            number += 1;
            let lab = Lab::new();
            let port = lab.database.connect().query("SELECT @@port")[0][0]
                .clone()
                .unwrap();
            let relay = Relay::cut(port.parse().unwrap(), "", number, cut);
            let url = lab
                .database
                .url()
                .replace(&format!(":{port}/"), &format!(":{}/", relay.port()));
            let store = upgrades::mysql(&url).unwrap();
            let first = lab.told(lab.with(store, &SCRIPTS).run());
            let Some(at) = relay.cut_at() else {
                assert_eq!(first, format!("Upgraded {ALL}"));
                assert!(number > 50, "{number}");
                break;
            };
            let told = format!("{number} {cut:?} {at}: {first}");
            // Before the lock is taken, and while it is given back, the run may end for it.
            if !first.starts_with("Upgraded") {
                assert!(first.starts_with("the database cannot be used"), "{told}");
                let then = lab.run(&SCRIPTS);
                assert!(then.starts_with("Up"), "{told}; {then}");
            }
            assert_eq!(
                lab.rows("SELECT a, n, b FROM t ORDER BY a"),
                OUTCOME,
                "{told}"
            );
            assert_eq!(lab.history(), all_applied(), "{told}");
            assert_eq!(
                lab.rows("SELECT count(*) FROM cb_upgrade_journal"),
                "0",
                "{told}"
            );
            assert_eq!(lab.run(&SCRIPTS), "UpToDate", "{told}");
        }
    }
}

/// Somebody ends the connection behind a statement, for each of them.
#[test]
fn killed_between_statements() {
    for script in 1..=3_usize {
        for number in 1..=7_u64 {
            let lab = Lab::new();
            let admin = lab.database.connect();
            let file = format!("{script}.sql");
            let name = lab.database.name().to_owned();
            // A connection that is lost again and again in one place ends the run.
            let killed = Once::new();
            let upgrader = lab.core(&SCRIPTS).on_event(move |event| {
                if let Event::StatementDone {
                    script, statement, ..
                } = event
                    && (script.file == file && *statement == number)
                {
                    killed.call_once(|| kill_worker(&admin, &name));
                }
            });
            let told = lab.told(upgrader.run());
            assert!(
                told.starts_with(&format!("Upgraded {ALL}")),
                "{script} {number}: {told}"
            );
            assert_eq!(
                lab.rows("SELECT a, n, b FROM t ORDER BY a"),
                OUTCOME,
                "{script} {number}"
            );
            assert_eq!(lab.history(), all_applied());
        }
    }
}

/// Ends the connection that the engine works on.
fn kill_worker(admin: &upgrades_tests::mariadb::Client, name: &str) {
    let rows = admin.query(&format!(
        "SELECT JSON_VALUE(work, '$.id') FROM {name}.cb_upgrade_lock WHERE name = 'upgrade'"
    ));
    let id = rows[0][0].clone().expect("the engine works");
    admin.query(&format!("KILL {id}"));
}

/// In the middle of a statement that takes its time: data is repeated, a definition is not done twice. MySQL goes on with a
/// definition whose SLEEP was ended, which is 1 then.
#[test]
fn killed_within_a_statement() {
    let rows = [
        "INSERT INTO t SELECT SLEEP(0.7);",
        "INSERT INTO t VALUES (1); INSERT INTO t SELECT SLEEP(0.7);",
        "CREATE TABLE u AS SELECT 0 * SLEEP(0.7) AS a; INSERT INTO t SELECT a FROM u;",
        "CREATE TABLE u (a INT) AS SELECT 0 * SLEEP(0.7) AS a; INSERT INTO t SELECT a FROM u;",
        "BEGIN; INSERT INTO t VALUES (1); INSERT INTO t SELECT SLEEP(0.7); COMMIT;",
    ];
    for script in rows {
        let whole = Lab::new();
        let scripts = [("1.sql", "CREATE TABLE t (a INT);"), ("2.sql", script)];
        assert_eq!(whole.run(&scripts), "Upgraded core/1.sql core/2.sql");
        let lab = Lab::new();
        let admin = lab.database.connect();
        let name = lab.database.name().to_owned();
        let killer = std::thread::spawn(move || {
            let asleep = format!(
                "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{name}' AND INFO LIKE '%SLEEP(0.7)%' AND INFO NOT LIKE '%PROCESSLIST%'"
            );
            loop {
                if let Some(row) = admin.query(&asleep).first() {
                    let id = row[0].clone().unwrap();
                    admin.query(&format!("KILL {id}"));
                    break;
                }
            }
        });
        let told = lab.told(lab.core(&scripts).run());
        killer.join().unwrap();
        assert!(
            told.starts_with("Upgraded core/1.sql core/2.sql"),
            "{script}: {told}"
        );
        assert_eq!(lab.made(), whole.made(), "{script}");
        assert_eq!(lab.history(), "applied core/1.sql; applied core/2.sql");
    }
}

/// A statement that is ended by itself, and not its connection, fails its script.
#[test]
fn a_statement_that_is_ended() {
    let lab = Lab::new();
    let admin = lab.database.connect();
    let name = lab.database.name().to_owned();
    let killer = std::thread::spawn(move || {
        loop {
            let rows = admin.query(&format!(
                "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{name}' AND INFO LIKE 'INSERT INTO t SELECT SLEEP%'"
            ));
            if let Some(row) = rows.first() {
                admin.query(&format!("KILL QUERY {}", row[0].clone().unwrap()));
                break;
            }
        }
    });
    let scripts = [
        ("1.sql", "CREATE TABLE t (a INT);"),
        (
            "2.sql",
            "INSERT INTO t VALUES (7);\nINSERT INTO t SELECT SLEEP(5) FROM t;",
        ),
    ];
    let told = lab.run(&scripts);
    killer.join().unwrap();
    assert_eq!(
        told,
        "script core/2.sql failed in statement 2, line 2, column 1; the statements before it stay done, and later scripts were \
         not run: Query execution was interrupted (error 1317, 70100)"
    );
    lab.clear(Resolution::GoOn);
    assert_eq!(
        lab.run(&[scripts[0], ("2.sql", "INSERT INTO t VALUES (7);\nDO 0;")]),
        "Upgraded core/2.sql"
    );
    assert_eq!(lab.rows("SELECT a FROM t"), "7");
}
