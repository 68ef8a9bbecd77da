-- upgrade: description = products
--
-- The shop sells products; everything later hangs on this table, so it stays small. What only some products
-- need (questions, prices per customer group) gets a table of its own when its time comes.
--
-- Engine, character set and collation are named, since the server's defaults differ from one to the next. Binary, so
-- that a SKU equals itself and nothing else, upper and lower case apart, and so that no two tables of the shop ever
-- compare texts by different rules. What shall compare otherwise says so where it does.
--
-- Every name that the database knows beyond its table carries the prefix: those of foreign keys and checks too.

CREATE TABLE #__products (
    id          INT          NOT NULL AUTO_INCREMENT PRIMARY KEY,
    sku         VARCHAR(100) NOT NULL,
    name        VARCHAR(200) NOT NULL,
    description VARCHAR(2000) NOT NULL DEFAULT '',
    price       DOUBLE       NOT NULL DEFAULT 0,
    active      TINYINT      NOT NULL DEFAULT 1,
    CONSTRAINT #__products_active CHECK (active IN (0, 1))
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
