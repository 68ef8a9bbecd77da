-- upgrade: description = engravings on what was ordered
-- upgrade: requires = core >= 2.0
--
-- Our shop engraves a name into a desk. A table of our own beside core's, joined by a foreign key: no change of
-- core's table can lose it. "custom_" in the name keeps it apart from whatever core invents next.
--
-- The text hangs on the order's line and goes with it. One line, one engraving.

CREATE TABLE #__custom_engravings (
    order_line_id INTEGER PRIMARY KEY REFERENCES #__order_lines (id) ON DELETE CASCADE,
    text          TEXT    NOT NULL CHECK (length(text) BETWEEN 1 AND 40)
);
