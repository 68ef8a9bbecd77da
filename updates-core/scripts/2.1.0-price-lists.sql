-- upgrade: description = price lists, one of them standard
--
-- Customer groups pay different prices. A list holds only the prices that differ; for everything else the
-- product's own price counts. So a shop without groups has nothing to look after.

CREATE TABLE #__price_lists (
    id       INTEGER PRIMARY KEY,
    code     TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3 AND currency = upper(currency))
);

CREATE TABLE #__prices (
    price_list_id INTEGER NOT NULL REFERENCES #__price_lists (id) ON DELETE CASCADE,
    product_id    INTEGER NOT NULL REFERENCES #__products (id) ON DELETE CASCADE,
    price_cents   INTEGER NOT NULL CHECK (price_cents >= 0),
    PRIMARY KEY (price_list_id, product_id)
);

CREATE INDEX #__prices_product ON #__prices (product_id);

-- The currency is the installation's, not ours, hence the placeholder. It counts once, now: who changes it in the
-- configuration later changes no row here. The table's CHECK stops the upgrade if it holds something else, such
-- as a currency sign.
INSERT INTO #__price_lists (code, name, currency) VALUES ('standard', 'Standard', '${currency}');

-- A customer may have a list. NULL means the standard list, so old customers need no change; SQLite would add a
-- reference with no other default anyway.
ALTER TABLE #__customers ADD COLUMN price_list_id INTEGER REFERENCES #__price_lists (id) ON DELETE SET NULL;
CREATE INDEX #__customers_price_list ON #__customers (price_list_id);
