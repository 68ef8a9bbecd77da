-- upgrade: description = give unused space back
-- upgrade: allow = rebuilds-table
--
-- 3.0 and 3.1 dropped columns. InnoDB only notes that a column is gone, and what stood in it can still be read in the
-- table's file: customers' full names among it. OPTIMIZE TABLE writes the tables anew without it.
--
-- It may run twice without harm, after a crash. It needs the free space for a copy of the largest table, so the operator
-- of a large shop wants to know before; others may read and write meanwhile. To write the tables anew is what this script is for,
-- therefore the second line.

OPTIMIZE TABLE #__products, #__customers, #__answers;
