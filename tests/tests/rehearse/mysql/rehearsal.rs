//! What is told of the copy is true of the run.

use rustix::process::Signal;
use serde_json::Value;
use upgrades_tests::crash::{ended, signal, until};
use upgrades_tests::mariadb::{Server, numbers};

use super::Installation;
use crate::shop::scripts;

const ONE: (&str, &str) = (
    "core/1.sql",
    "CREATE TABLE #__a (id INTEGER PRIMARY KEY AUTO_INCREMENT, n INTEGER); INSERT INTO #__a (n) VALUES (1), (2), (3);",
);

#[test]
fn tells_what_the_run_will_do() {
    let shop = Installation::new(&[ONE]);
    shop.told(["run"]);
    shop.database.query("CREATE VIEW v AS SELECT n FROM cb_a; CREATE PROCEDURE p() SELECT 1; CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM cb_a WHERE 0");
    for (file, text) in [
        ("core/2.sql", "UPDATE #__a SET n = n + 1 WHERE n > 1;"),
        (
            "core/3.sql",
            "DELETE FROM #__a WHERE n = 1;\nALTER TABLE #__a ADD COLUMN m INT, FORCE;\nUPDATE #__a SET m = 1;\nCREATE VIEW #__w AS SELECT * FROM v;",
        ),
        ("core/4.lua", "db:execute('UPDATE #__a SET m = m + ?', {1})"),
        (
            "core/repeat/v.sql",
            "CREATE OR REPLACE VIEW #__v AS SELECT n FROM #__a;",
        ),
        ("core/before-run.sql", "INSERT INTO #__a (n) VALUES (99);"),
    ] {
        shop.write(file, text);
    }
    let told = shop.untouched(|| shop.told(["rehearse"]));
    assert_eq!(
        scripts(&told),
        [
            "2.sql applied 1 0 2",
            "3.sql applied 4 2 3",
            "4.lua applied 0 0 2",
            "repeat/v.sql applied 1 1 0"
        ]
    );
    assert_eq!(told["not_called"][0]["file"], "before-run.sql");
    assert_eq!(told["left_out"], Value::Array(Vec::new()));
    let told = shop.told(["rehearse", "--to", "2"]);
    assert_eq!(scripts(&told), ["2.sql applied 1 0 2"]);
    // The run finds the times in the folder for backups.
    shop.told(["rehearse"]);
    let run = shop.upgrades(["run", "-vv"]);
    assert_eq!(run.status, Some(0), "{run:#?}");
    let said = run
        .stderr
        .lines()
        .filter(|line| line.contains(" DEBUG ") && line.contains("as it was rehearsed"));
    assert_eq!(said.count(), 4, "{run:#?}");
    assert_eq!(scripts(&shop.told(["rehearse"])), [""; 0]);
}

/// The copy's size is that of now: MySQL tells that of a day ago to whoever does not ask for better.
#[test]
fn how_large_the_copy_is() {
    let shop = Installation::new(&[ONE, ("core/2.sql", "UPDATE #__a SET n = 0;")]);
    shop.told(["run", "--to", "1"]);
    let told = |shop: &Installation| shop.told(["rehearse"])["copied_bytes"].as_u64().unwrap();
    shop.database.query(
        "SELECT SUM(DATA_LENGTH) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
    );
    let before = told(&shop);
    shop.database.query(&format!(
        "CREATE TABLE more (t TEXT); INSERT INTO more SELECT REPEAT('x', 2000) FROM {}; ALTER TABLE cb_a ADD COLUMN t TEXT;
         INSERT INTO cb_a (t) SELECT t FROM more; DROP TABLE more",
        numbers(2000)
    ));
    // A server counts anew a while after many rows have changed.
    until("the size of now", || {
        (told(&shop) > before + (1 << 20)).then_some(())
    });
}

/// A new installation, of the sample application.
#[test]
fn of_a_new_installation() {
    let shop = Installation::new(&[]);
    let Installation { shop, database } = shop;
    let shop = Installation {
        shop: shop.with_the_sample(),
        database,
    };
    let told = shop.untouched(|| shop.told(["rehearse"]));
    assert_eq!(told["scripts"].as_array().unwrap().len(), 29);
    assert!(told["failure"].is_null(), "{told}");
    let applied = shop.told(["run"]);
    assert_eq!(applied["applied"].as_array().unwrap().len(), 29);
}

/// A script that fails there is told with its statement, and with the mark that came true.
#[test]
fn a_script_that_fails() {
    let shop = Installation::new(&[ONE]);
    shop.told(["run"]);
    shop.write("core/2.sql", "INSERT INTO #__a (n) VALUES (3);");
    shop.write(
        "core/3.sql",
        "SELECT 1;\nCREATE UNIQUE INDEX i ON #__a (n);\nDROP TABLE #__a;",
    );
    shop.write("core/4.sql", "SELECT 1;");
    let (answer, told) = shop.untouched(|| shop.asked(["rehearse"]));
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
    let marks = told["scripts"][1]["marks"].as_array().unwrap().iter();
    let marks: Vec<_> = marks
        .map(|mark| {
            (
                mark["code"].as_str().unwrap(),
                mark["came_true"].as_bool().unwrap(),
            )
        })
        .collect();
    assert!(marks.contains(&("unique-on-rows", true)), "{marks:?}");
    let (_, status) = shop.asked(["status"]);
    assert_eq!(status["state"], "pending");
}

