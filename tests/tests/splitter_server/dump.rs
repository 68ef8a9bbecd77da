//! What `mariadb-dump` writes: executed comments, saved settings, DELIMITER, everything at once.

use std::process::Command;

use upgrades_tests::mariadb::{Flavour, Server};

use crate::way::compare;

const DATABASE: &str = "
CREATE TABLE `a;b` (id INT AUTO_INCREMENT PRIMARY KEY, `c``d` TEXT DEFAULT 'it''s;', e BLOB, KEY (id));
INSERT INTO `a;b` (`c``d`, e) VALUES ('\\'; -- \\\\', X'00275C3B0A'), ('/*! x */;', NULL), ('\\n#__\\n', '');
CREATE VIEW v AS SELECT `c``d` AS `x;y`, 'a;\\'b' AS z FROM `a;b`;
CREATE TRIGGER r BEFORE INSERT ON `a;b` FOR EACH ROW BEGIN SET NEW.e = ';'; SET @x = 'END;'; END;
CREATE TRIGGER s AFTER INSERT ON `a;b` FOR EACH ROW SET @y = 1;
CREATE PROCEDURE p(IN x INT) BEGIN IF x THEN SELECT 'a;'; ELSE SELECT CASE x WHEN 1 THEN 2 END; END IF; END;
CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN IF(1, 2, 3);
CREATE EVENT t ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DO BEGIN DELETE FROM `a;b`; DO SLEEP(0); END;
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE PROCEDURE q() SELECT '\\' AS \"b;\";
CREATE TABLE \"t\" (\"begin\" INT, \"end\" INT);
CREATE SEQUENCE u START WITH 5;
";

#[test]
fn dumps() {
    if Flavour::MariaDb.is_absent() {
        return;
    }
    let database = Server::shared().database();
    let statements =
        upgrades::testing::split(DATABASE.as_bytes(), upgrades::Dialect::Mysql, "").unwrap();
    let client = database.connect();
    for (statement, _) in &statements {
        client.query(statement);
    }
    let forms: [&[&str]; 4] = [
        &[],
        &["--skip-opt", "--complete-insert"],
        &["--compatible=ansi"],
        &["--hex-blob", "--skip-extended-insert", "--add-drop-trigger"],
    ];
    for form in forms {
        let output = Command::new("mariadb-dump")
            .args([
                "--no-defaults",
                "--user=root",
                "--routines",
                "--triggers",
                "--events",
            ])
            .arg(format!("--socket={}", Server::shared().socket().display()))
            .args(form)
            .arg(database.name())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let script = String::from_utf8(output.stdout).unwrap();
        compare(&script.replace(database.name(), "DB_TESTED"));
    }
}
