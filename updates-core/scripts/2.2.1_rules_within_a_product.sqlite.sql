-- upgrade: description = a rule stays within one product
--
-- A rule between answers of two products can never apply, since nobody configures two products at once, but it
-- made the configurator report a conflict that no visitor could solve. The editor let them through when a
-- question was copied to another product.

-- First the rows, then the guard. These rules had no effect but harm; no choice of a customer depends on them.
DELETE FROM #__rules
 WHERE id IN (
    SELECT rule.id
      FROM #__rules AS rule
      JOIN #__answers AS one ON one.id = rule.if_answer_id
      JOIN #__questions AS one_question ON one_question.id = one.question_id
      JOIN #__answers AS two ON two.id = rule.then_answer_id
      JOIN #__questions AS two_question ON two_question.id = two.question_id
     WHERE one_question.product_id <> two_question.product_id
 );

-- ABORT ends the statement and leaves the transaction to its owner. ROLLBACK would end the whole transaction
-- behind the program's back.
CREATE TRIGGER #__rules_one_product_insert BEFORE INSERT ON #__rules
BEGIN
    SELECT RAISE(ABORT, 'a rule joins two answers of one product; these belong to two')
     WHERE (SELECT question.product_id FROM #__answers AS answer
              JOIN #__questions AS question ON question.id = answer.question_id WHERE answer.id = NEW.if_answer_id)
        <> (SELECT question.product_id FROM #__answers AS answer
              JOIN #__questions AS question ON question.id = answer.question_id WHERE answer.id = NEW.then_answer_id);
END;

CREATE TRIGGER #__rules_one_product_update BEFORE UPDATE OF if_answer_id, then_answer_id ON #__rules
BEGIN
    SELECT RAISE(ABORT, 'a rule joins two answers of one product; these belong to two')
     WHERE (SELECT question.product_id FROM #__answers AS answer
              JOIN #__questions AS question ON question.id = answer.question_id WHERE answer.id = NEW.if_answer_id)
        <> (SELECT question.product_id FROM #__answers AS answer
              JOIN #__questions AS question ON question.id = answer.question_id WHERE answer.id = NEW.then_answer_id);
END;
