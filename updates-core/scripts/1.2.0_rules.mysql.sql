-- upgrade: description = rules between answers
--
-- "The large desk needs steel legs", "glass and drawers do not go together": a rule joins two answers. What the
-- program cannot make sense of (an unknown kind, an answer that excludes itself) the database refuses, because
-- shops also write rules by import and by hand.
--
-- One pair of answers can have one rule: that an answer both requires and excludes another is never meant. The
-- same index serves the search from the first answer; the second one needs its own.

CREATE TABLE #__rules (
    id             INT         NOT NULL AUTO_INCREMENT PRIMARY KEY,
    if_answer_id   INT         NOT NULL,
    kind           VARCHAR(20) NOT NULL,
    then_answer_id INT         NOT NULL,
    UNIQUE INDEX #__rules_pair (if_answer_id, then_answer_id),
    INDEX #__rules_then (then_answer_id),
    CONSTRAINT #__rules_if FOREIGN KEY (if_answer_id) REFERENCES #__answers (id) ON DELETE CASCADE,
    CONSTRAINT #__rules_then FOREIGN KEY (then_answer_id) REFERENCES #__answers (id) ON DELETE CASCADE,
    CONSTRAINT #__rules_kind CHECK (kind IN ('requires', 'excludes')),
    CONSTRAINT #__rules_of_two CHECK (if_answer_id <> then_answer_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
