//! Rehearsals: the real database is not touched, and what is told of the copy is true of the run.

use rustix::process::Signal;
use upgrades_tests::crash::{ended, signal, until};
use upgrades_tests::disk::Disk;
use upgrades_tests::picture;

use crate::shop::{Shop, scripts};

const ONE: (&str, &str) = (
    "core/1.sql",
    "CREATE TABLE #__a (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO #__a (n) VALUES (1), (2), (3);",
);

/// What the shop has, before and behind what is done to it.
fn untouched<T>(shop: &Shop, act: impl FnOnce() -> T) -> T {
    let before = picture(&shop.open("shop.db"), &[]);
    let outcome = act();
    assert_eq!(picture(&shop.open("shop.db"), &[]), before);
    outcome
}

#[test]
fn tells_what_the_run_will_do() {
    let shop = Shop::new(&[ONE]);
    shop.told(["run"]);
    for (file, text) in [
        ("core/2.sql", "UPDATE #__a SET n = n + 1 WHERE n > 1;"),
        (
            "core/3.sql",
            "-- upgrade: transaction = off\nDELETE FROM #__a WHERE n = 1;\nALTER TABLE #__a ADD COLUMN m;\nUPDATE #__a SET m = 1;",
        ),
        ("core/4.lua", "db:execute('UPDATE #__a SET m = m + ?', {1})"),
        (
            "core/repeat/v.sql",
            "DROP VIEW IF EXISTS #__v; CREATE VIEW #__v AS SELECT n FROM #__a;",
        ),
        ("core/before-run.sql", "INSERT INTO #__a (n) VALUES (99);"),
        ("core/after-run.sql", "INSERT INTO #__a (n) VALUES (98);"),
    ] {
        shop.write(file, text);
    }
    let told = untouched(&shop, || shop.told(["rehearse"]));
    assert_eq!(
        scripts(&told),
        [
            "2.sql applied 1 0 2",
            "3.sql applied 3 1 3",
            "4.lua applied 0 0 2",
            "repeat/v.sql applied 2 2 0"
        ]
    );
    let not_called: Vec<_> = told["not_called"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id["file"].as_str().unwrap())
        .collect();
    assert_eq!(not_called, ["before-run.sql", "after-run.sql"]);
    assert_eq!(
        shop.things(),
        ["shop.db", "shop.db-rehearsal", "shop.db-upgrade"]
    );
    // Up to a limit.
    let told = shop.told(["rehearse", "--to", "2"]);
    assert_eq!(scripts(&told), ["2.sql applied 1 0 2"]);
    // The run says how long it will take, of what is as it was rehearsed.
    shop.told(["rehearse"]);
    shop.write(
        "core/3.sql",
        format!("-- edited\n{}", shop.read("core/3.sql")),
    );
    let run = shop.upgrades(["run", "-vv"]);
    assert_eq!(run.status, Some(0), "{run:#?}");
    let said: Vec<_> = run
        .stderr
        .lines()
        .filter(|line| line.contains(" DEBUG ") && line.contains("as it was rehearsed"))
        .collect();
    assert_eq!(said.len(), 3, "{run:#?}");
    assert!(
        said.iter()
            .all(|line| line.ends_with("and a script that was not")),
        "{said:?}"
    );
    assert_eq!(scripts(&shop.told(["rehearse"])), [""; 0]);
}

/// A new installation is rehearsed too, from its baseline on.
#[test]
fn of_a_new_installation() {
    let shop = Shop::sample();
    let told = shop.told(["rehearse"]);
    assert_eq!(told["scripts"].as_array().unwrap().len(), 29);
    assert!(!shop.path("shop.db").exists());
    shop.told(["squash", "core", "--to", "3.6.0"]);
    let told = shop.told(["rehearse"]);
    assert_eq!(
        scripts(&told)[0].split(' ').next(),
        Some("baseline-3.6.0.sqlite.sql")
    );
}

