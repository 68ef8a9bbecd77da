-- upgrade: description = answers rebuilt: cents, a sound position, deleted with their question
-- upgrade: foreign_keys = off
--
-- Three things that ALTER TABLE cannot do in SQLite: ON DELETE CASCADE (a question with answers could not be
-- deleted), NOT NULL on a column with rows, and a stored generated column. So the table is made anew, filled,
-- and put in the old one's place, in one transaction.
--
-- Why foreign keys are off: DROP TABLE deletes the table's rows first, and with enforcement on that would take all
-- rules and the answers in all carts along, by their ON DELETE CASCADE. Before the commit every reference is checked.
--
-- Why legacy_alter_table: without it the RENAME at the end looks through the whole schema and refuses, because
-- the trigger on rules (and any customization's view) names a table that is not there at this moment. With it
-- they are left as they are, and fit again afterwards. It is a setting of the connection, so it is set back below.
PRAGMA legacy_alter_table = ON;

CREATE TABLE #__answers_new (
    id              INTEGER PRIMARY KEY,
    question_id     INTEGER NOT NULL REFERENCES #__questions (id) ON DELETE CASCADE,
    position        INTEGER NOT NULL CHECK (position > 0),
    text            TEXT    NOT NULL,
    surcharge_cents INTEGER NOT NULL DEFAULT 0,
    is_free         INTEGER NOT NULL GENERATED ALWAYS AS (surcharge_cents <= 0) STORED
);

-- Both lists of columns are written out: SELECT * would depend on the order of columns, and a generated column
-- takes no value. Ids stay, since rules and carts know answers by them.
--
-- Positions are counted anew, in the order in which the shop showed the answers so far: those without one last,
-- equal ones by id.
INSERT INTO #__answers_new (id, question_id, position, text, surcharge_cents)
SELECT id,
       question_id,
       row_number() OVER (PARTITION BY question_id ORDER BY position IS NULL, position, id),
       text,
       CAST(round(surcharge * 100) AS INTEGER)
  FROM #__answers;

-- Allowed: a shop has hundreds of answers, not millions, and SQLite has no other way.
-- upgrade: allow = rebuilds-table
DROP TABLE #__answers;
ALTER TABLE #__answers_new RENAME TO #__answers;

PRAGMA legacy_alter_table = OFF;

-- Indexes and triggers went with the old table. This index is ours, a trigger of ours there was not. What a
-- customization has put on the table it must make again, and the README lists which tables were rebuilt when.
CREATE INDEX #__answers_question ON #__answers (question_id, position);
