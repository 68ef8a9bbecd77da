//! `--format json`: what every command answers in every state has the shape that docs/json.md gives it.
//!
//! The examples of that page are typed by `pages`.

use std::process::Stdio;

use serde_json::Value;
use upgrades_tests::Sandbox;
use upgrades_tests::mariadb::Server;
use upgrades_tests::receiver::{Receiver, Says};
use upgrades_tests::shape::check;

use crate::adopt::flyways;
use crate::hooks::failing_with;
use crate::signals::{ENDLESS, slow_shop, started};
use crate::transcript::{FAILING, SHOP, bare, shell, shop};

/// Types a line, and reads what it answers. Standard error stays empty.
#[track_caller]
fn answer(sandbox: &Sandbox, line: &str) -> Value {
    let answer = sandbox.answer(&mut shell(
        sandbox,
        &format!("upgrades {line} --format json"),
    ));
    assert_eq!(answer.stderr, "", "{line}");
    let ends = answer.stdout.ends_with("}\n") || answer.stdout.ends_with("]\n");
    assert!(ends, "{line}: {}", answer.stdout);
    serde_json::from_str(&answer.stdout).unwrap()
}

/// A shop whose customization has failed.
fn failed() -> Sandbox {
    let sandbox = shop();
    sandbox.write("custom/1.1.0.sql", FAILING);
    answer(&sandbox, "run");
    sandbox
}

/// A shop in which a script came too late, and core is newer than its scripts.
fn newer() -> Sandbox {
    let sandbox = shop();
    sandbox.write("core/1.2.0.sql", "SELECT 1;");
    answer(&sandbox, "run");
    std::fs::remove_file(sandbox.path("core/1.2.0.sql")).unwrap();
    sandbox.write("core/1.0.5_late.sql", "SELECT 1;");
    sandbox
}

/// A shop that an older release has left with a failure.
fn older() -> Sandbox {
    let sandbox = shop();
    let database = sandbox.open("shop.db");
    let rows = "('latest_update_version', '1.1.0'), ('failed_update_detected', '1')";
    database
        .execute_batch(&format!(
            "CREATE TABLE cb_system_vars (name TEXT, value TEXT); INSERT INTO cb_system_vars VALUES {rows}"
        ))
        .unwrap();
    sandbox
}

/// A shop whose last script fails at its end, and not in a statement.
fn broken_key() -> Sandbox {
    let sandbox = bare();
    let text = "-- upgrade: foreign_keys = off\nCREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES a);\n\
                INSERT INTO a VALUES (1, 2);";
    sandbox.write("core/1.sql", text);
    answer(&sandbox, "run");
    sandbox
}

/// What `status` tells of a lock that is held, and has this record.
fn held(record: &str) -> Value {
    let sandbox = shop();
    let path = sandbox.write("shop.db-upgrade", record);
    let lock = std::fs::File::open(path).unwrap();
    lock.lock().unwrap();
    answer(&sandbox, "status")
}

/// What `status` tells while another process is at work, once after one has died in the same script.
fn at_work() -> [Value; 2] {
    let sandbox = slow_shop("", ENDLESS);
    [(); 2].map(|()| {
        let mut child = started(&sandbox);
        let status = answer(&sandbox, "status --app-version 1.0.0");
        child.kill().unwrap();
        child.wait().unwrap();
        status
    })
}

