//! The scripts that the lab runs. What runs twice, or not at all, shows: rows have no unique keys, and counters count.
//!
//! Ids that the server counts have gaps after a rollback; the lab takes them out, together with what a foreign key says
//! refers to them.

use upgrades_tests::mariadb::Flavour;

/// What a script says on the server of the tests: MySQL's own has no EXECUTE IMMEDIATE.
pub(crate) fn spelled(text: &str) -> String {
    let spelled = |line: &str| match line.trim().strip_prefix("EXECUTE IMMEDIATE ") {
        Some(rest) => format!("PREPARE once FROM {rest} EXECUTE once;"),
        None => line.to_owned(),
    };
    let lines = || text.lines().map(spelled).collect::<Vec<_>>();
    Flavour::choose(text.to_owned(), lines().join("\n"))
}

/// File names and texts of a core track.
pub(crate) const CORE: &[(&str, &str)] = &[
    (
        "1.0.0_tables.sql",
        "CREATE TABLE #__items (name VARCHAR(100), n INT NOT NULL DEFAULT 0) ENGINE = InnoDB;
         CREATE TABLE #__counter (n BIGINT NOT NULL) ENGINE = InnoDB;
         INSERT INTO #__counter VALUES (0);
         CREATE TABLE #__log (what VARCHAR(100), n BIGINT) ENGINE = InnoDB;
         CREATE TABLE #__owners (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100)) ENGINE = InnoDB;
         CREATE TABLE #__pets (
             owner INT NOT NULL, name VARCHAR(100),
             CONSTRAINT #__pets_owner FOREIGN KEY (owner) REFERENCES #__owners (id) ON DELETE CASCADE
         ) ENGINE = InnoDB;",
    ),
    (
        "1.1.0_trigger.sql",
        "DELIMITER //
         CREATE TRIGGER #__items_added AFTER INSERT ON #__items FOR EACH ROW
         BEGIN
             INSERT INTO #__log VALUES (NEW.name, 1);
             UPDATE #__counter SET n = n + 1;
         END//
         DELIMITER ;
         INSERT INTO #__items (name) VALUES ('one;two'), ('three');
         UPDATE #__counter SET n = n * 2 + 1",
    ),
    ("1.1.2_note.sql", "-- Nothing to do any more."),
    (
        "1.2.0_last_ids.sql",
        "INSERT INTO #__owners (name) VALUES ('Ann');
         SET @ann = LAST_INSERT_ID();
         INSERT INTO #__pets VALUES (LAST_INSERT_ID(), 'Ann''s dog');
         INSERT INTO #__owners (name) VALUES ('Bob');
         ALTER TABLE #__pets ADD COLUMN age INT;
         INSERT INTO #__pets VALUES (LAST_INSERT_ID(), 'Bob''s cat', 3);
         ALTER TABLE #__pets ADD INDEX #__pets_name (name);
         INSERT INTO #__pets VALUES (@ann, 'Ann''s bird', 4);
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.3.0_variables.sql",
        "SET @integer = 7, @large = 18446744073709551615, @decimal = 12345678901234567890.123456789, @negative = -0.50;
         SET @double = 1e0 / 3, @tiny = 2.5e-300, @nothing = NULL, @binary = X'00FF27', @empty = '';
         SET @text = 'it''s \\\\ \"ü\" 雪 😀', @`odd name` = 'odd';
         SET @german = _latin1 X'E4' COLLATE latin1_german2_ci;
         SET @bits = b'101', @moment = TIMESTAMP '2024-02-29 12:30:00.5';
         CREATE TABLE #__values (what VARCHAR(20), shown VARCHAR(200), bytes VARCHAR(200)) ENGINE = InnoDB;
         INSERT INTO #__values VALUES
             ('integer', @integer + 1, HEX(@integer)),
             ('large', @large, HEX(@large)),
             ('decimal', @decimal * 3, CONCAT(@decimal)),
             ('negative', @negative, HEX(@negative)),
             ('double', @double * 3, @double),
             ('tiny', @tiny, @tiny / 3),
             ('nothing', @nothing, @never_set),
             ('empty', @empty, LENGTH(@empty)),
             ('bits', LENGTH(@bits), HEX(@bits)),
             ('moment', @moment, HEX(@moment));
         ALTER TABLE #__values ADD COLUMN about VARCHAR(100);
         INSERT INTO #__values SELECT 'binary', LENGTH(@binary), HEX(@binary), COLLATION(@binary);
         INSERT INTO #__values SELECT 'text', @text, HEX(@text), COLLATION(@text);
         INSERT INTO #__values SELECT 'german', CONVERT(@german USING utf8mb4), HEX(@german), COLLATION(@german);
         INSERT INTO #__values SELECT 'odd', @`odd name`, @german = _latin1 'ae' COLLATE latin1_german2_ci, '';
         SELECT COUNT(*), MAX(n) INTO @items, @most FROM #__items;
         SELECT @sum := COALESCE(@sum, 0) + n FROM #__counter;
         ALTER TABLE #__values ADD INDEX #__values_what (what);
         INSERT INTO #__values VALUES ('items', @items, @most, @sum);
         SET @items = @items + 1;
         ALTER TABLE #__values ADD COLUMN last INT;
         INSERT INTO #__values (what, shown) VALUES ('items', @items);
         UPDATE #__counter SET n = n + @integer;",
    ),
    (
        "1.4.0_prepared.sql",
        "SET @sql = CONCAT('INSERT INTO ${prefix}items (name, n) VALUES (?, ', 3 * 4, ')');
         PREPARE adding FROM @sql;
         SET @name = 'prepared', @other = 'prepared too';
         EXECUTE adding USING @name;
         SET @sql = IF((SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE()
                           AND table_name = '${prefix}items' AND column_name = 'colour') = 0,
             'ALTER TABLE ${prefix}items ADD COLUMN colour VARCHAR(20) DEFAULT \\'red\\'', 'DO 0');
         PREPARE altering FROM @sql;
         EXECUTE altering;
         EXECUTE adding USING @other;
         DEALLOCATE PREPARE altering;
         EXECUTE IMMEDIATE 'CREATE INDEX ${prefix}items_n ON ${prefix}items (n)';
         SET @sql = 'UPDATE ${prefix}counter SET n = n * 3 + 1';
         EXECUTE IMMEDIATE @sql;
         PREPARE making FROM 'CREATE TABLE ${prefix}made (a INT) ENGINE = InnoDB';
         EXECUTE making;
         PREPARE filling FROM 'INSERT INTO ${prefix}made SELECT n FROM ${prefix}counter';
         EXECUTE filling;
         RENAME TABLE #__made TO #__remade;
         EXECUTE adding USING @name;
         PREPARE finding FROM 'SELECT COUNT(*) INTO @found FROM ${prefix}items';
         EXECUTE finding;
         ALTER TABLE #__remade ADD COLUMN b INT;
         INSERT INTO #__remade VALUES (@found, 1);",
    ),
    (
        "1.5.0_routines.sql",
        "DELIMITER $$
         CREATE PROCEDURE #__count(IN many INT, OUT result BIGINT)
         BEGIN
             DECLARE i INT DEFAULT 0;
             WHILE i < many DO
                 UPDATE #__counter SET n = n + 1;
                 SET i = i + 1;
             END WHILE;
             SELECT n INTO result FROM #__counter;
             SET @counted = many;
         END$$
         CREATE FUNCTION #__twice(a BIGINT) RETURNS BIGINT DETERMINISTIC
         BEGIN
             RETURN 2 * a;
         END$$
         DELIMITER ;
         CALL #__count(5, @result);
         ALTER TABLE #__log ADD COLUMN more VARCHAR(50);
         INSERT INTO #__log VALUES ('called', #__twice(@result), @counted);
         CALL #__count(2, @result);
         ALTER PROCEDURE #__count COMMENT 'counts';
         DROP FUNCTION #__twice;
         INSERT INTO #__log VALUES ('called again', @result, @counted);",
    ),
    (
        "1.6.0_rename.sql",
        "CREATE TABLE #__items_new LIKE #__items;
         ALTER TABLE #__items_new ADD COLUMN size INT NOT NULL DEFAULT 1;
         INSERT INTO #__items_new (name, n, colour) SELECT name, n, colour FROM #__items;
         RENAME TABLE #__items TO #__items_old, #__items_new TO #__items;
         UPDATE #__items SET n = n + 1;
         UPDATE #__counter SET n = n + (SELECT COUNT(*) FROM #__items);
         DROP TABLE #__items_old;
         CREATE VIEW #__few AS SELECT name FROM #__items WHERE n < 5;
         CREATE TABLE #__copy AS SELECT n, COUNT(*) AS many FROM #__items GROUP BY n;
         UPDATE #__copy SET many = many + 1;",
    ),
    (
        "1.7.0_own_transactions.sql",
        "UPDATE #__counter SET n = n + 1;
         START TRANSACTION;
         INSERT INTO #__items (name) VALUES ('own');
         UPDATE #__counter SET n = n * 2;
         SAVEPOINT here;
         DELETE FROM #__items;
         ROLLBACK TO here;
         COMMIT;
         BEGIN;
         UPDATE #__counter SET n = 0;
         SET @seen = 'in it';
         ROLLBACK;
         UPDATE #__counter SET n = n + 1;
         INSERT INTO #__log (what, more) VALUES ('rolled back', @seen);
         ALTER TABLE #__items MODIFY COLUMN size BIGINT NOT NULL DEFAULT 2;
         START TRANSACTION;
         INSERT INTO #__owners (name) VALUES ('Cid');
         INSERT INTO #__pets VALUES (LAST_INSERT_ID(), 'Cid''s fish', 1);
         COMMIT;
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.8.0_settings.sql",
        "SET NAMES latin1 COLLATE latin1_german1_ci;
         SET SESSION sql_mode = 'ANSI_QUOTES,NO_AUTO_VALUE_ON_ZERO';
         SET @letters = 'abc', time_zone = '+03:00', @@session.group_concat_max_len = 2000;
         INSERT INTO \"#__log\" VALUES ('settings', LENGTH('ü'), CONCAT(@@sql_mode, COLLATION('a'), @@time_zone));
         ALTER TABLE #__log MODIFY COLUMN more VARCHAR(300);
         INSERT INTO \"#__log\" VALUES ('settings', LENGTH('ü'), CONCAT(@@sql_mode, COLLATION('a'), @@time_zone));
         USE `${database}`;
         SET NAMES utf8mb4;
         PREPARE quoting FROM 'INSERT INTO \"${prefix}log\" VALUES (''quoting'', 1, NULL)';
         SET sql_mode = DEFAULT;
         CREATE TABLE #__beside (a INT) ENGINE = InnoDB;
         EXECUTE quoting;
         INSERT INTO #__log VALUES (\"ü\", LENGTH('ü'), COLLATION(@letters));
         ALTER TABLE #__log MODIFY COLUMN what VARCHAR(150);
         INSERT INTO #__log VALUES ('settings', @@group_concat_max_len, CONCAT(@@sql_mode, COLLATION('a'), @@time_zone));
         INSERT INTO `${database}`.#__log VALUES (DATABASE() IS NULL, COERCIBILITY(@letters), COLLATION(@letters));",
    ),
    (
        "1.9.0_temporary.sql",
        "CREATE TEMPORARY TABLE #__scratch (a INT);
         CREATE TABLE #__kept (a INT) ENGINE = InnoDB;
         INSERT INTO #__kept VALUES (1);
         ALTER TABLE #__kept ADD COLUMN b INT;
         INSERT INTO #__kept SELECT a, 5 FROM #__kept;
         DROP TEMPORARY TABLE #__scratch;
         UPDATE #__counter SET n = n + 1;
         CREATE TEMPORARY TABLE #__scratch (a INT, b INT);
         ALTER TABLE #__kept ADD COLUMN c INT;
         UPDATE #__kept SET b = COALESCE(b, 0) + 1;
         DROP TEMPORARY TABLE #__scratch;",
    ),
    (
        "1.10.0_repeatable.sql",
        "TRUNCATE TABLE #__kept;
         INSERT INTO #__kept VALUES (1, 2, 3);
         INSERT INTO #__kept VALUES (4, 5, 6);
         DROP TABLE IF EXISTS #__remade, #__never;
         CREATE TABLE IF NOT EXISTS #__remade (z INT) ENGINE = InnoDB;
         CREATE TABLE IF NOT EXISTS #__kept (z INT) ENGINE = InnoDB;
         INSERT INTO #__remade VALUES (1);
         CREATE OR REPLACE VIEW #__few AS SELECT name, n FROM #__items WHERE n < 4;
         /*!40101 SET @old_mode = @@sql_mode, sql_mode = '' */;
         /*!50001 CREATE VIEW #__all AS SELECT * FROM #__kept */;
         /*M!100000 INSERT INTO #__log VALUES ('MariaDB', 1, @old_mode) */;
         /*!40101 SET sql_mode = @old_mode */;
         -- upgrade: can_fail
         ALTER TABLE #__kept ADD COLUMN a INT;
         /** CAN FAIL **/ INSERT INTO #__nothing VALUES (1);
         INSERT INTO #__log VALUES ('mode', 2, @@sql_mode = @old_mode);
         OPTIMIZE TABLE #__kept;
         ANALYZE TABLE #__kept;
         DROP VIEW IF EXISTS #__all;
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.11.0_events.sql",
        "CREATE EVENT #__nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO UPDATE #__counter SET n = 0;
         ALTER EVENT #__nightly RENAME TO #__weekly;
         ALTER EVENT #__weekly DISABLE;
         CREATE TRIGGER #__items_gone AFTER DELETE ON #__items FOR EACH ROW
             INSERT INTO #__log (what, n) VALUES (OLD.name, -1);
         DELETE FROM #__items WHERE name = 'one;two';
         DROP TRIGGER #__items_gone;
         DELETE FROM #__items WHERE name = 'three';
         LOCK TABLES #__items WRITE;
         UPDATE #__items SET n = n + 1;
         UNLOCK TABLES;
         DROP EVENT #__weekly;
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.12.0_group_a.sql",
        "UPDATE #__counter SET n = n + 1; INSERT INTO #__items (name) VALUES ('a');",
    ),
    (
        "1.12.1_group_b.sql",
        "UPDATE #__counter SET n = n * 3; INSERT INTO #__items (name) VALUES ('b');",
    ),
    (
        "1.12.2_min_app.sql",
        "-- upgrade: min_app = 1.2.0
         UPDATE #__counter SET n = n + 1;
         CREATE INDEX #__items_name ON #__items (name);",
    ),
    (
        "8.0.0_chunks.sql",
        "CREATE TABLE #__wares (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) ENGINE = InnoDB;
         INSERT INTO #__wares WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 23) SELECT i, 0 FROM c;
         -- upgrade: batch = #__wares by id, 4
         UPDATE #__wares SET n = n + 1 WHERE ${batch};
         ALTER TABLE #__wares ADD COLUMN m INTEGER NOT NULL DEFAULT 0;
         -- upgrade: batch = #__wares by id, 5
         UPDATE #__wares SET m = m + n WHERE ${batch};
         UPDATE #__counter SET n = n + (SELECT SUM(m) FROM #__wares);",
    ),
];

