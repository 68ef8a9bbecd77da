-- upgrade: description = price lists, one of them standard
--
-- Customer groups pay different prices. A list holds only the prices that differ; for everything else the
-- product's own price counts. So a shop without groups has nothing to look after.

CREATE TABLE #__price_lists (
    id       INT          NOT NULL AUTO_INCREMENT PRIMARY KEY,
    code     VARCHAR(50)  NOT NULL,
    name     VARCHAR(200) NOT NULL,
    currency VARCHAR(3)   NOT NULL,
    UNIQUE INDEX #__price_lists_code (code),
    CONSTRAINT #__price_lists_currency CHECK (char_length(currency) = 3 AND currency = upper(currency))
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE #__prices (
    price_list_id INT    NOT NULL,
    product_id    INT    NOT NULL,
    price_cents   BIGINT NOT NULL,
    PRIMARY KEY (price_list_id, product_id),
    INDEX #__prices_product (product_id),
    CONSTRAINT #__prices_list FOREIGN KEY (price_list_id) REFERENCES #__price_lists (id) ON DELETE CASCADE,
    CONSTRAINT #__prices_product FOREIGN KEY (product_id) REFERENCES #__products (id) ON DELETE CASCADE,
    CONSTRAINT #__prices_price_cents CHECK (price_cents >= 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The currency is the installation's, not ours, hence the placeholder. It counts once, now: who changes it in the
-- configuration later changes no row here. The table's CHECK stops the upgrade if it holds something else, such
-- as a currency sign; the tables above are there then, and the script goes on here.
INSERT INTO #__price_lists (code, name, currency) VALUES ('standard', 'Standard', '${currency}');

-- A customer may have a list. NULL means the standard list, so old customers need no change. Column, index and
-- reference in one statement: the server reads the table once, and a crash leaves all of them or none.
ALTER TABLE #__customers
  ADD COLUMN price_list_id INT,
  ADD INDEX #__customers_price_list (price_list_id),
  ADD CONSTRAINT #__customers_price_list FOREIGN KEY (price_list_id) REFERENCES #__price_lists (id) ON DELETE SET NULL;
