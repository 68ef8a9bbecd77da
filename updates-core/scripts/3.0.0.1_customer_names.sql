-- upgrade: description = customers.name becomes first_name and last_name
--
-- Letters begin with the last name, exports want both. Where a name is divided is a guess: here at the last
-- blank, which is right for most of our shops' customers, and nothing of the name is lost where it is wrong: both
-- parts together are the name as before, less superfluous blanks at the ends and at the cut.

ALTER TABLE #__customers ADD COLUMN first_name TEXT NOT NULL DEFAULT '';
ALTER TABLE #__customers ADD COLUMN last_name TEXT NOT NULL DEFAULT '';

-- SQLite has no search from the right. rtrim(name, all its characters but the blank) cuts off everything behind
-- the last blank, and what is left is the first name. A name of one word has none and is a last name, since that
-- column is the one by which the program sorts and greets.
UPDATE #__customers
   SET first_name = trim(rtrim(trim(name), replace(name, ' ', ''))),
       last_name = substr(trim(name), length(rtrim(trim(name), replace(name, ' ', ''))) + 1)
 WHERE trim(name) <> '';

CREATE INDEX #__customers_name ON #__customers (last_name, first_name);

-- Allowed: the two new columns joined are the name again, but for blanks.
-- upgrade: allow = drops-column
ALTER TABLE #__customers DROP COLUMN name;
