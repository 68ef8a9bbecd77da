-- upgrade: description = answers rebuilt: cents, a sound position, deleted with their question
--
-- What takes a table made anew on SQLite is done by ALTER TABLE here, and what a customization has put on the table
-- stays. Each ALTER reads the whole table and commits by itself, so there are as few as possible: one before the data
-- is moved, one after it.

ALTER TABLE #__answers ADD COLUMN surcharge_cents BIGINT NOT NULL DEFAULT 0;

-- Rounded half away from zero, as SQLite does it. A surcharge may be negative.
UPDATE #__answers
   SET surcharge_cents = CAST(sign(surcharge) * floor(abs(surcharge) * 100 + 0.5) AS SIGNED)
 WHERE surcharge <> 0;

-- Positions are counted anew, in the order in which the shop showed the answers so far: those without one last,
-- equal ones by id.
UPDATE #__answers AS answer
  JOIN (SELECT id, row_number() OVER (PARTITION BY question_id ORDER BY position IS NULL, position, id) AS place
          FROM #__answers) AS counted ON counted.id = answer.id
   SET answer.position = counted.place;

-- The new reference has a new name: MySQL does not drop and add one of the same name in one statement. The unknown kind
-- of answer, one whose question is not there, cannot exist: the old reference saw to it.
-- Allowed: a shop has hundreds of answers, not millions; and each surcharge stands in surcharge_cents by now.
-- upgrade: allow = drops-column, rebuilds-table
ALTER TABLE #__answers
  MODIFY COLUMN position INT NOT NULL,
  DROP COLUMN surcharge,
  ADD COLUMN is_free TINYINT GENERATED ALWAYS AS (surcharge_cents <= 0) STORED,
  ADD CONSTRAINT #__answers_position CHECK (position > 0),
  DROP FOREIGN KEY #__answers_question,
  ADD CONSTRAINT #__answers_of_question FOREIGN KEY (question_id) REFERENCES #__questions (id) ON DELETE CASCADE;
