-- upgrade: description = questions and answers
--
-- A configurable product asks questions; each answer may raise its price. A question belongs to one product:
-- shared questions were tried on paper, and every shop wanted another wording.
--
-- References stand below the columns: beside a column MySQL reads them and forgets them. The indexes serve the foreign
-- keys and, by the position in them, the two lists that the shop shows; without them InnoDB would make its own.

CREATE TABLE #__questions (
    id         INT          NOT NULL AUTO_INCREMENT PRIMARY KEY,
    product_id INT          NOT NULL,
    position   INT          NOT NULL DEFAULT 0,
    text       VARCHAR(500) NOT NULL,
    INDEX #__questions_product (product_id, position),
    CONSTRAINT #__questions_product FOREIGN KEY (product_id) REFERENCES #__products (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE #__answers (
    id          INT          NOT NULL AUTO_INCREMENT PRIMARY KEY,
    question_id INT          NOT NULL,
    position    INT,
    text        VARCHAR(500) NOT NULL,
    surcharge   DOUBLE       NOT NULL DEFAULT 0,
    INDEX #__answers_question (question_id, position),
    CONSTRAINT #__answers_question FOREIGN KEY (question_id) REFERENCES #__questions (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
