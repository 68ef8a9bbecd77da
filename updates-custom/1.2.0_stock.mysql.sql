-- upgrade: description = stock goes down with each order
-- upgrade: requires = core >= 2.0
--
-- The counting stands in our own tables; only the trigger sits on core's order_lines. MySQL allows several triggers of
-- one event on a table, so ours is in nobody's way.

CREATE TABLE #__custom_stock (
    product_id INT NOT NULL PRIMARY KEY,
    quantity   INT NOT NULL DEFAULT 0,
    CONSTRAINT #__custom_stock_product FOREIGN KEY (product_id) REFERENCES #__products (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE #__custom_stock_moves (
    id            INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    product_id    INT NOT NULL,
    quantity      INT NOT NULL,
    order_line_id INT,
    INDEX #__custom_stock_moves_product (product_id),
    INDEX #__custom_stock_moves_order_line (order_line_id),
    CONSTRAINT #__custom_stock_moves_product FOREIGN KEY (product_id) REFERENCES #__products (id) ON DELETE CASCADE,
    CONSTRAINT #__custom_stock_moves_line FOREIGN KEY (order_line_id) REFERENCES #__order_lines (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO #__custom_stock (product_id)
SELECT id FROM #__products WHERE active = 1;

-- Stock may become negative: an order that was accepted is a fact, and a trigger that refused it would lose it.
-- A product without a row here is not counted, so neither is its move.
DELIMITER //

CREATE TRIGGER #__custom_stock_order_line AFTER INSERT ON #__order_lines FOR EACH ROW
BEGIN
    IF EXISTS (SELECT 1 FROM #__custom_stock WHERE product_id = NEW.product_id) THEN
        UPDATE #__custom_stock
           SET quantity = quantity - NEW.quantity
         WHERE product_id = NEW.product_id;
        INSERT INTO #__custom_stock_moves (product_id, quantity, order_line_id)
        VALUES (NEW.product_id, -NEW.quantity, NEW.id);
    END IF;
END//

DELIMITER ;
