-- upgrade: description = totals of order lines, and a report on them
--
-- Invoice, mail and export each multiplied quantity and price. A virtual generated column is computed when it is
-- read: it takes no space, cannot be wrong, and adding it touches no row, however many orders there are.
-- (A stored one could only be added by rebuilding the table.) BIGINT, since MySQL's INTEGER ends at 21 million.

ALTER TABLE #__order_lines
  ADD COLUMN total_cents BIGINT GENERATED ALWAYS AS (quantity * price_cents) VIRTUAL;

-- By SKU, as it was sold: the product may be gone or have another name by now. Cancelled orders do not count.
CREATE VIEW #__sales_by_sku (sku, orders, quantity, total_cents) AS
SELECT line.sku,
       count(DISTINCT line.order_id),
       sum(line.quantity),
       sum(line.total_cents)
  FROM #__order_lines AS line
  JOIN #__orders AS sold ON sold.id = line.order_id
 WHERE sold.state <> 'cancelled'
 GROUP BY line.sku;
