-- upgrade: description = "payed" becomes "paid"
--
-- The payment module of 2.0 and 2.1 wrote 'payed', the rest of the program 'paid', and such orders were never
-- sent. The program of this release writes only 'paid' and reads only 'paid', so both change at one moment.
--
-- The condition names the wrong values. "Everything that is none of the known states" would also change the
-- states that a customization has added, which we do not know.

UPDATE #__orders
   SET state = 'paid'
 WHERE state IN ('payed', 'PAYED');

-- The list of open orders is looked at all day; closed ones are most of the table. MySQL has no partial index; with the
-- state in front, the open ones stand together, in the order of the list.
CREATE INDEX #__orders_open ON #__orders (state, ordered_at);
