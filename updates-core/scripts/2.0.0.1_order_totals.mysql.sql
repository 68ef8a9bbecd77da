-- upgrade: description = the database keeps the totals of orders
--
-- Three places in the program wrote orders.total_cents and one forgot to. From here on the database does it.
--
-- Each trigger counts the whole order again rather than adding a difference: a sum that was wrong once is then
-- right after the next change, and not wrong for ever. One statement each, so none needs BEGIN and DELIMITER.

CREATE TRIGGER #__order_lines_added AFTER INSERT ON #__order_lines FOR EACH ROW
    UPDATE #__orders
       SET total_cents = (SELECT sum(quantity * price_cents) FROM #__order_lines WHERE order_id = NEW.order_id)
     WHERE id = NEW.order_id;

CREATE TRIGGER #__order_lines_removed AFTER DELETE ON #__order_lines FOR EACH ROW
    UPDATE #__orders
       SET total_cents = coalesce((SELECT sum(quantity * price_cents) FROM #__order_lines WHERE order_id = OLD.order_id), 0)
     WHERE id = OLD.order_id;

-- A line that moves to another order changes two totals.
CREATE TRIGGER #__order_lines_changed AFTER UPDATE ON #__order_lines FOR EACH ROW
    UPDATE #__orders
       SET total_cents = coalesce((SELECT sum(quantity * price_cents) FROM #__order_lines WHERE order_id = #__orders.id), 0)
     WHERE id IN (OLD.order_id, NEW.order_id);

-- A trigger knows nothing of the rows before it: what the program wrote or forgot until today is mended here. Only
-- rows that are wrong are touched, so that the count in the log says how many there were.
UPDATE #__orders
   SET total_cents = coalesce((SELECT sum(quantity * price_cents) FROM #__order_lines WHERE order_id = #__orders.id), 0)
 WHERE total_cents <> coalesce((SELECT sum(quantity * price_cents) FROM #__order_lines WHERE order_id = #__orders.id), 0);
