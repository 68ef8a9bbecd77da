//! Squashing on a server: a baseline leads where the scripts lead, or is not written.

use upgrades_tests::DIARY;
use upgrades_tests::mariadb::{FRESH, Flavour};

use super::Installation;

/// What a new installation has, but for what names runs and moments, and for how it began.
fn installed(shop: &Installation) -> String {
    shop.told(["run"]);
    let whole = shop.database.picture(&[DIARY[0], DIARY[1], "upgrade_lock"]);
    let lines = whole
        .lines()
        .filter(|line| !line.contains("upgrades_baselines"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What every table's counter of ids stands at, and every sequence.
fn counters(shop: &Installation) -> String {
    let counted = "SELECT TABLE_NAME, AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
                   AND AUTO_INCREMENT IS NOT NULL AND TABLE_NAME NOT LIKE '%upgrade%' ORDER BY 1";
    shop.database.rows(&format!("{FRESH} {counted}"))
}

fn sample() -> Installation {
    let Installation { shop, database } = Installation::new(&[]);
    Installation {
        shop: shop.with_the_sample(),
        database,
    }
}

/// Both ways of the sample application, under another prefix and currency than it was written with.
#[test]
fn the_sample_application() {
    let (scripts, squashed) = (sample(), sample());
    let told = squashed.untouched(|| squashed.told(["squash", "core", "--to", "3.6.0"]));
    assert_eq!(told["file"], "baseline-3.6.0.mysql.sql");
    let text = squashed.read("core/baseline-3.6.0.mysql.sql");
    for hurting in [
        "DEFINER=",
        "esperanto",
        "_upgrades_",
        "squash0q",
        "AUTO_INCREMENT=",
    ] {
        assert!(!text.contains(hurting), "{hurting}: {text}");
    }
    for shop in [&scripts, &squashed] {
        let config = shop
            .read("upgrades.toml")
            .replace("EUR", "CHF")
            .replace("cb_", "x9_");
        shop.write("upgrades.toml", config);
    }
    let plan = squashed.told(["plan"]);
    assert_eq!(plan["scripts"][0]["file"], "baseline-3.6.0.mysql.sql");
    assert_eq!(installed(&squashed), installed(&scripts));
    assert_eq!(counters(&squashed), counters(&scripts));
    let findings = squashed.told(["check"]);
    assert_eq!(
        findings["findings"].as_array().map(Vec::len),
        Some(0),
        "{findings}"
    );
}

/// Every kind of object and value that both servers have.
pub(super) const HOSTILE: &str = r##"
CREATE TABLE `#__types` (
    id INT PRIMARY KEY AUTO_INCREMENT, bits BIT(13), tiny TINYINT UNSIGNED, big BIGINT UNSIGNED, ex DECIMAL(65,30), f FLOAT,
    d DOUBLE, y YEAR, da DATE, ti TIME(6), dt DATETIME(6), c CHAR(20), vb VARBINARY(300), lt LONGTEXT COLLATE utf8mb4_bin,
    latin VARCHAR(50) CHARACTER SET latin1 DEFAULT 'é\\''', wide VARCHAR(50) CHARACTER SET utf16, bl LONGBLOB, js JSON,
    e ENUM('a','b''c','ü;'), s SET('x','y','z'), g GEOMETRY, virt INT AS (tiny + 1) VIRTUAL,
    kept DECIMAL(65,30) AS (ex * 2) STORED, hidden INT INVISIBLE DEFAULT 7,
    CONSTRAINT `check (it)` CHECK (tiny < 250), KEY (virt), FULLTEXT KEY (lt)
) COMMENT = 'it''s #__ ${currency}; -- \\ ${prefix}';
SET sql_mode = '';
INSERT INTO #__types (bits, tiny, big, ex, f, d, y, da, ti, dt, c, vb, lt, latin, wide, bl, js, e, s, g, hidden) VALUES
    (b'1010101010101', 249, 18446744073709551615, 12345678901234567890123456789012345.123456789012345678901234567890,
     0.1, 1.7976931348623157e308, 2155, '9999-12-31', '-838:59:59.999999', '1000-01-01 00:00:00.000001', 'a''b"c`;-- \\',
     X'00FF0027225C0A', '日本語 🦀 e\r\n\t\0\Z%_,(),( ${currency} $${x} #__', 'é', 'ü漢', X'00275C220A0D1A29', '{"a": [1, null]}', 'b''c', 'x,z',
     ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))', 4326), 42),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, '0000-00-00', NULL, '0000-00-00 00:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL),
    (b'0', 0, 0, -0.000000000000000000000000000001, -1.17549e-38, -0e0, 1901, '2024-02-00', '00:00:00.000001', '2024-02-29 23:59:59.999999',
     ' x ', X'0000', 'DELIMITER ;;', 'ÿ', '', REPEAT(X'27005C22FF0A', 50000), '"text"', 'ü;', 'y', POINT(0, 0), 0);
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
INSERT INTO #__types (id, c) VALUES (0, 'zero'), (77, 'gone');
DELETE FROM #__types WHERE id = 77;
SET sql_mode = DEFAULT;
CREATE TABLE `we``ird "n'ame;` (`select` INT, `ü,(` TEXT, `VALUES` INT, KEY `key``s` (`select`)) DEFAULT CHARSET = latin1;
INSERT INTO `we``ird "n'ame;` VALUES (1, '),(', 2), (1, '),(', 2), (4, ' VALUES (', 5);
CREATE TABLE `#__is it?` (`a?` INT, b TEXT); INSERT INTO `#__is it?` VALUES (1, '?');
CREATE TABLE #__general (a VARCHAR(10)) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci;
CREATE TABLE #__mine (a INT) ENGINE = MyISAM; INSERT INTO #__mine VALUES (3), (1), (3);
CREATE TABLE #__parts (a INT PRIMARY KEY, b INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
INSERT INTO #__parts VALUES (100, 1), (1, 2);
SET foreign_key_checks = 0;
CREATE TABLE #__egg (id INT PRIMARY KEY, hen_id INT, CONSTRAINT `#__the hen` FOREIGN KEY (hen_id) REFERENCES #__hen (id) ON DELETE CASCADE);
CREATE TABLE #__hen (id INT PRIMARY KEY, egg_id INT, self INT, FOREIGN KEY (egg_id) REFERENCES #__egg (id), FOREIGN KEY (self) REFERENCES #__hen (id));
INSERT INTO #__egg VALUES (1, 1); INSERT INTO #__hen VALUES (1, 1, 1);
SET foreign_key_checks = 1;
CREATE TABLE #__log (id INT AUTO_INCREMENT PRIMARY KEY, what TEXT) AUTO_INCREMENT = 4711; INSERT INTO #__log (what) VALUES ('a'), ('b'); DELETE FROM #__log;
INSERT INTO #__system_vars (name, value) VALUES ('motto', 'as ${prefix} has it');
DELIMITER //
CREATE FUNCTION #__doubled(a INT) RETURNS INT DETERMINISTIC COMMENT 'it''s' BEGIN -- don't; ;;
  /* it's ${currency} #__ */ RETURN a * 2; # 'x
END//
CREATE FUNCTION #__said(a TEXT) RETURNS VARCHAR(100) DETERMINISTIC RETURN CONCAT(a, ' ${currency} ü \\ $$ ;; ||')//
CREATE VIEW #__z AS SELECT id, c FROM #__types WHERE c IS NOT NULL//
CREATE VIEW #__a AS SELECT z.id, #__doubled(z.id) AS twice, 'it''s \\ ${currency}' AS `odd;` FROM #__z z JOIN #__hen h ON 1//
CREATE SQL SECURITY INVOKER VIEW `#__vi``ew` AS SELECT a.id FROM #__a a//
CREATE PROCEDURE `#__pro``c`(IN a TEXT CHARACTER SET latin1, OUT b INT) MODIFIES SQL DATA
BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET b = -1; END; IF a = 'u;;' THEN INSERT INTO #__log (what) VALUES (a); END IF; SET b = 1; END//
CREATE TRIGGER #__second BEFORE INSERT ON #__log FOR EACH ROW SET NEW.what = CONCAT(NEW.what, ' 2; #__')//
CREATE TRIGGER `#__fir``st` BEFORE INSERT ON #__log FOR EACH ROW PRECEDES #__second BEGIN -- it's first
 SET NEW.what = CONCAT(NEW.what, ' "1"'); END//
CREATE EVENT #__nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'it''s' DO BEGIN DELETE FROM #__log; END//
DELIMITER ;
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE FUNCTION #__modes() RETURNS TEXT DETERMINISTIC RETURN CONCAT('\', (SELECT "what" FROM "#__log" LIMIT 1), '''');
SET sql_mode = DEFAULT;
"##;

/// What only MariaDB has.
pub(super) const MARIADBS: &str = "
CREATE TABLE #__own (u UUID, ip INET6);
INSERT INTO #__own VALUES ('123e4567-e89b-12d3-a456-426655440000', '2001:db8::ff'), (NULL, NULL), ('00000000-0000-0000-0000-000000000000', '::');
CREATE SEQUENCE #__numbers START WITH 100 INCREMENT BY 5 CACHE 10; DO NEXTVAL(#__numbers);
CREATE SEQUENCE #__unused;
";

/// What only MySQL has.
pub(super) const MYSQLS: &str = r#"
CREATE TABLE #__own (id INT PRIMARY KEY, v VECTOR(3), place POINT NOT NULL SRID 4326, js JSON, n INT DEFAULT (ABS(-7)),
    said VARCHAR(90) DEFAULT (CONCAT('it''s ', 'so')), plain TEXT, same TEXT COLLATE utf8mb4_0900_as_ci,
    ja VARCHAR(9) COLLATE utf8mb4_ja_0900_as_cs_ks, CHECK (n <> 251) NOT ENFORCED, SPATIAL INDEX (place),
    KEY functional ((n * 2), id DESC), KEY unseen (n) INVISIBLE, KEY members ((CAST(js->'$.a' AS CHAR(10) ARRAY)))) COLLATE utf8mb4_0900_as_ci;
