-- upgrade: description = orders
--
-- An order says what was agreed on that day. So its lines copy SKU, name, chosen answers and price instead of
-- pointing at them: a product that is renamed, made dearer or deleted must not change an old invoice. The
-- reference to the product stays for statistics and may become NULL.
--
-- Money in orders is whole cents. Sums of REAL drift, and an invoice that is wrong by one cent is wrong.

CREATE TABLE #__orders (
    id          INTEGER PRIMARY KEY,
    number      TEXT    NOT NULL UNIQUE,
    customer_id INTEGER NOT NULL REFERENCES #__customers (id),
    state       TEXT    NOT NULL DEFAULT 'open',
    ordered_at  TEXT    NOT NULL DEFAULT CURRENT_TIMESTAMP,
    total_cents INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE #__order_lines (
    id          INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES #__orders (id) ON DELETE CASCADE,
    product_id  INTEGER REFERENCES #__products (id) ON DELETE SET NULL,
    sku         TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    answers     TEXT    NOT NULL DEFAULT '',
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    price_cents INTEGER NOT NULL
);

CREATE INDEX #__orders_customer ON #__orders (customer_id);
CREATE INDEX #__order_lines_order ON #__order_lines (order_id);
CREATE INDEX #__order_lines_product ON #__order_lines (product_id);