/// A rehearsal that is killed leaves a schema that the next one removes.
#[test]
fn killed() {
    let shop = Installation::new(&[ONE, ("core/2.sql", "DO SLEEP(1000);")]);
    shop.told(["run", "--to", "1"]);
    let name = shop.database.name().to_owned();
    let before = Installation::dump(&name);
    let mut command = shop.command(["rehearse"]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    until("the script", || shop.is_at("DO SLEEP(1000)"));
    signal(&child, Signal::KILL);
    assert_eq!(ended(child).code, None);
    assert!(shop.beside().starts_with(&format!("{name}_upgrades_")));
    assert!(Installation::dump(&name) == before);
    shop.end_those_beside();
    shop.write("core/2.sql", "UPDATE #__a SET n = 0;");
    until("the dead one's locks are given back", || {
        shop.told(["rehearse"]);
        shop.beside().is_empty().then_some(())
    });
    let told = shop.untouched(|| shop.told(["rehearse"]));
    assert_eq!(scripts(&told), ["2.sql applied 1 0 3"]);
}

/// On another server, whose password stands on no command line.
#[test]
fn on_another_server() {
    let other = Server::with(&[]);
    let beside = other.database();
    beside.query(
        "CREATE TABLE mine (a INT); CREATE USER r@'127.0.0.1' IDENTIFIED BY 'sEcret9'; GRANT ALL ON *.* TO r@'127.0.0.1'",
    );
    let url = format!(
        "mysql://r:sEcret9@127.0.0.1:{}/{}",
        other.port(),
        beside.name()
    );
    let shop = Installation::new(&[ONE, ("core/2.sql", "UPDATE #__a SET n = 0;")]);
    shop.told(["run", "--to", "1"]);
    let answer = shop.upgrades(["rehearse", "--on", &url]);
    assert_eq!(answer.status, Some(2), "{answer:#?}");
    assert!(
        answer.stderr.contains("put it into UPGRADES_REHEARSE_ON")
            && !answer.stderr.contains("sEcret9"),
        "{answer:#?}"
    );
    let by_environment = |shop: &Installation| {
        let mut command = shop.command(["rehearse", "--format", "json"]);
        let answer = shop.answer(command.env("UPGRADES_REHEARSE_ON", &url));
        assert_eq!(answer.status, Some(0), "{answer:#?}");
        serde_json::from_str::<Value>(&answer.stdout).unwrap()
    };
    let count =
        "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '%upgrades%'";
    let told = shop.untouched(|| by_environment(&shop));
    assert_eq!(scripts(&told), ["2.sql applied 1 0 3"]);
    assert!(
        told["database"]
            .as_str()
            .unwrap()
            .ends_with(shop.database.name())
    );
    let config = shop.read("upgrades.toml");
    shop.write(
        "upgrades.toml",
        format!("{config}[mysql]\nrehearse_on = {url:?}\n"),
    );
    let told = shop.untouched(|| shop.told(["rehearse"]));
    assert_eq!(scripts(&told), ["2.sql applied 1 0 3"]);
    assert_eq!(beside.rows(count), "0");
    assert_eq!(beside.rows("SHOW TABLES"), "mine");
    // With the real schema's own settings.
    other.connect().query(&format!(
        "ALTER DATABASE {} CHARACTER SET latin1",
        beside.name()
    ));
    shop.write(
        "core/2.sql",
        "CREATE TABLE #__t (a VARCHAR(9)); INSERT INTO #__t VALUES ('日本'); UPDATE #__a SET n = (SELECT LENGTH(a) FROM #__t);",
    );
    let told = shop.untouched(|| shop.told(["rehearse"]));
    assert!(told["failure"].is_null(), "{told}");
    // Where there is none, the message says so.
    shop.write(
        "upgrades.toml",
        format!("{config}[mysql]\nrehearse_on = \"mysql://root@127.0.0.1:1/x\"\n"),
    );
    let (status, code, message) = shop.untouched(|| shop.refused(["rehearse"]));
    assert_eq!(
        (status, code.as_str()),
        (Some(9), "copy-failed"),
        "{message}"
    );
    shop.write(
        "upgrades.toml",
        format!(
            "{config}[mysql]\nrehearse_on = \"mysql://root@127.0.0.1:{}/nowhere\"\n",
            other.port()
        ),
    );
    let (_, _, message) = shop.untouched(|| shop.refused(["rehearse"]));
    assert!(message.contains("CREATE DATABASE `nowhere`"), "{message}");
}
