//! What costs nothing and what changes nothing.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use upgrades::{HistoryFilter, Hook, Resolution, Track, Upgrader};
use upgrades_tests::receiver::Receiver;

use crate::counting::{Counting, Counts};
use crate::lab::{Lab, shown, source};

fn counting(lab: &Lab, folder: &Path) -> (Upgrader<'static>, Arc<Counts>) {
    let counts = Arc::new(Counts::default());
    let store = Counting(upgrades::sqlite(lab.database()), Arc::clone(&counts));
    let upgrader = Upgrader::new(store).failure_log(lab.sandbox.path("errors.log"));
    let upgrader = upgrader
        .track(Track::core(folder))
        .track(Track::customization(source(&[(
            "1.sql",
            "CREATE TABLE custom(a)",
        )])));
    (upgrader, counts)
}

fn with_scripts(lab: &Lab) -> std::path::PathBuf {
    lab.sandbox.write("updates/1.sql", "CREATE TABLE a(a)");
    lab.sandbox.write("updates/2.sql", "CREATE TABLE b(a)");
    lab.sandbox.path("updates")
}

/// One query, no lock, no file of the track opened: the scripts are emptied, which a reader of them would notice.
#[test]
fn an_idle_start_is_one_query() {
    let lab = Lab::new();
    let folder = with_scripts(&lab);
    let (upgrader, _) = counting(&lab, &folder);
    assert_eq!(
        shown(&upgrader.run().unwrap()),
        "Upgraded core/1.sql core/2.sql customization/1.sql"
    );
    for name in ["1.sql", "2.sql"] {
        lab.sandbox
            .write(format!("updates/{name}"), "\0 'never closed");
    }
    let before = lab.files();
    let (upgrader, counts) = counting(&lab, &folder);
    assert_eq!(shown(&upgrader.run().unwrap()), "UpToDate");
    assert_eq!(counts.shown(), "1 read, 0 write, 0 claim, 1 statements");
    assert_eq!(lab.files(), before);
    for name in ["updates/1.sql", "updates/2.sql"] {
        let file = lab.sandbox.path(name).metadata().unwrap();
        assert!(
            file.accessed().unwrap() <= file.modified().unwrap(),
            "{name} was read"
        );
    }
}

/// So it is with a hook, once everything is told: nothing is asked for it, and no thread is started.
#[test]
fn an_idle_start_with_a_hook_is_one_query() {
    let lab = Lab::new();
    let folder = with_scripts(&lab);
    let chat = Receiver::new();
    let hook = || Hook::webhook("chat", chat.url("/"));
    lab.sandbox.write("updates/2.sql", "SELECT * FROM nowhere");
    let (upgrader, _) = counting(&lab, &folder);
    let upgrader = upgrader.hook(hook());
    assert!(upgrader.run().is_err());
    chat.heard(1);
    lab.sandbox.write("updates/2.sql", "CREATE TABLE b(a)");
    upgrader.clear_failure("mended", Resolution::GoOn).unwrap();
    chat.heard(2);
    // The thread notes that everything is told.
    upgrader
        .send_notices(std::time::Duration::from_secs(60))
        .unwrap();
    upgrader.run().unwrap();
    let (upgrader, counts) = counting(&lab, &folder);
    assert_eq!(shown(&upgrader.hook(hook()).run().unwrap()), "UpToDate");
    assert_eq!(counts.shown(), "1 read, 0 write, 0 claim, 1 statements");
}

/// With repeatable scripts it is two, and their files are read; those of the versions are not.
#[test]
fn an_idle_start_with_repeatable_scripts_is_two_queries() {
    let lab = Lab::new();
    let folder = with_scripts(&lab);
    lab.sandbox.write("updates/repeat/a.sql", "-- a");
    lab.sandbox.write("updates/after-run.sql", "-- called");
    let (upgrader, _) = counting(&lab, &folder);
    assert_eq!(
        shown(&upgrader.run().unwrap()),
        "Upgraded core/1.sql core/2.sql core/repeat/a.sql customization/1.sql"
    );
    lab.sandbox.write("updates/1.sql", "\0 'never closed");
    lab.sandbox
        .write("updates/after-run.sql", "\0 'never closed");
    let before = lab.files();
    let (upgrader, counts) = counting(&lab, &folder);
    assert_eq!(shown(&upgrader.run().unwrap()), "UpToDate");
    assert_eq!(counts.shown(), "1 read, 0 write, 0 claim, 2 statements");
    assert_eq!(lab.files(), before);
}

/// Once it has succeeded, nothing is asked at all; before, every call tries.
#[test]
fn run_once_runs_once() {
    let lab = Lab::new();
    let folder = with_scripts(&lab);
    lab.sandbox.write("updates/2.sql", "SELECT * FROM nowhere");
    let (upgrader, counts) = counting(&lab, &folder);
    for _ in 0..2 {
        assert_eq!(
            upgrader.run_once().unwrap_err().code().as_str(),
            ["script-failed", "latched"][usize::from(counts.reads.load(Ordering::SeqCst) > 2)]
        );
    }
    lab.sandbox.write("updates/2.sql", "CREATE TABLE b(a)");
    assert!(upgrader.clear_failure("mended", Resolution::GoOn).is_ok());
    let first = upgrader.run_once().unwrap();
    assert_eq!(shown(&first), "Upgraded core/2.sql customization/1.sql");
    let asked = counts.shown();
    std::fs::remove_file(lab.database()).unwrap();
    for _ in 0..1000 {
        assert_eq!(upgrader.run_once().unwrap(), first);
    }
    assert_eq!(counts.shown(), asked);
}

