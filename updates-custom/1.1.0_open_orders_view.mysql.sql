-- upgrade: description = the workshop's list
-- upgrade: requires = core >= 3.0.0.1
--
-- The workshop's screen reads this view and nothing else, so that only this view has to follow when core changes
-- its tables. The names in two columns are there since core 3.0.0.1, hence the fourth number in what it requires.
--
-- Columns are named one by one: with SELECT * a new column of core's would move ours.

CREATE VIEW #__custom_open_orders (number, ordered_at, customer, sku, answers, quantity, engraving) AS
SELECT one_order.number,
       one_order.ordered_at,
       concat_ws(', ', nullif(customer.last_name, ''), nullif(customer.first_name, '')),
       line.sku,
       line.answers,
       line.quantity,
       engraving.text
  FROM #__orders AS one_order
  JOIN #__customers AS customer ON customer.id = one_order.customer_id
  JOIN #__order_lines AS line ON line.order_id = one_order.id
  LEFT JOIN #__custom_engravings AS engraving ON engraving.order_line_id = line.id
 WHERE one_order.state IN ('open', 'paid');