INSERT INTO #__own (id, v, place, js, ja) VALUES
    (1, STRING_TO_VECTOR('[1,-2.5,3e-3]'), ST_SRID(POINT(10, 50), 4326), '{"a": ["x", "y''"], "b": 1.0}', 'ア'),
    (2, X'000000000000000000000080', ST_SRID(POINT(-10, -50), 4326), NULL, NULL);
SET SESSION sql_generate_invisible_primary_key = ON; CREATE TABLE #__keyed (a INT); INSERT INTO #__keyed VALUES (1), (1), (5);
SET SESSION sql_generate_invisible_primary_key = DEFAULT;
CREATE TABLE #__placed (a INT PRIMARY KEY AUTO_INCREMENT) TABLESPACE innodb_file_per_table; INSERT INTO #__placed VALUES (76), (77);
DELETE FROM #__placed WHERE a = 77;
CREATE VIEW #__unrolled AS SELECT j.* FROM JSON_TABLE('[{"x":1},{"x":2}]', '$[*]' COLUMNS (x INT PATH '$.x')) AS j;
"#;

#[test]
fn hostile_schemas_and_rows() {
    let all = format!("{}{HOSTILE}", Flavour::choose(MARIADBS, MYSQLS));
    let scripts = [
        ("core/1_all.sql", all.as_str()),
        (
            "core/2_later.sql",
            "RENAME TABLE #__parts TO #__pieces; ALTER TABLE #__general ADD COLUMN b INT; ALTER DATABASE CHARACTER SET latin1;",
        ),
    ];
    for version in ["1", "2"] {
        let (shop, other) = (Installation::new(&scripts), Installation::new(&scripts));
        shop.untouched(|| shop.told(["squash", "core", "--to", version]));
        let text = shop.read(format!("core/baseline-{version}.mysql.sql"));
        assert!(
            !text.contains("esperanto") && !text.contains("DEFINER="),
            "{text}"
        );
        for shop in [&shop, &other] {
            let config = shop
                .read("upgrades.toml")
                .replace("EUR", "C\\\\H'F")
                .replace("cb_", "x9_");
            shop.write("upgrades.toml", config);
        }
        let (found, expected) = (installed(&shop), installed(&other));
        assert_eq!(found, expected, "{text}");
        assert_eq!(counters(&shop), counters(&other));
        if Flavour::of_tests() == Flavour::MariaDb {
            let next = "SELECT next_not_cached_value FROM x9_numbers";
            assert_eq!(shop.database.rows(next), other.database.rows(next));
        }
        // What was made works alike.
        let after = |shop: &Installation| {
            shop.database
                .query("INSERT INTO x9_log (what) VALUES ('q')");
            shop.database
                .rows("SELECT x9_modes(), x9_said('x'), x9_doubled(4); SELECT * FROM x9_log")
        };
        assert_eq!(after(&shop), after(&other));
    }
}

