//! The crash lab: scripts that survive every death pass, and those that do not are found, at the statement.

use serde_json::Value;
use upgrades_tests::{Answer, picture};

use crate::shop::Shop;

/// The lab's command.
pub(crate) const LAB: [&str; 2] = ["rehearse", "--crash-lab"];

/// What was there before the scripts that are tried.
const BEFORE: (&str, &str) = (
    "core/1.sql",
    "CREATE TABLE #__a (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
     INSERT INTO #__a (n) VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9);
     CREATE TABLE #__log (what TEXT, n);",
);

/// A shop that has run [`BEFORE`], and has these scripts to run.
pub(crate) fn shop(scripts: &[(&str, &str)]) -> Shop {
    let shop = Shop::new(&[BEFORE]);
    shop.told(["run"]);
    for (file, text) in scripts {
        shop.write(file, text);
    }
    shop
}

/// Findings: script, what had happened, what followed, and in which tables, columns and settings.
pub(crate) fn findings(told: &Value) -> Vec<String> {
    let finding = |finding: &Value| {
        let moment = &finding["moment"];
        let differences = finding["differences"].as_array().unwrap().iter();
        let what = differences.map(|difference| match difference["kind"].as_str() {
            Some("rows") => format!(
                "{} -{} +{}",
                difference["table"].as_str().unwrap(),
                difference["missing"],
                difference["extra"]
            ),
            _ => difference["what"].as_str().unwrap().to_owned(),
        });
        let what: Vec<_> = what.collect();
        let statement = match &moment["statement"] {
            Value::Null => String::new(),
            number => format!(" {number}"),
        };
        let told = format!(
            "{} {}{statement} {} {}",
            moment["script"]["file"].as_str().unwrap_or("-"),
            moment["stage"].as_str().unwrap(),
            finding["trouble"].as_str().unwrap(),
            what.join(", ")
        );
        told.trim_end().to_owned()
    };
    let found = told["crash_lab"]["findings"].as_array().unwrap().iter();
    found.map(finding).collect()
}

/// What is not the same each time.
pub(crate) fn not_repeatable(told: &Value) -> Vec<String> {
    things(&told["crash_lab"]["not_repeatable"])
}

/// Things with their columns.
pub(crate) fn things(told: &Value) -> Vec<String> {
    let thing = |thing: &Value| {
        let what = thing["what"].as_str().unwrap();
        match thing["column"].as_str() {
            Some(column) => format!("{what}.{column}"),
            None => what.to_owned(),
        }
    };
    told.as_array().unwrap().iter().map(thing).collect()
}

/// The installation is as it was, and nothing is left of the lab.
pub(crate) fn untouched<T>(shop: &Shop, act: impl FnOnce() -> T) -> T {
    let look = || picture(&shop.open("shop.db"), &[]);
    let before = look();
    let outcome = act();
    assert_eq!(look(), before);
    let mut things = shop.things();
    things.retain(|thing| !thing.ends_with("-rehearsal"));
    assert_eq!(things, ["shop.db", "shop.db-upgrade"]);
    outcome
}

/// Runs the lab on these scripts: what it finds, and what it says is not repeatable.
#[track_caller]
fn check(what: &str, scripts: &[(&str, &str)], expected: &[&str], noise: &[&str]) -> Value {
    let shop = shop(scripts);
    let told = through(what, untouched(&shop, || shop.asked(LAB)), expected);
    assert_eq!(not_repeatable(&told), noise, "{what}");
    told
}

/// A lab that went through all moments, and found this.
#[track_caller]
pub(crate) fn through(what: &str, answer: (Answer, Value), expected: &[&str]) -> Value {
    let (answer, told) = answer;
    assert_eq!(findings(&told), expected, "{what}: {answer:#?}");
    let status = if expected.is_empty() { 0 } else { 8 };
    assert_eq!(answer.status, Some(status), "{what}: {answer:#?}");
    let lab = &told["crash_lab"];
    assert_eq!(lab["killed"], lab["moments"], "{what}: {answer:#?}");
    assert_eq!(lab["stopped"], false);
    told
}

/// A program that remembers what its batch has done, and makes this or that of it.
pub(crate) const REMEMBERS: &str = "local seen = false
    batch{table = '#__a', rows = 20, each = function(row) seen = true; return {n = row.n + 1} end}
    db:execute(seen and 'CREATE TABLE #__whole (n INT)' or 'CREATE TABLE #__half (n INT)')";

/// A program that counts in its memory, and goes on behind its batch.
pub(crate) const COUNTS: &str = "local seen = 0
    batch{table = '#__a', rows = 4, each = function(row) seen = seen + 1; return {n = row.n + 1} end}
    db:execute('INSERT INTO #__log VALUES (?, ?)', {'seen', seen})";

