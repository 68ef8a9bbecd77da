-- upgrade: description = indexes for the carts
--
-- 1.3.0 forgot them. Carts are the largest tables of a shop, since every visitor gets one, and a search engine
-- gets thousands. Deleting an answer or a customer read all of them, once for each foreign key without an index.
-- A released script is not edited, so they come as a script of their own.
--
-- (InnoDB made some by itself, and gives them up for these: there, this only names them.)

CREATE INDEX #__carts_customer ON #__carts (customer_id);
CREATE INDEX #__cart_items_cart ON #__cart_items (cart_id);
CREATE INDEX #__cart_items_product ON #__cart_items (product_id);
CREATE INDEX #__cart_item_answers_answer ON #__cart_item_answers (answer_id);
