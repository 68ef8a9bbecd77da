use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use upgrades_tests::mariadb::{Durability, Server};

#[test]
fn databases_of_one_server_know_nothing_of_each_other() {
    let (one, two) = (Server::shared().database(), Server::shared().database());
    one.query("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(9)); INSERT INTO t VALUES (1, 'a'), (2, NULL)");
    assert_eq!(one.rows("SELECT * FROM t ORDER BY id"), "1,a; 2,NULL");
    assert_eq!(two.rows("SHOW TABLES"), "");
    assert_eq!(
        two.try_query("SELECT 1; SELECT * FROM t").unwrap_err().code,
        Some(1146)
    );
    let name = two.name().to_owned();
    drop(two);
    assert_eq!(one.rows(&format!("SHOW DATABASES LIKE '{name}'")), "");
}

#[test]
fn the_client_reads_delimiters() {
    let database = Server::shared().database();
    let output = database.client("DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 'one'; END//\nDELIMITER ;\nCALL p();\nnonsense;\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "one\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("ERROR 1064 (42000) at line 5"),
        "{output:?}"
    );
}

#[test]
fn equal_databases_have_equal_pictures() {
    let make = "CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY, data BLOB);
        CREATE TABLE diary (id INT);
        CREATE TABLE child (id INT, CONSTRAINT `of` FOREIGN KEY (id) REFERENCES parent (id));
        INSERT INTO diary VALUES (rand() * 1000000);
        CREATE VIEW v AS SELECT id FROM parent;
        CREATE TRIGGER tr BEFORE INSERT ON child FOR EACH ROW SET @a = 1;
        CREATE PROCEDURE p() SELECT 1;
        CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;
        CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DISABLE DO SELECT 1;";
    let (one, two) = (Server::shared().database(), Server::shared().database());
    for database in [&one, &two] {
        database.query(make);
        assert!(!database.picture(&[]).contains(database.name()));
    }
    one.query("INSERT INTO parent (data) VALUES (NULL), (x'FF00'), ('a')");
    two.query("INSERT INTO parent (id, data) VALUES (3, 'a'), (9, 'x'), (2, x'FF00'); INSERT INTO parent (id) VALUES (1)");
    assert_ne!(one.picture(&["diary"]), two.picture(&["diary"]));
    two.query("DELETE FROM parent WHERE id = 9");
    assert_eq!(one.picture(&["diary"]), two.picture(&["diary"]));
    assert_ne!(one.picture(&[]), two.picture(&[]));
    let picture = one.picture(&["diary"]);
    for part in [
        "table child: ",
        "view v: ",
        "trigger tr: ",
        "procedure p: ",
        "function f: ",
        "event e: ",
        "1 x parent [\"2\", \"0xFF00\"]",
    ] {
        assert!(picture.contains(part), "{part} in {picture}");
    }
}

#[test]
fn a_killed_server_comes_back_with_what_was_committed() {
    let server = Server::start(Durability::Durable);
    let database = server.database();
    database.query("CREATE TABLE t (id INT) ENGINE = InnoDB; INSERT INTO t VALUES (1)");
    let session = database.connect();
    session.query("BEGIN; INSERT INTO t VALUES (2)");
    let port = server.port();
    server.kill();
    assert_eq!(session.try_query("COMMIT").unwrap_err().code, None);
    server.restart();
    assert_eq!(server.port(), port);
    assert_eq!(database.rows("SELECT * FROM t"), "1");
    server.stop();
    server.restart();
    assert_eq!(database.rows("SELECT * FROM t"), "1");
    assert_eq!(
        server.connect().query("SELECT @@port")[0][0],
        Some(port.to_string())
    );
}

#[test]
fn a_paused_server_answers_later() {
    let server = Server::with(&["--max-connections=99"]);
    let database = server.database();
    assert_eq!(database.rows("SELECT @@max_connections"), "99");
    let session = database.connect();
    server.pause();
    let since = Instant::now();
    let pending = session.begin("SELECT 'late'");
    std::thread::sleep(Duration::from_millis(300));
    server.resume();
    assert_eq!(pending.wait().unwrap(), [[Some("late".to_owned())]]);
    assert!(since.elapsed() >= Duration::from_millis(300));
}

/// The test process of the test below: starts a server and waits to be killed.
#[test]
#[ignore = "part of another test"]
#[allow(clippy::print_stdout, reason = "the other test reads it")]
fn a_process_with_a_server() {
    let server = Server::start(Durability::Fast);
    let pid = &server.connect().query("SELECT @@pid_file")[0][0];
    let pid = std::fs::read_to_string(pid.as_ref().unwrap()).unwrap();
    println!("\n{} {}", pid.trim(), server.socket().display());
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn a_server_and_its_folder_go_with_a_killed_test_process() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "mariadb::a_process_with_a_server",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines
        .map(Result::unwrap)
        .find(|line| line.ends_with("/sock"));
    let line = line.unwrap();
    let (pid, socket) = line.split_once(' ').unwrap();
    let process = Path::new("/proc").join(pid);
    assert!(process.exists() && Path::new(socket).exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let folder = Path::new(socket).ancestors().nth(2).unwrap();
    let since = Instant::now();
    while process.exists() || folder.exists() {
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "{line} is still there"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