/// Everything that the engine makes exact is the same at every moment.
#[test]
fn good_scripts_pass() {
    let scripts = [
        (
            "core/2.sql",
            "UPDATE #__a SET n = n + 1; INSERT INTO #__log SELECT 'sum', sum(n) FROM #__a;",
        ),
        ("core/2.1.sql", "UPDATE #__a SET n = n * 2;"),
        (
            "core/3.sql",
            "-- upgrade: foreign_keys = off
             CREATE TABLE #__new (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER NOT NULL, m BLOB DEFAULT x'00ff');
             INSERT INTO #__new (n) SELECT n FROM #__a;
             DROP TABLE #__a;
             ALTER TABLE #__new RENAME TO #__a;",
        ),
        (
            "core/4.sql",
            "-- upgrade: transaction = off
             UPDATE #__a SET n = n + 1;
             INSERT INTO #__log SELECT 'changed', changes();
             INSERT INTO #__a (n) VALUES (77);
             INSERT INTO #__log VALUES ('last', last_insert_rowid());
             BEGIN;
             UPDATE #__a SET n = n * 2;
             SAVEPOINT here;
             DELETE FROM #__a;
             ROLLBACK TO here;
             COMMIT;
             PRAGMA auto_vacuum = INCREMENTAL;
             VACUUM;
             PRAGMA user_version = 7;
             UPDATE #__a SET n = n + 1;",
        ),
        (
            "core/5.sql",
            "-- upgrade: transaction = off
             -- upgrade: batch = #__a by id, 3
             UPDATE #__a SET n = n + 1 WHERE ${batch};
             CREATE VIRTUAL TABLE #__words USING fts5(word);
             INSERT INTO #__words SELECT what FROM #__log;
             INSERT INTO #__words VALUES ('más');",
        ),
        (
            "core/6.lua",
            "db:add_column('#__a', 'done', 'INTEGER NOT NULL DEFAULT 0')
             batch{table = '#__a', rows = 3, each = function(row) return {done = row.done + 1} end}
             db:add_index('#__a', 'by_n', {'n'})",
        ),
        (
            "core/7.lua",
            "db:execute('UPDATE #__a SET n = n + ?', {1}); db:execute('INSERT INTO #__log VALUES (?, ?)', {'lua', blob('\\0x')})",
        ),
        (
            "core/repeat/v.sql",
            "DROP VIEW IF EXISTS #__v; CREATE VIEW #__v AS SELECT n FROM #__a;",
        ),
        (
            "custom/1.sql",
            "CREATE TABLE #__t (k TEXT PRIMARY KEY, g AS (k || 'x')) WITHOUT ROWID; INSERT INTO #__t VALUES ('ä');",
        ),
    ];
    let told = check("good ones", &scripts, &[], &[]);
    let moments = told["crash_lab"]["moments"].as_u64().unwrap();
    assert!(moments >= 45, "{moments} moments");
}

/// The same on a database in WAL mode, whose pages are not all in its file.
#[test]
fn in_wal_mode() {
    let shop = shop(&[(
        "core/2.sql",
        "-- upgrade: transaction = off
         UPDATE #__a SET n = n + 1;
         VACUUM;
         UPDATE #__a SET n = n + 1;",
    )]);
    let real = shop.open("shop.db");
    real.pragma_update(None, "journal_mode", "wal").unwrap();
    real.execute("UPDATE cb_a SET n = n + 1", []).unwrap();
    let (answer, told) = shop.asked(LAB);
    assert_eq!((answer.status, findings(&told)), (Some(0), Vec::new()));
}

/// A new installation has its moments too; what the sample application does survives them all.
#[test]
fn of_a_new_installation() {
    let shop = Shop::sample();
    let told = shop.told(["rehearse", "--crash-lab", "--moments", "40"]);
    let lab = &told["crash_lab"];
    assert_eq!(findings(&told), [""; 0]);
    assert_eq!(lab["killed"], 40);
    assert!(lab["moments"].as_u64().unwrap() > 100, "{lab}");
    assert!(!shop.path("shop.db").exists());
}

