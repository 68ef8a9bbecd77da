-- upgrade: description = customers.name becomes first_name and last_name
--
-- Letters begin with the last name, exports want both. Where a name is divided is a guess: here at the last
-- blank, which is right for most of our shops' customers, and nothing of the name is lost where it is wrong: both
-- parts together are the name as before, less superfluous blanks at the ends and at the cut.

ALTER TABLE #__customers
  ADD COLUMN first_name VARCHAR(200) NOT NULL DEFAULT '',
  ADD COLUMN last_name  VARCHAR(200) NOT NULL DEFAULT '',
  ADD INDEX #__customers_name (last_name, first_name);

-- A name of one word is a last name, since that column is the one by which the program sorts and greets.
UPDATE #__customers
   SET first_name = trim(left(trim(name), char_length(trim(name)) - char_length(substring_index(trim(name), ' ', -1)))),
       last_name = substring_index(trim(name), ' ', -1)
 WHERE trim(name) <> '';

-- Allowed: the two new columns joined are the name again, but for blanks.
-- upgrade: allow = drops-column
ALTER TABLE #__customers DROP COLUMN name;
