-- upgrade: description = the figures on the dashboard's first page
--
-- What the first page shows changes with nearly every release. So the view is no version: it is made anew whenever
-- this text has changed, behind all versions. Nobody else may build on it; what others read stands in versions.
--
-- Customers that 3.6.0 has merged into others are counted with these.

DROP VIEW IF EXISTS #__shop_figures;

CREATE VIEW #__shop_figures (figure, number) AS
SELECT 'products', count(*) FROM #__products WHERE active = 1
UNION ALL
SELECT 'customers', count(*) FROM #__customers WHERE merged_into IS NULL
UNION ALL
SELECT 'open orders', count(*) FROM #__orders WHERE state IN ('open', 'paid');