#[test]
fn status() {
    let states = [shop(), bare(), failed(), newer(), older(), broken_key()];
    let told = states.iter().map(|sandbox| answer(sandbox, "status"));
    let between_scripts = held(
        r#"{"holder":{"host":"h","pid":1,"program":"2.0.0","run":"r","since":"2026-11-22T05:10:00Z"}}"#,
    );
    let waiting = held(
        r#"{"holder":{"host":"h","pid":1,"program":"2.0.0","run":"r","since":"2026-11-22T05:10:00Z"},"at":{"script":"core/1.lua","statement":0,"statements":0,"waits_for":"replica b is 6 s behind"}}"#,
    );
    let in_a_batch = [r#"{"done":5000,"total":12000}"#, r#"{"done":5000,"total":null}"#].map(|rows| {
        held(&format!(
            r#"{{"holder":{{"host":"h","pid":1,"program":"2.0.0","run":"r","since":"2026-11-22T05:10:00Z"}},"at":{{"script":"core/1.lua","statement":3,"statements":0,"rows":{rows}}}}}"#
        ))
    });
    let torn = held("{");
    let locks = at_work()
        .into_iter()
        .chain([between_scripts, waiting, torn])
        .chain(in_a_batch);
    check("status", told.chain(locks));
}

#[test]
fn plan() {
    let dangerous = shop();
    answer(&dangerous, "run");
    dangerous.write(
        "core/1.2.0.sql",
        "DELETE FROM #__products; DROP VIEW #__gone; CREATE UNIQUE INDEX #__p ON #__products (id); \
         DROP DATABASE x;",
    );
    // Too large for its pages to be counted.
    let large = bare();
    let database = large.open("shop.db");
    let rows = "CREATE TABLE a (x); INSERT INTO a VALUES (zeroblob(70000000))";
    database.execute_batch(rows).unwrap();
    large.write("core/1.sql", "DELETE FROM a;");
    let states = [shop(), failed(), dangerous, large];
    check("plan", states.iter().map(|sandbox| answer(sandbox, "plan")));
}

#[test]
fn run() {
    let sandbox = shop();
    let mut told = vec![answer(&bare(), "run")];
    told.extend([answer(&sandbox, "run"), answer(&sandbox, "run")]);
    sandbox.write("core/1.0.5_late.sql", "SELECT 1;");
    sandbox.write("core/1.2.0.sql", "SELECT 1;");
    told.push(answer(&sandbox, "run"));
    check("run", told);
}

#[test]
fn run_that_fails() {
    let sandbox = shop();
    sandbox.write("custom/1.1.0.sql", FAILING);
    check(
        "A run that fails",
        [answer(&sandbox, "run"), {
            let sandbox = bare();
            let text = "-- upgrade: foreign_keys = off\nCREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES a);\n\
                    INSERT INTO a VALUES (1, 2);";
            sandbox.write("core/1.sql", text);
            answer(&sandbox, "run")
        }],
    );
}

#[test]
fn clear_failure() {
    let commands = "clear-failure --reason x";
    let states = [shop(), failed(), older(), broken_key()];
    check(
        "clear-failure",
        states.iter().map(|sandbox| answer(sandbox, commands)),
    );
}

#[test]
fn repair() {
    let sandbox = shop();
    answer(&sandbox, "run");
    sandbox.write("core/1.0.5_late.sql", "SELECT 1;");
    sandbox.write("core/1.0.0_products.sql", "SELECT 1;");
    check("repair", [answer(&sandbox, "repair")]);
    let settled = [
        "repair accept core/1.0.0_products.sql --reason x",
        "repair mark core/1.0.5_late.sql --reason x",
    ];
    let told = settled.map(|line| answer(&sandbox, line));
    check("repair accept, repair mark", told);
    assert_eq!(answer(&sandbox, "repair"), serde_json::json!([]));
}

#[test]
fn support_bundle() {
    check("support-bundle", [answer(&shop(), "support-bundle")]);
}

#[test]
fn adopt() {
    let flyways = flyways("1.0.0 products 1; 1.0.9 hotfix 1; 1.1.0 prices 1");
    let lines = [
        "adopt --from flyway",
        "adopt --at 1.0.0",
        "adopt --from flyway --yes",
    ];
    check("adopt", lines.map(|line| answer(&flyways, line)));
}

#[test]
fn history() {
    let states = [failed(), older(), broken_key()];
    let told = states.iter().map(|sandbox| {
        answer(sandbox, "clear-failure --reason x");
        answer(sandbox, "run --app-version 2.0.0");
        answer(sandbox, "history")
    });
    check("history", told);
    assert_eq!(answer(&shop(), "history"), serde_json::json!([]));
}

