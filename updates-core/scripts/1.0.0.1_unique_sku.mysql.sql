-- upgrade: description = no SKU twice
--
-- Shops fill this table from spreadsheets, so some SKUs have blanks around them and some stand there twice.
-- A unique index on a table with rows takes two steps: first make it true, then demand it. The other way round
-- works on the author's empty database and fails at the customer's.

-- By length: where a collation pads, 'A ' = 'A' is true.
UPDATE #__products
   SET sku = trim(sku)
 WHERE char_length(sku) <> char_length(trim(sku));

-- The oldest row keeps the SKU, since orders and catalogues outside the shop know it by that. The others get
-- their own id behind it and are easy to find. Nothing is deleted: which of two rows is the right one is for the
-- shop's people to say.
--
-- A join, since MySQL does not read from the table that it updates in a subquery.
UPDATE #__products AS product
  JOIN (SELECT sku, min(id) AS id FROM #__products GROUP BY sku) AS oldest ON oldest.sku = product.sku
   SET product.sku = concat(product.sku, '-', product.id)
 WHERE product.id > oldest.id;

-- If a shop already has a SKU of that form, this fails and names the value. Better than a second guess.
CREATE UNIQUE INDEX #__products_sku ON #__products (sku);
