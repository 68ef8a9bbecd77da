-- upgrade: description = our dealers' numbers
-- upgrade: requires = core >= 3.0
--
-- One small column on core's table, because the program's customer form shows and saves every column that it
-- finds there. That convenience is the only reason: a table of our own (see 1.0.0) survives whatever core does
-- with its own, a column does not survive a rebuild.
--
-- No default and no NOT NULL: nearly all customers are no dealers, and rows of core's are made by code that does
-- not know the column. A unique index takes any number of them: no NULL equals another.
--
-- One text for every database: MySQL wants to know how long a text in an index may be, SQLite reads VARCHAR as TEXT.

ALTER TABLE #__customers ADD COLUMN custom_dealer_number VARCHAR(40);

CREATE UNIQUE INDEX #__custom_customers_dealer_number ON #__customers (custom_dealer_number);
