-- upgrade: description = products.price becomes products.price_cents
--
-- Orders and price lists count in cents; products still had REAL. A new column, the data moved, the old column
-- dropped. No rebuild of the table, though it would read nicer: a rebuild loses what a customization has put on
-- the table (columns, triggers, indexes), and this table is the one that customizations put most on.
--
-- The order matters. DROP COLUMN refuses to work while any view reads something that is not there, and
-- customizations have views on our view. So the view changes over to the new column first and is back in its place
-- before the old column goes.

-- A negative price would fail here, at the UPDATE, and name this CHECK. It was never meant, and what was meant is
-- not ours to guess.
ALTER TABLE #__products ADD COLUMN price_cents INTEGER NOT NULL DEFAULT 0 CHECK (price_cents >= 0);

-- The same rounding as in the view until today, so that no price in the shop changes by this script.
UPDATE #__products
   SET price_cents = CAST(round(price * 100) AS INTEGER)
 WHERE price <> 0;

DROP VIEW #__product_prices;
CREATE VIEW #__product_prices (product_id, sku, price_list, currency, price_cents) AS
SELECT product.id,
       product.sku,
       list.code,
       list.currency,
       coalesce(price.price_cents, product.price_cents)
  FROM #__products AS product
 CROSS JOIN #__price_lists AS list
  LEFT JOIN #__prices AS price ON price.product_id = product.id AND price.price_list_id = list.id
 WHERE product.active = 1;

-- What the new program does not read must go: the old column would be filled by old imports, and nobody would
-- see why a price does not change. A customization's view that still reads it fails here, with the view's name.
-- Allowed: each price stands in price_cents by now, and no program of 2.x runs on a database of 3.0.
-- upgrade: allow = drops-column
ALTER TABLE #__products DROP COLUMN price;
