-- upgrade: description = one place that knows a product's price
--
-- Shop, cart and export each had their own idea of "the list's price, otherwise the product's". The view is the
-- one place now, and programs and customizations read prices here: its column names are a promise.
--
-- Not a plain CAST: 19.99 * 100 is 1998.9999999999998 in floating point. Not round() either: of a DOUBLE it makes 0.125
-- the even 12 cents and not 13. (floor(x + 0.5) is what round() does on SQLite, for prices, which are not negative.)

CREATE VIEW #__product_prices (product_id, sku, price_list, currency, price_cents) AS
SELECT product.id,
       product.sku,
       list.code,
       list.currency,
       coalesce(price.price_cents, CAST(floor(product.price * 100 + 0.5) AS SIGNED))
  FROM #__products AS product
 CROSS JOIN #__price_lists AS list
  LEFT JOIN #__prices AS price ON price.product_id = product.id AND price.price_list_id = list.id
 WHERE product.active = 1;
