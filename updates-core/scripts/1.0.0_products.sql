-- upgrade: description = products
--
-- The shop sells products; everything later hangs on this table, so it stays small. What only some products
-- need (questions, prices per customer group) gets a table of its own when its time comes.
--
-- Every name carries the prefix, the names of indexes and triggers too: in SQLite an index is known in the whole
-- database, so two applications that share one would collide on it.

CREATE TABLE #__products (
    id          INTEGER PRIMARY KEY,
    sku         TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL DEFAULT '',
    price       REAL    NOT NULL DEFAULT 0,
    active      INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
);
