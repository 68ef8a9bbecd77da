//! The crash lab of an application: its own program is what is killed.

use std::process::{Command, Stdio};
use std::sync::Mutex;

use upgrades::store::Store;
use upgrades::{Code, CrashLab, CrashTrouble, Error, Event, Rehearsed, Track, Upgrader};
use upgrades_tests::mariadb::Server;
use upgrades_tests::{Sandbox, picture};

const SCRIPTS: [(&str, &str); 2] = [
    (
        "core/1.sql",
        "CREATE TABLE #__a (n INTEGER); INSERT INTO #__a VALUES (1), (2), (3);",
    ),
    (
        "core/2.sql",
        "-- upgrade: transaction = off\nUPDATE #__a SET n = n + 1; UPDATE #__a SET n = n * 2;",
    ),
];

fn folder() -> Sandbox {
    let folder = Sandbox::new();
    for (file, text) in SCRIPTS {
        folder.write(file, text);
    }
    std::fs::create_dir(folder.path("other")).unwrap();
    folder
        .open("shop.db")
        .execute_batch("CREATE TABLE theirs (n)")
        .unwrap();
    folder
}

/// Runs the lab, with this program as the one that is killed.
fn tried(folder: &Sandbox, program: &[&str]) -> (Result<Rehearsed, Error>, u64) {
    let store = upgrades::sqlite(folder.path("shop.db"));
    tried_on(store, folder, program)
}

fn tried_on(
    store: impl Store + 'static,
    folder: &Sandbox,
    program: &[&str],
) -> (Result<Rehearsed, Error>, u64) {
    let tried = Mutex::new(0);
    let outcome = Upgrader::new(store)
        .track(Track::core(folder.path("core")))
        .track(Track::customization(folder.path("other")))
        .prefix("cb_")
        .placeholder("currency", "EUR")
        .app_version("1.2.3")
        .without_failure_log()
        .on_event(|event| {
            if let Event::Tried { done, .. } = event {
                *tried.lock().unwrap() = *done;
            }
        })
        .crash_lab(&CrashLab::new(|| {
            let mut command = Command::new(program[0]);
            command
                .args(&program[1..])
                .current_dir(folder.path(""))
                .stderr(Stdio::null());
            command
        }));
    (outcome, tried.into_inner().unwrap())
}

const CHILD: &str = env!("CARGO_BIN_EXE_upgrade-child");

#[test]
fn kills_the_application() {
    let folder = folder();
    let look = || picture(&folder.open("shop.db"), &[]);
    let before = look();
    let program = [CHILD, "shop.db", "core", "other", "--lab-child", "yes"];
    let (outcome, tried) = tried(&folder, &program);
    let lab = outcome.unwrap().crash_lab.unwrap();
    assert!(lab.succeeded(), "{lab:#?}");
    assert_eq!((lab.killed, lab.moments, tried), (10, 10, 10));
    assert_eq!(look(), before);
    assert!(!folder.path("upgrades-aside").exists());
}

#[test]
fn kills_it_on_a_server() {
    let folder = folder();
    let database = Server::shared().database();
    let url = database.url();
    let program = [CHILD, &url, "core", "other", "--lab-child", "yes"];
    let store = upgrades::mysql(&url).unwrap();
    let (outcome, tried) = tried_on(store, &folder, &program);
    let lab = outcome.unwrap().crash_lab.unwrap();
    assert!(lab.succeeded(), "{lab:#?}");
    assert_eq!((lab.killed, tried), (lab.moments, lab.moments));
    assert_eq!(database.rows("SHOW TABLES"), "");
}

/// A program with other settings leads elsewhere, and that is seen.
#[test]
fn a_program_with_other_settings() {
    let folder = folder();
    folder.write("less/1.sql", SCRIPTS[0].1);
    let program = [CHILD, "shop.db", "less", "other", "--lab-child", "yes"];
    let (outcome, _) = tried(&folder, &program);
    let lab = outcome.unwrap().crash_lab.unwrap();
    assert!(!lab.succeeded() && lab.missed > 0, "{lab:#?}");
    let led = |finding: &upgrades::CrashFinding| finding.trouble == CrashTrouble::LeadsElsewhere;
    assert!(lab.findings.iter().all(led), "{lab:#?}");
}

/// What is no program of the lab's is told, with what it did.
#[test]
fn programs_that_are_none() {
    let rows: [(&[&str], &str); 5] = [
        (
            &["/nowhere/at/all"],
            "a process of the crash lab cannot be started; the real database was not touched: No such file",
        ),
        (&["true"], "ended without a word, with exit status: 0"),
        (
            &["sh", "-c", "echo upgrades-crash-lab: x; kill -9 $$"],
            "ended without a word, with signal: 9",
        ),
        (
            &["sh", "-c", "printf '\\377\\n'; exit 3"],
            "ended without a word, with exit status: 3",
        ),
        (
            &[CHILD, "shop.db", "nowhere", "other", "--lab-child", "yes"],
            "did not do what it does where nobody disturbs it: the scripts are not in order",
        ),
    ];
    for (program, expected) in rows {
        let folder = folder();
        let (outcome, tried) = tried(&folder, program);
        let error = outcome.unwrap_err();
        let told = upgrades::chain(&error);
        assert_eq!(error.code(), Code::CrashLabProcess, "{told}");
        assert!(told.contains(expected), "{program:?}: {told}");
        assert_eq!(tried, 0);
        assert!(!folder.path("upgrades-aside").exists());
    }
}