/// A schema's own character set is the customer's matter, and one that a script says is not.
#[test]
fn character_sets() {
    let scripts = [(
        "core/1.sql",
        "CREATE TABLE #__own (a VARCHAR(10), b TEXT CHARACTER SET latin1); CREATE TABLE #__said (a TEXT) DEFAULT CHARSET = utf8mb4;
         CREATE FUNCTION #__f(a TEXT) RETURNS TEXT DETERMINISTIC RETURN a;",
    )];
    let made: Vec<String> = [true, false]
        .into_iter()
        .map(|squashes| {
            let shop = Installation::new(&scripts);
            if squashes {
                shop.told(["squash", "core", "--to", "1"]);
            }
            let name = shop.database.name();
            shop.database.query(&format!(
                "ALTER DATABASE {name} CHARACTER SET utf8mb3 COLLATE utf8mb3_czech_ci"
            ));
            installed(&shop)
        })
        .collect();
    assert_eq!(made[0], made[1]);
    assert!(made[0].contains("utf8mb3_czech_ci"), "{}", made[0]);
}

/// Where scripts cannot work in a schema of another collation, its own is written.
#[test]
fn a_mix_of_collations() {
    let scripts = [(
        "core/1.sql",
        "CREATE TABLE #__a (n VARCHAR(9)); CREATE TABLE #__b (n VARCHAR(9)) COLLATE utf8mb4_general_ci;
         INSERT INTO #__a VALUES ('x'); INSERT INTO #__b SELECT n FROM #__a; DELETE a FROM #__a a JOIN #__b b ON a.n = b.n;",
    )];
    let shop = Installation::new(&scripts);
    shop.untouched(|| shop.told(["squash", "core", "--to", "1"]));
    let text = shop.read("core/baseline-1.mysql.sql");
    assert_eq!(
        text.matches("COLLATE=utf8mb4_general_ci").count(),
        2,
        "{text}"
    );
}