#[test]
fn check_command() {
    let two = shop();
    two.write("core/notes.txt", "a stray");
    let config = two.read("upgrades.toml");
    two.write(
        "upgrades.toml",
        config + "[tracks.Other]\ndirectory = \"other\"\n",
    );
    check("check", [answer(&shop(), "check"), answer(&two, "check")]);
}

#[test]
fn new() {
    check("new", [answer(&shop(), "new core 'add vat'")]);
}

#[test]
fn explain() {
    let sandbox = Sandbox::new();
    let all = answer(&sandbox, "explain");
    let one = answer(&sandbox, "explain latched");
    assert!(all.as_array().unwrap().contains(&one));
    check("explain", [one]);
}

#[test]
fn completions() {
    check("completions", [answer(&Sandbox::new(), "completions bash")]);
}

/// A shop with backups: of files too, one of them missing, and one that is broken.
fn with_backups() -> (Sandbox, Value) {
    let sandbox = shop();
    let config = sandbox.read("upgrades.toml");
    let backup = "[backup]\ndirectory = \"backups\"\nfiles = [\"core\", \"missing\"]\n";
    sandbox.write("upgrades.toml", config + backup);
    answer(&sandbox, "run --app-version 2.0.0");
    sandbox.write("backups/20260101T000000000Z-1/manifest.json", "{");
    let made = answer(&sandbox, "backup create --app-version 2.0.0");
    (sandbox, made)
}

#[test]
fn backup() {
    let (sandbox, made) = with_backups();
    let bare = with_backups().0;
    let unversioned = answer(&bare, "backup create");
    check("backup create", [made, unversioned]);
    check("backup list", [answer(&sandbox, "backup list")]);
    check("backup verify", [answer(&sandbox, "backup verify latest")]);
    sandbox.write("core/1.2.0.sql", "SELECT 1;");
    answer(&sandbox, "run");
    let restored = answer(&sandbox, "backup restore latest --yes");
    std::fs::write(sandbox.path("shop.db"), "rubbish").unwrap();
    let destroyed = answer(&sandbox, "backup restore latest --yes");
    check("backup restore", [restored, destroyed]);
}

#[test]
fn rehearse() {
    let sandbox = shop();
    answer(&sandbox, "run");
    sandbox.write("core/1.2.0.sql", "DELETE FROM #__products;");
    sandbox.write("core/after-run.sql", "SELECT 1;");
    let well = answer(&sandbox, "rehearse");
    sandbox.write("core/1.3.0.sql", "SELECT 1;\nSELECT * FROM nowhere;");
    sandbox.write("core/1.4.0.sql", "SELECT 1;");
    check("rehearse", [well, answer(&sandbox, "rehearse")]);
}

