-- upgrade: description = a rule stays within one product
--
-- A rule between answers of two products can never apply, since nobody configures two products at once, but it
-- made the configurator report a conflict that no visitor could solve. The editor let them through when a
-- question was copied to another product.

-- First the rows, then the guard. These rules had no effect but harm; no choice of a customer depends on them.
DELETE rule
  FROM #__rules AS rule
  JOIN #__answers AS one ON one.id = rule.if_answer_id
  JOIN #__questions AS one_question ON one_question.id = one.question_id
  JOIN #__answers AS two ON two.id = rule.then_answer_id
  JOIN #__questions AS two_question ON two_question.id = two.question_id
 WHERE one_question.product_id <> two_question.product_id;

-- MySQL has no trigger for two events; the procedure holds what both of them ask. DELIMITER is for the client mysql,
-- which ends a statement at the first semicolon otherwise; the engine reads the script with it and without it.
DELIMITER //

CREATE PROCEDURE #__check_rule (one_id INT, two_id INT)
READS SQL DATA
BEGIN
    IF (SELECT question.product_id FROM #__answers AS answer
          JOIN #__questions AS question ON question.id = answer.question_id WHERE answer.id = one_id)
    <> (SELECT question.product_id FROM #__answers AS answer
          JOIN #__questions AS question ON question.id = answer.question_id WHERE answer.id = two_id)
    THEN
        SIGNAL SQLSTATE '45000'
           SET MESSAGE_TEXT = 'a rule joins two answers of one product; these belong to two';
    END IF;
END//

DELIMITER ;

CREATE TRIGGER #__rules_one_product_insert BEFORE INSERT ON #__rules FOR EACH ROW
    CALL #__check_rule(NEW.if_answer_id, NEW.then_answer_id);

CREATE TRIGGER #__rules_one_product_update BEFORE UPDATE ON #__rules FOR EACH ROW
    CALL #__check_rule(NEW.if_answer_id, NEW.then_answer_id);
