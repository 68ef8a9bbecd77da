//! The crash lab where something is in its way: nothing is touched, nothing is left.

use std::io::Read as _;
use std::process::{Child, Stdio};

use rustix::process::Signal;
use upgrades_tests::crash::{ended, signal, until};

use crate::crash_lab::{LAB, findings, shop, untouched};
use upgrades_tests::disk::Disk;

use crate::shop::Shop;

/// Statements enough to be stopped among them.
fn long() -> String {
    let statements = (0..200).map(|n| format!("INSERT INTO #__log VALUES ('x', {n});\n"));
    statements.collect()
}

#[test]
fn nothing_is_pending() {
    let shop = shop(&[]);
    let told = untouched(&shop, || shop.told(LAB));
    assert!(told["crash_lab"].is_null(), "{told}");
}

/// A script that fails is told as a rehearsal tells it; nobody is killed for it.
#[test]
fn a_script_fails() {
    let shop = shop(&[("core/2.sql", "SELECT 1; SELECT * FROM nowhere;")]);
    let (answer, told) = untouched(&shop, || shop.asked(LAB));
    assert_eq!(answer.status, Some(8), "{answer:#?}");
    assert_eq!(told["failure"]["statement"]["number"], 2);
    assert!(told["crash_lab"].is_null(), "{told}");
}

/// What a rehearsal refuses, the lab does.
#[test]
fn scripts_that_reach_out() {
    let shop = shop(&[(
        "core/2.sql",
        "-- upgrade: transaction = off\nATTACH 'shop.db' AS real; DELETE FROM real.cb_a;",
    )]);
    let (status, code, message) = untouched(&shop, || shop.refused(LAB));
    assert_eq!(
        (status, code.as_str()),
        (Some(8), "reaches-out"),
        "{message}"
    );
}

/// Callbacks are not called, in no process.
#[test]
fn callbacks_are_not_called() {
    let shop = shop(&[
        ("core/2.sql", "UPDATE #__a SET n = n + 1;"),
        (
            "core/before-run.sql",
            "INSERT INTO #__log VALUES ('before', random());",
        ),
        (
            "core/after-run.sql",
            "INSERT INTO #__log VALUES ('after', random());",
        ),
    ]);
    let told = untouched(&shop, || shop.told(LAB));
    assert_eq!(told["crash_lab"]["not_repeatable"], serde_json::json!([]));
    assert_eq!(findings(&told), [""; 0]);
}

/// How many moments are tried is told; a limit of the run is one of the lab's.
#[test]
fn some_of_the_moments() {
    let shop = shop(&[
        ("core/2.sql", long().as_str()),
        ("core/3.sql", "SELECT * FROM nowhere;"),
    ]);
    let told = shop.told(["rehearse", "--crash-lab", "--moments", "3", "--to", "2"]);
    let lab = &told["crash_lab"];
    assert_eq!((&lab["killed"], &lab["moments"]), (&3.into(), &204.into()));
    for (arguments, said) in [
        (["--crash-lab", "--moments=1"], "1 is not in 2.."),
        (["--crash-lab", "--moments=x"], "invalid value 'x'"),
        (["--quiet", "--moments=3"], "--crash-lab"),
        (["--quiet", "--crash-lab-child"], "--crash-lab"),
    ] {
        let answer = shop.upgrades(["rehearse"].iter().chain(&arguments));
        assert_eq!(answer.status, Some(2), "{answer:#?}");
        assert!(answer.stderr.contains(said), "{arguments:?}: {answer:#?}");
    }
}

/// The configuration of the children is that of the command: placeholders, prefix and database by option and by environment,
/// another file, names that are hard to say.
#[test]
fn children_have_the_same_configuration() {
    let shop = Shop::new(&[]);
    let folder = "it's \"a\" ${x} ü\n;";
    for (file, text) in [
        (
            "1.sql",
            "CREATE TABLE #__x (\"a'b\"\"c\" TEXT, \"${currency}\");",
        ),
        (
            "2_it's; \"hard\".sql",
            "-- upgrade: transaction = off\nINSERT INTO #__x VALUES ('${currency}', 1); UPDATE #__x SET \"a'b\"\"c\" = total_changes();",
        ),
    ] {
        shop.write(format!("{folder}/core/{file}"), text);
    }
    shop.write(
        format!("{folder}/other.toml"),
        "prefix = \"no_\"\n[tracks.core]\ndirectory = \"core\"\n[placeholders]\ncurrency = \"O'Neill \\\"x\\\"\"\n",
    );
    let config = format!("{folder}/other.toml");
    let database = format!("sqlite:{folder}/it's.db");
    let mut command = shop.command([
        "rehearse",
        "--crash-lab",
        "--config",
        &config,
        "--format",
        "json",
    ]);
    command
        .env("UPGRADES_DATABASE_URL", &database)
        .env("UPGRADES_PREFIX", "yes_");
    let answer = shop.answer(&mut command);
    let told = serde_json::from_str(&answer.stdout).unwrap();
    let found = findings(&told);
    let first = "2_it's; \"hard\".sql statement-done 1 leads-elsewhere yes_x -1 +1";
    assert!(found.iter().any(|found| found == first), "{answer:#?}");
    assert_eq!(answer.status, Some(8), "{answer:#?}");
    assert!(!shop.path(format!("{folder}/it's.db")).exists());
    assert!(!shop.path(format!("{folder}/upgrades-aside")).exists());
}

