-- upgrade: description = a sample product for new shops
--
-- A new shop should show something when it is opened for the first time. A shop that already sells must not find
-- a desk among its own goods one morning: so the product comes only into an empty table, and everything else
-- hangs on that product.
--
-- Rows find each other by what they mean (SKU, text), never by an id written down here: the ids of another
-- installation are not ours to know. The fixed ids of a seed are the reason why the next one fails.

INSERT INTO #__products (sku, name, description, price)
SELECT 'SAMPLE-DESK', 'Desk, made to measure', 'A sample product. Change it or delete it.', 249.9
 WHERE NOT EXISTS (SELECT 1 FROM #__products);

INSERT INTO #__questions (product_id, position, text)
SELECT product.id, question.column1, question.column2
  FROM #__products AS product
  JOIN (VALUES (1, 'Which size?'), (2, 'Which top?'), (3, 'Which legs?')) AS question
 WHERE product.sku = 'SAMPLE-DESK';

INSERT INTO #__answers (question_id, position, text, surcharge)
SELECT question.id, answer.column2, answer.column3, answer.column4
  FROM #__questions AS question
  JOIN #__products AS product ON product.id = question.product_id
  JOIN (VALUES ('Which size?', 1, '120 x 60 cm', 0),
               ('Which size?', 2, '180 x 80 cm', 79.95),
               ('Which top?', 1, 'Beech', 0),
               ('Which top?', 2, 'Oak', 60),
               ('Which top?', 3, 'Glass', 129.29),
               ('Which legs?', 1, 'Wood', 0),
               ('Which legs?', 2, 'Steel', 19.99)) AS answer ON answer.column1 = question.text
 WHERE product.sku = 'SAMPLE-DESK';

INSERT INTO #__rules (if_answer_id, kind, then_answer_id)
SELECT one.id, rule.column2, two.id
  FROM (VALUES ('180 x 80 cm', 'requires', 'Steel'), ('Glass', 'excludes', 'Wood')) AS rule
  JOIN #__answers AS one ON one.text = rule.column1
  JOIN #__questions AS one_question ON one_question.id = one.question_id
  JOIN #__questions AS two_question ON two_question.product_id = one_question.product_id
  JOIN #__answers AS two ON two.question_id = two_question.id AND two.text = rule.column3
  JOIN #__products AS product ON product.id = one_question.product_id
 WHERE product.sku = 'SAMPLE-DESK';