/// The outcome depends on where the process died: each script is found, with the statement.
#[test]
fn bad_scripts_are_found() {
    type Row = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static [&'static str],
    );
    let rows: [Row; 6] = [
        (
            "what a connection has counted ends with it",
            &[(
                "core/2.sql",
                "-- upgrade: transaction = off
                 UPDATE #__a SET n = n + 1;
                 UPDATE #__a SET n = n + 1;
                 UPDATE #__a SET n = n + 1;
                 INSERT INTO #__log SELECT 'all', total_changes();",
            )],
            &[
                "2.sql statement-done 2 leads-elsewhere cb_log -1 +1",
                "2.sql statement-done 3 leads-elsewhere cb_log -1 +1",
                "2.sql statement-done 4 leads-elsewhere cb_log -1 +1",
            ],
        ),
        (
            "a program counts in its memory, and goes on behind its batch",
            &[("core/2.lua", COUNTS)],
            &[
                "2.lua chunk-done leads-elsewhere cb_log -1 +1",
                "2.lua chunk-done leads-elsewhere cb_log -1 +1",
                "2.lua chunk-done leads-elsewhere cb_log -1 +1",
            ],
        ),
        (
            "what is said to be idempotent and is not",
            &[(
                "core/2.lua",
                "-- upgrade: idempotent
                 db:execute('INSERT INTO #__log VALUES (?, ?)', {'once', 1})
                 batch{table = '#__a', rows = 20, each = function(row) return {n = row.n + 1} end}",
            )],
            &["2.lua chunk-done leads-elsewhere cb_log -0 +1"],
        ),
        (
            "and what is not said to be",
            &[(
                "core/2.lua",
                "db:execute('INSERT INTO #__log VALUES (?, ?)', {'once', 1})
                 batch{table = '#__a', rows = 20, each = function(row) return {n = row.n + 1} end}",
            )],
            &["2.lua chunk-done asks"],
        ),
        (
            "rows of a temporary table are gone",
            &[(
                "core/2.sql",
                "-- upgrade: transaction = off
                 CREATE TEMP TABLE t AS SELECT n FROM #__a;
                 INSERT INTO #__log SELECT 'kept', n FROM t;",
            )],
            &["2.sql statement-done 2 asks"],
        ),
        (
            "a schema that depends on what a program remembers",
            &[("core/2.lua", REMEMBERS)],
            &["2.lua chunk-done leads-elsewhere table cb_half, table cb_whole"],
        ),
    ];
    for (what, scripts, expected) in rows {
        check(what, scripts, expected, &[]);
    }
}

/// What differs between runs that nobody disturbs is told, and left out; all else is still compared.
#[test]
fn what_is_not_repeatable_is_not_compared() {
    let chance = "CREATE TABLE #__c (id INTEGER PRIMARY KEY, r, at TEXT, n INTEGER);
                  INSERT INTO #__c (r, at, n) SELECT random(), datetime('now'), n FROM #__a;";
    check(
        "chance and the clock",
        &[("core/2.sql", chance)],
        &[],
        &["rows of cb_c.at", "rows of cb_c.r"],
    );
    // As many rows as the clock says.
    check(
        "the number of rows",
        &[(
            "core/2.sql",
            "INSERT INTO #__log SELECT 'x', n FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100) SELECT n FROM c)
             LIMIT 1 + strftime('%s', 'now') % 100;",
        )],
        &[],
        &["rows of cb_log"],
    );
    let both = "local seen = 0
                batch{table = '#__a', rows = 20, each = function(row) seen = seen + 1; return {n = row.n + 1} end}
                db:execute('INSERT INTO #__log VALUES (?, random())', {'seen ' .. seen})";
    let finding = "2.lua chunk-done leads-elsewhere cb_log -1 +1";
    check(
        "beside what a death does",
        &[("core/2.lua", both)],
        &[finding],
        &["rows of cb_log.n"],
    );
}

/// The first rows are told, and the statement, for a person and for a program.
#[test]
fn what_is_told_of_a_finding() {
    let shop = shop(&[(
        "core/2.sql",
        "-- upgrade: transaction = off\nUPDATE #__a SET n = 2;\nUPDATE #__a SET n = 3;\nUPDATE #__a SET n = 4;\nINSERT INTO #__log SELECT char(27) || '[2J ' || hex(zeroblob(40)), total_changes();",
    )]);
    let (_, told) = shop.asked(LAB);
    let finding = &told["crash_lab"]["findings"][0];
    assert_eq!(finding["code"], "crash-lab");
    let moment = &finding["moment"];
    assert_eq!(moment["sql"], "UPDATE #__a SET n = 3;");
    assert_eq!(
        (&moment["position"]["line"], &moment["number"]),
        (&3.into(), &4.into())
    );
    let zeros = "0".repeat(34);
    let rows = &finding["differences"][0];
    assert_eq!(
        rows["first_missing"],
        format!("what '\u{fffd}[2J {zeros}…, n 31")
    );
    let answer = shop.upgrades(LAB);
    assert_eq!(answer.status, Some(8), "{answer:#?}");
    let at = answer.stdout.find("core/2.sql: leads elsewhere").unwrap();
    let said: Vec<_> = answer.stdout[at..].lines().collect();
    assert_eq!(
        said[..5],
        [
            "core/2.sql: leads elsewhere when its process is killed",
            "  killed behind statement 2, line 3, column 1: UPDATE #__a SET n = 3; (moment 4)",
            "  killed behind statement 3, line 4, column 1: UPDATE #__a SET n = 4; (moment 5)",
            "  killed behind statement 4, line 5, column 1: INSERT INTO #__log SELECT char(27) || '[2J ' || hex(zeroblob(40)), total_changes(); (moment 6)",
            &format!(
                "  table cb_log: 1 row missing (what '\u{fffd}[2J {zeros}…, n 31), 1 row too many (what '\u{fffd}[2J {zeros}…, n 20)"
            ),
        ],
        "{answer:#?}"
    );
    let last = said.last().unwrap();
    assert!(
        last.starts_with("the crash lab failed: killed and resumed at each of 8 moments in ")
            && last.ends_with(" ms; at 3 of them it is not the same"),
        "{last}"
    );
    assert_eq!(answer.stderr, "killing and resuming 8 runs\n");
}
