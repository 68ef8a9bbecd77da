//! What comes back is what was there.

use std::process::Command;

use regex::Regex;
use upgrades_tests::mariadb::{FRESH, Flavour, Server};

use super::Installation;

/// Every type and every kind of object, with what makes dumps go wrong.
const HOSTILE: &str = r#"
    CREATE TABLE types (
        id INT PRIMARY KEY AUTO_INCREMENT, bits BIT(13), bit1 BIT(1), tiny TINYINT UNSIGNED, big BIGINT UNSIGNED,
        exact DECIMAL(65,30), f FLOAT, d DOUBLE, y YEAR, da DATE, ti TIME(6), dt DATETIME(6), ts TIMESTAMP(3) NULL,
        c CHAR(20), b BINARY(7), vb VARBINARY(300), t TINYTEXT, lt LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
        latin VARCHAR(50) CHARACTER SET latin1, wide VARCHAR(50) CHARACTER SET utf16, bl LONGBLOB, js JSON,
        e ENUM('a','b''c','ü;'), s SET('x','y','z'), g GEOMETRY, p POINT,
        virt INT AS (tiny + 1) VIRTUAL, kept DECIMAL(65,30) AS (exact * 2) STORED, hidden INT INVISIBLE DEFAULT 7,
        CONSTRAINT `check (it)` CHECK (tiny < 250), KEY (virt), FULLTEXT KEY (lt)
    ) AUTO_INCREMENT = 4711;
    SET time_zone = '+05:30', sql_mode = '';
    INSERT INTO types (bits, bit1, tiny, big, exact, f, d, y, da, ti, dt, ts, c, b, vb, t, lt, latin, wide, bl, js, e, s, g, p, hidden)
        VALUES
        (b'1010101010101', b'1', 249, 18446744073709551615, 12345678901234567890123456789012345.123456789012345678901234567890,
         1.17549e-38, 1.7976931348623157e308, 2155, '9999-12-31', '-838:59:59.999999', '1000-01-01 00:00:00.000001',
         '2026-10-25 02:30:00.123', 'a''b"c`;-- \\', X'00FF0027225C0A', X'', '', '日本語 🦀 e\r\n\t\0\Z%_,(),(', 'é', 'ü漢',
         X'00275C220A0D1A29', '{"a": [1, null, "\\u00fc''"]}', 'b''c', 'x,z', ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))', 4326),
         POINT(1, -2), 42),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '0000-00-00', NULL, '0000-00-00 00:00:00', NULL, NULL, NULL, NULL, NULL,
         NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL),
        (b'0', b'0', 0, 0, -0.000000000000000000000000000001, 0, 0, 1901, '2024-02-00', '00:00:00.000001',
         '2024-02-29 23:59:59.999999', '1970-01-01 12:00:00', ' trailing ', X'', X'0000', 'DELIMITER ;;', 'INSERT INTO `x` VALUES (1);',
         'ÿ', '', REPEAT(X'27005C22FF0A', 50000), '"text"', 'ü;', 'y', ST_GeomFromText('GEOMETRYCOLLECTION EMPTY'), POINT(0, 0), 0);
    INSERT INTO types (id, bl, c) VALUES (0, RANDOM_BYTES(1000), 'zero');
    CREATE TABLE `we``ird "n'ame;` (`select` INT, `ü,(` TEXT, `VALUES` INT, `from where` INT, KEY `key``s` (`select`));
    INSERT INTO `we``ird "n'ame;` VALUES (1, '),(', 2, 3), (4, ' VALUES (', 5, 6);
    CREATE TABLE `VALUES` (`VALUES` INT PRIMARY KEY); INSERT INTO `VALUES` VALUES (1), (2);
    CREATE TABLE `übung` (a INT) COMMENT = 'it''s; -- /* \\'; CREATE TABLE `empty` (a INT);
    CREATE TABLE memory_like (a INT, b TEXT, KEY (a)) ENGINE = MyISAM; INSERT INTO memory_like VALUES (1, 'x');
    CREATE TABLE parts (a INT PRIMARY KEY, b INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
    INSERT INTO parts VALUES (1, 1), (100, 2);
    SET foreign_key_checks = 0;
    CREATE TABLE egg (id INT PRIMARY KEY, hen_id INT, CONSTRAINT `the hen` FOREIGN KEY (hen_id) REFERENCES hen (id) ON DELETE CASCADE);
    CREATE TABLE hen (id INT PRIMARY KEY, egg_id INT, self INT, FOREIGN KEY (egg_id) REFERENCES egg (id), FOREIGN KEY (self) REFERENCES hen (id));
    INSERT INTO egg VALUES (1, 1); INSERT INTO hen VALUES (1, 1, 1); SET foreign_key_checks = 1;
    CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, what TEXT); INSERT INTO log (what) VALUES ('a'), ('b'); DELETE FROM log WHERE id = 2;
    CREATE VIEW z_first AS SELECT id, c FROM types WHERE c IS NOT NULL;
    CREATE SQL SECURITY INVOKER VIEW `vi``ew` AS SELECT 'it''s; /* --' AS `odd;`;
