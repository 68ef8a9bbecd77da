-- upgrade: description = products.price becomes products.price_cents
--
-- Orders and price lists count in cents; products still had DOUBLE. A new column, the data moved, the old column
-- dropped.
--
-- The order matters more than elsewhere, since each definition commits at once and the shop may read between two of
-- them: at every moment the view has the right price, and the old column goes last.

-- A negative price would fail here, at the UPDATE, and name this CHECK. It was never meant, and what was meant is
-- not ours to guess.
ALTER TABLE #__products
  ADD COLUMN price_cents BIGINT NOT NULL DEFAULT 0,
  ADD CONSTRAINT #__products_price_cents CHECK (price_cents >= 0);

-- The same rounding as in the view until today, so that no price in the shop changes by this script.
UPDATE #__products
   SET price_cents = CAST(floor(price * 100 + 0.5) AS SIGNED)
 WHERE price <> 0;

-- Replaced in one step, not dropped and made: nobody who reads it meanwhile finds it missing.
CREATE OR REPLACE VIEW #__product_prices (product_id, sku, price_list, currency, price_cents) AS
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
-- see why a price does not change. MySQL drops it under the view of a customization that still reads it, and the view
-- fails when it is used; the release notes tell integrators.
-- Allowed: each price stands in price_cents by now, and no program of 2.x runs on a database of 3.0.
-- upgrade: allow = drops-column
ALTER TABLE #__products DROP COLUMN price;
