-- upgrade: description = rules between answers
--
-- "The large desk needs steel legs", "glass and drawers do not go together": a rule joins two answers. What the
-- program cannot make sense of (an unknown kind, an answer that excludes itself) the database refuses, because
-- shops also write rules by import and by hand.

CREATE TABLE #__rules (
    id             INTEGER PRIMARY KEY,
    if_answer_id   INTEGER NOT NULL REFERENCES #__answers (id) ON DELETE CASCADE,
    kind           TEXT    NOT NULL CHECK (kind IN ('requires', 'excludes')),
    then_answer_id INTEGER NOT NULL REFERENCES #__answers (id) ON DELETE CASCADE,
    CHECK (if_answer_id <> then_answer_id)
);

-- One pair of answers can have one rule: that an answer both requires and excludes another is never meant. The
-- same index serves the search from the first answer; the second one needs its own.
CREATE UNIQUE INDEX #__rules_pair ON #__rules (if_answer_id, then_answer_id);
CREATE INDEX #__rules_then ON #__rules (then_answer_id);