/// File names and texts of a customization track.
pub(crate) const CUSTOMIZATION: &[(&str, &str)] = &[
    (
        "1.0.0_colour.sql",
        "-- upgrade: requires = core >= 1.6.0
         ALTER TABLE #__items ADD COLUMN custom_colour VARCHAR(20) DEFAULT '${currency}';
         UPDATE #__counter SET n = n + 1;
         ALTER TABLE #__items ADD COLUMN custom_size INT;",
    ),
    (
        "1.1.0_item.sql",
        "INSERT INTO #__items (name) VALUES ('custom');
         UPDATE #__counter SET n = n + 1;",
    ),
];

/// A core track that is mostly definitions of a table with rows.
pub(crate) const DEFINITIONS: &[(&str, &str)] = &[
    (
        "1.0.0_rows.sql",
        "CREATE TABLE #__counter (n BIGINT NOT NULL) ENGINE = InnoDB;
         INSERT INTO #__counter VALUES (0);
         CREATE TABLE #__rows (a INT, b VARCHAR(50), c VARCHAR(50)) ENGINE = InnoDB;
         INSERT INTO #__rows WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < 20000) SELECT seq, CONCAT('row ', seq), LEFT(SHA2(seq, 256), 32) FROM s;
         CREATE TABLE #__more LIKE #__rows;
         ALTER TABLE #__more ADD COLUMN d INT FIRST;
         INSERT INTO #__more SELECT a, a, b, c FROM #__rows WHERE a < 5000;",
    ),
    (
        "1.1.0_alter.sql",
        "UPDATE #__counter SET n = n + 1;
         ALTER TABLE #__rows ADD COLUMN e INT NOT NULL DEFAULT 5, ALGORITHM = COPY;
         UPDATE #__counter SET n = n * 2 + 1;
         ALTER TABLE #__rows ADD INDEX #__rows_b (b), ENGINE = InnoDB;
         UPDATE #__counter SET n = n * 2 + 1;
         ALTER TABLE #__rows MODIFY COLUMN a BIGINT;
         CREATE INDEX #__rows_c ON #__rows (c);
         ALTER TABLE #__rows DROP COLUMN e, ALGORITHM = COPY;
         UPDATE #__counter SET n = n * 2 + 1;
         RENAME TABLE #__rows TO #__old, #__more TO #__rows;
         ALTER TABLE #__rows DROP COLUMN d, ALGORITHM = COPY;
         DROP INDEX #__rows_b ON #__old;
         UPDATE #__counter SET n = n * 2 + 1;
         CREATE TABLE #__copy AS SELECT a, COUNT(*) AS many FROM #__old GROUP BY a;
         ALTER TABLE #__copy ADD PRIMARY KEY (a);
         UPDATE #__counter SET n = n * 2 + 1;
         DROP TABLE #__old;
         ALTER TABLE #__copy RENAME TO #__last, ADD COLUMN z INT DEFAULT 7;
         UPDATE #__counter SET n = n * 2 + 1;",
    ),
];
