-- upgrade: description = a sample product for new shops
--
-- A new shop should show something when it is opened for the first time. A shop that already sells must not find
-- a desk among its own goods one morning: so the product comes only into an empty table, and everything else
-- hangs on that product.
--
-- Rows find each other by what they mean (SKU, text), never by an id written down here: the ids of another
-- installation are not ours to know. The fixed ids of a seed are the reason why the next one fails.
--
-- One text for every database: rows in a list come from SELECT and UNION ALL, which all of them read alike. VALUES in
-- FROM is written differently in each.

INSERT INTO #__products (sku, name, description, price)
SELECT sample.sku, sample.name, 'A sample product. Change it or delete it.', 249.9
  FROM (SELECT 'SAMPLE-DESK' AS sku, 'Desk, made to measure' AS name) AS sample
 WHERE NOT EXISTS (SELECT 1 FROM #__products);

INSERT INTO #__questions (product_id, position, text)
SELECT product.id, question.position, question.text
  FROM #__products AS product
 CROSS JOIN (SELECT 1 AS position, 'Which size?' AS text
             UNION ALL SELECT 2, 'Which top?'
             UNION ALL SELECT 3, 'Which legs?') AS question
 WHERE product.sku = 'SAMPLE-DESK';

INSERT INTO #__answers (question_id, position, text, surcharge)
SELECT question.id, answer.position, answer.text, answer.surcharge
  FROM #__questions AS question
  JOIN #__products AS product ON product.id = question.product_id
  JOIN (SELECT 'Which size?' AS question, 1 AS position, '120 x 60 cm' AS text, 0 AS surcharge
        UNION ALL SELECT 'Which size?', 2, '180 x 80 cm', 79.95
        UNION ALL SELECT 'Which top?', 1, 'Beech', 0
        UNION ALL SELECT 'Which top?', 2, 'Oak', 60
        UNION ALL SELECT 'Which top?', 3, 'Glass', 129.29
        UNION ALL SELECT 'Which legs?', 1, 'Wood', 0
        UNION ALL SELECT 'Which legs?', 2, 'Steel', 19.99) AS answer ON answer.question = question.text
 WHERE product.sku = 'SAMPLE-DESK';

INSERT INTO #__rules (if_answer_id, kind, then_answer_id)
SELECT one.id, rule.kind, two.id
  FROM (SELECT '180 x 80 cm' AS if_text, 'requires' AS kind, 'Steel' AS then_text
        UNION ALL SELECT 'Glass', 'excludes', 'Wood') AS rule
  JOIN #__answers AS one ON one.text = rule.if_text
  JOIN #__questions AS one_question ON one_question.id = one.question_id
  JOIN #__questions AS two_question ON two_question.product_id = one_question.product_id
  JOIN #__answers AS two ON two.question_id = two_question.id AND two.text = rule.then_text
  JOIN #__products AS product ON product.id = one_question.product_id
 WHERE product.sku = 'SAMPLE-DESK';