"#;

/// What only MariaDB has, and a zero with a sign, which MySQL's tool writes so that MySQL reads it as one without.
const MARIADBS: &str = r#"
    CREATE SEQUENCE numbers START WITH 100 INCREMENT BY 5 CACHE 10; DO NEXTVAL(numbers);
    CREATE TABLE of_its_own (u UUID, ip INET6, f FLOAT, d DOUBLE);
    INSERT INTO of_its_own VALUES ('123e4567-e89b-12d3-a456-426655440000', '2001:db8::ff', -0.0, -0e0),
        (NULL, NULL, NULL, NULL), ('00000000-0000-0000-0000-000000000000', '::', 0, 0);
"#;

/// What only MySQL has.
const MYSQLS: &str = r#"
    CREATE TABLE of_its_own (id INT PRIMARY KEY, v VECTOR(3), place POINT NOT NULL SRID 4326, js JSON, n INT DEFAULT (ABS(-7)),
        said TEXT DEFAULT ('it''s'), latin VARCHAR(9) CHARACTER SET latin1, ja VARCHAR(9) COLLATE utf8mb4_ja_0900_as_cs_ks,
        CHECK (n <> 251) NOT ENFORCED, SPATIAL INDEX (place), KEY functional ((n * 2), id DESC), KEY unseen (n) INVISIBLE,
        KEY members ((CAST(js->'$.a' AS CHAR(10) ARRAY)))) COLLATE utf8mb4_0900_as_ci;
    INSERT INTO of_its_own (id, v, place, js, ja) VALUES
        (1, STRING_TO_VECTOR('[1,-2.5,3e-3]'), ST_SRID(POINT(10, 50), 4326), '{"a": ["x", "y''"], "b": 1.0}', 'ア'),
        (2, X'000000000000000000000080', ST_SRID(POINT(-10, -50), 4326), NULL, NULL);
    ANALYZE TABLE of_its_own UPDATE HISTOGRAM ON n, latin WITH 4 BUCKETS;
    SET SESSION sql_generate_invisible_primary_key = ON; CREATE TABLE keyed (a INT); INSERT INTO keyed VALUES (1), (1), (5);
    SET SESSION sql_generate_invisible_primary_key = OFF;
    CREATE TABLE squeezed (a INT, b TEXT) ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 8 STATS_PERSISTENT = 1;
    CREATE TABLE placed (a INT PRIMARY KEY AUTO_INCREMENT) TABLESPACE innodb_file_per_table; INSERT INTO placed VALUES (77);
    CREATE TABLE halves (a INT, d DATE) PARTITION BY RANGE COLUMNS (d) SUBPARTITION BY HASH (a) SUBPARTITIONS 2
        (PARTITION p0 VALUES LESS THAN ('2020-01-01'), PARTITION p1 VALUES LESS THAN (MAXVALUE));
    INSERT INTO halves VALUES (1, '2010-01-01'), (2, '2030-01-01');
    CREATE VIEW unrolled AS SELECT j.* FROM JSON_TABLE('[{"x":1},{"x":2}]', '$[*]' COLUMNS (x INT PATH '$.x')) AS j;
    CREATE VIEW counted AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5)
        SELECT n, ROW_NUMBER() OVER w AS place FROM r WINDOW w AS (ORDER BY n DESC);
    CREATE JSON RELATIONAL DUALITY VIEW dual_one AS
        SELECT JSON_DUALITY_OBJECT(WITH (INSERT, UPDATE, DELETE) '_id': id, 'hen': hen_id) FROM egg;
    CREATE DEFINER = nobody@'%' PROCEDURE nobodys() SELECT 1;
    CREATE LIBRARY foreign_words LANGUAGE JAVASCRIPT AS $$ // don't `
 export function f(n) { for (;;) { return "$x$;;" + n; } } /* $ */ $$;
    CREATE FUNCTION foreign_one(n INT) RETURNS INT DETERMINISTIC LANGUAGE JAVASCRIPT AS $$ return 1; // don't
