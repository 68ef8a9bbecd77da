-- upgrade: description = customers and carts
--
-- A cart belongs to a visitor, known by a token in a cookie, long before it belongs to a customer. It also
-- outlives the customer's account, hence SET NULL there and CASCADE downwards.

CREATE TABLE #__customers (
    id         INTEGER PRIMARY KEY,
    email      TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- Two people never share an address that differs in upper and lower case only, whatever the standard says.
CREATE UNIQUE INDEX #__customers_email ON #__customers (lower(email));

CREATE TABLE #__carts (
    id          INTEGER PRIMARY KEY,
    token       TEXT    NOT NULL UNIQUE,
    customer_id INTEGER REFERENCES #__customers (id) ON DELETE SET NULL,
    updated_at  TEXT    NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE #__cart_items (
    id         INTEGER PRIMARY KEY,
    cart_id    INTEGER NOT NULL REFERENCES #__carts (id) ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES #__products (id) ON DELETE CASCADE,
    quantity   INTEGER NOT NULL DEFAULT 1 CHECK (quantity > 0)
);

CREATE TABLE #__cart_item_answers (
    cart_item_id INTEGER NOT NULL REFERENCES #__cart_items (id) ON DELETE CASCADE,
    answer_id    INTEGER NOT NULL REFERENCES #__answers (id) ON DELETE CASCADE,
    PRIMARY KEY (cart_item_id, answer_id)
);
