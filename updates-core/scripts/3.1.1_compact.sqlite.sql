-- upgrade: description = give unused space back, now and later
-- upgrade: transaction = off
--
-- 3.0 and 3.1 dropped columns and a table. SQLite keeps the freed pages in the file, and what stood in them can
-- still be read there: customers' full names among it. VACUUM writes the file anew without them.
--
-- VACUUM does not work inside a transaction, therefore the directive. Nothing is rolled back now if a statement
-- fails, so only what needs it stands here, and each statement may run twice without harm. Anything else would
-- have been a script of its own.
--
-- It needs free space on the disk of up to twice the database's size and keeps everybody else out while it works,
-- so the operator of a large shop wants to know before. If the disk is full it fails and changes nothing.

-- From now on the shop's nightly job can give pages back with PRAGMA incremental_vacuum, a few at a time, and no
-- second VACUUM is needed. The setting only comes into effect with the VACUUM that follows on the same connection.
PRAGMA auto_vacuum = INCREMENTAL;
-- Allowed: to write everything anew is what this script is for.
-- upgrade: allow = rebuilds-table
VACUUM;