/// Every call that only reads.
fn read_all(upgrader: &Upgrader<'_>) -> String {
    let mut answers = vec![format!(
        "{:?}",
        upgrader.status().map(|status| status.state).unwrap()
    )];
    answers.push(format!(
        "{} planned",
        upgrader.plan().unwrap().scripts.len()
    ));
    answers.push(format!(
        "{} attempts",
        upgrader.history(&HistoryFilter::default()).unwrap().len()
    ));
    answers.push(format!(
        "{} issues",
        upgrader.critical_issues().unwrap().len()
    ));
    answers.push(format!("{} findings", upgrader.check().unwrap().len()));
    answers.push(format!(
        "{} findings without",
        upgrader.check_scripts().unwrap().len()
    ));
    answers.push(format!("{} scripts", upgrader.scripts().unwrap().len()));
    answers.join(", ")
}

/// No file is made, no byte changed, whatever state the database is in.
#[test]
fn reading_calls_leave_no_trace() {
    let check = |lab: &Lab, expected: &str| {
        let before = lab.files();
        let folder = lab.sandbox.path("updates");
        let (upgrader, counts) = counting(lab, &folder);
        assert_eq!(read_all(&upgrader), expected);
        assert_eq!(lab.files(), before, "{expected}");
        assert!(
            counts.shown().contains("0 write, 0 claim"),
            "{}",
            counts.shown()
        );
    };
    const PENDING: &str =
        "Pending, 3 planned, 0 attempts, 0 issues, 0 findings, 0 findings without, 3 scripts";
    let lab = Lab::new();
    let folder = with_scripts(&lab);
    check(&lab, PENDING);
    lab.sandbox.write("shop.db", "");
    check(&lab, PENDING);
    lab.sql("CREATE TABLE other(a)");
    check(&lab, PENDING);
    lab.sql("PRAGMA journal_mode = WAL; INSERT INTO other VALUES (1)");
    check(&lab, PENDING);
    assert_eq!(
        shown(&counting(&lab, &folder).0.run().unwrap()),
        "Upgraded core/1.sql core/2.sql customization/1.sql"
    );
    assert_eq!(lab.rows("PRAGMA journal_mode"), "wal");
    check(
        &lab,
        "Current, 0 planned, 3 attempts, 0 issues, 0 findings, 0 findings without, 3 scripts",
    );
    lab.sandbox.write("updates/3.sql", "SELECT * FROM nowhere");
    assert!(counting(&lab, &folder).0.run().is_err());
    check(
        &lab,
        "Failed, 1 planned, 4 attempts, 1 issues, 0 findings, 0 findings without, 4 scripts",
    );
    lab.sql("INSERT INTO system_vars VALUES ('failed_update_detected', 0) ON CONFLICT DO UPDATE SET value = '0';
             UPDATE system_vars SET value = '9.sql' WHERE name = 'latest_update_version'");
    check(
        &lab,
        "TooOld, 0 planned, 4 attempts, 2 issues, 1 findings, 0 findings without, 4 scripts",
    );
}

/// Neither does a run that has nothing to do, or that is refused.
#[test]
fn nothing_to_do_creates_nothing() {
    let check = |upgrader: Upgrader<'_>, lab: &Lab, expected: &str| {
        assert_eq!(lab.told(upgrader.run()), expected);
        assert_eq!(lab.files(), []);
    };
    let lab = Lab::new();
    check(lab.bare(), &lab, "UpToDate");
    check(lab.core(&[]), &lab, "UpToDate");
    let clearing = lab
        .core(&[("1.sql", "SELECT 1")])
        .clear_failure("x", Resolution::GoOn)
        .unwrap();
    assert_eq!(clearing, upgrades::Clearing::NothingToClear);
    assert_eq!(lab.files(), []);
}

/// A database is the same through a symbolic link, its lock too.
#[test]
fn a_link_to_the_database() {
    let lab = Lab::new();
    assert_eq!(
        lab.run(&[("1.sql", "CREATE TABLE a(a)")]),
        "Upgraded core/1.sql"
    );
    std::fs::create_dir(lab.sandbox.path("elsewhere")).unwrap();
    let link = lab.sandbox.path("elsewhere/link.db");
    symlink(lab.database(), &link).unwrap();
    let upgrader = Upgrader::new(upgrades::sqlite(&link)).without_failure_log();
    let report = upgrader
        .track(Track::core(source(&[("2.sql", "CREATE TABLE b(a)")])))
        .run()
        .unwrap();
    assert_eq!(shown(&report), "Upgraded core/2.sql");
    let listed = std::fs::read_dir(lab.sandbox.path("elsewhere"))
        .unwrap()
        .count();
    assert_eq!(listed, 1);
}
