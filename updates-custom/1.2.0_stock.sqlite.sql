-- upgrade: description = stock goes down with each order
-- upgrade: requires = core >= 2.0
--
-- The counting stands in our own tables; only the trigger sits on core's order_lines. If core rebuilds that table
-- one day, the trigger is gone without a word. Core's README lists the tables that each release rebuilds; the
-- remedy is then a new script here that makes the trigger again.

CREATE TABLE #__custom_stock (
    product_id INTEGER PRIMARY KEY REFERENCES #__products (id) ON DELETE CASCADE,
    quantity   INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE #__custom_stock_moves (
    id            INTEGER PRIMARY KEY,
    product_id    INTEGER NOT NULL REFERENCES #__products (id) ON DELETE CASCADE,
    quantity      INTEGER NOT NULL,
    order_line_id INTEGER REFERENCES #__order_lines (id) ON DELETE SET NULL
);

CREATE INDEX #__custom_stock_moves_product ON #__custom_stock_moves (product_id);
CREATE INDEX #__custom_stock_moves_order_line ON #__custom_stock_moves (order_line_id);

INSERT INTO #__custom_stock (product_id)
SELECT id FROM #__products WHERE active = 1;

-- Stock may become negative: an order that was accepted is a fact, and a trigger that refused it would lose it.
-- A product without a row here is not counted, so neither is its move.
CREATE TRIGGER #__custom_stock_order_line AFTER INSERT ON #__order_lines
WHEN EXISTS (SELECT 1 FROM #__custom_stock WHERE product_id = NEW.product_id)
BEGIN
    UPDATE #__custom_stock
       SET quantity = quantity - NEW.quantity
     WHERE product_id = NEW.product_id;
    INSERT INTO #__custom_stock_moves (product_id, quantity, order_line_id)
    VALUES (NEW.product_id, -NEW.quantity, NEW.id);
END;
