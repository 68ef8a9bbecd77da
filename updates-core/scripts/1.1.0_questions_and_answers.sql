-- upgrade: description = questions and answers
--
-- A configurable product asks questions; each answer may raise its price. A question belongs to one product:
-- shared questions were tried on paper, and every shop wanted another wording.

CREATE TABLE #__questions (
    id         INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES #__products (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL DEFAULT 0,
    text       TEXT    NOT NULL
);

CREATE TABLE #__answers (
    id          INTEGER PRIMARY KEY,
    question_id INTEGER NOT NULL REFERENCES #__questions (id),
    position    INTEGER,
    text        TEXT    NOT NULL,
    surcharge   REAL    NOT NULL DEFAULT 0
);

-- SQLite makes no index for a foreign key. Without these two, showing one product reads every question of the
-- shop, and deleting one question reads every answer. The position is in them because both lists are sorted by it.
CREATE INDEX #__questions_product ON #__questions (product_id, position);
CREATE INDEX #__answers_question ON #__answers (question_id, position);