#[test]
fn crash_lab() {
    let old = || {
        let sandbox = shop();
        answer(&sandbox, "run");
        sandbox
    };
    let lab = |sandbox: Sandbox, script: &str, text: &str| {
        sandbox.write(script, text);
        let mut told = answer(&sandbox, "rehearse --crash-lab");

        told["crash_lab"].take()
    };
    let database = Server::shared().database();
    let on_a_server = shop();
    on_a_server.write(
        "core/1.2.0_ids.sql",
        "CREATE TABLE #__c (id INT AUTO_INCREMENT PRIMARY KEY, n INT); INSERT INTO #__c (n) VALUES (1), (2); DELETE FROM #__c WHERE id = 2;",
    );
    on_a_server.write(
        "upgrades.toml",
        SHOP.replace("sqlite:shop.db", &database.url()),
    );
    let remembers = "local seen = false
        batch{table = '#__products', rows = 20, each = function(row) seen = true; return {cents = row.cents + 1} end}
        db:execute(seen and 'CREATE TABLE #__whole (n)' or 'CREATE TABLE #__half (n)')
        if seen then db:execute('INSERT INTO #__dealers VALUES (7)') end
        db:execute('CREATE TABLE #__c AS SELECT ? AS seen', {tostring(seen)})";
    let twice = "-- upgrade: idempotent
        db:execute('INSERT INTO #__products (name, cents) VALUES (?, 1)', {'lamp'})
        batch{table = '#__products', rows = 20, each = function(row) return {cents = 2} end}";
    let asks = "-- upgrade: transaction = off
        CREATE TABLE #__c AS SELECT random() AS r;
        CREATE TEMP TABLE t AS SELECT 1 AS n;
        CREATE TABLE #__d AS SELECT n FROM t LIMIT 1;";
    let chance = "CREATE TABLE #__c (n);
        INSERT INTO #__c WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100)
        SELECT n FROM c LIMIT 1 + strftime('%s', 'now') % 100;";
    let told = [
        lab(old(), "core/9.lua", remembers),
        lab(old(), "core/9.lua", twice),
        lab(old(), "core/9.sql", asks),
        lab(old(), "core/9.sql", chance),
        lab(
            shop(),
            "core/9.sql",
            "CREATE TABLE #__c AS SELECT total_changes() AS n;",
        ),
        lab(
            on_a_server,
            "core/1.0.0_products.sql",
            "CREATE TABLE #__products (id INT AUTO_INCREMENT PRIMARY KEY, name TEXT NOT NULL);",
        ),
    ];
    check("rehearse --crash-lab", told);
}

#[test]
fn squash() {
    check("squash", [answer(&shop(), "squash core --to 1.1.0")]);
}

#[test]
fn errors() {
    let missing = Sandbox::new();
    let told = [
        answer(&missing, "status"),
        answer(&missing, "explain nonsense"),
        answer(&failed(), "run"),
        answer(&newer(), "run"),
        answer(&shop(), "run --database sqlite:missing/shop.db"),
        answer(&shop(), "clear-failure --reason ''"),
    ];
    check("Errors", told);
}

#[test]
fn nothing_but_json_comes_out() {
    // Not even with -q, nor progress on standard error.
    let sandbox = shop();
    let told = answer(&sandbox, "run --quiet");
    assert_eq!(told["ending"], "upgraded");
    // What cannot be parsed as a call is told as text.
    let logged = sandbox.upgrades(["run", "-v", "--format", "json"]);
    assert!(
        logged.stdout.starts_with('{') && logged.stderr.contains(" INFO "),
        "{logged:?}"
    );
    let mut command = shell(&sandbox, "upgrades run --format json --nonsense");
    let output = command.stdout(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(2), Vec::new()));
}

#[test]
fn hooks() {
    let heard = Receiver::new();
    let refusing = Receiver::saying(&[Says::Status(500, String::new())]);
    let told = |chat: &Receiver| {
        let sandbox = failing_with(&format!(
            "[hooks.chat]\nurl = \"{}\"\n[hooks.mail]\ncommand = [\"missing/program\"]\n",
            chat.url("/")
        ));
        answer(&sandbox, "run");
        sandbox
    };
    let (well, badly) = (told(&heard), told(&refusing));
    answer(&well, "hooks test chat");
    check("hooks test", [answer(&well, "hooks test chat")]);
    answer(&well, "clear-failure --reason mended");
    check("hooks", [answer(&well, "hooks"), answer(&badly, "hooks")]);
    check("hooks send", [answer(&badly, "hooks send")]);
    let newer = newer();
    let config = newer.read("upgrades.toml");
    let config = config.replace("app_version = \"2.0.0\"\n", "");
    let hook = format!("{config}[hooks.chat]\nurl = \"{}\"\n", heard.url("/"));
    newer.write("upgrades.toml", hook);
    answer(&newer, "run");
    let bodies = heard.by_now();
    check(
        "What hooks are told",
        bodies
            .iter()
            .map(|heard| serde_json::from_str(&heard.body).unwrap()),
    );
}