$$;
"#;

/// What needs a delimiter of its own, as the client reads it.
const BODIES: &str = r#"
DELIMITER //
CREATE FUNCTION doubled(a INT) RETURNS INT DETERMINISTIC COMMENT 'it''s' BEGIN -- don't; ;;
  /* it's */ RETURN a * 2; # 'x
END//
CREATE VIEW a_second AS SELECT z.id, doubled(z.id) AS twice FROM z_first z JOIN hen h ON 1//
CREATE PROCEDURE `pro``c`(IN a TEXT CHARACTER SET latin1, OUT b INT) MODIFIES SQL DATA
BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET b = -1; END; IF a = 'ü;;' THEN INSERT INTO log (what) VALUES (a); END IF; SET b = 1; END//
CREATE TRIGGER second BEFORE INSERT ON log FOR EACH ROW SET NEW.what = CONCAT(NEW.what, ' 2;')//
CREATE TRIGGER `fir``st` BEFORE INSERT ON log FOR EACH ROW PRECEDES second BEGIN -- it's first
 SET NEW.what = CONCAT(NEW.what, ' "1"'); END//
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'PRESERVE ENABLE' DO BEGIN DELETE FROM log; END//
CREATE EVENT often ON SCHEDULE EVERY 1 SECOND DO INSERT INTO log (what) VALUES ('fired')//
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'//
CREATE FUNCTION modes() RETURNS TEXT DETERMINISTIC RETURN CONCAT('\', (SELECT "what" FROM "log" LIMIT 1), '''')//
SET NAMES latin1//
"#;

/// In Latin 1.
const OLD: &[u8] = b"CREATE FUNCTION old() RETURNS TEXT DETERMINISTIC RETURN '\xe9;\xfc'//\n";

/// What the plain tool says of the database, which is all that there is. MySQL says the character set of a column where whoever
/// made it did, as a dump does; what it is follows from its collation.
fn dump(installation: &Installation) -> String {
    let name = installation.database.name();
    let output = Command::new(Flavour::of_tests().dump())
        .args([
            "--no-defaults",
            "--user=root",
            "--routines",
            "--triggers",
            "--events",
            "--hex-blob",
        ])
        .args([
            "--skip-dump-date",
            "--default-character-set=binary",
            "--order-by-primary",
        ])
        .arg(format!("--socket={}", Server::shared().socket().display()))
        .args(
            ["upgrade_lock", "upgrade_history", "system_vars", "late"]
                .map(|table| format!("--ignore-table={name}.{table}")),
        )
        .arg(name)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = output
        .stdout
        .iter()
        .map(|byte| char::from(*byte))
        .collect::<String>();
    assert!(text.contains("-- Dump completed"));
    let said = Regex::new(r" CHARACTER SET \w+( COLLATE \w+)").unwrap();
    said.replace_all(&text, "$1").into_owned()
}

/// What MySQL knows of the values of columns, which is no part of a plain dump.
fn histograms(installation: &Installation) -> String {
    const KNOWN: &str = "SELECT TABLE_NAME, COLUMN_NAME, HISTOGRAM->>'$.\"number-of-buckets-specified\"' \
        FROM information_schema.COLUMN_STATISTICS WHERE SCHEMA_NAME = DATABASE() ORDER BY 1, 2";
    match Flavour::of_tests() {
        Flavour::MariaDb => String::new(),
        Flavour::Mysql => installation.database.rows(KNOWN),
    }
}

fn hostile() -> Installation {
    let installation = Installation::new("");
    installation.told(["run"]);
    let [bodies, old] = [BODIES.as_bytes(), OLD];
    installation.database.client_bytes(
        &[
            HOSTILE.as_bytes(),
            b"\nSET NAMES utf8mb4, time_zone = SYSTEM;\n",
            Flavour::choose(MARIADBS, MYSQLS).as_bytes(),
            bodies,
            old,
        ]
        .concat(),
    );
    installation
}

#[test]
fn every_kind_of_thing() {
    let shop = hostile();
    let before = dump(&shop);
    let id = shop.back_up();
    assert_eq!(dump(&shop), before, "a backup changes nothing");
    let counter = format!(
        "{FRESH} SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'types'"
    );
    let counted = shop.database.rows(&counter);
    let guessed = histograms(&shop);

    // Another connection keeps using it.
    let other = shop.database.connect();
    other.query(
        "DROP VIEW z_first; DROP TABLE types; SET foreign_key_checks = 0; DELETE FROM hen; DROP FUNCTION doubled;
         DROP TRIGGER second; INSERT INTO log (what) VALUES ('since'); CREATE TABLE late (x INT); DROP EVENT often;
         CREATE EVENT later ON SCHEDULE EVERY 1 YEAR DO SELECT 1; CREATE PROCEDURE later() SELECT 1;
         CREATE TRIGGER later BEFORE INSERT ON `empty` FOR EACH ROW SET NEW.a = 1; CREATE VIEW later AS SELECT 1;
         ALTER TABLE log ADD COLUMN more INT",
    );
    other.query(Flavour::choose(
        "DO NEXTVAL(numbers)",
        "DROP LIBRARY foreign_words; DROP VIEW dual_one; CREATE LIBRARY later LANGUAGE JAVASCRIPT AS $$ $$;
         ANALYZE TABLE of_its_own DROP HISTOGRAM ON n",
    ));
    shop.write("core/2_second.sql", "CREATE TABLE second (x INT);");
    shop.told(["run"]);
    let restored = shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(restored["undone"][0]["file"], "2_second.sql");
    let after = dump(&shop);
    assert!(after == before, "{}", differing(&before, &after));
    assert_eq!(shop.database.rows(&counter), counted);
    assert_eq!(histograms(&shop), guessed);
    assert_eq!(
        other.query("SELECT COUNT(*) FROM types"),
        [[Some("4".to_owned())]]
    );
    shop.must_be_tidy("after a restore");
    assert_eq!(
        shop.history(),
        [
            "1_first.sql applied".to_owned(),
            "2_second.sql applied".to_owned(),
            "2_second.sql undone".to_owned(),
            format!("{id} restored"),
        ]
    );
    // The keys hold, in both directions of the circle.
    let refused = shop.database.try_query("INSERT INTO egg VALUES (2, 77)");
    assert_eq!(refused.unwrap_err().code, Some(1452));
    // What was undone is pending again, and what was there before the restore is a backup too.
    let applied = shop.told(["run"]);
    assert_eq!(applied["applied"][0]["file"], "2_second.sql");
    let saved = restored["before"]["id"].as_str().unwrap();
    shop.told(["backup", "restore", saved, "--yes"]);
    assert_eq!(shop.database.rows("SELECT COUNT(*) FROM late"), "0");
    assert_eq!(
        shop.database
            .rows("SELECT COUNT(*) FROM log WHERE what LIKE 'since%'"),
        "1"
    );
}

/// The first lines that differ.
fn differing(one: &str, other: &str) -> String {
    let pairs = one
        .lines()
        .zip(other.lines())
        .filter(|(one, other)| one != other);
    let shown: Vec<String> = pairs
        .take(3)
        .map(|(one, other)| format!("- {one:.300}\n+ {other:.300}"))
        .collect();
    shown.join("\n")
}

#[test]
fn verified() {
    let shop = hostile();
    let id = shop.back_up();
    let before = dump(&shop);
    let verified = shop.told(["backup", "verify", &id]);
    let told = |table: &str| -> i64 {
        let tables = verified["tables"].as_array().unwrap();
        let of = tables.iter().find(|told| told["table"] == table);
        of.unwrap_or_else(|| panic!("{table}: {tables:?}"))["rows"]
            .as_i64()
            .unwrap()
    };
    let counts = [
        ("types", 4),
        ("we`ird \"n'ame;", 2),
        ("VALUES", 2),
        ("empty", 0),
        ("übung", 0),
        ("parts", 2),
        ("egg", 1),
    ];
    for (table, rows) in counts {
        assert_eq!(told(table), rows, "{table}");
    }
    assert_eq!(verified["backup"]["tables"], verified["tables"]);
    let warnings = verified["backup"]["warnings"].to_string();
    assert!(
        warnings.contains("the table memory_like takes no part in transactions"),
        "{warnings}"
    );
    let made_by = verified["backup"]["made_by"].as_str().unwrap();
    assert!(
        made_by.starts_with(Flavour::choose("MariaDB ", "MySQL "))
            && made_by.contains(&format!("{} ", Flavour::of_tests().dump())),
        "{made_by}"
    );
    assert_eq!(dump(&shop), before, "verifying changes nothing");
    shop.must_be_tidy("after a check");
}

/// A value of which a dump has twice the bytes, more than the server takes at once.
#[test]
fn a_large_value() {
    let shop = Installation::new("");
    shop.told(["run"]);
    let times = Flavour::choose(1_500_000, 5_000_000);
    shop.database.query(&format!("CREATE TABLE large (b LONGBLOB); INSERT INTO large VALUES (REPEAT(X'00275CFF41424344', {times})), (X'')"));
    let sum = "SELECT SHA2(b, 256), LENGTH(b) FROM large";
    let before = shop.database.rows(sum);
    let id = shop.back_up();
    shop.database.query("DELETE FROM large");
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(shop.database.rows(sum), before);
}

/// A backup of a database that the engine has not seen yet.
#[test]
fn of_what_was_before_the_engine() {
    let shop = Installation::new("");
    shop.database
        .query("CREATE TABLE old (x INT); INSERT INTO old VALUES (1)");
    let id = shop.back_up();
    shop.told(["run"]);
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(
        shop.history(),
        [
            "1_first.sql applied".to_owned(),
            "1_first.sql undone".to_owned(),
            format!("{id} restored")
        ]
    );
    assert_eq!(
        shop.told(["status"])["tracks"][0]["pending"][0],
        "1_first.sql"
    );
    shop.told(["run"]);
    assert_eq!(shop.database.rows("SELECT x FROM old"), "1");
}

/// All tables are gone, the engine's too.
#[test]
fn into_an_empty_database() {
    let shop = Installation::new("");
    shop.told(["run"]);
    shop.database
        .query("INSERT INTO first (name) VALUES ('kept')");
    let id = shop.back_up();
    shop.database.clear();
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(shop.database.rows("SELECT name FROM first"), "kept");
    shop.must_be_tidy("after a restore");
}
