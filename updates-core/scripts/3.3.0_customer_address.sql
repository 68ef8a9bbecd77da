-- upgrade: description = customers have an address
--
-- One line, as the customer types it: "Lange Gasse 7, 1080 Wien". The form had one field, and nobody had asked yet for
-- the city alone. NOT NULL with a default, since programs of 3.2 insert customers without it.
--
-- One text for every database: SQLite reads VARCHAR as TEXT.

ALTER TABLE #__customers ADD COLUMN address VARCHAR(500) NOT NULL DEFAULT '';
