-- upgrade: description = dealers pay 10 % less
-- upgrade: requires = core >= 3.0
--
-- Seed data in core's tables, found again by its code. The currency is that of the standard list, which the shop
-- may have changed since; the configured one serves a shop that has no such list any more.

INSERT INTO #__price_lists (code, name, currency)
VALUES ('custom_dealer', 'Dealers',
        coalesce((SELECT currency FROM #__price_lists WHERE code = 'standard'), '${currency}'));

-- Whole cents, rounded half up, in whole numbers: (9 * 24995 + 5) / 10 needs no floating point. Only products that
-- exist today get a price; for a new one the list falls back on the product's own price until someone decides.
INSERT INTO #__prices (price_list_id, product_id, price_cents)
SELECT list.id, product.id, (product.price_cents * 9 + 5) / 10
  FROM #__products AS product
  JOIN #__price_lists AS list ON list.code = 'custom_dealer'
 WHERE product.price_cents > 0;
