//! What the races upgrade with. What runs twice, or not at all, shows: rows have no unique keys, and counters count.

/// The script whose rows the server counts.
pub(crate) const OWNERS: &str = "1.1.1_owners.sql";

/// A core track.
pub(crate) const CORE: &[(&str, &str)] = &[
    (
        "1.0.0_tables.sql",
        "CREATE TABLE #__counter (n BIGINT NOT NULL);
         INSERT INTO #__counter VALUES (0);
         CREATE TABLE #__items (name VARCHAR(40), n BIGINT);
         CREATE TABLE #__owners (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40));",
    ),
    (
        "1.0.1_rows.sql",
        "INSERT INTO #__items VALUES ('one;two', 1), ('three', 3);
         UPDATE #__counter SET n = n * 2 + 1;
         INSERT INTO #__items SELECT 'counted', n FROM #__counter;",
    ),
    (
        "1.0.2_column.sql",
        "UPDATE #__counter SET n = n * 2 + 1;
         ALTER TABLE #__items ADD COLUMN price DECIMAL(10, 2) NOT NULL DEFAULT 5;
         UPDATE #__counter SET n = n * 2 + 1;
         ALTER TABLE #__items ADD INDEX by_name (name);
         UPDATE #__items SET price = price + n;",
    ),
    ("1.0.3_note.sql", "-- Nothing to do any more."),
    (
        "1.1.0_slow.sql",
        "UPDATE #__counter SET n = n * 2 + 1;
         INSERT INTO #__items SELECT 'slow', SLEEP(1), 7;
         UPDATE #__counter SET n = n * 2 + 1;",
    ),
    (
        OWNERS,
        "INSERT INTO #__owners (name) VALUES ('Ann'), ('Bob');
         SET @owner = LAST_INSERT_ID();
         CREATE TABLE #__pets (owner INT NOT NULL, name VARCHAR(40), FOREIGN KEY (owner) REFERENCES #__owners (id));
         INSERT INTO #__pets VALUES (@owner, 'Ann''s dog');
         UPDATE #__counter SET n = n * 2 + 1;",
    ),
    (
        "1.2.0_trigger.sql",
        "CREATE TRIGGER #__items_added AFTER INSERT ON #__items FOR EACH ROW UPDATE #__counter SET n = n + 1;
         INSERT INTO #__items VALUES ('triggers', 0, 0);
         DROP TRIGGER #__items_added;",
    ),
    (
        "1.2.1_copy.sql",
        "CREATE TABLE #__copy AS SELECT name, n FROM #__items;
         INSERT INTO #__copy SELECT 'again', n FROM #__counter;
         RENAME TABLE #__copy TO #__archive;
         UPDATE #__counter SET n = n * 2 + 1;",
    ),
    (
        "1.3.0_slow_too.sql",
        "UPDATE #__counter SET n = n * 2 + 1;
         CREATE TABLE #__slept AS SELECT 0 * SLEEP(1) AS slept;
         UPDATE #__counter SET n = n * 2 + 1;",
    ),
    (
        "1.4.0_drop.sql",
        "DROP TABLE #__slept;
         CREATE VIEW #__cheap AS SELECT name FROM #__items WHERE price < 6;
         INSERT INTO #__items (name, n) SELECT 'last', n FROM #__counter;",
    ),
];

/// A customization's.
pub(crate) const CUSTOMIZATION: &[(&str, &str)] = &[
    (
        "1.0.0_own.sql",
        "START TRANSACTION;
         UPDATE #__counter SET n = n * 2 + 1;
         INSERT INTO #__items (name, n) VALUES ('own', 1);
         COMMIT;",
    ),
    (
        "1.1.0_more.sql",
        "ALTER TABLE #__items DROP COLUMN price;
         UPDATE #__counter SET n = n * 2 + 1;",
    ),
];