/// A signal ends the lab soon, wherever it is, and nothing is left of it.
#[test]
fn stopped_by_a_signal() {
    let shop = shop(&[("core/2.sql", long().as_str())]);
    let child = started(&shop);
    signal(&child, Signal::TERM);
    let end = ended(child);
    assert_eq!(end.code, Some(3), "{}", end.said);
    let stopped = "\nstopped as asked: killed and resumed at ";
    assert!(end.said.contains(stopped), "{}", end.said);
    untouched(&shop, || ());
}

/// Also where the rehearsal is still under way.
#[test]
fn stopped_before_anybody_is_killed() {
    let shop = shop(&[(
        "core/2.sql",
        "INSERT INTO #__a (n) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i FROM n; SELECT 1;",
    )]);
    let mut command = shop.command(LAB);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let copy = || shop.path("upgrades-aside").exists().then_some(());
    until("a copy", copy);
    signal(&child, Signal::INT);
    let end = ended(child);
    assert_eq!(end.code, Some(9), "{}", end.said);
    assert!(end.said.contains("error[copy-stopped]: "), "{}", end.said);
    untouched(&shop, || ());
}

/// A lab that has begun to kill.
fn started(shop: &Shop) -> Child {
    let mut command = shop.command(LAB);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = [0; 8];
    let output = child.stderr.as_mut().unwrap();
    output.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"killing ");
    child
}

/// A lab that is killed leaves copies, which the next one removes, and no process that goes on for long.
#[test]
fn killed() {
    let shop = shop(&[("core/2.sql", long().as_str())]);
    let child = started(&shop);
    signal(&child, Signal::KILL);
    assert_eq!(ended(child).code, None);
    assert!(shop.path("upgrades-aside").exists());
    shop.write("core/2.sql", "UPDATE #__a SET n = 0;");
    let told = untouched(&shop, || shop.told(LAB));
    assert_eq!(findings(&told), [""; 0]);
}

/// No copy is made where there is no room for all that are there at once, though one alone would fit.
#[test]
fn no_room() {
    let shop = shop(&[]);
    let Some(_disk) = Disk::new(shop.path("small"), "2m") else {
        return;
    };
    let fill = "INSERT INTO #__log WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 180) SELECT 'x', zeroblob(4000) FROM n;";
    shop.write("core/2.sql", fill);
    shop.told(["run"]);
    shop.write("core/3.sql", "UPDATE #__a SET n = 0;");
    let small = ["rehearse", "--in", "small"];
    shop.told(small);
    let with_lab = small.iter().chain(&["--crash-lab"]);
    let (status, code, message) = shop.refused(with_lab);
    assert_eq!(
        (status, code.as_str()),
        (Some(9), "copy-no-room"),
        "{message}"
    );
    assert_eq!(std::fs::read_dir(shop.path("small")).unwrap().count(), 0);
}

/// Nobody else's process takes itself for a child of a lab.
#[test]
fn a_child_without_a_lab() {
    let shop = shop(&[("core/2.sql", "UPDATE #__a SET n = 0;")]);
    let child = ["rehearse", "--crash-lab", "--crash-lab-child"];
    let (status, code, message) = untouched(&shop, || shop.refused(child));
    assert_eq!((status, code.as_str()), (Some(2), "setup"), "{message}");
    let mut command = shop.command(child);
    command
        .env("UPGRADES_CRASH_LAB_COPY", "copy.db")
        .env("UPGRADES_CRASH_LAB_MOMENT", "soon");
    let answer = untouched(&shop, || shop.answer(&mut command));
    assert_eq!(answer.status, Some(2), "{answer:#?}");
    // Least of all one on the real database.
    let mut command = shop.command(child);
    command.env("UPGRADES_CRASH_LAB_COPY", shop.path("shop.db"));
    let answer = untouched(&shop, || shop.answer(&mut command));
    assert_eq!(answer.status, Some(9), "{answer:#?}");
    assert!(
        answer
            .stderr
            .contains("shop.db is no copy that was made to try things in"),
        "{answer:#?}"
    );
}