/// A script that fails there is told with its statement, and with the mark that came true.
#[test]
fn a_script_that_fails() {
    let shop = Shop::new(&[ONE]);
    shop.told(["run"]);
    shop.write("core/2.sql", "INSERT INTO #__a (n) VALUES (3);");
    shop.write(
        "core/3.sql",
        "SELECT 1;\nCREATE UNIQUE INDEX #__i ON #__a (n);\nDROP TABLE #__a;",
    );
    shop.write("core/4.sql", "SELECT 1;");
    let (answer, told) = untouched(&shop, || shop.asked(["rehearse"]));
    assert_eq!(answer.status, Some(8), "{answer:#?}");
    assert_eq!(
        scripts(&told),
        [
            "2.sql applied 1 0 1",
            "3.sql failed 3 2 null",
            "4.sql not-run 1 0 null"
        ]
    );
    assert_eq!(told["failure"]["statement"]["number"], 2);
    assert_eq!(told["failure"]["error"], "UNIQUE constraint failed: cb_a.n");
    let marks = told["scripts"][1]["marks"].as_array().unwrap().iter();
    let marks: Vec<_> = marks
        .map(|mark| {
            (
                mark["code"].as_str().unwrap(),
                mark["came_true"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(marks, [("unique-on-rows", true), ("drops-table", false)]);
    let (_, status) = shop.asked(["status"]);
    assert_eq!(status["state"], "pending");
    assert_eq!(
        shop.things(),
        ["shop.db", "shop.db-rehearsal", "shop.db-upgrade"]
    );
}

/// What would reach the real database, or anything else, is refused before anything runs.
#[test]
fn scripts_that_reach_out() {
    for text in [
        "ATTACH 'shop.db' AS real;",
        "ATTACH ${file} AS real;",
        "VACUUM INTO 'out.db';",
    ] {
        let shop = Shop::new(&[ONE]);
        let config = shop.read("upgrades.toml");
        shop.write("upgrades.toml", format!("{config}file = \"'shop.db'\"\n"));
        shop.told(["run"]);
        shop.write("core/2.sql", "DELETE FROM #__a;");
        shop.write(
            "core/3.sql",
            format!("-- upgrade: transaction = off\n{text}\nDELETE FROM cb_a;"),
        );
        let (status, code, message) = untouched(&shop, || shop.refused(["rehearse"]));
        assert_eq!(
            (status, code.as_str()),
            (Some(8), "reaches-out"),
            "{text}: {message}"
        );
        assert!(
            message.starts_with("core/3.sql reaches beyond its database: "),
            "{message}"
        );
        assert_eq!(shop.things(), ["shop.db", "shop.db-upgrade"]);
        shop.told(["rehearse", "--to", "2"]);
    }
}

/// What a run would be refused for, a rehearsal is refused for.
#[test]
fn refused_as_a_run_is() {
    let shop = Shop::new(&[ONE, ("core/2.sql", "SELECT * FROM nowhere;")]);
    shop.asked(["run"]);
    let (status, code, _) = untouched(&shop, || shop.refused(["rehearse"]));
    assert_eq!((status, code.as_str()), (Some(4), "latched"));
    let shop = Shop::new(&[
        ONE,
        ("core/2.sql", "-- upgrade: requires = plugin\nSELECT 1;"),
    ]);
    let (status, code, _) = shop.refused(["rehearse"]);
    assert_eq!((status, code.as_str()), (Some(8), "requirement"));
    assert!(!shop.path("shop.db").exists());
    assert_eq!(shop.things(), [""; 0]);
}

/// A rehearsal that is killed leaves nothing that the next does not remove.
#[test]
fn killed() {
    let shop = Shop::new(&[ONE]);
    shop.told(["run"]);
    shop.write(
        "core/2.sql",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000000) INSERT INTO #__a (n) SELECT i FROM n;",
    );
    let mut command = shop.command(["rehearse"]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    until("a copy", || {
        shop.path("upgrades-aside").exists().then_some(())
    });
    signal(&child, Signal::KILL);
    assert_eq!(ended(child).code, None);
    assert!(shop.path("upgrades-aside").exists());
    shop.write("core/2.sql", "UPDATE #__a SET n = 0;");
    let told = untouched(&shop, || shop.told(["rehearse"]));
    assert_eq!(scripts(&told), ["2.sql applied 1 0 3"]);
    assert_eq!(
        shop.things(),
        ["shop.db", "shop.db-rehearsal", "shop.db-upgrade"]
    );
}

/// In a folder that is given, where nothing else is touched.
#[test]
fn in_a_folder() {
    let shop = Shop::new(&[ONE]);
    shop.told(["run"]);
    shop.write("core/2.sql", "UPDATE #__a SET n = 0;");
    std::fs::create_dir(shop.path("other")).unwrap();
    shop.write("other/x.partial/mine", "not yours");
    shop.told(["rehearse", "--in", "other"]);
    assert_eq!(shop.read("other/x.partial/mine"), "not yours");
    assert_eq!(std::fs::read_dir(shop.path("other")).unwrap().count(), 1);
}

/// No copy is made where it has no room, and a script that needs more than there is fails there, and only there.
#[test]
fn on_a_small_disk() {
    const FILL: &str = "INSERT INTO #__a (n) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n;";
    let shop = Shop::new(&[ONE]);
    shop.told(["run"]);
    let Some(_disk) = Disk::new(shop.path("small"), "1m") else {
        return;
    };
    shop.write("core/2.sql", FILL);
    let (answer, told) = untouched(&shop, || shop.asked(["rehearse", "--in", "small"]));
    assert_eq!(answer.status, Some(8), "{answer:#?}");
    assert_eq!(
        told["failure"]["error"], "database or disk is full",
        "{answer:#?}"
    );
    assert_eq!(std::fs::read_dir(shop.path("small")).unwrap().count(), 0);
    shop.told(["run"]);
    shop.write("core/3.sql", "UPDATE #__a SET n = 0;");
    let (status, code, message) = untouched(&shop, || shop.refused(["rehearse", "--in", "small"]));
    assert_eq!(
        (status, code.as_str()),
        (Some(9), "copy-no-room"),
        "{message}"
    );
    assert_eq!(std::fs::read_dir(shop.path("small")).unwrap().count(), 0);
}

/// A file is not copied into a server.
#[test]
fn on_something_else() {
    let shop = Shop::new(&[ONE]);
    shop.told(["run"]);
    shop.write("core/2.sql", "UPDATE #__a SET n = 0;");
    let other = ["rehearse", "--on", "mysql://root@127.0.0.1:1/shop"];
    let (status, code, message) = untouched(&shop, || shop.refused(other));
    assert_eq!(
        (status, code.as_str()),
        (Some(9), "copy-impossible"),
        "{message}"
    );
    assert!(message.contains("name a place of its kind"), "{message}");
}