/// What cannot be said, or is not the same each time, is refused, and nothing is left.
#[test]
fn refused() {
    const T: &str = "CREATE TABLE #__t (id INTEGER PRIMARY KEY AUTO_INCREMENT, v TEXT);";
    let rows: &[(&str, &str, &str)] = &[
        (
            "INSERT INTO #__t (v) VALUES (UUID());",
            "squash-differs",
            "what is in table othersquash0q_t is (1, ",
        ),
        (
            "INSERT INTO #__t (v) VALUES (NOW());",
            "squash-differs",
            "what is in table othersquash0q_t is (1, ",
        ),
        (
            "INSERT INTO #__t (v) VALUES (LENGTH('${prefix}'));",
            "squash-differs",
            "what is in table",
        ),
        (
            "INSERT INTO #__t (v) VALUES (DATABASE());",
            "squash-differs",
            "what is in table",
        ),
        (
            "CREATE EVENT #__e ON SCHEDULE EVERY 1 DAY DO SELECT 1;",
            "squash-differs",
            "the event othersquash0q_e is",
        ),
        // A column has the schema's character set, and the table another: no CREATE TABLE says that.
        (
            "CREATE TABLE #__d (a TEXT); ALTER TABLE #__d DEFAULT CHARSET latin1;",
            "squash-differs",
            "the table othersquash0q_d is",
        ),
        (
            "CREATE DEFINER = `boss`@`%` PROCEDURE #__p() SELECT 1;",
            "squash-impossible",
            "has the definer boss@%",
        ),
        (
            "INSERT INTO #__t (id) VALUES (1), (1);",
            "squash-impossible",
            "Duplicate entry",
        ),
        (
            "INSERT INTO LIVE.x VALUES (1);",
            "squash-impossible",
            "names the database LIVE",
        ),
        (
            "SET GLOBAL max_connections = 77;",
            "squash-impossible",
            "is about the server",
        ),
    ];
    let versioned = (
        "CREATE TABLE #__v (a INT) WITH SYSTEM VERSIONING;",
        "squash-impossible",
        "the table squash0q_v is system versioned",
    );
    let another_language = "is in another language than SQL";
    let mysqls = [
        (
            "CREATE LIBRARY #__l LANGUAGE JAVASCRIPT AS 'export function f() {}';",
            "squash-impossible",
            another_language,
        ),
        (
            "CREATE FUNCTION #__f() RETURNS INT DETERMINISTIC LANGUAGE JAVASCRIPT AS 'return 1';",
            "squash-impossible",
            another_language,
        ),
    ];
    let own = Flavour::choose(vec![versioned], mysqls.to_vec());
    for (two, code, message) in rows.iter().chain(&own) {
        let shop = Installation::new(&[("core/1.sql", T)]);
        let name = shop.database.name().to_owned();
        shop.write("core/2.sql", two.replace("LIVE", &name));
        let (_, found, told) = shop.untouched(|| shop.refused(["squash", "core", "--to", "2"]));
        assert_eq!(found, *code, "{two}: {told}");
        assert!(
            told.contains(&message.replace("LIVE", &name)),
            "{two}: {told}"
        );
        assert_eq!(std::fs::read_dir(shop.path("core")).unwrap().count(), 2);
    }
}

