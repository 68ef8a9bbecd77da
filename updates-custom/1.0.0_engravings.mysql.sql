-- upgrade: description = engravings on what was ordered
-- upgrade: requires = core >= 2.0
--
-- Our shop engraves a name into a desk. A table of our own beside core's, joined by a foreign key: no change of
-- core's table can lose it. "custom_" in the name keeps it apart from whatever core invents next.
--
-- The text hangs on the order's line and goes with it. One line, one engraving. The key has the type of the column that it
-- refers to, INT, or MySQL refuses the reference.

CREATE TABLE #__custom_engravings (
    order_line_id INT         NOT NULL PRIMARY KEY,
    text          VARCHAR(40) NOT NULL,
    CONSTRAINT #__custom_engravings_line FOREIGN KEY (order_line_id) REFERENCES #__order_lines (id) ON DELETE CASCADE,
    CONSTRAINT #__custom_engravings_text CHECK (text <> '')
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
