//! The codes of the review: for each what it is about, why it hurts, and the safe way to the same end.

/// Hands the codes of the review to `$codes`, behind those that it is given.
macro_rules! with_review {
    ($codes:ident $($before:tt)*) => {
        $codes! {
            $($before)*
    DropsTable "drops-table" Findings
        "A script drops a table, or makes one anew in its place."
        "Its rows are gone for good, and programs that still run on the old version fail at once."
        "Rename nothing and drop nothing in the release that stops using the table; drop it one release later. Where the rows are not needed, say so with `-- upgrade: allow = drops-table`."
    DropsColumn "drops-column" Findings
        "A script drops a column."
        "Its values are gone for good, and programs that still run on the old version fail at once. SQLite writes the whole table anew."
        "Stop using the column in one release, and drop it in the next. Where its values stand elsewhere by then, say so with `-- upgrade: allow = drops-column`."
    DropsObject "drops-object" Findings
        "A script drops a view, an index, a trigger or a routine and does not make it again."
        "Whoever reads the view fails; without the index queries read whole tables; without the trigger its work is not done."
        "Make the new one in the same script. Where nothing takes its place, say so with `-- upgrade: allow = drops-object`."
    DropsDatabase "drops-database" Findings
        "A script drops a whole database."
        "Nothing brings it back, and it may hold more than this application's tables."
        "Leave that to a person, or drop the application's own tables one by one."
    DeletesAllRows "deletes-all-rows" Findings
        "A script deletes every row of a table that was there before."
        "What people have entered is gone for good; a forgotten WHERE looks the same."
        "Write the WHERE that says which rows are meant. Where all are, say so with `-- upgrade: allow = deletes-all-rows`."
    UpdatesAllRows "updates-all-rows" Findings
        "A script changes every row of a table that was there before."
        "It overwrites what people have changed since, and locks and logs every row; a forgotten WHERE looks the same."
        "Write the WHERE that leaves out the rows that are right already. Where all are meant, say so with `-- upgrade: allow = updates-all-rows`."
    RebuildsTable "rebuilds-table" Findings
        "A script copies a whole table, or keeps others out of it while it works."
        "On a large table that takes minutes or hours, needs room for the copy, and the application waits."
        "Add columns as NULL or with a constant default, which touches no row. What must be rebuilt belongs into one script, announced to operators; then say `-- upgrade: allow = rebuilds-table`."
    IndexesLargeTable "indexes-large-table" Findings
        "A script makes an index on a large table of SQLite's."
        "SQLite reads and sorts the whole table for it, and nobody else can write meanwhile."
        "Tell operators how long it takes, or make the index when nobody works; then say `-- upgrade: allow = indexes-large-table`."
    RequiredColumn "required-column" Findings
        "A script adds a column that is NOT NULL and has no default."
        "SQLite refuses it as soon as the table has a row; MySQL fills in '' or 0, which nobody meant, or fails at a date."
        "Give the column a default that is right for old rows; or add it as NULL, fill it, and demand NOT NULL afterwards."
    ColumnForEmptyTable "column-for-empty-table" Findings
        "A script adds a column in a way that SQLite allows for empty tables only."
        "A computed default such as CURRENT_TIMESTAMP, a stored generated column, or a reference with a default works on the author's empty database and fails at the customer's."
        "Add the column with a constant default or none, and fill it with an UPDATE; make a generated column VIRTUAL; or rebuild the table."
    UniqueOnRows "unique-on-rows" Findings
        "A script makes a unique index on a table that was there before, and does nothing about doubles."
        "It fails at the first installation where two rows are alike, as may be where nothing forbade it so far."
        "First make it true with an UPDATE or DELETE in the same script, then demand it. Where doubles cannot be, say so with `-- upgrade: allow = unique-on-rows`."
    ForeignKeyOnRows "foreign-key-on-rows" Findings
        "A script adds a foreign key to a table that was there before, and does nothing about orphans."
        "It fails at the first installation where a row has no parent; and MySQL copies the table for it and keeps writers out."
        "First remove or mend the rows without a parent in the same script, then add the key. Where orphans cannot be, say so with `-- upgrade: allow = foreign-key-on-rows`."
    NarrowsColumn "narrows-column" Findings
        "A script gives a column a type that holds less than the one before."
        "Longer or larger values fail in strict mode, and are cut without a word outside of it."
        "Keep the wider type; or shorten the values with an UPDATE in the same script first."
    ForbidsNull "forbids-null" Findings
        "A script makes a column NOT NULL that could be NULL so far, and does nothing about rows that are."
        "It fails where a row has NULL, or turns it into '' or 0 outside of strict mode."
        "First give those rows a value with an UPDATE in the same script."
    RenamesTable "renames-table" Findings
        "A script renames a table."
        "Programs of the old version that still run, and customizations that name the table, fail at once."
        "Leave a view of the old name behind in the same script; or make the new table, use both for a release, and drop the old one later."
    RenamesColumn "renames-column" Findings
        "A script renames a column."
        "Programs of the old version that still run, and customizations that name the column, fail at once."
        "Add the new column, fill it, use both for a release, and drop the old one later."
    DropsUsed "drops-used" Findings
        "A script drops or renames what another track's script uses."
        "Scripts of another track run after the whole of this one, so a new installation fails; in an old one the view or trigger breaks."
        "Write the other track's script for what is there by then, or make what it made again in a new script of its track."
    NotRepeatable "not-repeatable" Findings
        "A script that may run again has a statement that cannot run twice."
        "It calls itself idempotent, so that the engine starts it over after a death, or stands in repeat/; the second time the statement fails or does its work twice."
        "Write IF NOT EXISTS, IF EXISTS, WHERE NOT EXISTS, or a WHERE that tells which rows are done; or take the directive out, as the journal knows where the script was."
    NoPrimaryKey "no-primary-key" Findings
        "A script makes a table without a primary key."
        "A Galera cluster refuses or slows down its rows, a replica searches the whole table for each changed row, and nothing tells two rows apart."
        "Give it a primary key: a column with AUTO_INCREMENT if nothing else is unique."
    InlineReferences "inline-references" Findings
        "A script writes a reference beside a column, for MySQL."
        "MySQL before 9.0 reads it and forgets it without a word: there is no foreign key then, whereas MariaDB makes one."
        "Write it below the columns: CONSTRAINT name FOREIGN KEY (column) REFERENCES parent (id)."
    KeyWithoutIndex "foreign-key-without-index" Findings
        "A foreign key of SQLite's has no index on its columns."
        "SQLite makes none by itself: deleting one parent reads every row of the child table, and so does listing its children."
        "Make an index that begins with the columns of the key."
    NoStatement "no-statement" Findings
        "A script has no statement in it."
        "It was made by `upgrades new` and never filled in, or its text is a comment. Once it has run it counts as applied, and what is written into it later runs nowhere that it ran."
        "Write its statements before it is released. Where there is nothing to do, say so with `-- upgrade: allow = no-statement`."
    AllowUnused "allow-unused" Findings
        "A script allows what it does not do."
        "It was changed since, or the line stands at the wrong statement; left there, it hides what somebody writes later."
        "Take the line out, or put it before the statement that it is for; before the first statement it is for the whole script."
        }
    };
}
