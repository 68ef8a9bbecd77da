-- upgrade: description = what has to be ordered again
--
-- When stock is low is the warehouse's idea, and changes as often. Made anew whenever this text has changed.

DROP VIEW IF EXISTS #__custom_reorder;

CREATE VIEW #__custom_reorder (sku, quantity) AS
SELECT product.sku, stock.quantity
  FROM #__custom_stock AS stock
  JOIN #__products AS product ON product.id = stock.product_id
 WHERE product.active = 1
   AND stock.quantity < 5;
