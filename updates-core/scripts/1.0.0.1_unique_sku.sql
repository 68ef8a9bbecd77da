-- upgrade: description = no SKU twice
--
-- Shops fill this table from spreadsheets, so some SKUs have blanks around them and some stand there twice.
-- A unique index on a table with rows takes two steps: first make it true, then demand it. The other way round
-- works on the author's empty database and fails at the customer's.

UPDATE #__products
   SET sku = trim(sku)
 WHERE sku <> trim(sku);

-- The oldest row keeps the SKU, since orders and catalogues outside the shop know it by that. The others get
-- their own id behind it and are easy to find. Nothing is deleted: which of two rows is the right one is for the
-- shop's people to say.
UPDATE #__products
   SET sku = sku || '-' || id
 WHERE id > (SELECT min(other.id) FROM #__products AS other WHERE other.sku = #__products.sku);

-- If a shop already has a SKU of that form, this fails and names the column. Better than a second guess.
CREATE UNIQUE INDEX #__products_sku ON #__products (sku);