/// A track's baseline is about what the track makes, and not about what it finds.
#[test]
fn of_a_later_track() {
    let core = (
        "core/1.sql",
        "CREATE TABLE #__a (id INT PRIMARY KEY AUTO_INCREMENT, n INT); INSERT INTO #__a (n) VALUES (1);",
    );
    let rows = [
        (
            "CREATE TABLE #__x (n INT); INSERT INTO #__x SELECT n FROM #__a;",
            "",
        ),
        ("INSERT INTO #__a (n) VALUES (2);", ""),
        (
            "CREATE VIEW #__v AS SELECT n FROM #__a; CREATE TRIGGER #__t BEFORE INSERT ON #__a FOR EACH ROW SET NEW.n = 7;",
            "",
        ),
        (
            "UPDATE #__a SET n = 2;",
            "what is in table squash0q_a is not as it was",
        ),
        (
            "ALTER TABLE #__a ADD COLUMN m INT;",
            "the table squash0q_a is not as it was",
        ),
        (
            "CREATE INDEX #__i ON #__a (n);",
            "the table squash0q_a is not as it was",
        ),
    ];
    for (text, message) in rows {
        let shop = Installation::new(&[core, ("custom/1.sql", text)]);
        let (answer, _) = shop.asked(["squash", "customization", "--to", "1"]);
        let expected = Some(if message.is_empty() { 0 } else { 8 });
        assert_eq!(answer.status, expected, "{text}: {answer:#?}");
        assert!(answer.stdout.contains(message), "{text}: {answer:#?}");
    }
}

/// One that is killed leaves a schema that the next one removes.
#[test]
fn killed() {
    let shop = Installation::new(&[("core/1.sql", "CREATE TABLE #__a (n INT); DO SLEEP(1000);")]);
    let name = shop.database.name().to_owned();
    let mut command = shop.command(["squash", "core", "--to", "1"]);
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    upgrades_tests::crash::until("the script", || shop.is_at("DO SLEEP(1000)"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(shop.beside().starts_with(&format!("{name}_upgrades_")));
    shop.end_those_beside();
    shop.write("core/1.sql", "CREATE TABLE #__a (n INT);");
    upgrades_tests::crash::until("the dead one's lock is given back", || {
        let _ = std::fs::remove_file(shop.path("core/baseline-1.mysql.sql"));
        shop.told(["squash", "core", "--to", "1"]);
        shop.beside().is_empty().then_some(())
    });
}
