//! The scripts that the lab runs. What runs twice, or not at all, shows: rows have no unique keys, and counters count.

/// File names and texts of a core track.
pub(crate) const CORE: &[(&str, &str)] = &[
    (
        "1.0.0_tables.sql",
        "CREATE TABLE #__items (name TEXT, n INTEGER NOT NULL DEFAULT 0);
         CREATE TABLE #__counter (n INTEGER NOT NULL);
         INSERT INTO #__counter VALUES (0);
         CREATE TABLE #__owners (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
         CREATE TABLE #__pets (owner INTEGER NOT NULL REFERENCES #__owners ON DELETE CASCADE, name TEXT);",
    ),
    (
        "1.1.0_trigger.sql",
        "CREATE TABLE #__log (what TEXT, n INTEGER);
         CREATE TRIGGER #__items_added AFTER INSERT ON #__items BEGIN
             INSERT INTO #__log VALUES (NEW.name, 1);
             UPDATE #__counter SET n = n + 1;
         END;
         INSERT INTO #__items (name) VALUES ('one;two'), ('three');",
    ),
    (
        "1.1.1_more.sql",
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 200)
             INSERT INTO #__items SELECT 'item ' || n, n FROM i;
         UPDATE #__counter SET n = n * 2 + 1",
    ),
    ("1.1.2_note.sql", "-- Nothing to do any more."),
    (
        "1.2.0_owners.sql",
        "INSERT INTO #__owners (name) VALUES ('Ann'), ('Bob'), ('Cid');
         INSERT INTO #__pets SELECT id, name || '''s dog' FROM #__owners;
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.3.0_rebuild_owners.sql",
        "-- upgrade: foreign_keys = off
         CREATE TABLE #__owners_new (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, since TEXT NOT NULL DEFAULT '');
         INSERT INTO #__owners_new (id, name) SELECT id, name || '*' FROM #__owners;
         DROP TABLE #__owners;
         ALTER TABLE #__owners_new RENAME TO #__owners;
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.4.0_plain.sql",
        "-- upgrade: transaction = off
         INSERT INTO #__items (name) VALUES ('plain');
         UPDATE #__counter SET n = n * 2 + 1;
         CREATE TABLE #__plain (a);
         INSERT INTO #__plain SELECT n FROM #__counter;
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.4.1_own_transactions.sql",
        "-- upgrade: transaction = off
         UPDATE #__counter SET n = n + 1;
         BEGIN IMMEDIATE;
         INSERT INTO #__items (name) VALUES ('own');
         UPDATE #__counter SET n = n * 2;
         SAVEPOINT here;
         DELETE FROM #__items;
         ROLLBACK TO here;
         RELEASE here;
         COMMIT;
         BEGIN;
         UPDATE #__counter SET n = 0;
         ROLLBACK;
         UPDATE #__counter SET n = n + 1;
         BEGIN;
         INSERT INTO #__items (name) VALUES ('own, last');
         END;",
    ),
    (
        "1.5.0_compact.sql",
        "-- upgrade: transaction = off
         DELETE FROM #__items WHERE n > 100;
         PRAGMA auto_vacuum = INCREMENTAL;
         VACUUM;
         PRAGMA user_version = 7;
         UPDATE #__counter SET n = n + 1;
         VACUUM;",
    ),
    (
        "1.5.1_what_changed.sql",
        "-- upgrade: transaction = off
         UPDATE #__items SET n = n + 1 WHERE n BETWEEN 10 AND 19;
         INSERT INTO #__log SELECT 'changed', changes();
         INSERT INTO #__log SELECT 'logged', changes();
         INSERT INTO #__owners (name) VALUES ('Dot');
         INSERT INTO #__pets VALUES (last_insert_rowid(), 'Dot''s cat');
         INSERT INTO #__owners (name) VALUES ('Eve');
         UPDATE #__counter SET n = n + 1;
         SELECT count(*) FROM #__owners;
         INSERT INTO #__pets VALUES (last_insert_rowid(), 'Eve''s cat');",
    ),
    (
        "1.5.2_settings.sql",
        "-- upgrade: transaction = off
         PRAGMA foreign_keys = OFF;
         PRAGMA recursive_triggers = ON;
         CREATE TABLE #__tree (n INTEGER);
         CREATE TRIGGER #__tree_grows AFTER INSERT ON #__tree WHEN NEW.n < 5 BEGIN
             INSERT INTO #__tree VALUES (NEW.n + 1);
         END;
         INSERT INTO #__tree VALUES (1);
         INSERT INTO #__pets VALUES (77, 'nobody''s');
         DELETE FROM #__owners WHERE name = 'Bob*';
         DELETE FROM #__pets WHERE owner NOT IN (SELECT id FROM #__owners);
         PRAGMA foreign_keys = ON;
         DELETE FROM #__owners WHERE name = 'Cid*';
         CREATE TEMP TRIGGER #__watch AFTER INSERT ON #__tree BEGIN
             INSERT INTO #__log VALUES ('watched', NEW.n);
         END;
         INSERT INTO #__tree VALUES (3);
         INSERT INTO #__tree VALUES (4);",
    ),
    (
        "1.5.3_attached.sql",
        "-- upgrade: transaction = off
         ATTACH 'side.db' AS side;
         CREATE TABLE side.archive (name TEXT, n INTEGER);
         INSERT INTO side.archive SELECT name, n FROM #__items WHERE n > 50;
         DELETE FROM #__items WHERE n > 50;
         UPDATE side.archive SET n = n + 1;
         INSERT INTO #__log SELECT 'archived', sum(n) FROM side.archive;
         DETACH side;
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.6.0_group_a.sql",
        "UPDATE #__counter SET n = n + 1; INSERT INTO #__items (name) VALUES ('a');",
    ),
    (
        "1.6.1_group_b.sql",
        "UPDATE #__counter SET n = n * 3; INSERT INTO #__items (name) VALUES ('b');",
    ),
    (
        "1.6.2_min_app.sql",
        "-- upgrade: min_app = 1.2.0
         UPDATE #__counter SET n = n + 1;
         DROP TRIGGER #__items_added;
         CREATE INDEX #__items_n ON #__items (n);",
    ),
    (
        "8.0.0_chunks.sql",
        "-- upgrade: transaction = off
         CREATE TABLE #__wares (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
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
         ALTER TABLE #__items ADD COLUMN custom_colour TEXT DEFAULT '${currency}';
         UPDATE #__counter SET n = n + 1;",
    ),
    (
        "1.1.0_compact.sql",
        "-- upgrade: transaction = off
         INSERT INTO #__items (name) VALUES ('custom');
         VACUUM;
         UPDATE #__counter SET n = n + 1;",
    ),
];
